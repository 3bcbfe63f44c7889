import { randomUUID } from 'node:crypto'
import { createAlertDesk, type AlertDesk } from './alerts.ts'
import { createAlertsDatabase, type AlertsDatabase } from './alerts-database.ts'
import { createIdentifyCaller, tickHeader, type IdentifyCaller } from './auth.ts'
import { connect, createActingAs, createDatabase, type ActingAs, type Database } from './database.ts'
import { parseKeyRing } from './encryption.ts'
import { defaultDrainLimits, drain } from './engine.ts'
import { readEnvironment, type Environment } from './env.ts'
import { problem } from './http.ts'
import { createLog, errorText, type Log } from './log.ts'
import { createSender, type Send } from './send.ts'
import type { KeyRingResult, RandomBytes } from './site-secrets.ts'

/** What the functions are made of, put together from the environment. Only `index.ts` files use this. */

export interface Runtime {
  env: Environment
  database: Database
  actingAs: ActingAs
  keyRing: KeyRingResult
  identify: IdentifyCaller
  /** One request to an address that somebody has typed. */
  send: Send
  log: Log
  nowMs: () => number
  randomBytes: RandomBytes
  /** Drains one job, or all of them (null), and hands on what it leaves. Never rejects. */
  drain: (jobId: string | null) => Promise<void>
  /** Sends what rules have to tell. */
  alerts: AlertDesk
  alertsDatabase: AlertsDatabase
  /** Lets work go on after the answer. */
  inBackground: (work: Promise<void>) => void
}

export type Handler = (request: Request) => Promise<Response>

export interface RuntimeParts {
  source: string
  getEnv: (name: string) => string | undefined
  /** `EdgeRuntime.waitUntil`, where there is one. */
  waitUntil: ((work: Promise<unknown>) => void) | undefined
  makeHandler: (runtime: Runtime) => Handler
}

/**
 * The request handler of a function. A deployment that lacks a setting still starts, and says in every answer and in
 * the log what is missing; an error that nobody foresaw is logged, and answered without its details.
 */
export function createFunction({ source, getEnv, waitUntil, makeHandler }: RuntimeParts): Handler {
  const log = createLog(source, (line) => console.log(line))
  const env = readEnvironment(getEnv)
  if (!env.ok) {
    log('error', env.error.message)
    return () => Promise.resolve(problem(500, env.error.code, `this deployment is not configured: ${env.error.message}`))
  }
  const handler = createRuntime(env.value, log, waitUntil).then(makeHandler)
  return async (request) => {
    try {
      return await (await handler)(request)
    } catch (error) {
      log('error', 'a request failed', { method: request.method, error: errorText(error) })
      return problem(500, 'internal', 'something went wrong here; the log of the functions says what')
    }
  }
}

async function createRuntime(env: Environment, log: Log, waitUntil: RuntimeParts['waitUntil']): Promise<Runtime> {
  const sql = connect(env.databaseUrl)
  const database = createDatabase(sql)
  const keyRing = await parseKeyRing(env.signingKeys, env.sealingKey)
  if (!keyRing.ok) log('error', keyRing.error.message)
  const send = createSender({
    timeoutMs: env.sendTimeoutMs,
    allowPrivate: env.allowPrivateDestinations,
    allowed: env.allowedDestinations,
  })
  const randomBytes: RandomBytes = (length) => crypto.getRandomValues(new Uint8Array(length))
  const nowMs = () => Date.now()
  const alertsDatabase = createAlertsDatabase(sql)
  const alerts = createAlertDesk({
    database: alertsDatabase,
    keyRing,
    send,
    log,
    nowMs,
    random: Math.random,
    mail: env.mail,
    appUrl: env.appUrl,
  })

  async function drainAndHandOn(jobId: string | null): Promise<void> {
    const worker = `fn-${randomUUID().slice(0, 8)}`
    try {
      const report = await drain(jobId, {
        database,
        keyRing,
        send,
        builtInUrl: (siteId) => `${env.supabaseUrl}/functions/v1/destination/${siteId}`,
        worker,
        nowMs,
        random: Math.random,
        randomBytes,
        sleep,
        log,
        limits: {
          ...defaultDrainLimits,
          claimMs: env.drainMs,
          maxDeliveries: env.drainDeliveries,
          runConcurrency: env.runConcurrency,
          hostConcurrency: env.hostConcurrency,
        },
      })
      log('debug', 'drained', { worker, job: jobId, ...report })
      if (report.workLeft) await handOn(jobId)
    } catch (error) {
      // The work is safe in the database, and the tick finds it.
      log('error', 'a drain ended early', { worker, job: jobId, error: errorText(error) })
    }
    await alerts.afterRuns()
  }

  /** Asks for a fresh invocation, which has time and CPU of its own. Without an answer the tick takes over in 10 s. */
  async function handOn(jobId: string | null): Promise<void> {
    if (env.tickSecret === null) return
    const response = await fetch(`${env.supabaseUrl}/functions/v1/${jobId === null ? 'tick' : 'sync'}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', [tickHeader]: env.tickSecret },
      body: JSON.stringify(jobId === null ? {} : { job_id: jobId }),
      signal: AbortSignal.timeout(5_000),
    })
    await response.body?.cancel()
    if (!response.ok) log('warn', 'the rest was not taken over; the tick will', { job: jobId, status: response.status })
  }

  return {
    env,
    database,
    actingAs: createActingAs(sql),
    keyRing,
    identify: createIdentifyCaller({ ...env, fetch }),
    send,
    log,
    nowMs,
    randomBytes,
    alerts,
    alertsDatabase,
    drain: drainAndHandOn,
    // Plain Deno keeps running while there is work; only the hosted runtime has to be told.
    inBackground: (work) => waitUntil?.(work),
  }
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve()
      return
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done, { once: true })
    function done() {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
  })
}
