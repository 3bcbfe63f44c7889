import { describe, expect, it } from 'vitest'
import { DEFAULT_POLICY, isDefaultPolicy, policySentence, retryWaits } from '@/features/sites/delivery-policy'

describe('a delivery policy in words', () => {
  it('says the default in one sentence', () => {
    expect(policySentence(DEFAULT_POLICY)).toBe('4 attempts (retries after 500 ms, 1 s, 2 s), 10 s for each, no limit of requests.')
    expect(isDefaultPolicy({ ...DEFAULT_POLICY })).toBe(true)
    expect(isDefaultPolicy({ ...DEFAULT_POLICY, stateUrl: 'https://example.com' })).toBe(false)
  })

  it('names the first and the last of many waits, none of them over 5 minutes', () => {
    const patient = { ...DEFAULT_POLICY, maxAttempts: 10, firstRetryMs: 60_000, requestsPerMinute: 1200 }
    expect(retryWaits(patient)).toEqual([60_000, 120_000, 240_000, ...Array.from({ length: 6 }, () => 300_000)])
    expect(policySentence(patient)).toBe('10 attempts (retries after 1 min, 2 min … 5 min), 10 s for each, at most 1,200 requests a minute.')
  })

  it('has no retry after an only attempt', () => {
    expect(policySentence({ ...DEFAULT_POLICY, maxAttempts: 1, requestsPerMinute: 1 })).toBe('1 attempt (no retry), 10 s for each, at most 1 request a minute.')
  })
})
