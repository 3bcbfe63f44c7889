import { isService, type AuthOptions } from '../_shared/auth.ts'
import { checkDrift, type DriftDependencies } from '../_shared/drift.ts'
import { json, methodNotAllowed, problem } from '../_shared/http.ts'
import { errorText } from '../_shared/log.ts'
import type { Handler, Runtime } from '../_shared/runtime.ts'
import { runDueSchedules, type ScheduleDependencies } from '../_shared/schedules.ts'

/**
 * `POST` every 10 s, by pg_cron or the embedded ticker: looks at what alert rules watch, runs the schedules that are due,
 * drains whatever nobody drains, asks the sites whose drift is to be checked, and sends what rules have to tell. The answer
 * waits for none of what goes out.
 */

export type TickDependencies = Pick<Runtime, 'drain' | 'inBackground' | 'send' | 'log' | 'nowMs' | 'alerts'> & {
  env: Pick<AuthOptions, 'secretKeys' | 'tickSecret'> & Pick<Runtime['env'], 'runConcurrency' | 'hostConcurrency' | 'drainMs'>
  database: Pick<Runtime['database'], 'tick'> & ScheduleDependencies['database'] & DriftDependencies['database']
}

export function createTickHandler({ env, database, drain, inBackground, send, log, nowMs, alerts }: TickDependencies): Handler {
  const limits = { runConcurrency: env.runConcurrency, hostConcurrency: env.hostConcurrency, askMs: env.drainMs }
  // A drain outlives the tick that began it; one at a time is enough for a process.
  let draining = false

  async function checkInBackground(siteIds: readonly string[]): Promise<void> {
    try {
      const report = await checkDrift(siteIds, { database, send, log, nowMs, limits })
      log('debug', 'asked sites what they show', { ...report })
    } catch (error) {
      log('error', 'sites could not be asked what they show', { sites: siteIds.length, error: errorText(error) })
    }
  }

  return async (request) => {
    if (request.method !== 'POST') return methodNotAllowed('POST')
    if (!isService(request, env)) {
      return problem(401, 'unauthenticated', 'the tick needs its secret in the header x-tick-secret')
    }
    await request.body?.cancel()
    const { openJobs, driftSites } = await database.tick()
    if (driftSites.length > 0) inBackground(checkInBackground(driftSites))
    // Before the schedules run: which of them are late shows only until then.
    const alerted = await alerts.look()
    inBackground(alerts.tell())
    const schedules = await runSchedules()
    const open = new Set([...openJobs, ...schedules.jobs])
    const begins = open.size > 0 && !draining
    if (begins) {
      draining = true
      inBackground(
        drain(null).finally(() => {
          draining = false
        }),
      )
    }
    return json(202, {
      open_jobs: open.size,
      draining: begins || draining,
      schedules: schedules.ran,
      drift_sites: driftSites.length,
      alerts: alerted,
    })
  }

  /** A database that fails here must not keep the tick from draining. */
  async function runSchedules(): ReturnType<typeof runDueSchedules> {
    try {
      return await runDueSchedules({ database, log, nowMs })
    } catch (error) {
      log('error', 'due schedules could not be read', { error: errorText(error) })
      return { ran: 0, jobs: [] }
    }
  }
}
