import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { open, parseKeyRing, seal, type KeyRing } from './encryption.ts'

const key = () => randomBytes(32).toString('base64')
const nonce = () => new Uint8Array(randomBytes(12))
const site = 'f6f1fd65-7a0f-4e0d-9f4f-6a1c6e6f2d11'

async function ringOf(keys: Record<string, string>): Promise<KeyRing> {
  const ring = await parseKeyRing(JSON.stringify(keys))
  if (!ring.ok) throw new Error(ring.error.message)
  return ring.value
}

describe('seal and open', () => {
  it('round trip any text', async () => {
    const ring = await ringOf({ '1': key() })
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme' }), async (text) => {
        expect(await open(ring, site, await seal(ring, site, text, nonce()))).toEqual({ ok: true, value: text })
      }),
      { numRuns: 50 },
    )
  })

  it('seal with the highest version and open with every one', async () => {
    const first = { '2': key() }
    const old = await ringOf(first)
    const sealed = await seal(old, site, 'secret', nonce())
    const rotated = await ringOf({ ...first, '10': key() })
    expect(await open(rotated, site, sealed)).toEqual({ ok: true, value: 'secret' })
    expect(await seal(rotated, site, 'secret', nonce())).toMatchObject({ keyVersion: 10 })
  })

  it('seal with a lower version where that is asked for, and still open with every one', async () => {
    const keys = { '1': key(), '2': key() }
    const text = JSON.stringify(keys)
    const [announced, taken] = await Promise.all([parseKeyRing(text, 1), parseKeyRing(text)])
    if (!announced.ok || !taken.ok) throw new Error('the keys are well formed')
    const sealed = await seal(announced.value, site, 'secret', nonce())
    expect(sealed.keyVersion).toBe(1)
    for (const one of [sealed, await seal(taken.value, site, 'secret', nonce())]) {
      expect(await open(announced.value, site, one)).toEqual({ ok: true, value: 'secret' })
    }
    expect(await parseKeyRing(text, 3)).toEqual({
      ok: false,
      error: { code: 'malformed_keys', message: 'DATASYNC_SEALING_KEY names key 3, which DATASYNC_SECRET_KEYS lacks' },
    })
  })

  it('do not open in another site, with another key, or with a bit turned', async () => {
    const ring = await ringOf({ '1': key() })
    const sealed = await seal(ring, site, 'secret', nonce())
    const unreadable = { ok: false, error: { code: 'unreadable' } }
    expect(await open(ring, site.replace('f6', 'a6'), sealed)).toMatchObject(unreadable)
    expect(await open(await ringOf({ '1': key() }), site, sealed)).toMatchObject(unreadable)
    for (let at = 0; at < sealed.ciphertext.length; at++) {
      const damaged = sealed.ciphertext.slice()
      damaged[at] = (damaged[at] ?? 0) ^ 1
      expect(await open(ring, site, { ...sealed, ciphertext: damaged })).toMatchObject(unreadable)
    }
  })

  it('name the key that is missing', async () => {
    const sealed = await seal(await ringOf({ '7': key() }), site, 'secret', nonce())
    expect(await open(await ringOf({ '1': key() }), site, sealed)).toEqual({
      ok: false,
      error: { code: 'unknown_key', message: 'the secret was sealed with key 7, which DATASYNC_SECRET_KEYS lacks' },
    })
  })
})

describe('parseKeyRing', () => {
  it('gives each key a check, by which two programs may find out that they hold the same without showing it', async () => {
    const shared = key()
    const [mine, theirs] = [await ringOf({ '1': shared, '2': key() }), await ringOf({ '1': shared, '2': key() })]
    expect(mine.checks['1']).toMatch(/^[0-9a-f]{8}$/)
    expect(mine.checks['1']).toBe(theirs.checks['1'])
    expect(mine.checks['2']).not.toBe(theirs.checks['2'])
  })

  it.each([
    [undefined, 'no_keys'],
    ['  ', 'no_keys'],
    ['{}', 'no_keys'],
    ['{', 'malformed_keys'],
    ['"k"', 'malformed_keys'],
    ['[]', 'malformed_keys'],
    [JSON.stringify({ '0': key() }), 'malformed_keys'],
    [JSON.stringify({ one: key() }), 'malformed_keys'],
    [JSON.stringify({ '1': 'c2VjcmV0' }), 'malformed_keys'],
    [JSON.stringify({ '1': 7 }), 'malformed_keys'],
  ])('%j is refused as %s', async (text, code) => {
    const ring = await parseKeyRing(text)
    expect(ring).toMatchObject({ ok: false, error: { code } })
    expect(JSON.stringify(ring)).not.toContain('c2VjcmV0')
  })
})
