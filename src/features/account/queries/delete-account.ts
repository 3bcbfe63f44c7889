import { queryOptions } from '@tanstack/react-query'
import * as z from 'zod/mini'
import { signOut } from '@/lib/session'
import { supabase } from '@/lib/supabase'

const organization = z.object({ id: z.string(), name: z.string() })

const answer = z.object({ email: z.string(), deletes: z.array(organization), blocked_by: z.array(organization) })

export type AccountDeletion = z.infer<typeof answer>

/** What goes with the account, and what keeps it from going. */
export function accountDeletionQuery(userId: string) {
  return queryOptions({
    queryKey: ['account-deletion', userId],
    // Decided by other people too, and shown before something that cannot be undone.
    staleTime: 0,
    queryFn: async ({ signal }): Promise<AccountDeletion> => {
      const { data, error } = await supabase.rpc('account_deletion').abortSignal(signal)
      if (error) throw error
      return answer.parse(data)
    },
  })
}

/** Wants a recent sign-in: DS050 else. */
export async function deleteAccount(email: string): Promise<void> {
  const { error } = await supabase.rpc('delete_account', { confirmation: email })
  if (error) throw error
}

/** The session went with the account; here only the browser forgets it. */
export async function forgetAccount(): Promise<void> {
  await signOut()
}
