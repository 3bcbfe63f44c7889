import { supabase } from '@/lib/supabase'

/** Its next statement is refused, whatever its token still says. */
export async function endSession(id: string): Promise<void> {
  const { error } = await supabase.rpc('end_session', { session_id: id })
  if (error) throw error
}

export async function endOtherSessions(): Promise<void> {
  const { error } = await supabase.auth.signOut({ scope: 'others' })
  if (error) throw error
}

/** This one as well: the guard leads to the sign-in page. */
export async function endEverySession(): Promise<void> {
  const { error } = await supabase.auth.signOut({ scope: 'global' })
  if (error) throw error
}
