import { z } from 'zod'
import { basePath, problemCodes, problemDetails, problems, type ProblemCode } from './problem.ts'
import { named } from './schemas.ts'

/** The OpenAPI 3.1 document of the public API, made of the schemas that the handler itself reads and writes with. */

const problemText: Readonly<Record<ProblemCode, string>> = {
  bad_request: 'The body is not what this operation takes: `errors` says where.',
  bad_idempotency_key: 'An Idempotency-Key is 1 to 255 visible ASCII characters.',
  missing_key: 'Send an API key as "Authorization: Bearer ds_…".',
  unknown_key: 'There is no such key. Was it copied whole?',
  expired_key: 'Create a new key in the settings of the organization.',
  revoked_key: 'Somebody has revoked this key. Create a new one in the settings of the organization.',
  insufficient_scope: 'This needs a key with the scope "sync:run".',
  not_found: 'There is no such site in the organization of this key.',
  method_not_allowed: 'This path takes GET, HEAD, OPTIONS.',
  nothing_to_sync: 'Add a site (or enable one), map content to it, then run the sync.',
  nothing_published: 'Publish an item and map it to a site, then run the sync.',
  payload_too_large: 'The payload of "Facebook" is 1.2 MB; a delivery carries at most 1 MB.',
  site_disabled: '"Facebook" is disabled. Enable a site or choose others.',
  too_large: 'The body is over 100,000 bytes.',
  unsupported_media_type: 'Send JSON with "Content-Type: application/json".',
  unknown_site: 'One of the chosen sites is not in this organization.',
  idempotency_key_reused: 'This idempotency key was sent before with another body. Use a new one.',
  rate_limited: 'At most 60 requests a minute for each key. Come back in 23 seconds.',
  internal: 'Something went wrong here. Try again; if it stays, say the request id.',
  unavailable: 'The database cannot be reached. Try again in a moment.',
}

const exampleHash = '5b1c1e0a7d4f0c5d8f0fb06ac5b7b3c1d7b5a2b7e2f6c9e4a1d0c3b2a1f0e9d8'

const exampleSync = {
  id: '0b0e3c1e-6c1f-4b7e-9a57-2f1f0f5f2d11',
  number: 42,
  status: 'success',
  trigger: 'api',
  message: '1 of 1 site accepted',
  total: 1,
  succeeded: 1,
  failed: 0,
  skipped: 0,
  superseded: 0,
  cancelled: 0,
  created_at: '2026-11-21T10:00:00.120000+00:00',
  started_at: '2026-11-21T10:00:00.150000+00:00',
  finished_at: '2026-11-21T10:00:00.310000+00:00',
  sites: [
    {
      slug: 'facebook',
      name: 'Facebook Campaign',
      status: 'success',
      reason: '200 applied',
      attempts: 1,
      status_code: 200,
      item_count: 1,
      hash: exampleHash,
      started_at: '2026-11-21T10:00:00.150000+00:00',
      finished_at: '2026-11-21T10:00:00.300000+00:00',
    },
  ],
}

const startedSync = { id: exampleSync.id, number: 42, status: 'queued', total: 1, skipped: 0 }

const exampleContent = {
  version: 1,
  site: { slug: 'facebook', name: 'Facebook Campaign' },
  items: [
    {
      id: '6f6a0d5e-3a3b-4a52-8c6c-0d6f0c1c2b3a',
      type: 'offer_banner',
      title: 'Free Installation',
      data: { headline: 'Free installation', button_text: 'Book now' },
    },
  ],
}

const schemaRef = (id: string) => ({ $ref: `#/components/schemas/${id}` })
const headerRef = (name: string) => ({ $ref: `#/components/headers/${name}` })
const headers = (...names: string[]) => Object.fromEntries(['RateLimit-Policy', 'RateLimit', 'X-Request-Id', ...names].map((name) => [name, headerRef(name)]))
const json = (id: string, example: unknown) => ({ 'application/json': { schema: schemaRef(id), example } })

/** By status; where several problems share one, `code` tells them apart. */
function refusals(...codes: ProblemCode[]): Record<string, unknown> {
  const byStatus = new Map<number, ProblemCode[]>()
  for (const code of codes) byStatus.set(problems[code][0], [...(byStatus.get(problems[code][0]) ?? []), code])
  return Object.fromEntries([...byStatus].map(([status, all]): [string, unknown] => [String(status), all.length > 1 ? oneOf(all) : only(all)]))
}

const only = (codes: readonly ProblemCode[]) => ({ $ref: `#/components/responses/${codes.join()}` })

const oneOf = (codes: readonly ProblemCode[]) => ({
  description: codes.map((code) => `\`${code}\`: ${problems[code][1]}.`).join(' '),
  headers: headers(...codes.flatMap(headersOf)),
  content: {
    'application/problem+json': { schema: schemaRef('Problem'), examples: Object.fromEntries(codes.map((code) => [code, { value: example(code) }])) },
  },
})

function headersOf(code: ProblemCode): string[] {
  const [status] = problems[code]
  if (status === 401 || status === 403) return ['WWW-Authenticate']
  if (status === 429 || status === 503) return ['Retry-After']
  return status === 405 ? ['Allow'] : []
}

function example(code: ProblemCode) {
  return problemDetails(code, problemText[code], code === 'bad_request' ? { errors: [{ pointer: '/sites/0', detail: 'must be the slug of a site' }] } : {})
}

const everyKeyed: ProblemCode[] = ['missing_key', 'unknown_key', 'expired_key', 'revoked_key', 'insufficient_scope', 'rate_limited', 'internal', 'unavailable']

function responses(): Record<string, unknown> {
  return Object.fromEntries(
    problemCodes.map((code): [string, unknown] => [
      code,
      {
        description: `${problems[code][1]}. ${problemText[code]}`,
        headers: headers(...headersOf(code)),
        content: { 'application/problem+json': { schema: schemaRef('Problem'), example: example(code) } },
      },
    ]),
  )
}

const text = (description: string, sample: string, schema: Record<string, unknown> = {}) => ({ description, schema: { type: 'string', ...schema }, example: sample })

const headerComponents = {
  ETag: text('A strong entity tag: the SHA-256 of the payload.', `"${exampleHash}"`),
  Location: text('Where the run can be read.', `${basePath}/syncs/${exampleSync.id}`),
  Allow: text('The methods that this path takes.', 'GET, HEAD, OPTIONS'),
  'Idempotency-Replayed': text('`true` where this is the answer to an earlier request with the same key.', 'true'),
  'RateLimit-Policy': text('The quota of a key: `q` requests in `w` seconds, from the first request on.', '"per-key";q=60;w=60'),
  RateLimit: text('`r` requests are left, for `t` more seconds.', '"per-key";r=59;t=60'),
  'Retry-After': text('Seconds until there are requests again.', '23'),
  'WWW-Authenticate': text('What is wrong with the key (RFC 6750).', 'Bearer realm="DataSync API", error="invalid_token"'),
  'X-Request-Id': text('Names this request in logs and in the audit log.', '3f0e6a55-0a53-4c2b-9d53-5d8f6a7f1c20'),
}

const siteParameter = { name: 'site', in: 'path', required: true, schema: schemaRef('SiteSlug'), example: 'facebook' }
const noneMatch = {
  name: 'If-None-Match',
  in: 'header',
  description: 'Entity tags that the client has: with a current one among them the answer is 304.',
  schema: { type: 'string' },
  example: `"${exampleHash}"`,
}

const readContent = (method: 'GET' | 'HEAD') => ({
  operationId: method === 'GET' ? 'getContent' : 'headContent',
  summary: method === 'GET' ? 'What a site should show now' : 'Whether it has changed',
  description: 'The effective payload of a site: published items that are mapped to it, overrides applied, in order. Scope `content:read`.',
  tags: ['Content'],
  security: [{ apiKey: ['content:read'] }],
  parameters: [siteParameter, noneMatch],
  responses: {
    '200': {
      description: 'The exact text that a run would send.',
      headers: headers('ETag'),
      ...(method === 'GET' ? { content: json('Content', exampleContent) } : {}),
    },
    '304': { description: 'The client has it already.', headers: headers('ETag') },
    ...refusals(...everyKeyed, 'not_found'),
  },
})

const readSync = (method: 'GET' | 'HEAD') => ({
  operationId: method === 'GET' ? 'getSync' : 'headSync',
  summary: method === 'GET' ? 'A run and its sites' : 'Whether there is such a run',
  description: 'How a run fares, site by site. It has ended when `finished_at` is set. Scope `sync:run`.',
  tags: ['Syncs'],
  security: [{ apiKey: ['sync:run'] }],
  parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string', format: 'uuid' }, example: exampleSync.id }],
  responses: {
    '200': { description: 'As it is now.', headers: headers(), ...(method === 'GET' ? { content: json('Sync', exampleSync) } : {}) },
    ...refusals(...everyKeyed, 'not_found'),
  },
})

export const openApiDocument = {
  openapi: '3.1.0',
  info: {
    title: 'DataSync API',
    version: '1.0.0',
    summary: 'Pull what a site should show; start runs and follow them.',
    description:
      'For programs: static site builds, CI, other back ends. An admin creates the keys in the settings of an organization, and a key reaches that organization alone. ' +
      'A key may send 60 requests a minute; `RateLimit` says what is left. Errors are problem details (RFC 9457).',
    license: { name: 'MIT', identifier: 'MIT' },
  },
  servers: [{ url: basePath, description: 'Of the deployment that serves this document.' }],
  security: [{ apiKey: [] }],
  tags: [
    { name: 'Content', description: 'Scope `content:read`.' },
    { name: 'Syncs', description: 'Scope `sync:run`.' },
  ],
  paths: {
    '/content/{site}': { get: readContent('GET'), head: readContent('HEAD') },
    '/syncs': {
      post: {
        operationId: 'startSync',
        summary: 'Start a run',
        description: 'Freezes what each site should show and sends it in the background. Sites that are up to date are skipped unless `force` is set. Scope `sync:run`.',
        tags: ['Syncs'],
        security: [{ apiKey: ['sync:run'] }],
        parameters: [
          {
            name: 'Idempotency-Key',
            in: 'header',
            description:
              'A text of your choice, 1 to 255 visible characters, in double quotes or not. For 24 hours the same key with the same body starts nothing and gets the first answer again; with another body it is refused.',
            schema: { type: 'string', minLength: 1, maxLength: 257 },
            example: '"8e03978e-40d5-43dd-bc93-6894a57f9324"',
          },
        ],
        requestBody: { description: 'Without a body: every site that is enabled.', required: false, content: json('SyncRequest', { sites: ['facebook'] }) },
        responses: {
          '202': { description: 'It has started.', headers: headers('Location', 'Idempotency-Replayed'), content: json('StartedSync', startedSync) },
          ...refusals(
            'bad_request',
            'bad_idempotency_key',
            ...everyKeyed,
            'nothing_to_sync',
            'nothing_published',
            'payload_too_large',
            'site_disabled',
            'too_large',
            'unsupported_media_type',
            'unknown_site',
            'idempotency_key_reused',
          ),
        },
      },
    },
    '/syncs/{id}': { get: readSync('GET'), head: readSync('HEAD') },
    '/openapi.json': {
      get: {
        operationId: 'getOpenApi',
        summary: 'This document',
        security: [],
        responses: { '200': { description: 'OpenAPI 3.1.', content: { 'application/json': { schema: { type: 'object' } } } } },
      },
    },
  },
  components: {
    securitySchemes: { apiKey: { type: 'http', scheme: 'bearer', description: 'A key of the form `ds_…`, from Settings, API keys.' } },
    headers: headerComponents,
    schemas: schemas(),
    responses: responses(),
  },
}

function schemas(): Record<string, unknown> {
  const made = z.toJSONSchema(named, { uri: (id) => `#/components/schemas/${id}`, io: 'input' }).schemas
  return Object.fromEntries(
    Object.entries(made).map(([id, { $schema: _dialect, $id: _address, id: _name, ...schema }]) => [id, schema]),
  )
}
