import { isService } from '../_shared/auth.ts'
import { json, methodNotAllowed, problem } from '../_shared/http.ts'
import type { Handler, Runtime } from '../_shared/runtime.ts'

/** `POST` every 10 s, by pg_cron or the embedded ticker: drains whatever nobody drains. */

export type TickDependencies = Pick<Runtime, 'env' | 'database' | 'drain' | 'inBackground'>

export function createTickHandler({ env, database, drain, inBackground }: TickDependencies): Handler {
  // A drain outlives the tick that began it; one at a time is enough for a process.
  let draining = false
  return async (request) => {
    if (request.method !== 'POST') return methodNotAllowed('POST')
    if (!isService(request, env)) {
      return problem(401, 'unauthenticated', 'the tick needs its secret in the header x-tick-secret')
    }
    await request.body?.cancel()
    const { openJobs } = await database.tick()
    const begins = openJobs.length > 0 && !draining
    if (begins) {
      draining = true
      inBackground(
        drain(null).finally(() => {
          draining = false
        }),
      )
    }
    return json(202, { open_jobs: openJobs.length, draining: begins || draining })
  }
}
