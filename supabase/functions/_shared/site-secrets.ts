import { toHex } from './core/bytes.ts'
import type { Problem, Result } from './core/result.ts'
import { importSecret, secretBytes, secretFromBytes, type SigningKey } from './core/signing.ts'
import type { Database, SealedSecret } from './database.ts'
import { nodeHmacKey } from './node-hmac.ts'
import { nonceBytes, open, seal, type EncryptionError, type KeyRing } from './encryption.ts'

/** Between the sealed secrets that SQL keeps and the keys that sign. A secret's text leaves this file only to be revealed. */

export type RandomBytes = (length: number) => Uint8Array<ArrayBuffer>

/** The ring, or why there is none: whoever needs it then says so. */
export type KeyRingResult = Result<KeyRing, EncryptionError>

export type SecretDatabase = Pick<Database, 'siteSecrets' | 'storeSiteSecret'>

export type RotationDatabase = Pick<Database, 'rotateSiteSecret'>

export type RevealDatabase = Pick<Database, 'siteSecrets' | 'currentSecret' | 'siteSecretEvent'>

export type SecretError = Problem

/** Makes the first secret of a site that has none. Whoever comes second gets what the first has stored. */
export async function createSiteSecret(
  database: SecretDatabase,
  keyRing: KeyRingResult,
  siteId: string,
  randomBytes: RandomBytes,
): Promise<Result<SealedSecret[], SecretError>> {
  if (!keyRing.ok) return keyRing
  const { sealed } = await newSecret(keyRing.value, siteId, 1, randomBytes)
  if (await database.storeSiteSecret(siteId, sealed)) return { ok: true, value: [sealed] }
  const stored = await database.siteSecrets(siteId)
  if (stored.length > 0) return { ok: true, value: stored }
  return { ok: false, error: { code: 'not_stored', message: 'the signing secret could not be stored' } }
}

export interface Rotation {
  version: number
  /** Until then the old secret signs as well; null: it has ended. */
  overlapUntil: string | null
}

export interface RotationRequest {
  siteId: string
  /** The version that signs today; 0 when there is none yet. */
  from: number
  /** How long the old secret goes on signing beside the new one; 0 ends it at once. */
  overlapMs: number
}

/** Of two rotations from the same version one is stored; the other is `rotated_meanwhile`. */
export async function rotateSiteSecret(
  database: RotationDatabase,
  keyRing: KeyRingResult,
  { siteId, from, overlapMs }: RotationRequest,
  randomBytes: RandomBytes,
): Promise<Result<Rotation, SecretError>> {
  if (!keyRing.ok) return keyRing
  const { sealed } = await newSecret(keyRing.value, siteId, from + 1, randomBytes)
  const { stored, overlapUntil } = await database.rotateSiteSecret(siteId, sealed, overlapMs)
  if (!stored) return { ok: false, error: rotatedMeanwhile }
  return { ok: true, value: { version: sealed.version, overlapUntil } }
}

export const rotatedMeanwhile: SecretError = {
  code: 'rotated_meanwhile',
  message: 'somebody else has rotated this secret in the meantime; look at what signs now, and rotate again only if that is not enough',
}

export interface Revealed {
  version: number
  /** `whsec_…`, as receivers are given it. */
  secret: string
  createdAt: string
}

/**
 * The text of the secret that signs. To be called in a transaction: what it hands out is in the audit log by the time
 * that one is done.
 */
export async function revealSiteSecret(
  database: RevealDatabase,
  keyRing: KeyRingResult,
  siteId: string,
): Promise<Result<Revealed, SecretError>> {
  if (!keyRing.ok) return keyRing
  const current = await database.currentSecret(siteId)
  const sealed = (await database.siteSecrets(siteId)).find(({ version }) => version === current?.version)
  if (current === null || sealed === undefined) {
    return { ok: false, error: { code: 'no_secret', message: 'this site has no signing secret yet' } }
  }
  const opened = await open(keyRing.value, siteId, sealed)
  if (!opened.ok) return opened
  await database.siteSecretEvent(siteId, 'revealed')
  return { ok: true, value: { version: current.version, secret: opened.value, createdAt: current.createdAt } }
}

/** For a site, or for whatever else signs with a secret of its own: its id is authenticated along with the text. */
export async function newSecret(ring: KeyRing, ownerId: string, version: number, randomBytes: RandomBytes): Promise<{ text: string; sealed: SealedSecret }> {
  const text = secretFromBytes(randomBytes(secretBytes))
  return { text, sealed: { version, ...(await seal(ring, ownerId, text, randomBytes(nonceBytes))) } }
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

/** Opening a secret takes longer than signing with it: a worker keeps the keys of the sites that it served last. */
const keptKeys = 5_000
const keysByRing = new WeakMap<KeyRing, Map<string, SigningKey>>()

async function signingKey(
  ring: KeyRing,
  siteId: string,
  sealed: SealedSecret,
): Promise<Result<SigningKey, SecretError>> {
  const kept = keysByRing.get(ring) ?? new Map<string, SigningKey>()
  keysByRing.set(ring, kept)
  // A nonce is made for one sealing: the same secret sealed anew, or another one under the same number, is opened anew.
  const name = `${siteId} ${sealed.version} ${toHex(sealed.nonce)}`
  const known = kept.get(name)
  if (known !== undefined) return { ok: true, value: known }
  const opened = await open(ring, siteId, sealed)
  const key = opened.ok ? await importSecret(opened.value, nodeHmacKey) : opened
  if (key.ok) {
    kept.set(name, key.value)
    for (const oldest of kept.keys()) {
      if (kept.size <= keptKeys) break
      kept.delete(oldest)
    }
  }
  return key
}
