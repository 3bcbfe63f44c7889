import { describe, expect, it } from 'vitest'
import { keysSentence, keyState } from '@/features/api-keys/key-words'

const now = Date.parse('2026-11-21T12:00:00Z')
const at = (days: number) => new Date(now + days * 86_400_000).toISOString()

describe('keyState', () => {
  it.each([
    [null, null, 'active'],
    [null, at(15), 'active'],
    [null, at(14), 'expiring'],
    [null, at(0), 'expired'],
    [null, at(-1), 'expired'],
    [at(-2), null, 'revoked'],
    [at(-2), at(-1), 'revoked'],
  ])('revoked %s, expires %s: %s', (revokedAt, expiresAt, state) => {
    expect(keyState({ revokedAt, expiresAt }, now)).toBe(state)
  })
})

it.each([
  [['expired', 'revoked'], 'No key works at the moment'],
  [['active', 'revoked'], '1 key works'],
  [['expiring'], '1 key works, and it expires soon'],
  [['active', 'active', 'expiring'], '3 keys work, 1 expires soon'],
  [['active', 'expiring', 'expiring'], '3 keys work, 2 expire soon'],
] as const)('%j: %s', (states, sentence) => {
  expect(keysSentence(states)).toBe(sentence)
})
