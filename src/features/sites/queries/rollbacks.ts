import { openRun } from '@/lib/runs'
import { supabase } from '@/lib/supabase'
import { toast } from '@/ui/toaster'

/** Sends the body of an earlier delivery again, as a run of its own, and puts the site on hold. Returns the run's id. */
export async function rollBack(siteId: string, deliveryId: string): Promise<string> {
  const { data, error } = await supabase.rpc('rollback_site', { site_id: siteId, delivery_id: deliveryId })
  if (error) throw error
  return openRun(data, toast.message)
}
