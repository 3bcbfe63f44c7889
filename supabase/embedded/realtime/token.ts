/**
 * Who a connection or channel speaks for. A credential is either a JWT signed with the project's secret, or one of the
 * project's opaque API keys, which hosted Supabase's gateway turns into a role's JWT before Realtime sees it.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import { compactVerify, decodeJwt, errors } from 'jose'
import { isRecord } from './json.ts'

export interface Identity {
  role: string
  claims: Record<string, unknown>
  /** Seconds since 1970; an API key does not expire. */
  expiresAt: number | null
}

export interface TokenFailure {
  /** The code that precedes the message in a refused join. */
  code: 'InvalidJWTToken' | 'MalformedJWT' | 'JwtSignatureError' | 'JwtSignerError'
  message: string
  expired: boolean
}

export type TokenResult = { ok: true; identity: Identity } | { ok: false; failure: TokenFailure }

export interface TokenVerifier {
  (token: string, nowSeconds?: number): Promise<TokenResult>
}

const ALGORITHMS = ['HS256', 'HS384', 'HS512']

const fail = (code: TokenFailure['code'], message: string, expired = false): TokenResult => ({ ok: false, failure: { code, message, expired } })

export function isApiKey(token: string): boolean {
  return token.startsWith('sb_')
}

export function createTokenVerifier(keys: { jwtSecret: string; publishableKey: string; secretKey: string }): TokenVerifier {
  const secret = new TextEncoder().encode(keys.jwtSecret)
  const apiKeys = [
    { digest: digest(keys.publishableKey), role: 'anon' },
    { digest: digest(keys.secretKey), role: 'service_role' },
  ]

  return async function verifyToken(token, nowSeconds = Math.floor(Date.now() / 1000)) {
    const given = digest(token)
    for (const { digest: known, role } of apiKeys) {
      if (timingSafeEqual(given, known)) return { ok: true, identity: { role, claims: { role, iss: 'supabase' }, expiresAt: null } }
    }

    try {
      decodeJwt(token)
    } catch {
      return fail('MalformedJWT', 'The token provided is not a valid JWT')
    }
    let claims: unknown
    try {
      const { payload } = await compactVerify(token, secret, { algorithms: ALGORITHMS })
      claims = JSON.parse(new TextDecoder().decode(payload))
    } catch (error) {
      if (error instanceof errors.JOSEAlgNotAllowed) {
        return fail('JwtSignerError', 'Failed to generate JWT signer, check your JWT secret or JWKS configuration')
      }
      if (error instanceof errors.JWSSignatureVerificationFailed) return fail('JwtSignatureError', 'Failed to validate JWT signature')
      return fail('MalformedJWT', 'The token provided is not a valid JWT')
    }

    if (!isRecord(claims) || typeof claims.role !== 'string' || claims.exp === undefined) {
      return fail('InvalidJWTToken', 'Fields `role` and `exp` are required in JWT')
    }
    if (typeof claims.exp !== 'number') return fail('InvalidJWTToken', 'Token expiration time is invalid')
    const expiresAt = Math.round(claims.exp)
    if (expiresAt <= nowSeconds) return fail('InvalidJWTToken', `Token has expired ${nowSeconds - expiresAt} seconds ago`, true)
    return { ok: true, identity: { role: claims.role, claims, expiresAt } }
  }
}

/** Equal lengths for the constant-time comparison. */
function digest(value: string): Buffer {
  return createHash('sha256').update(value).digest()
}
