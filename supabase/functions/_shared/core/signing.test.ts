import fc from 'fast-check'
import { Webhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import {
  importSecret,
  parseCount,
  secretFromBytes,
  sign,
  signatureHeaders,
  signSequenced,
  verify,
  verifySequenced,
  type SigningKey,
} from './signing.ts'
import { utf8 } from './bytes.ts'

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const vector = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: 1614265330, body: '{"test": 2432232314}' }
const vectorSignature = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
const vectorNow = vector.timestamp * 1000

async function keyOf(text: string): Promise<SigningKey> {
  const imported = await importSecret(text)
  if (!imported.ok) throw new Error(imported.error.message)
  return imported.value
}

function received(signature: string | null, changes: object = {}) {
  return { id: vector.id, timestamp: String(vector.timestamp), body: vector.body, signature, ...changes }
}

const secretText = fc.uint8Array({ minLength: 24, maxLength: 64 }).map(secretFromBytes)
const messageId = fc.stringMatching(/^msg_[A-Za-z0-9]{1,24}$/)
const clock = fc.integer({ min: 0, max: 4_000_000_000 })
const sequenced = fc.record({
  id: messageId,
  timestamp: clock,
  sequence: fc.nat(),
  body: fc.string({ unit: 'grapheme', minLength: 1 }),
})

describe('the published vector of Standard Webhooks', () => {
  it('is what we sign', async () => {
    expect(await sign([await keyOf(secret)], vector)).toBe(vectorSignature)
  })

  it('is the same for text and for bytes', async () => {
    expect(await sign([await keyOf(secret)], { ...vector, body: utf8(vector.body) })).toBe(vectorSignature)
  })

  it('is verified, with and without the prefix of the secret', async () => {
    for (const text of [secret, secret.slice('whsec_'.length)]) {
      expect(await verify([await keyOf(text)], received(vectorSignature), vectorNow)).toEqual({ ok: true })
    }
  })
})

describe('npm standardwebhooks', () => {
  it('verifies whatever we sign, with either secret of a rotation', async () => {
    const now = Math.floor(Date.now() / 1000)
    await fc.assert(
      fc.asyncProperty(secretText, secretText, messageId, fc.json(), async (fresh, old, id, body) => {
        const message = { id, timestamp: now, body, sequence: 1 }
        const headers = await signatureHeaders([await keyOf(fresh), await keyOf(old)], message)
        expect(new Webhook(fresh).verify(body, { ...headers })).toEqual(JSON.parse(body))
        expect(new Webhook(old).verify(body, { ...headers })).toEqual(JSON.parse(body))
      }),
      { numRuns: 40 },
    )
  })

  it('signs what we verify', async () => {
    const signature = new Webhook(secret).sign(vector.id, new Date(vectorNow), vector.body)
    expect(await verify([await keyOf(secret)], received(signature), vectorNow)).toEqual({ ok: true })
  })
})

describe('verify', () => {
  it('answers missing and malformed headers', async () => {
    const keys = [await keyOf(secret)]
    for (const changes of [{ id: null }, { timestamp: null }, { signature: null }, { signature: '' }]) {
      expect(await verify(keys, received(vectorSignature, changes), vectorNow)).toMatchObject({
        error: { code: 'missing_headers' },
      })
    }
    for (const timestamp of ['soon', '-1', '1e9', '01', ' 1', '1.5', '99999999999999999999']) {
      expect(await verify(keys, received(vectorSignature, { timestamp }), vectorNow)).toMatchObject({
        error: { code: 'malformed_headers' },
      })
    }
  })

  it('accepts 300 s to either side of the clock and no more', async () => {
    const keys = [await keyOf(secret)]
    const at = (seconds: number) => verify(keys, received(vectorSignature), vectorNow + seconds * 1000)
    expect(await at(300)).toEqual({ ok: true })
    expect(await at(-300)).toEqual({ ok: true })
    expect(await at(301)).toMatchObject({ error: { code: 'stale', message: 'stale (over 5 minutes)' } })
    expect(await at(-301)).toMatchObject({ error: { code: 'too_new' } })
  })

  it('calls a forged old message forged, not old', async () => {
    const keys = [await keyOf(secret)]
    const forged = received(vectorSignature, { body: '{}' })
    expect(await verify(keys, forged, vectorNow + 999_000)).toMatchObject({ error: { code: 'signature_mismatch' } })
  })

  it('looks at every v1 signature and at no other', async () => {
    const keys = [await keyOf(secret)]
    const bare = vectorSignature.slice('v1,'.length)
    expect(await verify(keys, received(`v1,AAAA v1a,xyz ${vectorSignature}`), vectorNow)).toEqual({ ok: true })
    for (const signature of [`v2,${bare}`, bare, 'v1,', 'v1', `v1,${bare.slice(0, -1)}`, `x${vectorSignature}`]) {
      expect(await verify(keys, received(signature), vectorNow)).toMatchObject({
        error: { code: 'signature_mismatch' },
      })
    }
  })

  it('refuses when there is no secret', async () => {
    expect(await verify([], received(vectorSignature), vectorNow)).toMatchObject({ error: { code: 'no_secret' } })
  })

  it('refuses any single bit that was turned in the body', async () => {
    await fc.assert(
      fc.asyncProperty(secretText, sequenced, fc.nat(), fc.nat(7), async (text, message, place, bit) => {
        const keys = [await keyOf(text)]
        const headers = await signatureHeaders(keys, message)
        const body = utf8(message.body)
        const at = place % body.byteLength
        body[at] = (body[at] ?? 0) ^ (1 << bit)
        const names = { id: message.id, timestamp: String(message.timestamp), sequence: String(message.sequence), body }
        const now = message.timestamp * 1000
        const standard = await verify(keys, { ...names, signature: headers['webhook-signature'] }, now)
        const ours = await verifySequenced(keys, { ...names, signature: headers['x-dsign'] }, now)
        expect(standard).toMatchObject({ ok: false })
        expect(ours).toMatchObject({ ok: false })
      }),
      { numRuns: 60 },
    )
  })
})

describe('X-DSIGN', () => {
  it('has the form that receivers are told', async () => {
    const keys = [await keyOf(secret)]
    expect(await signSequenced(keys, { ...vector, sequence: 7 })).toMatch(/^v1=[0-9a-f]{64}$/)
    expect(await signSequenced([...keys, ...keys], { ...vector, sequence: 7 })).toMatch(
      /^v1=[0-9a-f]{64} v1=[0-9a-f]{64}$/,
    )
  })

  it('is the HMAC of id.sequence.timestamp.body', async () => {
    const { createHmac } = await import('node:crypto')
    const expected = createHmac('sha256', Buffer.from(secret.slice('whsec_'.length), 'base64'))
      .update(`${vector.id}.7.${vector.timestamp}.${vector.body}`)
      .digest('hex')
    expect(await signSequenced([await keyOf(secret)], { ...vector, sequence: 7 })).toBe(`v1=${expected}`)
  })

  it('round trips, and covers id, sequence and timestamp', async () => {
    await fc.assert(
      fc.asyncProperty(secretText, sequenced, fc.nat(), async (text, message, otherSequence) => {
        fc.pre(otherSequence !== message.sequence)
        const keys = [await keyOf(text)]
        const genuine = {
          id: message.id,
          timestamp: String(message.timestamp),
          sequence: String(message.sequence),
          body: message.body,
          signature: await signSequenced(keys, message),
        }
        const now = message.timestamp * 1000
        expect(await verifySequenced(keys, genuine, now)).toEqual({ ok: true })
        for (const change of [
          { id: `${message.id}x` },
          { sequence: String(otherSequence) },
          { timestamp: String(message.timestamp + 1) },
        ]) {
          expect(await verifySequenced(keys, { ...genuine, ...change }, now)).toMatchObject({
            error: { code: 'signature_mismatch' },
          })
        }
      }),
      { numRuns: 60 },
    )
  })
})

describe('secrets', () => {
  it('are whsec_ and base64 of the random bytes', () => {
    expect(secretFromBytes(new Uint8Array(32))).toBe('whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=')
    expect(() => secretFromBytes(new Uint8Array(8))).toThrow('at least 24')
  })

  it('that are not base64 are refused without being repeated', async () => {
    for (const text of ['', 'whsec_', 'whsec_!!!!', 'whsec_A', 'whsec_AA AA']) {
      const imported = await importSecret(text)
      expect(imported).toMatchObject({ ok: false, error: { code: 'malformed_secret' } })
      expect(JSON.stringify(imported)).not.toContain('!!!!')
    }
  })
})

describe('parseCount', () => {
  it('takes what String() makes of a whole number, and nothing else', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (count) => {
        expect(parseCount(String(count))).toBe(count)
      }),
    )
    for (const text of ['', '-1', '+1', '01', '1.0', '0x1', '9007199254740993', '1 ']) expect(parseCount(text)).toBeNull()
  })
})
