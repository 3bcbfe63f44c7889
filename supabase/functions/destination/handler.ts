import { z } from 'zod'
import { maxBodyBytes, parsePayload } from '../_shared/core/payload.ts'
import { simulatedFailure } from '../_shared/core/retry.ts'
import { isTestBody } from '../_shared/core/test-message.ts'
import {
  importSecret,
  parseCount,
  secretBytes,
  secretFromBytes,
  verify,
  verifySequenced,
  type SigningErrorCode,
  type SigningKey,
  type Verification,
} from '../_shared/core/signing.ts'
import { bodyProblem, decodeText, json, methodNotAllowed, problem, readBody } from '../_shared/http.ts'
import type { Handler, Runtime } from '../_shared/runtime.ts'
import { signingKeys } from '../_shared/site-secrets.ts'
import { isNotStorable } from '../_shared/storable.ts'

/**
 * `POST /destination/<site id>`: the built-in receiver. It behaves as any receiver of Standard Webhooks should: nothing
 * is looked at before the signature is verified, a repeated id is answered as before and not applied again, and an
 * older sequence never overwrites a newer snapshot.
 */

const siteIdSchema = z.uuid()

const statusOf: Readonly<Record<SigningErrorCode, number>> = {
  missing_headers: 401,
  malformed_headers: 401,
  malformed_secret: 401,
  no_secret: 401,
  signature_mismatch: 401,
  // The signature is genuine: the time is what is wrong with the request.
  stale: 400,
  too_new: 400,
}

export type DestinationDependencies = Pick<Runtime, 'database' | 'keyRing' | 'nowMs' | 'randomBytes' | 'log'>

export function createDestinationHandler(dependencies: DestinationDependencies): Handler {
  const { database, keyRing, nowMs, randomBytes, log } = dependencies
  // Verifies for sites that do not exist or have no secret, so that they are refused in the same words and time.
  const decoy = importSecret(secretFromBytes(randomBytes(secretBytes)))

  async function keysOf(siteId: string | null): Promise<SigningKey[]> {
    const sealed = siteId === null ? [] : await database.siteSecrets(siteId)
    if (siteId !== null && sealed.length > 0) {
      const keys = await signingKeys(keyRing, siteId, sealed)
      if (keys.ok) return keys.value
      log('error', 'a secret does not open', { site: siteId, error: keys.error.message })
    }
    const fallback = await decoy
    return fallback.ok ? [fallback.value] : []
  }

  return async (request) => {
    if (request.method !== 'POST') return methodNotAllowed('POST')
    if (!keyRing.ok) return problem(503, keyRing.error.code, 'this receiver cannot verify signatures at the moment')
    const read = await readBody(request, maxBodyBytes)
    if (!read.ok) return bodyProblem(read.error)

    const header = (name: string) => request.headers.get(name)
    const message = { id: header('webhook-id'), timestamp: header('webhook-timestamp'), body: read.value }
    const siteId = siteIdOf(request)
    const keys = await keysOf(siteId)
    const now = nowMs()
    const standard = await verify(keys, { ...message, signature: header('webhook-signature') }, now)
    if (!standard.ok) return refused(standard)
    const sequenceText = header('webhook-sequence')
    const ours = await verifySequenced(keys, { ...message, sequence: sequenceText, signature: header('x-dsign') }, now)
    if (!ours.ok) return refused(ours)
    const sequence = parseCount(sequenceText ?? '')
    // Both are verified by now; without them there would have been no signature to match.
    if (siteId === null || sequence === null || message.id === null) return problem(401, 'signature_mismatch', mismatch)
    if (message.id.length > longestId) return problem(400, 'malformed_headers', `webhook-id has more than ${longestId} characters`)

    const text = decodeText(read.value)
    if (text === null) return problem(400, 'not_text', 'the body is not UTF-8 text')
    // Answered and forgotten: neither the snapshot nor a simulated failure is touched by a test.
    if (isTestBody(text)) return json(200, { applied: false, test: true, receivedAt: new Date(now).toISOString(), itemCount: 0 })
    const payload = parsePayload(text)
    if (!payload.ok) return problem(400, payload.error.code, payload.error.message)

    if (await database.takeSimulatedFailure(siteId)) return json(500, { error: simulatedFailure })
    try {
      const { applied, receivedAt, itemCount } = await database.receive(siteId, message.id, sequence, text)
      return json(200, { applied, receivedAt, itemCount })
    } catch (error) {
      if (isNotStorable(error)) return problem(400, 'not_a_payload', 'the body holds characters that cannot be kept')
      throw error
    }
  }
}

const mismatch = 'no signature matches'

/** The limit of the tables that keep it. */
const longestId = 256

function refused(verification: Extract<Verification, { ok: false }>): Response {
  const { code, message } = verification.error
  return problem(statusOf[code], code, message)
}

/** The last part of the path; functions are shown their path with or without what the gateway put before it. */
function siteIdOf(request: Request): string | null {
  const last = new URL(request.url).pathname.split('/').filter(Boolean).at(-1)
  const parsed = siteIdSchema.safeParse(last)
  return parsed.success ? parsed.data : null
}
