/** The Data API, the functions and Realtime over plain HTTP, as any program could call them: nothing of a client hides an answer. */
import type { Actor, MatrixWorld } from './matrix-actors.ts'

export interface Answer {
  status: number
  /** The text as it came. */
  text: string
  /** `content-type` and what else may say that something is there. */
  headers: Record<string, string>
  body: unknown
  code: string
  message: string
}

export interface Call {
  method: string
  path: string
  body?: unknown
  headers?: Record<string, string>
}

/** What differs between any two answers and says nothing of what was asked for. */
const passing = new Set(['date', 'connection', 'keep-alive', 'x-request-id', 'content-length', 'transfer-encoding', 'server-timing', 'ratelimit'])

export async function send(world: Pick<MatrixWorld, 'backend'>, actor: Pick<Actor, 'token'>, { method, path, body, headers = {} }: Call): Promise<Answer> {
  const { api_url, publishable_key } = world.backend
  const response = await fetch(`${api_url}${path}`, {
    method,
    headers: {
      apikey: publishable_key,
      ...(actor.token === null ? {} : { authorization: `Bearer ${actor.token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  const parsed = parse(text)
  const fields = typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : {}
  return {
    status: response.status,
    text,
    headers: Object.fromEntries([...response.headers].filter(([name]) => !passing.has(name)).sort()),
    body: parsed,
    code: typeof fields.code === 'string' ? fields.code : '',
    message: typeof fields.message === 'string' ? fields.message : '',
  }
}

export const get = (world: Pick<MatrixWorld, 'backend'>, actor: Pick<Actor, 'token'>, path: string, headers: Record<string, string> = {}): Promise<Answer> =>
  send(world, actor, { method: 'GET', path, headers })

export function rpcCall(name: string, args: Record<string, unknown>): Call {
  return { method: 'POST', path: `/rest/v1/rpc/${name}`, body: args }
}

export function describeAnswer({ status, text }: Answer): string {
  return `${status} ${text.slice(0, 200)}`
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
