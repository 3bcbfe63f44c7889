import { queryOptions, useQuery } from '@tanstack/react-query'
import { paths } from '@/lib/paths'
import { useSession } from '@/lib/session'
import { supabase } from '@/lib/supabase'

/** The name that colleagues see. Before the first organization there is no profile, only what was said at sign-up. */
export function nameQuery(userId: string) {
  return queryOptions({
    queryKey: ['profiles', 'my-name', userId],
    queryFn: async ({ signal }): Promise<string> => {
      const { data, error } = await supabase.from('profiles').select('full_name').eq('id', userId).abortSignal(signal).maybeSingle()
      if (error) throw error
      const said: unknown = useSession.getState().user?.user_metadata['full_name']
      return data === null ? (typeof said === 'string' ? said : '') : (data.full_name ?? '')
    },
  })
}

export function useName() {
  return useQuery(nameQuery(useSession((state) => state.user?.id ?? '')))
}

export async function saveName(userId: string, name: string): Promise<void> {
  const { error } = await supabase.from('profiles').update({ full_name: name === '' ? null : name }).eq('id', userId)
  if (error) throw error
  // What the profile of a later organization begins with.
  const { error: refused } = await supabase.auth.updateUser({ data: { full_name: name } })
  if (refused) throw refused
}

/** `changed` where the server takes an address as it is, `check-mail` where it asks the address first. */
export async function changeEmail(email: string): Promise<'changed' | 'check-mail'> {
  const { data, error } = await supabase.auth.updateUser(
    { email },
    { emailRedirectTo: new URL(paths.authCallback.getHref({ next: paths.account.getHref() }), window.location.origin).href },
  )
  if (error) throw error
  return data.user.email?.toLowerCase() === email.toLowerCase() ? 'changed' : 'check-mail'
}
