import { concatBytes, constantTimeEqual, fromBase64, toBase64, toHex, utf8, type Bytes } from './bytes.ts'
import type { Problem, Result } from './result.ts'

/**
 * Signatures of deliveries. Two of them, with the same key:
 *
 * - Standard Webhooks (https://www.standardwebhooks.com): base64 HMAC-SHA256 of `id.timestamp.body`, which receivers
 *   verify with a published library;
 * - `X-DSIGN: v1=<hex>`: HMAC-SHA256 of `id.sequence.timestamp.body`, which covers the sequence too, so that an old
 *   delivery cannot be passed off as a newer one.
 *
 * While a secret is rotated both the new and the old one sign, space separated, newest first.
 */

export const secretPrefix = 'whsec_'

/** Standard Webhooks asks for 24 to 64 bytes. */
export const secretBytes = 32

/** How far a timestamp may be from the receiver's clock, in either direction. */
export const toleranceSeconds = 300

export type SigningErrorCode =
  | 'missing_headers'
  | 'malformed_headers'
  | 'malformed_secret'
  | 'no_secret'
  | 'signature_mismatch'
  | 'stale'
  | 'too_new'

export type SigningError = Problem<SigningErrorCode>

export type Verification = { ok: true } | { ok: false; error: SigningError }

/** A secret made ready: making one costs about as much as signing with it, so callers keep it. */
export interface SigningKey {
  /** HMAC-SHA256 of the content. */
  hmac: (content: Bytes) => Bytes | Promise<Bytes>
}

/** Makes the key of a secret's bytes; where a runtime has a quicker HMAC than Web Crypto, its own. */
export type MakeKey = (secret: Bytes) => SigningKey | Promise<SigningKey>

export interface Message {
  id: string
  /** Seconds since 1970. */
  timestamp: number
  body: string | Uint8Array
}

export interface SequencedMessage extends Message {
  /** Per site, increasing. */
  sequence: number
}

export interface SignatureHeaders {
  'webhook-id': string
  'webhook-timestamp': string
  'webhook-signature': string
  'webhook-sequence': string
  'x-dsign': string
}

/** Turns random bytes (at least 24) into the text form of a secret. */
export function secretFromBytes(random: Uint8Array): string {
  if (random.byteLength < 24) throw new RangeError('a signing secret needs at least 24 random bytes')
  return secretPrefix + toBase64(random)
}

/** The prefix may be missing: some receivers' consoles show a secret without it. */
export async function importSecret(secret: string, makeKey: MakeKey = webCryptoKey): Promise<Result<SigningKey, SigningError>> {
  const bytes = fromBase64(secret.startsWith(secretPrefix) ? secret.slice(secretPrefix.length) : secret)
  if (bytes === null || bytes.byteLength === 0) {
    return problem('malformed_secret', 'the signing secret is not base64 text after "whsec_"')
  }
  return { ok: true, value: await makeKey(bytes) }
}

async function webCryptoKey(secret: Bytes): Promise<SigningKey> {
  const key = await crypto.subtle.importKey('raw', secret, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  return { hmac: async (content) => new Uint8Array(await crypto.subtle.sign('HMAC', key, content)) }
}

/** The value of `webhook-signature`: one signature for each key, in the order given. */
export async function sign(keys: readonly SigningKey[], message: Message): Promise<string> {
  const content = signedContent(message)
  const signatures = await Promise.all(keys.map(async (key) => `v1,${toBase64(await key.hmac(content))}`))
  return signatures.join(' ')
}

/** The value of `X-DSIGN`: one signature for each key, in the order given. */
export async function signSequenced(keys: readonly SigningKey[], message: SequencedMessage): Promise<string> {
  const content = sequencedContent(message)
  const signatures = await Promise.all(keys.map(async (key) => `v1=${toHex(await key.hmac(content))}`))
  return signatures.join(' ')
}

/** All the headers by which a receiver can verify a delivery. */
export async function signatureHeaders(
  keys: readonly SigningKey[],
  message: SequencedMessage,
): Promise<SignatureHeaders> {
  const [signature, sequenced] = await Promise.all([sign(keys, message), signSequenced(keys, message)])
  return {
    'webhook-id': message.id,
    'webhook-timestamp': String(message.timestamp),
    'webhook-signature': signature,
    'webhook-sequence': String(message.sequence),
    'x-dsign': sequenced,
  }
}

export interface ReceivedMessage {
  id: string | null
  timestamp: string | null
  signature: string | null
  body: string | Uint8Array
}

/**
 * Verifies `webhook-signature` against any of the secrets, and then the timestamp: a forged message is a
 * `signature_mismatch` whatever its time, a genuine but old one is `stale`.
 */
export async function verify(
  keys: readonly SigningKey[],
  received: ReceivedMessage,
  nowMs: number,
): Promise<Verification> {
  const { id, signature, body } = received
  if (!id || !received.timestamp || !signature) {
    return problem('missing_headers', 'webhook-id, webhook-timestamp and webhook-signature are required')
  }
  const timestamp = parseCount(received.timestamp)
  if (timestamp === null) return problem('malformed_headers', 'webhook-timestamp is not in whole seconds')
  const given = signature.split(' ').filter((part) => part.startsWith('v1,'))
  const match = await anyMatches(keys, signedContent({ id, timestamp, body }), given, (mac) => `v1,${toBase64(mac)}`)
  if (!match.ok) return match
  return checkTimestamp(timestamp, nowMs)
}

export interface ReceivedSequencedMessage {
  id: string | null
  timestamp: string | null
  sequence: string | null
  /** The value of `X-DSIGN`. */
  signature: string | null
  body: string | Uint8Array
}

/** Verifies `X-DSIGN`; like `verify`, signature before timestamp. */
export async function verifySequenced(
  keys: readonly SigningKey[],
  received: ReceivedSequencedMessage,
  nowMs: number,
): Promise<Verification> {
  const { id, signature, body } = received
  if (!id || !received.timestamp || !received.sequence || !signature) {
    return problem('missing_headers', 'webhook-id, webhook-timestamp, webhook-sequence and X-DSIGN are required')
  }
  const timestamp = parseCount(received.timestamp)
  const sequence = parseCount(received.sequence)
  if (timestamp === null || sequence === null) {
    return problem('malformed_headers', 'webhook-timestamp and webhook-sequence must be whole numbers')
  }
  const given = signature.split(' ').filter((part) => part.startsWith('v1='))
  const content = sequencedContent({ id, sequence, timestamp, body })
  const match = await anyMatches(keys, content, given, (mac) => `v1=${toHex(mac)}`)
  if (!match.ok) return match
  return checkTimestamp(timestamp, nowMs)
}

/** Decimal digits without sign or leading zero, below 2^53; null for anything else. */
export function parseCount(text: string): number | null {
  if (!/^(0|[1-9][0-9]{0,15})$/.test(text)) return null
  const count = Number(text)
  return Number.isSafeInteger(count) ? count : null
}

async function anyMatches(
  keys: readonly SigningKey[],
  content: Bytes,
  given: readonly string[],
  encode: (mac: Uint8Array) => string,
): Promise<Verification> {
  if (keys.length === 0) return problem('no_secret', 'there is no secret to verify with')
  const candidates = given.map(utf8)
  let found = false
  // Every pair is compared, so that the time taken does not tell which secret or which signature matched.
  for (const key of keys) {
    const expected = utf8(encode(await key.hmac(content)))
    for (const candidate of candidates) {
      if (constantTimeEqual(candidate, expected)) found = true
    }
  }
  return found ? { ok: true } : problem('signature_mismatch', 'no signature matches')
}

function checkTimestamp(timestamp: number, nowMs: number): Verification {
  const now = Math.floor(nowMs / 1000)
  if (now - timestamp > toleranceSeconds) return problem('stale', 'stale (over 5 minutes)')
  if (timestamp - now > toleranceSeconds) return problem('too_new', 'the timestamp is over 5 minutes ahead')
  return { ok: true }
}

function signedContent({ id, timestamp, body }: Message): Bytes {
  return withBody(`${id}.${timestamp}.`, body)
}

function sequencedContent({ id, sequence, timestamp, body }: SequencedMessage): Bytes {
  return withBody(`${id}.${sequence}.${timestamp}.`, body)
}

function withBody(head: string, body: string | Uint8Array): Bytes {
  return typeof body === 'string' ? utf8(head + body) : concatBytes(utf8(head), body)
}

function problem(code: SigningErrorCode, message: string): { ok: false; error: SigningError } {
  return { ok: false, error: { code, message } }
}
