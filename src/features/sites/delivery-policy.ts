import type { DeliveryPolicy } from '@/features/sites/queries/sites'
import { count, formatDuration, formatNumber } from '@/lib/format'

/** The defaults of the table `sites`. */
export const DEFAULT_POLICY: DeliveryPolicy = { maxAttempts: 4, firstRetryMs: 500, timeoutSeconds: 10, requestsPerMinute: null, stateUrl: null }

/** The checks of the table `sites`, as the form asks for them. */
export const POLICY_LIMITS = {
  maxAttempts: { min: 1, max: 10 },
  firstRetryMs: { min: 100, max: 60_000 },
  timeoutSeconds: { min: 1, max: 30 },
  requestsPerMinute: { min: 1, max: 6000 },
} as const

const LONGEST_WAIT_MS = 300_000

export function isDefaultPolicy(policy: DeliveryPolicy): boolean {
  return (Object.keys(DEFAULT_POLICY) as (keyof DeliveryPolicy)[]).every((key) => policy[key] === DEFAULT_POLICY[key])
}

/** Milliseconds before each retry; the engine adds a jitter of 20 % either way. */
export function retryWaits({ maxAttempts, firstRetryMs }: Pick<DeliveryPolicy, 'maxAttempts' | 'firstRetryMs'>): number[] {
  return Array.from({ length: Math.max(0, maxAttempts - 1) }, (_, index) => Math.min(firstRetryMs * 2 ** index, LONGEST_WAIT_MS))
}

/** "retries after 500 ms, 1 s, 2 s", and of many the first and the last: "500 ms, 1 s … 5 min". */
export function retryWords(policy: Pick<DeliveryPolicy, 'maxAttempts' | 'firstRetryMs'>): string {
  const waits = retryWaits(policy).map(formatDuration)
  if (waits.length === 0) return 'no retry'
  const shown = waits.length <= 4 ? waits.join(', ') : `${waits.slice(0, 2).join(', ')} … ${waits.at(-1) ?? ''}`
  return `${waits.length === 1 ? 'retry' : 'retries'} after ${shown}`
}

export function limitWords(requestsPerMinute: number | null): string {
  return requestsPerMinute === null ? 'no limit of requests' : `at most ${formatNumber(requestsPerMinute)} ${requestsPerMinute === 1 ? 'request' : 'requests'} a minute`
}

/** "4 attempts (retries after 500 ms, 1 s, 2 s), 10 s for each, no limit of requests." */
export function policySentence(policy: DeliveryPolicy): string {
  return `${count('attempt', policy.maxAttempts)} (${retryWords(policy)}), ${policy.timeoutSeconds} s for each, ${limitWords(policy.requestsPerMinute)}.`
}
