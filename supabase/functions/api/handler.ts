import type { ApiDatabase, ApiKey, KeyUse, Scope } from '../_shared/api-database.ts'
import { errorText } from '../_shared/log.ts'
import type { Handler, Runtime } from '../_shared/runtime.ts'
import { getContent } from './content.ts'
import { rateLimitHeaders, readApiKey, retryAfter } from './headers.ts'
import { openApiDocument } from './openapi.ts'
import { problem, type ProblemCode } from './problem.ts'
import { sha256 } from './sha256.ts'
import { getSync, startSync } from './syncs.ts'

/**
 * The public API, for programs that hold a key of an organization: `GET /content/:site`, `POST /syncs`, `GET /syncs/:id`, and
 * for everybody `GET /openapi.json`, which describes them. A key's text is hashed here, and goes nowhere else.
 */

export type ApiDependencies = Pick<Runtime, 'drain' | 'inBackground' | 'log'> & { database: ApiDatabase }

export interface Call {
  request: Request
  /** The part of the path that varies. */
  name: string
  key: ApiKey
}

interface Operation {
  scope: Scope
  answer: (call: Call, dependencies: ApiDependencies) => Promise<Response>
}

interface Route {
  path: RegExp
  /** GET answers HEAD as well. */
  operations: Readonly<Record<string, Operation | 'openapi'>>
}

const routes: readonly Route[] = [
  { path: /^\/content\/([^/]+)$/, operations: { GET: { scope: 'content:read', answer: getContent } } },
  { path: /^\/syncs$/, operations: { POST: { scope: 'sync:run', answer: startSync } } },
  { path: /^\/syncs\/([^/]+)$/, operations: { GET: { scope: 'sync:run', answer: getSync } } },
  { path: /^\/openapi\.json$/, operations: { GET: 'openapi' } },
]

export const corsHeaders: Readonly<Record<string, string>> = {
  // Callers prove who they are with a key, never with a cookie: any origin may ask.
  'access-control-allow-origin': '*',
  'access-control-expose-headers':
    'ETag, Location, RateLimit, RateLimit-Policy, Retry-After, Idempotency-Replayed, WWW-Authenticate, X-Request-Id',
}

const preflightHeaders: Readonly<Record<string, string>> = {
  'access-control-allow-headers': 'authorization, content-type, idempotency-key, if-none-match, x-request-id, apikey, x-client-info',
  'access-control-max-age': '86400',
}

export function createApiHandler(dependencies: ApiDependencies): Handler {
  return async (request) => {
    const requestId = request.headers.get('sb-request-id') ?? request.headers.get('x-request-id') ?? crypto.randomUUID()
    const { pathname } = new URL(request.url)
    const response = await answer(request, pathname, requestId, dependencies).catch((error: unknown) => failure(error, request, requestId, dependencies))
    response.headers.set('x-request-id', requestId)
    for (const [name, value] of Object.entries(corsHeaders)) response.headers.set(name, value)
    return response
  }
}

async function answer(request: Request, pathname: string, requestId: string, dependencies: ApiDependencies): Promise<Response> {
  // The gateways take `/functions/v1` away; who calls the function without one may not.
  const path = pathname.replace(/^(?:\/functions\/v1)?\/api(?=\/|$)/, '')
  const route = routes.find((candidate) => candidate.path.test(path))
  if (route === undefined) return problem('not_found', 'There is no such path. /openapi.json says which there are.')
  const allowed = Object.keys(route.operations).flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]))
  if (request.method === 'OPTIONS') {
    return new Response(null, { status: 204, headers: { ...preflightHeaders, 'access-control-allow-methods': allowed.join(', ') } })
  }
  const operation = route.operations[request.method === 'HEAD' ? 'GET' : request.method]
  if (operation === undefined) {
    const allow = [...allowed, 'OPTIONS'].join(', ')
    return problem('method_not_allowed', `This path takes ${allow}.`, { headers: { allow } })
  }
  if (operation === 'openapi') return openApi()

  const use = await takeKey(request, operation.scope, dependencies.database)
  if (use instanceof Response) return use
  const response = await operation
    .answer({ request, name: route.path.exec(path)?.[1] ?? '', key: use.key }, dependencies)
    .catch((error: unknown) => failure(error, request, requestId, dependencies))
  for (const [name, value] of Object.entries(use.headers)) response.headers.set(name, value)
  return response
}

interface Admitted {
  key: ApiKey
  headers: Record<string, string>
}

/** The key that may do this, with the figures of its quota; or the answer that says why not. */
async function takeKey(request: Request, scope: Scope, database: ApiDatabase): Promise<Admitted | Response> {
  const text = readApiKey(request.headers.get('authorization'))
  if (text === null) return unauthorized('missing_key', 'Send an API key as "Authorization: Bearer ds_…".')
  const use: KeyUse = text === '' ? { outcome: 'unknown', key: null, quota: null } : await database.takeRequest(await sha256(text), scope)
  const headers = use.quota === null ? {} : rateLimitHeaders(use.quota)
  switch (use.outcome) {
    case 'ok':
      if (use.key === null) throw new Error('take_api_request let a key pass that it does not name')
      return { key: use.key, headers }
    case 'unknown':
      return unauthorized('unknown_key', 'There is no such key. Was it copied whole?')
    case 'expired':
      return unauthorized('expired_key', 'This key has expired. An admin of the organization can create a new one.', headers)
    case 'revoked':
      return unauthorized('revoked_key', 'This key has been revoked. An admin of the organization can create a new one.', headers)
    case 'scope': {
      const challenge = bearerChallenge('insufficient_scope', 'the key lacks a scope', scope)
      return problem('insufficient_scope', `This needs a key with the scope "${scope}".`, { headers: { ...headers, 'www-authenticate': challenge } })
    }
    case 'limited': {
      const { limit, resetS } = use.quota ?? { limit: 60, resetS: 60 }
      const seconds = retryAfter(resetS)
      const wait = `${seconds} ${seconds === '1' ? 'second' : 'seconds'}`
      return problem('rate_limited', `At most ${limit} requests a minute for each key. Come back in ${wait}.`, { headers: { ...headers, 'retry-after': seconds } })
    }
  }
}

/** RFC 6750: no error code where no key was sent. */
function unauthorized(code: ProblemCode, detail: string, headers: Record<string, string> = {}): Response {
  const challenge = code === 'missing_key' ? bearerChallenge() : bearerChallenge('invalid_token', detail)
  return problem(code, detail, { headers: { ...headers, 'www-authenticate': challenge } })
}

function bearerChallenge(error?: string, description?: string, scope?: string): string {
  const parts = { realm: 'DataSync API', error, error_description: description, scope }
  return `Bearer ${Object.entries(parts)
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}="${value}"`]))
    .join(', ')}`
}

function openApi(): Response {
  return new Response(JSON.stringify(openApiDocument), {
    headers: { 'content-type': 'application/json', 'cache-control': 'public, max-age=300' },
  })
}

/** What postgres.js and PostgreSQL say when there is no database to talk to. */
const unreachable = /^(ECONN|CONNECT|57P0[1-3]$|53300$|08)/

function failure(error: unknown, request: Request, requestId: string, { log }: ApiDependencies): Response {
  log('error', 'a request failed', { method: request.method, request_id: requestId, error: errorText(error) })
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (unreachable.test(code)) return problem('unavailable', 'The database cannot be reached. Try again in a moment.', { headers: { 'retry-after': '5' } })
  return problem('internal', `Something went wrong here. Try again; if it stays, say the request id ${requestId}.`)
}
