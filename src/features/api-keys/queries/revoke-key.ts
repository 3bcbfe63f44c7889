import { supabase } from '@/lib/supabase'

export async function revokeKey(id: string): Promise<void> {
  const { error } = await supabase.rpc('revoke_api_key', { key_id: id })
  if (error) throw error
}
