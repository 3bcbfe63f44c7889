import { z } from 'zod'
import { apiKeyActor } from '../_shared/actor.ts'
import { decodeText, readBody } from '../_shared/http.ts'
import type { ApiDependencies, Call } from './handler.ts'
import { isJson, readIdempotencyKey } from './headers.ts'
import { sha256 } from './sha256.ts'
import { basePath, problem, type ProblemCode } from './problem.ts'
import { startedSync, sync, syncRequest, type StartedSync } from './schemas.ts'

/** Some thousand slugs. */
const largestBody = 100_000

/** What SQL refuses in words that a caller can do something about. */
const refusals: Readonly<Record<string, ProblemCode>> = {
  DS010: 'nothing_to_sync',
  DS011: 'nothing_published',
  DS013: 'payload_too_large',
  DS032: 'unknown_site',
  DS033: 'site_disabled',
}

/** `POST /syncs`: starts a run, drains it in the background and answers at once. */
export async function startSync({ request, key }: Call, { database, drain, inBackground }: ApiDependencies): Promise<Response> {
  const idempotency = readIdempotencyKey(request.headers.get('idempotency-key'))
  if (idempotency.kind === 'bad') return problem('bad_idempotency_key', 'An Idempotency-Key is 1 to 255 visible ASCII characters.')
  const order = await readOrder(request)
  if (order instanceof Response) return order

  try {
    const answer = await database.startSync(key.id, apiKeyActor(key, request), {
      sites: order.sites ?? null,
      force: order.force,
      idempotencyKey: idempotency.kind === 'key' ? idempotency.key : null,
      requestHash: await hashOf(order),
    })
    if (answer.kind === 'conflict') {
      return problem('idempotency_key_reused', 'This idempotency key was sent before with another body. Use a new one for another request.')
    }
    const { job_id, ...rest } = answer.job
    const job = startedSync.parse({ id: job_id, ...rest })
    if (answer.kind === 'started') inBackground(drain(job.id))
    return started(job, answer.kind === 'replayed')
  } catch (error) {
    const refused = refusal(error)
    if (refused === null) throw error
    return refused
  }
}

/** `GET /syncs/:id`: the run as it is now. */
export async function getSync({ name, key }: Call, { database }: ApiDependencies): Promise<Response> {
  const id = z.uuid().safeParse(name)
  const job = id.success ? await database.sync(key.id, id.data) : null
  if (job === null) return problem('not_found', 'There is no such run in the organization of this key.')
  return new Response(JSON.stringify(sync.parse(job)), { headers: jsonHeaders })
}

const jsonHeaders = { 'content-type': 'application/json', 'cache-control': 'no-store' }

function started(job: StartedSync, replayed: boolean): Response {
  const headers = { ...jsonHeaders, location: `${basePath}/syncs/${job.id}`, ...(replayed ? { 'idempotency-replayed': 'true' } : {}) }
  return new Response(JSON.stringify(job), { status: 202, headers })
}

type Order = z.infer<typeof syncRequest>

async function readOrder(request: Request): Promise<Order | Response> {
  const read = await readBody(request, largestBody)
  if (!read.ok) {
    if (read.error.code === 'too_large') return problem('too_large', `The body is over ${largestBody.toLocaleString('en')} bytes.`)
    return problem('bad_request', 'The body did not arrive whole.')
  }
  // Nothing to say is a way to ask for every site.
  if (read.value.byteLength === 0) return { force: false }
  if (!isJson(request.headers.get('content-type'))) {
    return problem('unsupported_media_type', 'Send JSON with "Content-Type: application/json".', { headers: { 'accept-post': 'application/json' } })
  }
  const text = decodeText(read.value)
  let value: unknown
  try {
    value = text === null ? undefined : JSON.parse(text)
  } catch {
    value = undefined
  }
  if (value === undefined) return problem('bad_request', 'The body is not JSON.')
  const order = syncRequest.safeParse(value)
  if (order.success) return order.data
  const errors = order.error.issues.slice(0, 20).map(({ path, message }) => ({ pointer: path.map((part) => `/${pointerPart(part)}`).join(''), detail: message }))
  return problem('bad_request', 'Send {"sites": ["<slug>", …], "force": false}; both may be left out.', { members: { errors } })
}

/** RFC 6901. */
function pointerPart(part: PropertyKey): string {
  return String(part).replaceAll('~', '~0').replaceAll('/', '~1')
}

/** The same order in other words (blanks, the sequence of sites, what is said by default) is the same order. */
function hashOf({ sites, force }: Order): Promise<string> {
  const canonical = JSON.stringify({ sites: sites === undefined ? null : [...new Set(sites)].sort(), force })
  return sha256(canonical)
}

function refusal(error: unknown): Response | null {
  if (!(error instanceof Error) || !('code' in error)) return null
  const code = refusals[String(error.code)]
  if (code === undefined) return null
  const hint = 'hint' in error && typeof error.hint === 'string' ? ` ${error.hint}` : ''
  return problem(code, `${error.message}${hint}`)
}
