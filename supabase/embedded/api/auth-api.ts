import { AsyncLocalStorage } from 'node:async_hooks'
import { App } from '@supabase/lite'
import { createPostgresConnection } from '@supabase/lite/postgres'
import { decodeJwt } from 'jose'
import type postgres from 'postgres'
import type { Inbox } from '../inbox/store.ts'
import { messageOf } from '../lib/failure.ts'
import type { Log } from '../lib/log.ts'
import { connectPause, type Postgres } from '../postgres/server.ts'
import type { Settings } from '../settings.ts'
import { createAccessTokens, TokenRefused, type AccessTokens, type Device } from './access-token.ts'
import { bearer, type ApiKeys } from './keys.ts'
import { createAuthLimits, type AuthLimits, type AuthRequest, type Refusal } from './rate-limits.ts'

export interface AuthApi {
  fetch(request: Request): Promise<Response>
  close(): Promise<void>
}

interface AuthApiOptions {
  server: Postgres
  settings: Settings
  keys: ApiKeys
  jwtSecret: string
  inbox: Inbox
  appUrl: string
  log: Log
  /** Whether the limits of config.toml hold; tests make more people in a minute than any address does. */
  limited: boolean
}

const unlimited: AuthLimits = { take: () => undefined, settle: () => undefined }

export function createAuthApi(options: AuthApiOptions): AuthApi {
  const { settings, keys, inbox, appUrl } = options
  const connection = createPostgresConnection({
    url: options.server.url('supabase_auth_admin'),
    postgresOptions: { max: 5, onnotice: () => undefined, backoff: connectPause },
  })
  const tokens = createAccessTokens({
    // The library types its driver as any; it is a plain postgres.js client.
    sql: connection.driver as postgres.Sql,
    hook: settings.auth.tokenHook,
    jwtSecret: options.jwtSecret,
    issuer: `${appUrl}/auth/v1`,
  })
  // Where the person asked to be led after following the link in the mail that the current request sends.
  const redirect = new AsyncLocalStorage<string | null>()
  const limits = options.limited ? createAuthLimits(settings.auth.rateLimits) : unlimited
  const app = new App({
    connection,
    auth: {
      ...settings.auth.options,
      // With true the library mails the former address alone, whose link then sets a new one that nobody has proven to be theirs.
      email: { ...settings.auth.options.email, double_confirm_changes: false },
      enabled: true,
      jwt_secret: options.jwtSecret,
      // Links in mails lead to the verify endpoint below site_url, so here it is always this stack's own address.
      site_url: appUrl,
      additional_redirect_urls: [...new Set([`${appUrl}/**`, appUrl.replace('localhost', '127.0.0.1') + '/**', ...settings.auth.redirectUrls])],
    },
    api: { enabled: false },
    db: { migrations: { enabled: false } },
    studio: { enabled: false },
    options: {
      drivers: {
        email: {
          send: (mail) => {
            const target = redirect.getStore()
            inbox.add({
              to: mail.to,
              subject: mail.subject,
              text: target ? withRedirect(mail.text ?? '', target) : (mail.text ?? ''),
              html: target ? withRedirect(mail.html ?? '', target) : (mail.html ?? ''),
            })
            return Promise.resolve()
          },
        },
      },
      server: {
        admin: false,
        disableStudio: true,
        apiKeys: {
          resolver: keys.resolve,
        },
      },
    },
  })

  return {
    fetch: async (request) => {
      const url = new URL(request.url)
      const method = authenticationMethod(pathOf(url), url.searchParams.get('grant_type'))
      const asked = await describe(request, url)
      const refused = limits.take(asked)
      if (refused) return tooMany(refused)
      if (await lacksRecentProof(request, asked.path)) return refusal(403, 'reauthentication_needed', 'This requires that you have signed in within the last ten minutes')
      const allowed = asked.path === '/otp' && settings.auth.options.enable_signup === false ? await withoutSignUp(request) : request
      const response = await redirect.run(url.searchParams.get('redirect_to'), () => app.fetch(allowed))
      limits.settle(asked, response.status)
      try {
        return await withIssuedToken(response, method, deviceOf(request), refusing(tokens, options.log))
      } catch (error) {
        options.log.error(`A session could not be issued: ${messageOf(error)}`)
        return refusal(500, 'unexpected_failure', 'Unexpected failure, please check server logs for more information')
      }
    },
    // The library's own end waits for every query, and one that a crash of the server left behind is never answered.
    close: () => (connection.driver as postgres.Sql).end({ timeout: 2 }),
  }
}

/** The gateway lets through what has no other reading, and one slash at its end at most. */
function pathOf(url: URL): string {
  return url.pathname.replace(/^\/auth\/v1/, '').replace(/\/$/, '')
}

/** As long as SQL's own verbs give after a sign-in. */
const recentSeconds = 600

/** Password and address are the account itself: a session that somebody left open is not enough to change them. */
async function lacksRecentProof(request: Request, path: string): Promise<boolean> {
  const authorization = request.headers.get('authorization')
  // Nobody, which the library says.
  if (request.method !== 'PUT' || path !== '/user' || authorization === null) return false
  const body: unknown = await request.clone().json().catch(() => undefined)
  if (typeof body !== 'object' || body === null || !['password', 'email', 'phone'].some((name) => name in body)) return false
  return provenAt(bearer(authorization)) < Date.now() / 1_000 - recentSeconds
}

/** When somebody last signed in, by what the token says, which the library verifies; 0 when it says nothing. */
function provenAt(token: string | undefined): number {
  try {
    const amr: unknown = decodeJwt(token ?? '')['amr']
    const proofs = (Array.isArray(amr) ? amr : []) as ({ method?: unknown; timestamp?: unknown } | null)[]
    return Math.max(0, ...proofs.map((proof) => (proof && proof.method !== 'token_refresh' && typeof proof.timestamp === 'number' ? proof.timestamp : 0)))
  } catch {
    return 0
  }
}

/** What the limits go by. Reads a copy: the library reads the request itself. */
async function describe(request: Request, url: URL): Promise<AuthRequest> {
  const body: unknown = request.method === 'POST' ? await request.clone().json().catch(() => undefined) : undefined
  const email = typeof body === 'object' && body !== null && 'email' in body && typeof body.email === 'string' ? body.email.trim().toLowerCase() : undefined
  return {
    path: pathOf(url),
    grantType: url.searchParams.get('grant_type'),
    method: request.method,
    address: request.headers.get('x-forwarded-for') ?? '',
    email,
  }
}

/** Supabase Auth's own words, with the wait in them: a page cannot read headers that the client library keeps to itself. */
function tooMany({ code, retryAfterSeconds }: Refusal): Response {
  const seconds = retryAfterSeconds === 1 ? '1 second' : `${retryAfterSeconds} seconds`
  const message = code === 'over_email_send_rate_limit' ? `For security purposes, you can only request this after ${seconds}.` : `Request rate limit reached, try again after ${seconds}.`
  const response = refusal(429, code, message)
  response.headers.set('retry-after', String(retryAfterSeconds))
  response.headers.set('access-control-expose-headers', 'retry-after')
  return response
}

/** A magic link is a way to sign up too; the library forgets to close it where sign-up is closed. */
async function withoutSignUp(request: Request): Promise<Request> {
  const body: unknown = await request.json().catch(() => undefined)
  const closed = typeof body === 'object' && body !== null ? { ...body, create_user: false } : body
  return new Request(request.url, { method: request.method, headers: request.headers, body: JSON.stringify(closed) })
}

/** Says in the terminal why a hook failed; callers learn only that it did. */
function refusing(tokens: AccessTokens, log: Log): AccessTokens {
  return {
    ...tokens,
    issue: (token, method, device) =>
      tokens.issue(token, method, device).catch((error: unknown) => {
        if (error instanceof TokenRefused && error.status >= 500) log.error(`${error.message}${error.cause ? `: ${messageOf(error.cause)}` : ''}`)
        throw error
      }),
  }
}

/** The library leads every mail's link back to site_url; hosted Supabase leads it where the caller asked, if that is allowed. */
function withRedirect(text: string, target: string): string {
  return text.replace(/(\/auth\/v1\/verify\?[^\s"'<>]*?redirect_to=)[^\s"'<>&]*/g, (_, head: string) => head + encodeURIComponent(target))
}

function deviceOf(request: Request): Device {
  return { userAgent: request.headers.get('user-agent')?.slice(0, 1_000) ?? null, ip: request.headers.get('x-forwarded-for') }
}

/** As the hook's documentation names the ways in. What is none of them proves nothing anew. */
function authenticationMethod(path: string, grantType: string | null): string {
  switch (path) {
    case '/signup':
      return 'password'
    case '/verify':
      return 'otp'
    case '/callback':
      return 'oauth'
    case '/token':
      return grantType === 'password' ? 'password' : grantType === 'pkce' ? 'oauth' : 'token_refresh'
    default:
      return 'token_refresh'
  }
}

/** Whatever hands out a session, as JSON or in the fragment of a redirect, hands out a token that went through the hook. */
async function withIssuedToken(response: Response, method: string, device: Device, tokens: AccessTokens): Promise<Response> {
  const location = response.headers.get('location')
  if (location?.includes('#')) return withIssuedFragment(response, location, method, device, tokens)
  if (response.status !== 200 || !response.headers.get('content-type')?.includes('application/json')) return response
  const text = await response.text()
  const body: unknown = text ? JSON.parse(text) : undefined
  const headers = new Headers(response.headers)
  headers.delete('content-length')
  if (typeof body !== 'object' || body === null || !('access_token' in body) || typeof body.access_token !== 'string') {
    return new Response(text, { status: response.status, headers })
  }
  try {
    const issued = await tokens.issue(body.access_token, method, device)
    return new Response(JSON.stringify({ ...body, access_token: issued }), { status: response.status, headers })
  } catch (error) {
    if (!(error instanceof TokenRefused)) throw error
    await revokeNew(tokens, body.access_token, method)
    return refusal(error.status, error.code, error.message)
  }
}

async function withIssuedFragment(response: Response, location: string, method: string, device: Device, tokens: AccessTokens): Promise<Response> {
  const [base, fragment] = location.split('#', 2)
  const session = new URLSearchParams(fragment)
  const token = session.get('access_token')
  if (!token) return response
  const headers = new Headers(response.headers)
  try {
    session.set('access_token', await tokens.issue(token, method, device))
    headers.set('location', `${base}#${session}`)
  } catch (error) {
    if (!(error instanceof TokenRefused)) throw error
    await revokeNew(tokens, token, method)
    const reason = new URLSearchParams({ error: error.status < 500 ? 'access_denied' : 'server_error', error_code: error.code, error_description: error.message })
    headers.set('location', `${base}#${reason}`)
  }
  return new Response(null, { status: response.status, headers })
}

/** A refused refresh leaves the session as it was, for the next attempt; a refused beginning leaves no session. */
async function revokeNew(tokens: AccessTokens, token: string, method: string): Promise<void> {
  if (method !== 'token_refresh') await tokens.revoke(token)
}

function refusal(status: number, code: string, message: string): Response {
  return Response.json({ code: status, error_code: code, msg: message }, { status, headers: { 'access-control-allow-origin': '*', 'x-sb-error-code': code } })
}
