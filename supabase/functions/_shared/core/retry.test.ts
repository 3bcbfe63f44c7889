import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  backoffDelay,
  baseDelay,
  decideRetry,
  defaultFirstRetryMs,
  describeOutcome,
  maxBackoffMs,
  maxRetryAfterMs,
  parseRetryAfter,
  type AttemptOutcome,
} from './retry.ts'

const now = Date.parse('2026-11-21T08:00:00Z')

function response(statusCode: number, retryAfter: string | null = null, body = ''): AttemptOutcome {
  return { kind: 'response', statusCode, retryAfter, body }
}

function decide(outcome: AttemptOutcome, attempt = 1, random = 0.5) {
  return decideRetry(outcome, { attempt, maxAttempts: 4, nowMs: now, random })
}

describe('decideRetry', () => {
  it.each([200, 201, 204, 299])('%i is a success', (status) => {
    expect(decide(response(status))).toEqual({ kind: 'success' })
  })

  it.each([408, 425, 429, 500, 502, 503, 504, 599])('%i is tried again', (status) => {
    expect(decide(response(status))).toMatchObject({ kind: 'retry', delayMs: 500 })
  })

  it.each([400, 401, 403, 404, 405, 409, 410, 413, 422, 451])('%i is final', (status) => {
    expect(decide(response(status))).toEqual({ kind: 'failed', reason: `${status} from destination` })
  })

  it.each([300, 301, 302, 303, 304, 307, 308])('%i is final, because redirects are not followed', (status) => {
    expect(decide(response(status))).toEqual({
      kind: 'failed',
      reason: `${status} from destination: redirects are not followed`,
    })
  })

  it('tries again after a timeout or a network error, and not after a refusal of our own', () => {
    expect(decide({ kind: 'timeout', afterMs: 10_000 })).toMatchObject({ kind: 'retry' })
    expect(decide({ kind: 'network', code: 'connection_refused', detail: '' })).toMatchObject({ kind: 'retry' })
    expect(decide({ kind: 'refused', reason: 'not public' })).toEqual({ kind: 'failed', reason: 'refused: not public' })
  })

  it('waits 500 ms, 1 s, 2 s and then has tried enough', () => {
    expect([1, 2, 3].map((attempt) => decide(response(500), attempt))).toEqual([
      { kind: 'retry', delayMs: 500, reason: '500 from destination' },
      { kind: 'retry', delayMs: 1_000, reason: '500 from destination' },
      { kind: 'retry', delayMs: 2_000, reason: '500 from destination' },
    ])
    expect(decide(response(500), 4)).toEqual({ kind: 'failed', reason: '500 from destination' })
  })

  it('waits as long as Retry-After asks, up to an hour, and never less than its own backoff', () => {
    expect(decide(response(503, '7'))).toMatchObject({ delayMs: 7_000 })
    expect(decide(response(429, 'Sat, 21 Nov 2026 08:00:30 GMT'))).toMatchObject({ delayMs: 30_000 })
    expect(decide(response(503, '86400'))).toMatchObject({ delayMs: 3_600_000 })
    expect(decide(response(503, '0'))).toMatchObject({ delayMs: 500 })
    expect(decide(response(503, 'Sat, 21 Nov 2020 08:00:30 GMT'))).toMatchObject({ delayMs: 500 })
    expect(decide(response(503, 'whenever'))).toMatchObject({ delayMs: 500 })
  })

  it('takes the first delay from the site, and doubles it up to 5 minutes', () => {
    const delays = (firstRetryMs: number) =>
      [1, 2, 3, 4, 9].map((attempt) => {
        const decision = decideRetry(response(500), { attempt, maxAttempts: 10, firstRetryMs, nowMs: now, random: 0 })
        return decision.kind === 'retry' ? decision.delayMs : null
      })
    expect(delays(100)).toEqual([80, 160, 320, 640, 20_480])
    expect(delays(60_000)).toEqual([48_000, 96_000, 192_000, 240_000, 240_000])
    expect(defaultFirstRetryMs).toBe(500)
  })
})

/** All that a site may be set to, and more attempts than any has. */
const anyAttempt = fc.integer({ min: 1, max: 2_000 })
const anyFirst = fc.integer({ min: 100, max: 60_000 })
const anyRandom = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

describe('by properties', () => {
  it('the base doubles and never falls', () => {
    fc.assert(
      fc.property(anyAttempt, anyFirst, (attempt, first) => {
        const [base, next] = [baseDelay(attempt, first), baseDelay(attempt + 1, first)]
        expect(baseDelay(1, first)).toBe(first)
        expect(next).toBe(Math.min(2 * base, maxBackoffMs))
        expect(next).toBeGreaterThanOrEqual(base)
      }),
    )
  })

  it('every backoff is within 20 % of its base, and 5 minutes at the most', () => {
    fc.assert(
      fc.property(anyAttempt, anyFirst, anyRandom, (attempt, first, random) => {
        const base = baseDelay(attempt, first)
        const delay = backoffDelay(attempt, random, first)
        expect(Number.isInteger(delay)).toBe(true)
        expect(delay).toBeGreaterThanOrEqual(Math.round(base * 0.8))
        expect(delay).toBeLessThanOrEqual(Math.min(Math.round(base * 1.2), maxBackoffMs))
      }),
    )
  })

  it('jitter spreads at the cap too: two draws that differ visibly are two delays', () => {
    fc.assert(
      fc.property(anyAttempt, anyFirst, fc.integer({ min: 0, max: 8 }), (attempt, first, tenth) => {
        const [less, more] = [tenth / 10, (tenth + 1) / 10]
        expect(backoffDelay(attempt, more, first)).toBeGreaterThan(backoffDelay(attempt, less, first))
      }),
    )
  })

  it('Retry-After is a minimum up to an hour, whatever stands in it, and no delay is negative or without end', () => {
    const header = fc.oneof(fc.constant(null), fc.string(), fc.nat().map(String), fc.bigInt({ min: 0n }).map(String), fc.date().map(String),
      fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()))
    const status = fc.constantFrom(408, 425, 429, 500, 503, 599)
    fc.assert(
      fc.property(status, header, anyAttempt, anyFirst, anyRandom, (statusCode, retryAfter, attempt, firstRetryMs, random) => {
        const context = { attempt, maxAttempts: attempt + 1, firstRetryMs, nowMs: now, random }
        const decision = decideRetry(response(statusCode, retryAfter), context)
        if (decision.kind !== 'retry') throw new Error(`${statusCode} is to be tried again`)
        const backoff = backoffDelay(attempt, random, firstRetryMs)
        const asked = parseRetryAfter(retryAfter, now)
        expect(decision.delayMs).toBe(Math.max(backoff, Math.min(asked ?? 0, maxRetryAfterMs)))
        expect(decision.delayMs).toBeGreaterThan(0)
        expect(decision.delayMs).toBeLessThanOrEqual(maxRetryAfterMs)
      }),
    )
  })

  it('the last attempt is final, whatever came of it', () => {
    fc.assert(
      fc.property(anyAttempt, fc.integer({ min: 100, max: 599 }), fc.nat(3), anyRandom, (maxAttempts, status, beyond, random) => {
        const decision = decideRetry(response(status), { attempt: maxAttempts + beyond, maxAttempts, nowMs: now, random })
        expect(decision.kind).toBe(status >= 200 && status < 300 ? 'success' : 'failed')
      }),
    )
  })
})

describe('parseRetryAfter', () => {
  it('reads seconds and the three forms of an HTTP date', () => {
    expect(parseRetryAfter(' 120 ', now)).toBe(120_000)
    expect(parseRetryAfter('Sat, 21 Nov 2026 08:01:00 GMT', now)).toBe(60_000)
    expect(parseRetryAfter('Saturday, 21-Nov-26 08:01:00 GMT', now)).toBe(60_000)
    expect(parseRetryAfter('Sat, 21 Nov 2026 07:00:00 GMT', now)).toBe(0)
    for (const text of [null, '', '-5', '1.5', '2026-11-21', 'Sat']) expect(parseRetryAfter(text, now)).toBeNull()
  })
})

describe('describeOutcome', () => {
  it('speaks plainly', () => {
    const words: [AttemptOutcome, string][] = [
      [response(500, null, '{"error":"simulated failure"}'), '500 from destination (simulated)'],
      [response(422, null, '{"message":"no such\\n theme"}'), '422 from destination: no such theme'],
      [response(400, null, '{"error":{"message":"bad id"}}'), '400 from destination: bad id'],
      [response(502, null, '<html>Bad gateway</html>'), '502 from destination'],
      [response(500, null, '{"error":true}'), '500 from destination'],
      [response(500, null, 'null'), '500 from destination'],
      [response(200, null, '{"message":"thanks"}'), '200 accepted'],
      [response(204, null, ''), '204 accepted'],
      [response(200, null, '{"applied":true,"itemCount":2}'), '200 applied, 2 items'],
      [response(200, null, '{"applied":true,"itemCount":1}'), '200 applied, 1 item'],
      [response(200, null, '{"applied":false,"itemCount":2}'), '200 accepted, not applied: it holds something newer'],
      [{ kind: 'timeout', afterMs: 10_000 }, 'timed out after 10 s'],
      [{ kind: 'network', code: 'connection_refused', detail: 'x' }, 'refused: connection refused'],
      [{ kind: 'network', code: 'host_not_found', detail: 'x' }, 'host name not found'],
      [{ kind: 'network', code: 'tls', detail: 'certificate has expired' }, 'TLS failed: certificate has expired'],
    ]
    for (const [outcome, text] of words) expect(describeOutcome(outcome)).toBe(text)
  })

  it('quotes no more than a line of what a destination says', () => {
    const quoted = describeOutcome(response(400, null, JSON.stringify({ error: 'x'.repeat(5_000) })))
    expect(quoted.length).toBeLessThan(200)
  })
})
