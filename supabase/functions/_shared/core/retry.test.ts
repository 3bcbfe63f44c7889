import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { backoffDelay, decideRetry, describeOutcome, parseRetryAfter, type AttemptOutcome } from './retry.ts'

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

  it('keeps every delay within its bounds', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.double({ min: 0, max: 0.999999, noNaN: true }), (attempt, random) => {
        const base = Math.min([500, 1_000, 2_000][attempt - 1] ?? 2_000 * 2 ** (attempt - 3), 300_000)
        const delay = backoffDelay(attempt, random)
        expect(delay).toBeGreaterThanOrEqual(Math.floor(base * 0.8))
        expect(delay).toBeLessThanOrEqual(Math.ceil(base * 1.2))
      }),
    )
  })

  it('never waits longer than an hour, whatever the destination asks', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.nat().map(String), fc.date().map(String)), (header) => {
        const decision = decide(response(503, header))
        expect(decision).toMatchObject({ kind: 'retry' })
        if (decision.kind === 'retry') expect(decision.delayMs).toBeLessThanOrEqual(3_600_000)
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
