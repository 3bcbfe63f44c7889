import { supabase } from '@/lib/supabase'

/** Whoever knows the old one is out: sessions in other browsers end. */
export async function changePassword(password: string): Promise<void> {
  const { error } = await supabase.auth.updateUser({ password })
  if (error) throw error
  // Hosted Supabase has done so by itself.
  const { error: refused } = await supabase.auth.signOut({ scope: 'others' })
  if (refused) throw refused
}
