import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isJson, matchesTag, rateLimitHeaders, readApiKey, readIdempotencyKey, retryAfter, strongTag } from './headers.ts'

describe('If-None-Match', () => {
  const tag = strongTag('a1')

  it.each([
    ['"a1"'],
    ['W/"a1"'],
    ['*'],
    [' * '],
    ['"zz", "a1"'],
    ['"zz",W/"a1" , "yy"'],
    ['"a,b","a1"'],
    [', "a1",'],
  ])('%s names it', (field) => {
    expect(matchesTag(field, tag)).toBe(true)
  })

  it.each([[null], [''], ['"a2"'], ['a1'], ['W/a1'], ['w/"a1"'], ['"a1'], ['"x,"a1""'], ['"a1" "a2"'], ['"a1"x'], ['*, "a2"'], ['"A1"']])('%s does not', (field) => {
    expect(matchesTag(field, tag)).toBe(false)
  })

  it('finds a tag wherever it stands in a list', () => {
    const tags = fc.array(fc.stringMatching(/^[\x21\x23-\x7e]{0,8}$/).map((text) => `"${text}"`), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(tags, fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }), fc.nat(), (list, weak, at) => {
        const field = list.map((one, index) => (weak[index] === true ? `W/${one}` : one)).join(', ')
        expect(matchesTag(field, list[at % list.length] ?? '')).toBe(true)
        expect(matchesTag(field, '"not in it, as it has more than eight characters"')).toBe(false)
      }),
    )
  })
})

describe('RateLimit', () => {
  it('names the policy and what is left of it', () => {
    expect(rateLimitHeaders({ limit: 60, remaining: 59, resetS: 60 })).toEqual({
      'ratelimit-policy': '"per-key";q=60;w=60',
      ratelimit: '"per-key";r=59;t=60',
    })
  })

  it('writes whole numbers that are not negative', () => {
    expect(rateLimitHeaders({ limit: 60, remaining: -1, resetS: 0.2 }).ratelimit).toBe('"per-key";r=0;t=1')
    expect(rateLimitHeaders({ limit: 60, remaining: 0, resetS: -3 }).ratelimit).toBe('"per-key";r=0;t=0')
  })

  it('never asks to come back at once', () => {
    expect([0, 0.1, 1, 12.5].map(retryAfter)).toEqual(['1', '1', '1', '13'])
  })
})

describe('Idempotency-Key', () => {
  it('may stand in quotes or not', () => {
    expect(readIdempotencyKey('8e03978e-40d5')).toEqual({ kind: 'key', key: '8e03978e-40d5' })
    expect(readIdempotencyKey('"8e03978e-40d5"')).toEqual({ kind: 'key', key: '8e03978e-40d5' })
    expect(readIdempotencyKey('"a\\"b\\\\c"')).toEqual({ kind: 'key', key: 'a"b\\c' })
    expect(readIdempotencyKey('x'.repeat(255))).toEqual({ kind: 'key', key: 'x'.repeat(255) })
    expect(readIdempotencyKey(null)).toEqual({ kind: 'none' })
  })

  it.each([[''], ['""'], ['"a'], ['"a"b"'], ['a b'], ['"a b"'], ['a, b'], ['é'], ['x'.repeat(256)], [`"${'x'.repeat(256)}"`]])('%s is malformed', (field) => {
    expect(readIdempotencyKey(field)).toEqual({ kind: 'bad' })
  })
})

it('reads a key from a bearer token, and knows what cannot be one', () => {
  const key = `ds_0123abcd_${'0'.repeat(48)}`
  expect(readApiKey(`Bearer ${key}`)).toBe(key)
  expect(readApiKey(`bearer  ${key}`)).toBe(key)
  expect([null, '', 'Basic YTpi', 'Bearer', 'Bearer a b'].map(readApiKey)).toEqual([null, null, null, null, null])
  expect([`${key}0`, key.toUpperCase(), 'eyJhbGciOi', 'ds_', key.slice(3)].map((token) => readApiKey(`Bearer ${token}`))).toEqual(['', '', '', '', ''])
})

it('knows JSON by its media type', () => {
  expect(['application/json', 'Application/JSON; charset=utf-8', 'application/vnd.api+json'].map(isJson)).toEqual([true, true, true])
  expect([null, '', 'text/json', 'application/jsonp', 'application/x-www-form-urlencoded'].map(isJson)).toEqual([false, false, false, false, false])
})
