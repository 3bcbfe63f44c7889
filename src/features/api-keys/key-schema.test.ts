import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { endOfDay, firstValues, keySchema, toDraft } from '@/features/api-keys/key-schema'

const problems = (values: object) => {
  const parsed = keySchema.safeParse({ ...firstValues(), name: 'Build', ...values })
  return parsed.success ? [] : parsed.error.issues.map(({ path }) => path.join('.'))
}

beforeEach(() => {
  vi.useFakeTimers({ now: new Date(2026, 10, 21, 12), toFake: ['Date'] })
})
afterEach(() => {
  vi.useRealTimers()
})

describe('keySchema', () => {
  it.each([
    [{}, []],
    [{ name: '  ' }, ['name']],
    [{ name: 'x'.repeat(121) }, ['name']],
    [{ scopes: [] }, ['scopes']],
    [{ expiry: 'date' }, ['date']],
    [{ expiry: 'date', date: '2026-11-20' }, ['date']],
    [{ expiry: 'date', date: '2026-11-21' }, []],
    [{ expiry: 'date', date: '2026-02-30' }, ['date']],
    [{ expiry: 'date', date: '2099-01-01' }, ['date']],
    [{ expiry: 'never', date: 'whatever' }, []],
  ])('%j: %j', (values, paths) => {
    expect(problems(values)).toEqual(paths)
  })
})

it('writes the end of a key as a moment', () => {
  const values = { ...firstValues(), name: 'Build' }
  expect(toDraft({ ...values, expiry: 'never' }).expiresAt).toBeNull()
  expect(toDraft({ ...values, expiry: '30' }).expiresAt).toBe(new Date(2026, 11, 21, 12).toISOString())
  expect(toDraft({ ...values, expiry: 'date', date: '2026-12-24' }).expiresAt).toBe(new Date(2026, 11, 24, 23, 59, 59).toISOString())
  expect(toDraft({ ...values, expiry: 'date', date: '' }).expiresAt).toBeNull()
})

it('knows a day', () => {
  expect(endOfDay('2026-12-24')).toBe(new Date(2026, 11, 24, 23, 59, 59).getTime())
  expect(['', 'soon', '2026-13-01', '2026-04-31', '24.12.2026'].map(endOfDay)).toEqual([null, null, null, null, null])
})
