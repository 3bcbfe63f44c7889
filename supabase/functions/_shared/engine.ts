import type { AttemptRecord, Caps, ClaimedDelivery, Database } from './database.ts'
import { attemptDelivery, type AttemptDependencies } from './delivery.ts'
import { errorText, type Log } from './log.ts'
import { createBell, createPacer, type Pacer, type Sleep } from './pacing.ts'

/**
 * The drain loop. Sending goes on while one statement records what has ended and claims what that makes room for;
 * whatever ends meanwhile goes into the next one, so batches grow with the load and nothing waits for a full batch.
 * A slow destination holds one slot of the pool and neither the results of the others nor the claims that follow.
 * While results come in quickly the worker claims more than it sends at once, so that exchanges are few and large.
 */

export interface DrainLimits extends Caps {
  /** No claim after this time, so that what is in flight ends before the platform ends us. */
  claimMs: number
  /** No claim after this many deliveries: a platform that meters CPU gives each invocation its share only. */
  maxDeliveries: number
  /** A delivery that is due later waits in the database, not in a running function. */
  longestWaitMs: number
}

export const defaultDrainLimits: DrainLimits = {
  hostConcurrency: 4,
  runConcurrency: 32,
  claimMs: 120_000,
  maxDeliveries: 1_000,
  longestWaitMs: 5_000,
}

export type EngineDatabase = Pick<
  Database,
  'exchange' | 'release' | 'renew' | 'nextWaitMs' | 'siteSecrets' | 'storeSiteSecret'
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

/** The pace is kept by a clock that nobody sets; `nowMs`, which somebody may, only dates and signs. */
const paceMs = () => performance.now()
const renewAfterMs = 10_000
/** How much may be claimed beyond what is sent at once; the claim allows it while no other worker has a part of the run. */
const aheadTimes = 3
/** How long a result may wait for others before it is recorded. */
const gatherMs = 50
const patience = 6

/** Drains one job, or all of them when `jobId` is null, and resolves when nothing is left that is due soon. */
export async function drain(jobId: string | null, dependencies: DrainDependencies): Promise<DrainReport> {
  const { database, limits, worker, log } = dependencies
  const startedMs = paceMs()
  let inFlight = 0
  /** Claimed, and sent as soon as a slot is free. */
  let waiting: ClaimedDelivery[] = []
  /** Lease tokens of what is claimed and not yet recorded: what the database, too, counts as in flight. */
  const held = new Set<number>()
  const bell = createBell()
  /** When to ask for more; and, after a failure, when to speak to the database again. */
  const claims = createPacer(paceMs)
  const retries = createPacer(paceMs)
  let finished: AttemptRecord[] = []
  let oldestFinishedMs = 0
  let unsent: number[] = []
  let attempts = 0
  let renewAtMs = startedMs + renewAfterMs
  let emptyAsks = 0
  let ended = 0
  let aheadBy = 0
  /** Nothing is due soon; or something is wrong with us, so that somebody else had better go on. */
  const state = { nothingSoon: false, gaveUp: false }

  const isOutOfTime = () => state.gaveUp || paceMs() - startedMs >= limits.claimMs
  const isStopping = () => isOutOfTime() || state.nothingSoon || attempts >= limits.maxDeliveries
  const hasUnrecorded = () => finished.length + unsent.length > 0 && retries.failures() < patience
  const room = () => limits.runConcurrency + aheadBy - held.size
  /** As long as more is at hand to be sent, results may gather: a few large statements cost half of many small ones. */
  const recordAtMs = () =>
    waiting.length > 0 && finished.length < limits.runConcurrency && unsent.length === 0 ? oldestFinishedMs + gatherMs : 0
  const wantsClaim = () => !isStopping() && room() > 0 && claims.atMs() !== null

  async function run(delivery: ClaimedDelivery): Promise<void> {
    try {
      // Not in one expression: `finished` is another array by the time the attempt has ended.
      const result = await attemptDelivery(delivery, dependencies)
      if (finished.length === 0) oldestFinishedMs = paceMs()
      finished.push(result)
    } catch (error) {
      // Not the destination's fault and not a verdict on the delivery. It goes back, and this invocation takes on no
      // more: whatever is wrong here would meet the same delivery again at once.
      log('error', 'a delivery was given back', { delivery: delivery.deliveryId, error: errorText(error) })
      unsent.push(delivery.leaseToken)
      state.gaveUp = true
    }
    inFlight--
    ended++
    fillSlots()
    bell.ring()
  }

  function fillSlots(): void {
    if (isOutOfTime() && waiting.length > 0) {
      attempts -= waiting.length
      unsent.push(...waiting.map(({ leaseToken }) => leaseToken))
      waiting = []
    }
    for (const delivery of waiting.splice(0, limits.runConcurrency - inFlight)) {
      inFlight++
      void run(delivery)
    }
  }

  /** Records what has ended, and claims as much as that makes room for: one statement, so one commit for both. */
  async function exchange(): Promise<void> {
    const batch = finished
    const tokens = unsent
    finished = []
    unsent = []
    const asks = batch.length > 0 || claims.isDue()
    const freed = room() + batch.length + tokens.length
    const limit = isStopping() || !asks ? 0 : Math.max(0, Math.min(freed, limits.maxDeliveries - attempts))
    const endedBefore = ended
    let claimed: ClaimedDelivery[]
    try {
      if (tokens.length > 0) await database.release(worker, tokens)
      const answer = await database.exchange(batch, worker, limit, jobId, limits)
      claimed = answer.claimed
      if (jobId !== null && answer.finishedJobs.includes(jobId)) state.nothingSoon = true
      if (answer.rejected.length > 0) log('warn', 'results came after their lease had gone', { deliveries: answer.rejected })
    } catch (error) {
      finished = [...batch, ...finished]
      unsent = [...tokens, ...unsent]
      throw error
    }
    for (const token of [...tokens, ...batch.map(({ lease_token: token }) => token)]) held.delete(token)
    // Twice as many ahead as ended meanwhile: enough to keep the slots busy through the next exchange, and next to none
    // while destinations are slow, when another worker had better take them.
    aheadBy = Math.min(2 * (ended - endedBefore), aheadTimes * limits.runConcurrency)
    // A short answer: nothing more is due, or what is due waits for a host or a run that is busy. The next result makes
    // room, and what comes later is asked for below, or known from a retry.
    if (limit > 0) claims.next(claimed.length < limit ? null : 0)
    for (const { retry_in_ms: delay } of batch) {
      if (delay !== null && delay <= limits.longestWaitMs) claims.noLaterThan(delay)
    }
    take(claimed)
  }

  function take(claimed: readonly ClaimedDelivery[]): void {
    if (claimed.length === 0) return
    emptyAsks = 0
    attempts += claimed.length
    if (held.size === 0) renewAtMs = paceMs() + renewAfterMs
    for (const { leaseToken } of claimed) held.add(leaseToken)
    waiting.push(...claimed)
    fillSlots()
  }

  /** Asked only when there is nothing else to do. Waits grow, so that a busy site of another worker is not polled hard. */
  async function askForMore(): Promise<void> {
    const wait = await database.nextWaitMs(jobId)
    if (wait === null || wait > limits.longestWaitMs) state.nothingSoon = true
    else claims.next(Math.max(wait, Math.min(20 * 2 ** emptyAsks++, 1_000)))
  }

  async function renew(): Promise<void> {
    await database.renew(worker, [...held])
  }

  let stepping = false
  let renewing = false

  /** Runs one step beside the sending; a failure is tried again later, a few times. */
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

  function pause(): Promise<void> {
    const times: number[] = []
    if (!stepping && (hasUnrecorded() || wantsClaim())) {
      times.push(Math.max(retries.atMs() ?? 0, hasUnrecorded() ? recordAtMs() : (claims.atMs() ?? 0)))
    }
    if (!stepping && !retries.isDue()) times.push(retries.atMs() ?? 0)
    if (held.size > 0) times.push(renewAtMs)
    return bell.wait(times.length > 0 ? Math.min(...times) - paceMs() : null, dependencies.sleep)
  }

  for (;;) {
    const worthIt = hasUnrecorded() ? paceMs() >= recordAtMs() : wantsClaim() && claims.isDue()
    if (!stepping && retries.isDue() && worthIt) {
      stepping = true
      step(exchange, retries, () => (stepping = false))
    }
    if (!renewing && held.size > 0 && paceMs() >= renewAtMs) {
      renewing = true
      renewAtMs = paceMs() + renewAfterMs
      step(renew, createPacer(paceMs), () => (renewing = false))
    }
    if (!stepping && inFlight === 0 && !hasUnrecorded()) {
      if (isStopping()) break
      if (!wantsClaim() && retries.isDue()) {
        stepping = true
        step(askForMore, retries, () => (stepping = false))
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
