import type { Delivery, Job } from '@/features/jobs/live/shapes'
import { count, formatBytes, formatDuration } from '@/lib/format'

const OPEN = new Set(['queued', 'sending', 'retrying'])

/** Its result is still to come. */
export function isOpen({ status }: Pick<Delivery, 'status'>): boolean {
  return OPEN.has(status)
}

/** "2 items · 1.1 kB": what is sent. */
export function payloadWords({ itemCount, bodyBytes }: Pick<Delivery, 'itemCount' | 'bodyBytes'>): string {
  return `${count('item', itemCount)} · ${formatBytes(bodyBytes)}`
}

/** What became of it, after `payloadWords`; empty while there is nothing to add. A waiting retry tells its own story (it counts down). */
export function outcomeWords(delivery: Delivery): string {
  const { status, reason, statusCode, durationMs, attempts, maxAttempts } = delivery
  switch (status) {
    case 'queued':
      return 'waiting for its turn'
    case 'sending':
      return attempts > 1 ? `attempt ${attempts} of ${maxAttempts}` : ''
    case 'success': {
      const answer = durationMs === null ? 'accepted' : `${statusCode ?? 'accepted'} in ${formatDuration(durationMs)}`
      return attempts > 1 ? `${answer}, at attempt ${attempts}` : answer
    }
    case 'failed':
      return attempts > 1 ? `${reason}, ${attempts} attempts` : reason
    default:
      return reason
  }
}

/** "attempt 2 of 4 in 0.6 s", and without a number once the time has come. */
export function retryWords({ attempts, maxAttempts }: Pick<Delivery, 'attempts' | 'maxAttempts'>, remainingMs: number): string {
  const attempt = `attempt ${Math.min(attempts + 1, maxAttempts)} of ${maxAttempts}`
  if (remainingMs <= 0) return `${attempt} now`
  // A receiver may ask for an hour (Retry-After): nobody counts that in tenths.
  return remainingMs < 60_000 ? `${attempt} in ${(Math.ceil(remainingMs / 100) / 10).toFixed(1)} s` : `${attempt} in ${formatDuration(remainingMs)}`
}

/** The first and the last characters of a hash: enough to tell two apart by eye. */
export function shortHash(hash: string): string {
  return hash.length <= 10 ? hash : `${hash.slice(0, 4)}…${hash.slice(-2)}`
}

/** "12 attempts, median 41 ms, p95 120 ms": of a run that has ended. */
export function attemptWords({ attempts, p50Ms, p95Ms }: Pick<Job, 'attempts' | 'p50Ms' | 'p95Ms'>): string {
  return [count('attempt', attempts), p50Ms === null ? '' : `median ${formatDuration(p50Ms)}`, p95Ms === null ? '' : `p95 ${formatDuration(p95Ms)}`].filter(Boolean).join(', ')
}
