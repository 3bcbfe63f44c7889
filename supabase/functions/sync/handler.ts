import { z } from 'zod'
import { acceptCall } from '../_shared/call.ts'
import { corsHeaders, json, problem } from '../_shared/http.ts'
import type { Handler, Runtime } from '../_shared/runtime.ts'

/**
 * `POST {job_id}`: drains a run in the background and answers at once. For the members of the run's organization, and
 * for the service itself, which hands a long run on to a fresh invocation.
 */

const requestSchema = z.object({ job_id: z.uuid() })

export type SyncDependencies = Pick<Runtime, 'database' | 'identify' | 'drain' | 'inBackground'>

export function createSyncHandler({ database, identify, drain, inBackground }: SyncDependencies): Handler {
  return async (request) => {
    const call = await acceptCall(request, { identify, schema: requestSchema, form: '{"job_id": "<the id of a run>"}' })
    if (!call.ok) return call.error
    const { caller, body } = call.value
    const jobId = body.job_id
    // A run of another organization and no run at all are the same answer.
    if (!(await database.mayDrain(jobId, caller.kind === 'user' ? caller.userId : null))) {
      return problem(404, 'not_found', 'there is no such run in your organizations', corsHeaders)
    }
    inBackground(drain(jobId))
    return json(202, { accepted: true, job_id: jobId }, corsHeaders)
  }
}
