import type { AttemptRecord, ClaimedDelivery, Database } from './database.ts'
import { attemptDelivery, type AttemptDependencies } from './delivery.ts'
import { errorText, type Log } from './log.ts'
import { createBell, createPacer, type Pacer, type Sleep } from './pacing.ts'

/**
 * The drain loop: claim, send, record, at the same time. There is at most one claim and one record statement under way;
 * whatever ends meanwhile goes into the next one, so batches grow with the load and nothing waits for a full batch.
 * A slow destination holds one slot of the pool and neither the results of the others nor the claims that follow.
 */

export interface DrainLimits {
  /** Deliveries in flight at once. */
  concurrency: number
  /** At most this many claimed deliveries wait for a slot, so that slots do not wait for claims. */
  claimAhead: number
  /** No claim after this time, so that what is in flight ends before the platform ends us. */
  claimMs: number
  /** No claim after this many deliveries: a platform that meters CPU gives each invocation its share only. */
  maxDeliveries: number
  /** A delivery that is due later waits in the database, not in a running function. */
  longestWaitMs: number
}

export const defaultDrainLimits: DrainLimits = {
  concurrency: 32,
  claimAhead: 96,
  claimMs: 120_000,
  maxDeliveries: 1_000,
  longestWaitMs: 5_000,
}

export type EngineDatabase = Pick<
  Database,
  'claim' | 'record' | 'release' | 'renew' | 'nextWaitMs' | 'siteSecrets' | 'storeSiteSecret'
>

export interface DrainDependencies extends AttemptDependencies {
  database: EngineDatabase
  sleep: Sleep
  log: Log
  limits: DrainLimits
}

export interface DrainReport {
  attempts: number
  /** Something is due soon that this invocation no longer takes on. */
  workLeft: boolean
}

const renewAfterMs = 10_000
const patience = 6

/** Drains one job, or all of them when `jobId` is null, and resolves when nothing is left that is due soon. */
export async function drain(jobId: string | null, dependencies: DrainDependencies): Promise<DrainReport> {
  const { database, limits, worker, nowMs, log } = dependencies
  const startedMs = nowMs()
  const inFlight = new Map<number, ClaimedDelivery>()
  /** Claimed, and sent as soon as a slot is free. */
  let waiting: ClaimedDelivery[] = []
  const bell = createBell()
  const claims = createPacer(nowMs)
  const records = createPacer(nowMs)
  let finished: AttemptRecord[] = []
  let unsent: number[] = []
  let attempts = 0
  let ended = 0
  let aheadBy = 0
  let renewAtMs = startedMs + renewAfterMs
  let emptyAsks = 0
  /** Nothing is due soon; or something is wrong with us, so that somebody else had better go on. */
  const state = { nothingSoon: false, gaveUp: false }

  const isOutOfTime = () => state.gaveUp || nowMs() - startedMs >= limits.claimMs
  const isStopping = () => isOutOfTime() || state.nothingSoon || attempts >= limits.maxDeliveries
  const room = () => limits.concurrency + aheadBy - inFlight.size - waiting.length

  async function run(delivery: ClaimedDelivery): Promise<void> {
    try {
      // Not in one expression: `finished` is another array by the time the attempt has ended.
      const result = await attemptDelivery(delivery, dependencies)
      finished.push(result)
    } catch (error) {
      // Not the destination's fault and not a verdict on the delivery. It goes back, and this invocation takes on no
      // more: whatever is wrong here would meet the same delivery again at once.
      log('error', 'a delivery was given back', { delivery: delivery.deliveryId, error: errorText(error) })
      unsent.push(delivery.leaseToken)
      state.gaveUp = true
    }
    inFlight.delete(delivery.leaseToken)
    ended++
    bell.ring()
  }

  function fillSlots(): void {
    if (isOutOfTime() && waiting.length > 0) {
      attempts -= waiting.length
      unsent.push(...waiting.map(({ leaseToken }) => leaseToken))
      waiting = []
    }
    for (const delivery of waiting.splice(0, limits.concurrency - inFlight.size)) {
      inFlight.set(delivery.leaseToken, delivery)
      void run(delivery)
    }
  }

  async function claim(): Promise<void> {
    const limit = Math.min(room(), limits.maxDeliveries - attempts)
    const endedBefore = ended
    const claimed = await database.claim(worker, limit, jobId)
    attempts += claimed.length
    // Twice as many ahead as ended while we claimed: enough to keep the slots busy through the next claim, and next to none
    // while destinations are slow, when another worker had better take them.
    aheadBy = Math.min(2 * (ended - endedBefore), limits.claimAhead)
    // A short answer means that nothing more is due now; what comes later is asked for below, or known from a retry.
    claims.next(claimed.length < limit ? null : 0)
    if (claimed.length > 0) emptyAsks = 0
    if (inFlight.size === 0) renewAtMs = nowMs() + renewAfterMs
    waiting.push(...claimed)
    fillSlots()
  }

  async function record(): Promise<void> {
    const batch = finished
    const tokens = unsent
    finished = []
    unsent = []
    try {
      if (tokens.length > 0) await database.release(worker, tokens)
      if (batch.length > 0) {
        const { finishedJobs, rejected } = await database.record(batch)
        if (jobId !== null && finishedJobs.includes(jobId)) state.nothingSoon = true
        if (rejected.length > 0) log('warn', 'results came after their lease had gone', { deliveries: rejected })
      }
    } catch (error) {
      finished = [...batch, ...finished]
      unsent = [...tokens, ...unsent]
      throw error
    }
    for (const { retry_in_ms: delay } of batch) {
      if (delay !== null && delay <= limits.longestWaitMs) claims.noLaterThan(delay)
    }
    // A site that was busy may have work of another job waiting.
    if (jobId === null && batch.length > 0) claims.noLaterThan(0)
  }

  /** Asked only when there is nothing else to do. Waits grow, so that a busy site of another worker is not polled hard. */
  async function askForMore(): Promise<void> {
    const wait = await database.nextWaitMs(jobId)
    if (wait === null || wait > limits.longestWaitMs) state.nothingSoon = true
    else claims.next(Math.max(wait, Math.min(20 * 2 ** emptyAsks++, 1_000)))
  }

  async function renew(): Promise<void> {
    await database.renew(worker, [...inFlight.keys(), ...waiting.map(({ leaseToken }) => leaseToken)])
  }

  let claiming = false
  let recording = false
  let renewing = false

  /** Runs one database step beside the others; a failure is tried again later, a few times. */
  function step(work: () => Promise<void>, pacer: Pacer, done: () => void): void {
    work()
      .then(pacer.succeeded, (error: unknown) => {
        log('warn', 'a step of the engine failed', { step: work.name, error: errorText(error) })
        if (pacer.failed() >= patience) state.gaveUp = true
      })
      .finally(() => {
        done()
        bell.ring()
      })
  }

  const hasUnrecorded = () => finished.length + unsent.length > 0 && records.failures() < patience

  function pause(): Promise<void> {
    const times = [
      claiming || isStopping() || room() <= 0 ? null : claims.atMs(),
      recording || !hasUnrecorded() ? null : records.atMs(),
      inFlight.size > 0 ? renewAtMs : null,
    ].filter((time) => time !== null)
    return bell.wait(times.length > 0 ? Math.min(...times) - nowMs() : null, dependencies.sleep)
  }

  for (;;) {
    fillSlots()
    if (hasUnrecorded() && !recording && records.isDue()) {
      recording = true
      step(record, records, () => (recording = false))
    }
    if (!claiming && !isStopping() && room() > 0 && claims.isDue()) {
      claiming = true
      step(claim, claims, () => (claiming = false))
    }
    if (!renewing && inFlight.size > 0 && nowMs() >= renewAtMs) {
      renewing = true
      renewAtMs = nowMs() + renewAfterMs
      step(renew, createPacer(nowMs), () => (renewing = false))
    }
    if (!claiming && !recording && inFlight.size === 0 && !hasUnrecorded()) {
      if (isStopping()) break
      if (claims.atMs() === null) {
        claiming = true
        step(askForMore, claims, () => (claiming = false))
      }
    }
    await pause()
  }

  if (finished.length > 0) {
    log('error', 'results could not be recorded; their leases will run out', { deliveries: finished.length })
  }
  const more = !state.nothingSoon && !state.gaveUp ? await database.nextWaitMs(jobId) : null
  return { attempts, workLeft: more !== null && more <= limits.longestWaitMs }
}
