import { supabase } from '@/lib/supabase'

/** Wants a recent sign-in: DS050 else. Closed to everybody at once; what is large is erased within minutes. */
export async function deleteOrganization(slug: string): Promise<void> {
  const { error } = await supabase.rpc('delete_organization', { confirmation: slug })
  if (error) throw error
}
