import { functionError } from '@/lib/errors'
import { supabase } from '@/lib/supabase'
import { toast } from '@/ui/toaster'

export interface StartOptions {
  /** Only these sites; null: every enabled one. */
  siteIds: readonly string[] | null
  /** The plan that was approved: when the content has moved on since, nothing is sent (DS012). */
  planHash?: string | undefined
  /** Send also what has not changed. */
  force?: boolean
}

/** Starts a run and wakes a worker for it, without waiting for the worker. Returns the run's id. */
export async function startRun({ siteIds, planHash, force = false }: StartOptions): Promise<string> {
  const { data, error } = await supabase.rpc('start_sync', {
    ...(siteIds === null ? {} : { site_ids: [...siteIds] }),
    options: { ...(force ? { force } : {}), ...(planHash === undefined ? {} : { expected_plan_hash: planHash }) },
  })
  if (error) throw error
  const run = readStarted(data)
  // With nothing to send the run has ended already.
  if (run.open) void wake(run.id)
  return run.id
}

async function wake(jobId: string): Promise<void> {
  const answer = await supabase.functions.invoke<unknown>('sync', { body: { job_id: jobId } })
  if (answer.error === null) return
  // The run is safe in the database: the ticker looks every 10 seconds for what nobody works on.
  console.warn('The sync function was not reached; the next tick takes the run up.', await functionError(answer.error))
  toast.message('The run is queued', { description: 'Its worker could not be woken at once. It starts within 10 seconds.' })
}

function readStarted(data: unknown): { id: string; open: boolean } {
  if (typeof data === 'object' && data !== null && 'job_id' in data && typeof data.job_id === 'string') {
    return { id: data.job_id, open: !('status' in data) || data.status === 'queued' || data.status === 'running' }
  }
  throw new Error('The server started a run but did not say which. Look for it in the list of jobs.')
}
