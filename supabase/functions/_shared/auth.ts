import { z } from 'zod'
import { constantTimeEqual, utf8 } from './core/bytes.ts'
import type { Result } from './core/result.ts'

/** Who calls. What the caller may do with a run or a site is for SQL to say, which reads the membership as it stands. */
export type Caller = { kind: 'user'; userId: string } | { kind: 'service' }

export interface AuthError {
  status: 401 | 503
  code: 'unauthenticated' | 'auth_unreachable'
  message: string
}

export interface AuthOptions {
  supabaseUrl: string
  publishableKey: string
  secretKeys: readonly string[]
  tickSecret: string | null
  fetch: typeof fetch
}

export type IdentifyCaller = (request: Request) => Promise<Result<Caller, AuthError>>

export const tickHeader = 'x-tick-secret'

const userSchema = z.object({ id: z.uuid() })

/**
 * A user is whoever the auth server says the token belongs to. Asking it holds for every way in which a project signs
 * its tokens (a shared secret without a key id, or published keys), and for sessions that have been ended since.
 */
export function createIdentifyCaller(options: AuthOptions): IdentifyCaller {
  return async (request) => {
    if (isService(request, options)) return { ok: true, value: { kind: 'service' } }
    const token = bearerToken(request)
    // A key is not a session; there is no use in asking whose it is.
    if (token === null || token === options.publishableKey) {
      return unauthenticated('send a signed-in user\'s access token as "Authorization: Bearer …"')
    }
    let answer: Response
    try {
      answer = await options.fetch(`${options.supabaseUrl}/auth/v1/user`, {
        headers: { authorization: `Bearer ${token}`, apikey: options.publishableKey },
        signal: AbortSignal.timeout(5_000),
      })
    } catch {
      return unreachable()
    }
    if (answer.status >= 500) {
      await answer.body?.cancel()
      return unreachable()
    }
    if (!answer.ok) {
      await answer.body?.cancel()
      return unauthenticated('the access token is not valid or has expired')
    }
    const user = userSchema.safeParse(await answer.json().catch(() => null))
    return user.success ? { ok: true, value: { kind: 'user', userId: user.data.id } } : unreachable()
  }
}

/** The secret key (as bearer token or `apikey`) or the tick's secret. */
export function isService(request: Request, options: Pick<AuthOptions, 'secretKeys' | 'tickSecret'>): boolean {
  const given = [bearerToken(request), request.headers.get('apikey')]
  const held = options.secretKeys.filter((key) => key !== '')
  const byKey = given.some((text) => text !== null && held.some((key) => sameText(text, key)))
  return byKey || holdsTickSecret(request, options.tickSecret)
}

export function holdsTickSecret(request: Request, tickSecret: string | null): boolean {
  const given = request.headers.get(tickHeader)
  return given !== null && tickSecret !== null && tickSecret !== '' && sameText(given, tickSecret)
}

function bearerToken(request: Request): string | null {
  return /^Bearer +(\S+)$/i.exec(request.headers.get('authorization') ?? '')?.[1] ?? null
}

function sameText(a: string, b: string): boolean {
  return constantTimeEqual(utf8(a), utf8(b))
}

function unauthenticated(message: string): { ok: false; error: AuthError } {
  return { ok: false, error: { status: 401, code: 'unauthenticated', message } }
}

function unreachable(): { ok: false; error: AuthError } {
  return { ok: false, error: { status: 503, code: 'auth_unreachable', message: 'the auth server did not answer; try again' } }
}
