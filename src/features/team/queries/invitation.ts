import { queryOptions } from '@tanstack/react-query'
import { z } from 'zod/mini'
import { paths } from '@/lib/paths'
import { refreshSession } from '@/lib/session'
import { supabase } from '@/lib/supabase'

const invitationSchema = z.object({
  organization_name: z.string(),
  /** For its members alone. */
  organization_id: z.nullish(z.string()),
  email: z.string(),
  role: z.enum(['admin', 'editor', 'viewer']),
  invited_by: z.nullish(z.string()),
  expires_at: z.string(),
  state: z.enum(['open', 'accepted', 'revoked', 'expired']),
  /** It is for the address of whoever asks. */
  mine: z.boolean(),
  /** The session was begun through the mailbox, or through a provider: it shows that the address is whose it says. */
  proven: z.boolean(),
  /** Whoever asks is in the organization already. */
  member: z.boolean(),
})

export type Invitation = z.infer<typeof invitationSchema>

/** What the holder of a token is invited to; only somebody signed in may ask. */
export function invitationQuery(token: string, userId: string, sessionId: string | null) {
  return queryOptions({
    // Another session may have shown what this one has not.
    queryKey: ['invitations', 'by-token', token, userId, sessionId],
    // Whether it still holds is the point of asking.
    staleTime: 0,
    queryFn: async ({ signal }): Promise<Invitation> => {
      const { data, error } = await supabase.rpc('invitation', { token }).abortSignal(signal)
      if (error) throw error
      return invitationSchema.parse(data)
    },
  })
}

const acceptedSchema = z.object({ password_removed: z._default(z.boolean(), false) })

/** What came with it: a password that was set before the address was shown to be anybody's is gone. */
export interface Accepted {
  passwordRemoved: boolean
}

/** Joins and makes the organization the active one; the new token then carries it. */
export async function acceptInvitation(token: string): Promise<Accepted> {
  const { data, error } = await supabase.rpc('accept_invitation', { token })
  if (error) throw error
  await refreshSession()
  return { passwordRemoved: acceptedSchema.parse(data).password_removed }
}

/** To whoever holds an invitation's link; where `createAccount`, with an account made where there is none, as the invitation's mail does. */
export async function mailSignInLink(email: string, next: string, createAccount: boolean): Promise<void> {
  const emailRedirectTo = new URL(paths.authCallback.getHref({ next }), window.location.origin).href
  const { error } = await supabase.auth.signInWithOtp({ email, options: { shouldCreateUser: createAccount, emailRedirectTo } })
  if (error) throw error
}
