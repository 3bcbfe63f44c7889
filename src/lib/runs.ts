import { functionError } from '@/lib/errors'
import { supabase } from '@/lib/supabase'

export interface StartOptions {
  /** Only these sites; null: every enabled one. */
  siteIds: readonly string[] | null
  /** The plan that was approved: when the content has moved on since, nothing is sent (DS012). */
  planHash?: string | undefined
  /** Send also what has not changed. */
  force?: boolean
}

/** How a person is told that a run waits for its worker: `toast.message`. */
type Tell = (message: string, options: { description: string }) => void

/** Starts a run and wakes a worker for it, without waiting for the worker. Returns the run's id. */
export async function startRun({ siteIds, planHash, force = false }: StartOptions, tell: Tell): Promise<string> {
  const { data, error } = await supabase.rpc('start_sync', {
    ...(siteIds === null ? {} : { site_ids: [...siteIds] }),
    options: { ...(force ? { force } : {}), ...(planHash === undefined ? {} : { expected_plan_hash: planHash }) },
  })
  if (error) throw error
  return openRun(data, tell)
}

/** For the answer of any verb that starts a run (`start_sync`, `replay_delivery`, `rollback_site`, …): wakes its worker, returns its id. */
export function openRun(answer: unknown, tell: Tell): string {
  const run = readStarted(answer)
  // With nothing to send the run has ended already.
  if (run.open) void wake(run.id, tell)
  return run.id
}

async function wake(jobId: string, tell: Tell): Promise<void> {
  const answer = await supabase.functions.invoke<unknown>('sync', { body: { job_id: jobId } })
  if (answer.error === null) return
  // The run is safe in the database: the ticker looks every 10 seconds for what nobody works on.
  console.warn('The sync function was not reached; the next tick takes the run up.', await functionError(answer.error))
  tell('The run is queued', { description: 'Its worker could not be woken at once. It starts within 10 seconds.' })
}

function readStarted(data: unknown): { id: string; open: boolean } {
  if (typeof data === 'object' && data !== null && 'job_id' in data && typeof data.job_id === 'string') {
    return { id: data.job_id, open: !('status' in data) || data.status === 'queued' || data.status === 'running' }
  }
  throw new Error('The server started a run but did not say which. Look for it in the list of jobs.')
}
