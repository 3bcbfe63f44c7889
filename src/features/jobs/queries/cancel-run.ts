import { supabase } from '@/lib/supabase'

/** What is in flight ends, what waits does not start. */
export async function cancelRun(jobId: string): Promise<void> {
  const { error } = await supabase.rpc('cancel_sync', { job_id: jobId })
  if (error) throw error
}
