import { z } from 'zod'
import { actorOf } from '../_shared/actor.ts'
import { acceptCall } from '../_shared/call.ts'
import { toHex } from '../_shared/core/bytes.ts'
import { storableText } from '../_shared/core/format.ts'
import { describeOutcome } from '../_shared/core/retry.ts'
import { judgeTest, type TestJudgement } from '../_shared/core/test-judgement.ts'
import { testBody, testIdPrefix, testSequence } from '../_shared/core/test-message.ts'
import { deliveryHeaders } from '../_shared/delivery.ts'
import { corsHeaders, json, problem } from '../_shared/http.ts'
import type { Handler, Runtime } from '../_shared/runtime.ts'
import { createSiteSecret, signingKeys, type SecretError } from '../_shared/site-secrets.ts'

/**
 * `POST {site_id}`: one signed test request to the site's destination, now, and what came of it. It is no delivery: it has
 * no run, takes no sequence and changes nothing at a receiver (core/test-message.ts). For editors and admins of the site's
 * organization, so many times a minute; the last one of a site is kept, and each is in the audit log.
 */

const requestSchema = z.object({ site_id: z.uuid() })
const form = '{"site_id": "<the id of a site>"}'

const mayTest: ReadonlySet<string> = new Set(['admin', 'editor'])

/** Read of an answer, in bytes, and shown of it, in characters. */
const readBytes = 8_000
const shownCharacters = 2_000
/** A header may be as long as a receiver likes. */
const longestHeader = 500
const mostHeaders = 60

/** What is answered, and kept as the site's last test. */
export interface TestReport {
  tested_at: string
  /** Null: the built-in receiver. */
  destination: string | null
  webhook_id: string
  request_headers: Record<string, string>
  request_body: string
  /** Null: no answer came, and `error` says why. */
  status_code: number | null
  error: string | null
  duration_ms: number
  connect_ms: number | null
  first_byte_ms: number | null
  response_headers: Record<string, string>
  response_excerpt: string | null
  /** The response went on after the excerpt. */
  truncated: boolean
  secret_version: number | null
  judgement: TestJudgement
}

export type SendTestDependencies = Pick<Runtime, 'identify' | 'actingAs' | 'keyRing' | 'randomBytes' | 'nowMs' | 'log' | 'send'> & {
  env: Pick<Runtime['env'], 'supabaseUrl'>
  database: Pick<Runtime['database'], 'roleForSite' | 'beginSiteTest' | 'siteSecrets' | 'currentSecret'>
}

export function createSendTestHandler(dependencies: SendTestDependencies): Handler {
  const { env, database, actingAs, identify, keyRing, randomBytes, nowMs, log, send } = dependencies
  return async (request) => {
    const call = await acceptCall(request, { identify, schema: requestSchema, form })
    if (!call.ok) return call.error
    const { caller, body: { site_id: siteId } } = call.value
    if (caller.kind === 'service') return problem(403, 'forbidden', 'only somebody who is signed in can test a site', corsHeaders)
    const role = await database.roleForSite(siteId, caller.userId)
    if (role === null) return noSuchSite()
    if (!mayTest.has(role)) return problem(403, 'forbidden', `a ${role} cannot send tests; ask an editor or an admin`, corsHeaders)
    const actor = actorOf(caller, request)

    const begun = await database.beginSiteTest(siteId, caller.userId)
    if (begun === null) return noSuchSite()
    if ('waitSeconds' in begun) {
      return problem(429, 'too_many_requests', `those were many tests in a minute: try again in ${begun.waitSeconds} s`, { ...corsHeaders, 'retry-after': String(begun.waitSeconds) })
    }
    const { slug, name, destinationUrl, timeoutMs } = begun

    let sealed = await database.siteSecrets(siteId)
    const secretIsNew = sealed.length === 0
    if (secretIsNew) {
      const made = await actingAs(actor, (acting) => createSiteSecret(acting, keyRing, siteId, randomBytes))
      if (!made.ok) return notSigned(siteId, made.error)
      sealed = made.value
    }
    const keys = await signingKeys(keyRing, siteId, sealed)
    if (!keys.ok) return notSigned(siteId, keys.error)

    const startedMs = nowMs()
    const message = {
      id: `${testIdPrefix}${toHex(randomBytes(16))}`,
      timestamp: Math.floor(startedMs / 1_000),
      sequence: testSequence,
      body: testBody({ slug, name }),
    }
    const headers = await deliveryHeaders(keys.value, message)
    const result = await send({
      url: destinationUrl ?? `${env.supabaseUrl}/functions/v1/destination/${siteId}`,
      headers,
      body: message.body,
      timeoutMs,
      trusted: destinationUrl === null,
      maxResponseBytes: readBytes,
    })

    const { outcome } = result
    const answered = outcome.kind === 'response'
    const secretVersion = (await database.currentSecret(siteId))?.version ?? null
    const responseHeaders = readable(result.responseHeaders)
    const characters = answered ? Array.from(storableText(outcome.body)) : []
    const report: TestReport = {
      tested_at: new Date(startedMs).toISOString(),
      destination: destinationUrl,
      webhook_id: message.id,
      request_headers: headers,
      request_body: message.body,
      status_code: answered ? outcome.statusCode : null,
      error: answered ? null : storableText(describeOutcome(outcome)),
      duration_ms: result.durationMs,
      connect_ms: result.connectMs,
      first_byte_ms: result.firstByteMs,
      response_headers: responseHeaders,
      response_excerpt: answered ? characters.slice(0, shownCharacters).join('') : null,
      truncated: result.truncated || characters.length > shownCharacters,
      secret_version: secretVersion,
      judgement: storable(judgeTest(outcome, { builtIn: destinationUrl === null, secretVersion, secretIsNew, signatures: keys.value.length, responseHeaders })),
    }
    await actingAs(actor, (acting) => acting.recordSiteTest(siteId, caller.userId, report.judgement.verdict, report))
    log('info', 'a site was tested', { site: siteId, user: caller.userId, verdict: report.judgement.verdict, status: report.status_code, ms: result.durationMs })
    return json(200, report, corsHeaders)
  }

  function notSigned(siteId: string, { code, message }: SecretError): Response {
    log('error', 'a test could not be signed', { site: siteId, error: message })
    return problem(503, code, `the test could not be signed: ${message}`, corsHeaders)
  }
}

function noSuchSite(): Response {
  return problem(404, 'not_found', 'there is no such site in your organizations', corsHeaders)
}

function readable(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).slice(0, mostHeaders).map(([name, value]) => [name, storableText(value.slice(0, longestHeader))]))
}

/** Its words may quote what a receiver said. */
function storable(judgement: TestJudgement): TestJudgement {
  return { ...judgement, title: storableText(judgement.title), advice: storableText(judgement.advice) }
}
