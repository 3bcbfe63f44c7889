import { decodeJwt, SignJWT, type JWTPayload } from 'jose'
import postgres from 'postgres'
import type { Settings } from '../settings.ts'

export class TokenRefused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    cause?: unknown,
  ) {
    super(message, { cause })
  }
}

export interface AccessTokens {
  /** The same session's access token with the claims that hosted Supabase puts in, after the project's hook has had its say. */
  issue(token: string, method: string, device: Device): Promise<string>
  /** Undoes a session that was begun and then refused. */
  revoke(token: string): Promise<void>
}

/** From where and with what somebody signs in or goes on; null where it is not known. */
export interface Device {
  userAgent: string | null
  /** As PostgreSQL's inet takes it. */
  ip: string | null
}

interface Subject {
  phone: string | null
  is_anonymous: boolean
  app_metadata: JWTPayload
  user_metadata: JWTPayload
  amr: { method: string; timestamp: number }[]
}

/** https://supabase.com/docs/guides/auth/auth-hooks/custom-access-token-hook: a result without these is an error there. */
const requiredClaims = ['aud', 'exp', 'iat', 'sub', 'email', 'phone', 'role', 'aal', 'session_id', 'is_anonymous']

export function createAccessTokens(options: { sql: postgres.Sql; hook: Settings['auth']['tokenHook']; jwtSecret: string; issuer: string }): AccessTokens {
  const { sql, hook } = options
  const key = new TextEncoder().encode(options.jwtSecret)

  const runHook = async (transaction: postgres.TransactionSql, event: Record<string, unknown>): Promise<JWTPayload> => {
    const { schema, name, uri } = hook ?? { schema: '', name: '', uri: '' }
    let output: unknown
    try {
      await transaction`set local statement_timeout = '2s'`
      const [row] = await transaction<{ output: unknown }[]>`select ${transaction(schema)}.${transaction(name)}(${transaction.json(event as postgres.JSONValue)}) as output`
      output = row?.output
    } catch (error) {
      if (error instanceof postgres.PostgresError) throw new TokenRefused(500, 'unexpected_failure', `Error running hook URI: ${uri}`, error)
      throw error
    }
    return claimsOf(output)
  }

  return {
    issue: async (token, method, device) => {
      const issued = decodeJwt(token)
      const claims = await sql.begin(async (transaction) => {
        const subject = await readSubject(transaction, issued, method, device)
        const full: JWTPayload = {
          ...issued,
          iss: options.issuer,
          email: issued['email'] ?? '',
          phone: subject.phone ?? '',
          app_metadata: subject.app_metadata,
          user_metadata: subject.user_metadata,
          aal: 'aal1',
          amr: subject.amr,
          is_anonymous: subject.is_anonymous,
        }
        return hook ? runHook(transaction, { user_id: issued.sub, claims: full, authentication_method: method }) : full
      })
      return new SignJWT(claims).setProtectedHeader({ alg: 'HS256', typ: 'JWT' }).sign(key)
    },
    revoke: async (token) => {
      const sessionId = decodeJwt(token)['session_id']
      if (typeof sessionId === 'string') await sql`delete from auth.sessions where id = ${sessionId}`
    },
  }
}

async function readSubject(transaction: postgres.TransactionSql, issued: JWTPayload, method: string, device: Device): Promise<Subject> {
  const sessionId = String(issued['session_id'])
  // The library leaves both empty; hosted Supabase fills them at the beginning and at every refresh.
  await transaction`update auth.sessions set user_agent = ${device.userAgent}, ip = ${device.ip}::inet where id = ${sessionId}`
  // Once, as it begins: every further sign-in begins a session of its own, so whatever comes later is no new proof.
  if (method !== 'token_refresh') {
    await transaction`
      insert into auth.mfa_amr_claims (session_id, authentication_method)
      select ${sessionId}::uuid, ${method}::text where not exists (select from auth.mfa_amr_claims where session_id = ${sessionId}::uuid)
      on conflict do nothing`
  }
  const [subject] = await transaction<Subject[]>`
    select u.phone, u.is_anonymous,
      coalesce(u.raw_app_meta_data, '{}'::jsonb) as app_metadata,
      coalesce(u.raw_user_meta_data, '{}'::jsonb) as user_metadata,
      coalesce((
        select jsonb_agg(jsonb_build_object('method', a.authentication_method, 'timestamp', extract(epoch from a.updated_at)::bigint) order by a.updated_at desc)
        from auth.mfa_amr_claims a where a.session_id = ${sessionId}
      ), '[]'::jsonb) as amr
    from auth.users u where u.id = ${String(issued.sub)}`
  if (!subject) throw new TokenRefused(403, 'user_not_found', 'User from sub claim in JWT does not exist')
  return subject
}

function claimsOf(output: unknown): JWTPayload {
  if (!isRecord(output)) throw new TokenRefused(500, 'unexpected_failure', 'The access token hook returned no object')
  const error = output['error']
  if (isRecord(error) && Object.keys(error).length > 0) {
    const status = Number(error['http_code'])
    const valid = Number.isInteger(status) && status >= 400 && status <= 599
    throw new TokenRefused(valid ? status : 500, valid && status !== 500 ? 'unknown' : 'unexpected_failure', typeof error['message'] === 'string' ? error['message'] : 'The access token hook refused the session')
  }
  const claims = output['claims']
  if (!isRecord(claims)) throw new TokenRefused(500, 'unexpected_failure', 'claims field is missing in the output of the access token hook')
  const missing = requiredClaims.filter((name) => claims[name] === undefined)
  if (missing.length > 0) {
    const list = missing.map((name) => `- (root): ${name} is required`).join('\n')
    throw new TokenRefused(500, 'unexpected_failure', `output claims do not conform to the expected schema: \n${list}`)
  }
  return claims
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
