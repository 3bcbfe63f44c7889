import { supabase } from '@/lib/supabase'

/** Scheduled runs take the site along again. */
export async function liftHold(siteId: string): Promise<void> {
  const { error } = await supabase.rpc('lift_hold', { site_id: siteId })
  if (error) throw error
}
