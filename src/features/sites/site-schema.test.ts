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
})
