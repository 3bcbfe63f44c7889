import type { Problem, Result } from './core/result.ts'

/** Answers and requests of the Edge Functions. */

/** The headers that supabase-js sends with `functions.invoke`; a browser asks for leave for each of them. */
const browserHeaders = [
  'authorization',
  'x-client-info',
  'apikey',
  'content-type',
  'x-retry-count',
  'x-region',
  'x-supabase-api-version',
]

export const corsHeaders: Readonly<Record<string, string>> = {
  // Callers prove who they are with a bearer token, never with a cookie: any origin may ask.
  'access-control-allow-origin': '*',
  'access-control-allow-headers': browserHeaders.join(', '),
  'access-control-allow-methods': 'POST, OPTIONS',
  'access-control-max-age': '86400',
}

export function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', ...headers },
  })
}

/** `{error, code}`: a sentence for people and a code for programs. */
export function problem(
  status: number,
  code: string,
  error: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return json(status, { error, code }, headers)
}

export function methodNotAllowed(allow: string, headers: Readonly<Record<string, string>> = {}): Response {
  return problem(405, 'method_not_allowed', `use ${allow}`, { allow, ...headers })
}

export function preflight(): Response {
  return new Response(null, { status: 204, headers: corsHeaders })
}

export type BodyError = Problem<'too_large' | 'not_text' | 'not_json' | 'interrupted'>

/** Reads at most `limit` bytes; a larger body is refused by its length where it tells it, and else at the limit. */
export async function readBody(
  request: Request,
  limit: number,
): Promise<Result<Uint8Array<ArrayBuffer>, BodyError>> {
  const announced = Number(request.headers.get('content-length') ?? '0')
  if (announced > limit) {
    await request.body?.cancel()
    return tooLarge(limit)
  }
  if (request.body === null) return { ok: true, value: new Uint8Array() }
  const reader = request.body.getReader()
  const chunks: Uint8Array[] = []
  let length = 0
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      length += value.byteLength
      if (length > limit) {
        await reader.cancel()
        return tooLarge(limit)
      }
      chunks.push(value)
    }
  } catch {
    return { ok: false, error: { code: 'interrupted', message: 'the body did not arrive whole' } }
  }
  const whole = new Uint8Array(length)
  let offset = 0
  for (const chunk of chunks) {
    whole.set(chunk, offset)
    offset += chunk.byteLength
  }
  return { ok: true, value: whole }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Null when the bytes are not UTF-8: replacing what is wrong would make a text that nobody has signed. */
export function decodeText(bytes: Uint8Array): string | null {
  try {
    return utf8.decode(bytes)
  } catch {
    return null
  }
}

/** What the functions' own callers send is a few identifiers. */
const smallBody = 16_384

export async function readJson(request: Request): Promise<Result<unknown, BodyError>> {
  const body = await readBody(request, smallBody)
  if (!body.ok) return body
  const text = decodeText(body.value)
  if (text === null) return { ok: false, error: { code: 'not_text', message: 'the body is not UTF-8 text' } }
  try {
    return { ok: true, value: JSON.parse(text) }
  } catch {
    return { ok: false, error: { code: 'not_json', message: 'the body is not JSON' } }
  }
}

/** The answer to a body that could not be read. */
export function bodyProblem(error: BodyError, headers: Readonly<Record<string, string>> = {}): Response {
  return problem(error.code === 'too_large' ? 413 : 400, error.code, error.message, headers)
}

function tooLarge(limit: number): { ok: false; error: BodyError } {
  return { ok: false, error: { code: 'too_large', message: `the body is over ${limit.toLocaleString('en')} bytes` } }
}
