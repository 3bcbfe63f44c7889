/**
 * Broadcast over HTTP: a batch (`POST .../api/broadcast`) or a single message (`.../api/broadcast/<topic>/events/<event>`).
 */
import type { Authorize } from './authorize.ts'
import type { Broadcast } from './frames.ts'
import { isRecord } from './json.ts'
import { limits, RateLimit } from './limits.ts'
import type { Rooms } from './rooms.ts'
import { isApiKey, type Identity, type TokenVerifier } from './token.ts'

export interface HttpServices {
  rooms: Rooms
  verifyToken: TokenVerifier
  authorize: Authorize
}

interface OutgoingMessage {
  topic: string
  private: boolean
  broadcast: Broadcast
}

type Read<T> = { ok: true; value: T } | { ok: false; response: Response }

const CORS = {
  'access-control-allow-origin': '*',
  'access-control-allow-headers': 'authorization, x-client-info, apikey, content-type, x-api-key',
  'access-control-allow-methods': 'POST, OPTIONS',
}
const SINGLE = /\/api\/broadcast\/([^/]+)\/events\/([^/]+)\/?$/
const BATCH = /\/api\/broadcast\/?$/
const BLANK = "can't be blank"
const TOO_LARGE = 'Payload size exceeds tenant limit'

const json = (status: number, body: unknown) => Response.json(body, { status, headers: CORS })
const accepted = () => new Response(null, { status: 202, headers: CORS })
const invalid = (errors: unknown) => json(422, { errors })

export function createHttpHandler(services: HttpServices): (request: Request) => Promise<Response> {
  const rate = new RateLimit(limits.httpMessagesPerSecond)

  return async function handleHttp(request) {
    const url = new URL(request.url)
    const single = SINGLE.exec(url.pathname)
    if (!single && !BATCH.test(url.pathname)) return json(404, { message: 'Not found' })
    if (request.method === 'OPTIONS') return new Response(null, { status: 204, headers: CORS })
    if (request.method !== 'POST') return json(405, { message: 'Method not allowed' })

    const identity = await authenticate(services.verifyToken, request, url)
    if (!identity) return json(401, { message: 'Unauthorized' })
    const body = await readBody(request)
    if (!body) return json(413, { message: 'Request entity too large' })

    const parsed = single ? parseSingle(single, url, request, body) : parseBatch(body)
    if (!parsed.ok) return parsed.response
    if (!rate.take(parsed.value.length)) return json(429, { message: 'You have exceeded your rate limit' })
    const refused = await deliver(services, parsed.value, identity, request)
    // A batch leaves out what it may not send; a single message says so.
    return single && refused > 0 ? json(403, { message: 'Unauthorized' }) : accepted()
  }
}

/** The bearer token first. A key there counts as an API key: supabase-js sends it in both headers when nobody is signed in. */
async function authenticate(verifyToken: TokenVerifier, request: Request, url: URL): Promise<Identity | null> {
  const bearer = /^Bearer\s+(.+)$/i.exec(request.headers.get('authorization') ?? '')?.[1]
  const apiKey = request.headers.get('apikey') ?? request.headers.get('x-api-key') ?? url.searchParams.get('apikey')
  const credential = bearer && !isApiKey(bearer) ? bearer : (apiKey ?? bearer)
  if (!credential) return null
  const result = await verifyToken(credential)
  return result.ok ? result.identity : null
}

async function readBody(request: Request): Promise<Buffer | null> {
  if (Number(request.headers.get('content-length') ?? 0) > limits.maxRequestBytes) return null
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength
    if (size > limits.maxRequestBytes) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function parseSingle(match: RegExpExecArray, url: URL, request: Request, body: Buffer): Read<OutgoingMessage[]> {
  const topic = decode(match[1])
  const event = decode(match[2])
  if (topic === null || event === null) return { ok: false, response: json(400, { message: 'The path is not encoded correctly' }) }
  const contentType = (request.headers.get('content-type') ?? 'application/json').split(';')[0]?.trim().toLowerCase()
  const isBinary = contentType === 'application/octet-stream'
  if (!isBinary && contentType !== 'application/json') return { ok: false, response: json(415, { message: 'Unsupported Media Type' }) }
  if (!isBinary) {
    const payload = parseJson(body)
    if (payload === undefined) return { ok: false, response: json(400, { message: 'The body is not JSON' }) }
    if (payload === null) return { ok: false, response: invalid({ payload: [BLANK] }) }
  }
  if (body.length > limits.maxPayloadBytes) return { ok: false, response: invalid({ payload: [TOO_LARGE] }) }
  const broadcast: Broadcast = { event, encoding: isBinary ? 'binary' : 'json', body }
  return { ok: true, value: [{ topic, private: url.searchParams.get('private') === 'true', broadcast }] }
}

function parseBatch(body: Buffer): Read<OutgoingMessage[]> {
  const value = parseJson(body)
  if (value === undefined) return { ok: false, response: json(400, { message: 'The body is not JSON' }) }
  const given = isRecord(value) ? value.messages : undefined
  if (!Array.isArray(given)) return { ok: false, response: invalid({ messages: [given === undefined ? BLANK : 'is invalid'] }) }
  const messages: OutgoingMessage[] = []
  const errors: Record<string, string[]>[] = []
  for (const item of given) {
    const wrong: Record<string, string[]> = {}
    const fields = isRecord(item) ? item : {}
    const { topic, event, payload } = fields
    if (typeof topic !== 'string' || topic === '') wrong.topic = [topic === undefined || topic === '' ? BLANK : 'is invalid']
    if (typeof event !== 'string' || event === '') wrong.event = [event === undefined || event === '' ? BLANK : 'is invalid']
    if (!isRecord(payload)) wrong.payload = [payload === undefined || payload === null ? BLANK : 'is invalid']
    const bytes = Buffer.from(JSON.stringify(payload ?? {}))
    if (bytes.length > limits.maxPayloadBytes) wrong.payload = [TOO_LARGE]
    errors.push(wrong)
    if (typeof topic === 'string' && typeof event === 'string') {
      const isPrivate = fields.private === true || fields.private === 'true'
      const meta = typeof fields.id === 'string' ? { id: fields.id } : undefined
      messages.push({ topic, private: isPrivate, broadcast: { event, encoding: 'json', body: bytes, meta } })
    }
  }
  if (errors.some((wrong) => Object.keys(wrong).length > 0)) return { ok: false, response: invalid({ messages: errors }) }
  return { ok: true, value: messages }
}

/** Returns how many messages the caller had no right to send. */
async function deliver({ rooms, authorize }: HttpServices, messages: OutgoingMessage[], identity: Identity, request: Request): Promise<number> {
  const headers = Object.fromEntries([...request.headers].filter(([name]) => name.startsWith('x-')))
  const allowed = new Map<string, boolean>()
  let refused = 0
  for (const { topic, private: isPrivate, broadcast } of messages) {
    if (isPrivate && !allowed.has(topic)) {
      const result = await authorize({ topic, identity, headers })
      allowed.set(topic, result.ok && result.rights.broadcast.write)
    }
    if (!isPrivate || allowed.get(topic)) rooms.find(topic, isPrivate)?.broadcast(broadcast)
    else refused += 1
  }
  return refused
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}

function decode(part: string | undefined): string | null {
  try {
    return decodeURIComponent(part ?? '')
  } catch {
    return null
  }
}
