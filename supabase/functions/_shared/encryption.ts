import { fromBase64, toHex, utf8 } from './core/bytes.ts'
import type { Problem, Result } from './core/result.ts'

/**
 * Signing secrets at rest: AES-256-GCM, a random nonce for each record, and the version of the key it was sealed with,
 * so that keys can be changed. The site's id is authenticated along with the text: a ciphertext that somebody copies
 * to another site's row does not open there.
 */

export const nonceBytes = 12

/** What `DATASYNC_SECRET_KEYS` holds, by version. One seals, all open. */
export interface KeyRing {
  /** The one that seals. */
  readonly current: number
  readonly keys: ReadonlyMap<number, CryptoKey>
  /** By version, what tells whether two programs mean the same key: the first 8 hex digits of its SHA-256. */
  readonly checks: Readonly<Record<string, string>>
}

export interface Sealed {
  keyVersion: number
  nonce: Uint8Array<ArrayBuffer>
  /** With GCM's tag of 16 bytes at the end. */
  ciphertext: Uint8Array<ArrayBuffer>
}

export type EncryptionError = Problem<'no_keys' | 'malformed_keys' | 'unknown_key' | 'unreadable'>

/**
 * Parses `{"1": "<base64 of 32 bytes>", …}`. The highest version seals unless another one is named: while a new key is
 * being brought to every program that opens secrets, none of them may seal with it yet. No message repeats any part of a key.
 */
export async function parseKeyRing(
  text: string | undefined,
  sealingKey?: number,
): Promise<Result<KeyRing, EncryptionError>> {
  if (text === undefined || text.trim() === '') {
    return fail('no_keys', 'DATASYNC_SECRET_KEYS is not set: signing secrets cannot be sealed or opened')
  }
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    return fail('malformed_keys', 'DATASYNC_SECRET_KEYS is not JSON; it has the form {"1": "<base64 of 32 bytes>"}')
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    return fail('malformed_keys', 'DATASYNC_SECRET_KEYS must be an object of the form {"1": "<base64 of 32 bytes>"}')
  }
  const keys = new Map<number, CryptoKey>()
  const checks: Record<string, string> = {}
  for (const [name, value] of Object.entries(parsed)) {
    if (!/^[1-9][0-9]{0,8}$/.test(name)) {
      return fail('malformed_keys', 'the versions in DATASYNC_SECRET_KEYS must be whole numbers from 1')
    }
    const bytes = typeof value === 'string' ? fromBase64(value) : null
    if (bytes?.byteLength !== 32) {
      return fail('malformed_keys', `key ${name} of DATASYNC_SECRET_KEYS is not base64 of 32 bytes`)
    }
    keys.set(Number(name), await crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt']))
    checks[name] = toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))).slice(0, 8)
  }
  if (keys.size === 0) return fail('no_keys', 'DATASYNC_SECRET_KEYS holds no key')
  const current = sealingKey ?? Math.max(...keys.keys())
  if (!keys.has(current)) {
    return fail('malformed_keys', `DATASYNC_SEALING_KEY names key ${current}, which DATASYNC_SECRET_KEYS lacks`)
  }
  return { ok: true, value: { current, keys, checks } }
}

/** `nonce` must be fresh random bytes: two texts under one key and nonce give both away. */
export async function seal(
  ring: KeyRing,
  siteId: string,
  text: string,
  nonce: Uint8Array<ArrayBuffer>,
): Promise<Sealed> {
  const key = ring.keys.get(ring.current)
  if (key === undefined) throw new Error('the key ring has no current key')
  if (nonce.byteLength !== nonceBytes) throw new RangeError(`a nonce has ${nonceBytes} bytes`)
  const ciphertext = await crypto.subtle.encrypt(algorithm(nonce, siteId), key, utf8(text))
  return { keyVersion: ring.current, nonce, ciphertext: new Uint8Array(ciphertext) }
}

export async function open(ring: KeyRing, siteId: string, sealed: Sealed): Promise<Result<string, EncryptionError>> {
  const key = ring.keys.get(sealed.keyVersion)
  if (key === undefined) {
    return fail('unknown_key', `the secret was sealed with key ${sealed.keyVersion}, which DATASYNC_SECRET_KEYS lacks`)
  }
  try {
    const text = await crypto.subtle.decrypt(algorithm(sealed.nonce, siteId), key, sealed.ciphertext)
    return { ok: true, value: new TextDecoder().decode(text) }
  } catch {
    // GCM says no more than that: another key under the same version, another site's secret, or damage.
    return fail('unreadable', `the secret does not open with key ${sealed.keyVersion} of DATASYNC_SECRET_KEYS`)
  }
}

function algorithm(nonce: Uint8Array<ArrayBuffer>, siteId: string): AesGcmParams {
  return { name: 'AES-GCM', iv: nonce, additionalData: utf8(siteId.toLowerCase()) }
}

function fail(code: EncryptionError['code'], message: string): { ok: false; error: EncryptionError } {
  return { ok: false, error: { code, message } }
}
