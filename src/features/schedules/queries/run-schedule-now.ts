import { openRun } from '@/lib/runs'
import { supabase } from '@/lib/supabase'
import { toast } from '@/ui/toaster'

/** Does at once what the schedule does by the clock. `jobId` is null where that started no run: then `outcome` says why. */
export async function runScheduleNow(id: string): Promise<{ jobId: string | null; outcome: string }> {
  const { data, error } = await supabase.rpc('run_schedule_now', { schedule_id: id })
  if (error) throw error
  const { job_id, outcome } = data as { job_id: string | null; outcome: string }
  return { jobId: job_id === null ? null : openRun(data, toast.message), outcome }
}
