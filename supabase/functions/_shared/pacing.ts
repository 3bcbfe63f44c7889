/** When the engine does what: without timers that outlive it, and without asking more often than something happens. */

/** Resolves after `ms`, or at once when `signal` is aborted. */
export type Sleep = (ms: number, signal: AbortSignal) => Promise<void>

const firstPauseMs = 250
const longestPauseMs = 5_000

export interface Pacer {
  /** Next due after this delay; null: not before somebody says so. */
  next: (delayMs: number | null) => void
  noLaterThan: (delayMs: number) => void
  isDue: () => boolean
  atMs: () => number | null
  succeeded: () => void
  /** Returns how many times in a row it has failed. */
  failed: () => number
  failures: () => number
}

/** When a kind of step is due, with a growing pause after failures. */
export function createPacer(nowMs: () => number): Pacer {
  let at: number | null = 0
  let failures = 0
  return {
    next(delayMs) {
      at = delayMs === null ? null : nowMs() + delayMs
    },
    noLaterThan(delayMs) {
      at = Math.min(at ?? Infinity, nowMs() + delayMs)
    },
    isDue: () => at !== null && nowMs() >= at,
    atMs: () => at,
    succeeded() {
      failures = 0
    },
    failed() {
      at = nowMs() + Math.min(firstPauseMs * 2 ** failures, longestPauseMs)
      return ++failures
    },
    failures: () => failures,
  }
}

export interface Bell {
  ring(): void
  /** Resolves at the next ring, or after `ms`; null: at the next ring only. */
  wait(ms: number | null, sleep: Sleep): Promise<void>
}

/** Wakes the loop; a ring while nobody waits is kept for the next who does. */
export function createBell(): Bell {
  let rung = false
  let wake: (() => void) | null = null
  return {
    ring() {
      rung = true
      wake?.()
    },
    async wait(ms: number | null, sleep: Sleep): Promise<void> {
      if (!rung && (ms === null || ms > 0)) {
        const timer = new AbortController()
        const ringing = new Promise<void>((resolve) => (wake = resolve))
        await Promise.race(ms === null ? [ringing] : [ringing, sleep(ms, timer.signal)])
        timer.abort()
        wake = null
      }
      rung = false
    },
  }
}
