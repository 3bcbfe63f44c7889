import { z } from 'zod'
import { constantTimeEqual, fromBase64, utf8 } from './core/bytes.ts'
import type { Result } from './core/result.ts'

/** Who calls. What the caller may do with a run or a site is for SQL to say, which reads the membership as it stands. */
export type Caller = User | { kind: 'service' }

export interface User {
  kind: 'user'
  userId: string
  /** When they last showed who they are (milliseconds); a token that was only renewed since says the same. Null: it does not say. */
  signedInAt: number | null
}

export interface AuthError {
  status: 401 | 503
  code: 'unauthenticated' | 'second_factor_needed' | 'auth_unreachable'
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

const userSchema = z.object({ id: z.uuid(), factors: z.array(z.object({ status: z.string() })).nullish() })

const claimsSchema = z.object({
  aal: z.string().optional(),
  amr: z.array(z.object({ method: z.string(), timestamp: z.number() })).optional(),
})
type Claims = z.infer<typeof claimsSchema>

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
    if (!user.success) return unreachable()
    const claims = claimsOf(token)
    if (user.data.factors?.some(({ status }) => status === 'verified') && claims.aal !== 'aal2') return secondFactorNeeded()
    return { ok: true, value: { kind: 'user', userId: user.data.id, signedInAt: signedInAt(claims) } }
  }
}

/** Read from the token itself, which is to be asked only after the auth server has vouched for it. */
function claimsOf(token: string): Claims {
  const payload = fromBase64((token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/'))
  return claimsSchema.safeParse(payload === null ? null : jsonOf(payload)).data ?? {}
}

function signedInAt({ amr = [] }: Claims): number | null {
  const times = amr.filter(({ method }) => method !== 'token_refresh').map(({ timestamp }) => timestamp * 1_000)
  return times.length > 0 ? Math.max(...times) : null
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return null
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

/** As the database refuses a session of somebody who has a second factor and has not shown it. */
function secondFactorNeeded(): { ok: false; error: AuthError } {
  return { ok: false, error: { status: 401, code: 'second_factor_needed', message: 'enter the code of your authenticator app first' } }
}

function unreachable(): { ok: false; error: AuthError } {
  return { ok: false, error: { status: 503, code: 'auth_unreachable', message: 'the auth server did not answer; try again' } }
}
