import { storableText } from './core/format.ts'
import { decideRetry, describeOutcome, type RetryDecision } from './core/retry.ts'
import { signatureHeaders, type SequencedMessage, type SigningKey } from './core/signing.ts'
import type { AttemptRecord, ClaimedDelivery } from './database.ts'
import type { Send, SendResult } from './send.ts'
import { createSiteSecret, signingKeys, type KeyRingResult, type RandomBytes, type SecretDatabase } from './site-secrets.ts'

/** One attempt of a claimed delivery: sign, send, judge. */

export interface AttemptDependencies {
  database: SecretDatabase
  keyRing: KeyRingResult
  send: Send
  /** Where the built-in receiver takes deliveries for a site. */
  builtInUrl: (siteId: string) => string
  worker: string
  nowMs: () => number
  /** In [0, 1). */
  random: () => number
  randomBytes: RandomBytes
}

export async function attemptDelivery(
  delivery: ClaimedDelivery,
  dependencies: AttemptDependencies,
): Promise<AttemptRecord> {
  const { database, keyRing, randomBytes, nowMs } = dependencies
  const startedMs = nowMs()
  const sealed =
    delivery.secrets.length > 0
      ? ({ ok: true, value: delivery.secrets } as const)
      : await createSiteSecret(database, keyRing, delivery.siteId, randomBytes)
  const keys = sealed.ok ? await signingKeys(keyRing, delivery.siteId, sealed.value) : sealed
  if (!keys.ok) {
    // Nothing that a further attempt could change: somebody has to mend the deployment, and is told what.
    return unsentRecord(delivery, dependencies, startedMs, `cannot sign: ${keys.error.message}`)
  }
  const headers = await deliveryHeaders(keys.value, {
    id: delivery.webhookId,
    timestamp: Math.floor(nowMs() / 1_000),
    sequence: delivery.sequence,
    body: delivery.body,
  })
  const result = await dependencies.send({
    url: delivery.destinationUrl ?? dependencies.builtInUrl(delivery.siteId),
    headers,
    body: delivery.body,
    timeoutMs: delivery.timeoutMs,
    trusted: delivery.destinationUrl === null,
  })
  return sentRecord(delivery, dependencies, { startedMs, headers, result })
}

/** Of whatever is sent to a site's destination. */
export async function deliveryHeaders(
  keys: readonly SigningKey[],
  message: SequencedMessage,
): Promise<Record<string, string>> {
  return {
    'content-type': 'application/json',
    accept: 'application/json',
    'user-agent': 'DataSync/1',
    ...(await signatureHeaders(keys, message)),
  }
}

function sentRecord(
  delivery: ClaimedDelivery,
  { worker, nowMs, random }: AttemptDependencies,
  { startedMs, headers, result }: { startedMs: number; headers: Record<string, string>; result: SendResult },
): AttemptRecord {
  const { outcome } = result
  const decision = decideRetry(outcome, {
    attempt: delivery.attempt,
    maxAttempts: delivery.maxAttempts,
    firstRetryMs: delivery.firstRetryMs,
    nowMs: nowMs(),
    random: random(),
  })
  const reason = storableText(describeOutcome(outcome))
  const responded = outcome.kind === 'response'
  return {
    delivery_id: delivery.deliveryId,
    lease_token: delivery.leaseToken,
    worker,
    started_at: new Date(startedMs).toISOString(),
    duration_ms: result.durationMs,
    connect_ms: result.connectMs,
    first_byte_ms: result.firstByteMs,
    status_code: responded ? outcome.statusCode : null,
    error: responded ? null : reason,
    request_headers: headers,
    response_headers: Object.fromEntries(
      Object.entries(result.responseHeaders).map(([name, value]) => [name, storableText(value)]),
    ),
    response_body: responded ? storableText(outcome.body) : null,
    reason,
    ...verdict(decision),
  }
}

function verdict(decision: RetryDecision): Pick<AttemptRecord, 'outcome' | 'retry_in_ms'> {
  return { outcome: decision.kind, retry_in_ms: decision.kind === 'retry' ? decision.delayMs : null }
}

function unsentRecord(
  delivery: ClaimedDelivery,
  { worker }: AttemptDependencies,
  startedMs: number,
  reason: string,
): AttemptRecord {
  return {
    delivery_id: delivery.deliveryId,
    lease_token: delivery.leaseToken,
    worker,
    started_at: new Date(startedMs).toISOString(),
    duration_ms: 0,
    connect_ms: null,
    first_byte_ms: null,
    status_code: null,
    error: reason,
    request_headers: {},
    response_headers: {},
    response_body: null,
    outcome: 'failed',
    retry_in_ms: null,
    reason,
  }
}
