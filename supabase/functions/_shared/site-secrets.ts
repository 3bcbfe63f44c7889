import type { Problem, Result } from './core/result.ts'
import { importSecret, secretBytes, secretFromBytes, type SigningKey } from './core/signing.ts'
import type { Database, SealedSecret } from './database.ts'
import { nonceBytes, open, seal, type EncryptionError, type KeyRing } from './encryption.ts'

/** Between the sealed secrets that SQL keeps and the keys that sign. A secret's text never leaves this file. */

export type RandomBytes = (length: number) => Uint8Array<ArrayBuffer>

/** The ring, or why there is none: whoever needs it then says so. */
export type KeyRingResult = Result<KeyRing, EncryptionError>

export type SecretDatabase = Pick<Database, 'siteSecrets' | 'storeSiteSecret'>

export type SecretError = Problem

/** Makes the first secret of a site that has none. Whoever comes second gets what the first has stored. */
export async function createSiteSecret(
  database: SecretDatabase,
  keyRing: KeyRingResult,
  siteId: string,
  randomBytes: RandomBytes,
): Promise<Result<SealedSecret[], SecretError>> {
  if (!keyRing.ok) return keyRing
  const text = secretFromBytes(randomBytes(secretBytes))
  const sealed = { version: 1, ...(await seal(keyRing.value, siteId, text, randomBytes(nonceBytes))) }
  if (await database.storeSiteSecret(siteId, sealed)) return { ok: true, value: [sealed] }
  const stored = await database.siteSecrets(siteId)
  if (stored.length > 0) return { ok: true, value: stored }
  return { ok: false, error: { code: 'not_stored', message: 'the signing secret could not be stored' } }
}

/**
 * The keys that sign and verify, newest first. The newest must open. An older one that does not is left out: it is
 * there for the overlap of a rotation, and a receiver that knows the new one does not miss it.
 */
export async function signingKeys(
  keyRing: KeyRingResult,
  siteId: string,
  secrets: readonly SealedSecret[],
): Promise<Result<SigningKey[], SecretError>> {
  if (!keyRing.ok) return keyRing
  const keys: SigningKey[] = []
  for (const [index, sealed] of secrets.entries()) {
    const key = await signingKey(keyRing.value, siteId, sealed)
    if (key.ok) keys.push(key.value)
    else if (index === 0) return key
  }
  return { ok: true, value: keys }
}

async function signingKey(
  ring: KeyRing,
  siteId: string,
  sealed: SealedSecret,
): Promise<Result<SigningKey, SecretError>> {
  const opened = await open(ring, siteId, sealed)
  return opened.ok ? importSecret(opened.value) : opened
}
