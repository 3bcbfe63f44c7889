import { describe, expect, it } from 'vitest'
import { attemptWords, outcomeWords, payloadWords, retryWords, shortHash } from './delivery-words.ts'
import type { Delivery } from './live/shapes.ts'

const delivery = (over: Partial<Delivery> = {}): Delivery => ({
  id: 'd', siteId: 's', targetId: 's', name: 'Google', slug: 'google', status: 'queued', reason: '', attempts: 1, maxAttempts: 4, nextAttemptAt: null,
  statusCode: null, durationMs: null, itemCount: 2, bodyBytes: 1100, finishedAt: null, ...over,
})

describe('the words of a delivery', () => {
  it('tells what is sent', () => {
    expect(payloadWords(delivery())).toBe('2 items · 1.1 kB')
    expect(payloadWords(delivery({ itemCount: 1, bodyBytes: 573 }))).toBe('1 item · 573 B')
  })
  it.each([
    [delivery(), 'waiting for its turn'],
    [delivery({ status: 'sending' }), ''],
    [delivery({ status: 'sending', attempts: 2 }), 'attempt 2 of 4'],
    [delivery({ status: 'success', statusCode: 200, durationMs: 41 }), '200 in 41 ms'],
    [delivery({ status: 'success', statusCode: 200, durationMs: 41, attempts: 2 }), '200 in 41 ms, at attempt 2'],
    [delivery({ status: 'failed', reason: '503 from destination', attempts: 4 }), '503 from destination, 4 attempts'],
    [delivery({ status: 'failed', reason: '401 from destination' }), '401 from destination'],
    [delivery({ status: 'skipped', reason: 'unchanged since the last accepted delivery' }), 'unchanged since the last accepted delivery'],
    [delivery({ status: 'superseded', reason: 'superseded by run 8' }), 'superseded by run 8'],
  ])('%# tells what became of it', (value, words) => {
    expect(outcomeWords(value)).toBe(words)
  })
  it('counts down to the next attempt, and never below zero', () => {
    expect(retryWords({ attempts: 1, maxAttempts: 4 }, 561)).toBe('attempt 2 of 4 in 0.6 s')
    expect(retryWords({ attempts: 1, maxAttempts: 4 }, -20)).toBe('attempt 2 of 4 now')
    expect(retryWords({ attempts: 1, maxAttempts: 4 }, 125_000)).toBe('attempt 2 of 4 in 2 min 5 s')
    expect(retryWords({ attempts: 4, maxAttempts: 4 }, 100)).toBe('attempt 4 of 4 in 0.1 s')
  })
  it('sums up the attempts of a run', () => {
    expect(attemptWords({ attempts: 12, p50Ms: 41, p95Ms: 1200 })).toBe('12 attempts, median 41 ms, p95 1.2 s')
    expect(attemptWords({ attempts: 1, p50Ms: null, p95Ms: null })).toBe('1 attempt')
  })
  it('shortens a hash to what tells two apart', () => {
    expect(shortHash('9f3c00000000000000e1')).toBe('9f3c…e1')
    expect(shortHash('9f3c')).toBe('9f3c')
  })
})
