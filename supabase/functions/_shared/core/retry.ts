import { formatDuration } from './format.ts'

/** What to do after an attempt. The times are in milliseconds. */

/** Before the second attempt, where a site says nothing else; it doubles before each further one. */
export const defaultFirstRetryMs = 500

/** No backoff is longer, jitter included. */
export const maxBackoffMs = 300_000

/** Spreads a delay over 80 to 120 %, so that deliveries that failed together do not come back together. */
export const jitter = 0.2

/** A destination that asks for more time than this is tried again after this. */
export const maxRetryAfterMs = 3_600_000

export type NetworkErrorCode =
  | 'connection_refused'
  | 'connection_reset'
  | 'host_not_found'
  | 'host_unreachable'
  | 'tls'
  | 'bad_response'
  | 'network'

/** What came of one HTTP request. */
export type AttemptOutcome =
  | { kind: 'response'; statusCode: number; retryAfter: string | null; body: string }
  | { kind: 'timeout'; afterMs: number }
  | { kind: 'network'; code: NetworkErrorCode; detail: string }
  /** We did not send it, and would not send it the next time either. */
  | { kind: 'refused'; reason: string }

export type RetryDecision =
  | { kind: 'success' }
  | { kind: 'retry'; delayMs: number; reason: string }
  | { kind: 'failed'; reason: string }

export interface RetryContext {
  /** The attempt that was just made, counted from 1. */
  attempt: number
  maxAttempts: number
  /** The site's own; more than 0. */
  firstRetryMs?: number
  nowMs: number
  /** In [0, 1). */
  random: number
}

const retriedBelow500: ReadonlySet<number> = new Set([408, 425, 429])

export function decideRetry(outcome: AttemptOutcome, context: RetryContext): RetryDecision {
  if (outcome.kind === 'response' && isSuccess(outcome.statusCode)) return { kind: 'success' }
  const reason = describeOutcome(outcome)
  if (!isWorthRetrying(outcome) || context.attempt >= context.maxAttempts) return { kind: 'failed', reason }
  const backoff = backoffDelay(context.attempt, context.random, context.firstRetryMs)
  const asked = outcome.kind === 'response' ? parseRetryAfter(outcome.retryAfter, context.nowMs) : null
  // The destination's wish is a minimum: jitter may not undercut it, nor may it shorten our own backoff.
  const delayMs = asked === null ? backoff : Math.max(backoff, Math.min(asked, maxRetryAfterMs))
  return { kind: 'retry', delayMs, reason }
}

export function isSuccess(statusCode: number): boolean {
  return statusCode >= 200 && statusCode < 300
}

function isWorthRetrying(outcome: AttemptOutcome): boolean {
  switch (outcome.kind) {
    case 'response':
      return outcome.statusCode >= 500 || retriedBelow500.has(outcome.statusCode)
    case 'timeout':
    case 'network':
      return true
    case 'refused':
      return false
  }
}

/** What is doubled with each attempt (from 1), before jitter. */
export function baseDelay(attempt: number, firstRetryMs = defaultFirstRetryMs): number {
  return Math.min(firstRetryMs * 2 ** (attempt - 1), maxBackoffMs)
}

/**
 * The delay after attempt `attempt` (from 1), jitter included. Where the base is near the longest backoff, the spread is
 * narrowed at its upper end instead of cut: cut, half of the deliveries would come back at the same moment.
 */
export function backoffDelay(attempt: number, random: number, firstRetryMs = defaultFirstRetryMs): number {
  const base = baseDelay(attempt, firstRetryMs)
  const least = base * (1 - jitter)
  const most = Math.min(base * (1 + jitter), maxBackoffMs)
  return Math.round(least + (most - least) * random)
}

/** Seconds or an HTTP date (RFC 9110, 10.2.3) as milliseconds from now; null when there is none or it is neither. */
export function parseRetryAfter(value: string | null, nowMs: number): number | null {
  const text = value?.trim() ?? ''
  if (/^[0-9]+$/.test(text)) return Number(text) * 1_000
  // Date.parse takes far more than HTTP dates; all of those name their month.
  if (!/^[A-Za-z]{3,9},? /.test(text)) return null
  const at = Date.parse(text)
  return Number.isNaN(at) ? null : Math.max(0, at - nowMs)
}

/** What came of an attempt, as the log says it. */
export function describeOutcome(outcome: AttemptOutcome): string {
  switch (outcome.kind) {
    case 'response':
      return describeResponse(outcome.statusCode, outcome.body)
    case 'timeout':
      return `timed out after ${formatDuration(outcome.afterMs)}`
    case 'network':
      return describeNetworkError(outcome.code, outcome.detail)
    case 'refused':
      return `refused: ${outcome.reason}`
  }
}

function describeResponse(statusCode: number, body: string): string {
  const status = `${statusCode} from destination`
  if (statusCode < 300) return receiptInBody(statusCode, body) ?? `${statusCode} accepted`
  if (statusCode < 400) return `${status}: redirects are not followed`
  const said = errorInBody(body)
  if (said === null) return status
  return said === simulatedFailure ? `${status} (simulated)` : `${status}: ${said}`
}

/** What the built-in receiver answers with when it plays a failure. */
export const simulatedFailure = 'simulated failure'

const longestQuote = 160

/** `{"applied": …, "itemCount": …}`, which our own receiver answers and any other may. */
function receiptInBody(statusCode: number, body: string): string | null {
  const { applied, itemCount } = objectIn(body) ?? {}
  if (applied === false) return `${statusCode} accepted, not applied: it holds something newer`
  if (applied !== true) return null
  if (typeof itemCount !== 'number') return `${statusCode} applied`
  return `${statusCode} applied, ${itemCount} ${itemCount === 1 ? 'item' : 'items'}`
}

/** The JSON object, or list, that a body is; null for anything else. */
export function objectIn(body: string): Record<string, unknown> | null {
  try {
    const parsed: unknown = JSON.parse(body)
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : null
  } catch {
    return null
  }
}

/** `{"error": "…"}` and its near relatives, the way that most JSON APIs say what is wrong. */
function errorInBody(body: string): string | null {
  const { error, message } = objectIn(body) ?? {}
  const nested = typeof error === 'object' && error !== null ? (error as { message?: unknown }).message : error
  const text = [nested, message].find((candidate) => typeof candidate === 'string' && candidate.trim() !== '')
  if (typeof text !== 'string') return null
  return excerpt(text)
}

/** On one line, and no longer than somebody reads. By code points: half a surrogate pair is no text, and PostgreSQL refuses it. */
export function excerpt(text: string): string {
  const line = Array.from(text.replace(/\s+/g, ' ').trim())
  return line.length > longestQuote ? `${line.slice(0, longestQuote).join('')}…` : line.join('')
}

function describeNetworkError(code: NetworkErrorCode, detail: string): string {
  switch (code) {
    case 'connection_refused':
      return 'refused: connection refused'
    case 'connection_reset':
      return 'connection closed by destination before it answered'
    case 'host_not_found':
      return 'host name not found'
    case 'host_unreachable':
      return 'destination cannot be reached'
    case 'tls':
      return `TLS failed: ${detail}`
    case 'bad_response':
      return `destination did not answer in HTTP: ${detail}`
    case 'network':
      return `network error: ${detail}`
  }
}
