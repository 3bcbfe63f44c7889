import { describe, expect, it } from 'vitest'
import { siteSchema, toDraft, toFormValues } from '@/features/sites/site-schema'

const values = { ...toFormValues(null), name: 'Google', slug: 'google' }
const problem = (change: Partial<typeof values>) => {
  const result = siteSchema.safeParse({ ...values, ...change })
  return result.success ? null : result.error.issues[0]?.path[0]
}

describe('siteSchema', () => {
  it('takes what the table takes', () => {
    expect(problem({})).toBeNull()
    expect(problem({ destination: 'url', address: 'http://localhost:9000/in?x=1' })).toBeNull()
    expect(problem({ slug: 'two--hyphens' })).toBe('slug')
    expect(problem({ name: '   ' })).toBe('name')
    expect(problem({ destination: 'url', address: 'ftp://example.com' })).toBe('address')
    expect(problem({ destination: 'url', address: '' })).toBe('address')
    expect(problem({ failureRate: 101 })).toBe('failureRate')
    expect(problem({ failureRate: Number.NaN })).toBe('failureRate')
  })

  it('takes the delivery policies that the table takes', () => {
    expect(problem({ maxAttempts: 10, firstRetryMs: 60_000, timeoutSeconds: 30, requestsPerMinute: '6000' })).toBeNull()
    expect(problem({ maxAttempts: 1, firstRetryMs: 100, timeoutSeconds: 1, requestsPerMinute: '1' })).toBeNull()
    for (const maxAttempts of [0, 11, 2.5, Number.NaN]) expect(problem({ maxAttempts })).toBe('maxAttempts')
    for (const firstRetryMs of [99, 60_001]) expect(problem({ firstRetryMs })).toBe('firstRetryMs')
    for (const timeoutSeconds of [0, 31]) expect(problem({ timeoutSeconds })).toBe('timeoutSeconds')
    for (const requestsPerMinute of ['0', '6001', 'many', '1e3', '-1']) expect(problem({ requestsPerMinute })).toBe('requestsPerMinute')
    const url = { destination: 'url', address: 'https://example.com/in' } as const
    expect(problem({ ...url, stateUrl: 'https://example.com/state' })).toBeNull()
    expect(problem({ ...url, stateUrl: 'example.com' })).toBe('stateUrl')
    expect(problem({ destination: 'built-in', stateUrl: 'example.com' })).toBeNull()
  })

  it('does not mind an address that is not used', () => {
    expect(problem({ destination: 'built-in', address: 'nonsense' })).toBeNull()
  })
})

describe('toDraft', () => {
  it('simulates failures with the built-in receiver only', () => {
    const draft = toDraft({ ...values, destination: 'url', address: 'HTTPS://example.com/In', failureRate: 15, failNext: true })
    expect(draft).toMatchObject({ destination_url: 'https://example.com/In', failure_rate: 0, fail_next: 0, region: null })
    expect(toDraft({ ...values, failureRate: 15, failNext: true })).toMatchObject({ destination_url: null, failure_rate: 15, fail_next: 1 })
  })

  it('says no limit and no state address as null', () => {
    const policy = { maxAttempts: 6, firstRetryMs: 250, timeoutSeconds: 5 }
    expect(toDraft({ ...values, ...policy, requestsPerMinute: ' ', stateUrl: 'https://example.com' })).toMatchObject({
      max_attempts: 6, first_retry_ms: 250, timeout_seconds: 5, requests_per_minute: null, state_url: null,
    })
    const url = { destination: 'url', address: 'https://example.com/in' } as const
    expect(toDraft({ ...values, ...url, requestsPerMinute: '90', stateUrl: 'HTTPS://example.com/State' })).toMatchObject({
      requests_per_minute: 90, state_url: 'https://example.com/State',
    })
  })
})
