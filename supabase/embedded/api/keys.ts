import { timingSafeEqual, createHash } from 'node:crypto'
import { jwtVerify } from 'jose'

export type KeyRole = 'anon' | 'service_role'

export interface ApiKeys {
  publishable: string
  secret: string
  /** The same two as JWTs. */
  anonJwt: string
  serviceJwt: string
  /** Which role a key stands for; undefined for a key that is not ours. */
  roleOf(key: string): Promise<KeyRole | undefined>
  /** The same as the library behind both APIs wants to hear it. */
  resolve: (key: string) => Promise<{ type: 'publishable' | 'secret'; claims: { role: KeyRole } } | null>
  /**
   * The Authorization header as a service behind the gateway should see it. `Bearer sb_*` is an API key that the client
   * sends for want of a session: the role's JWT takes its place, as the gateway of the Supabase CLI does it.
   */
  authorization(headers: { authorization?: string | undefined; apikey?: string | undefined }): Promise<string | undefined>
}

export function createApiKeys(options: { publishable: string; secret: string; anonJwt: string; serviceJwt: string; jwtSecret: string }): ApiKeys {
  const { publishable, secret, anonJwt, serviceJwt } = options
  const verificationKey = new TextEncoder().encode(options.jwtSecret)

  const roleOf = async (key: string): Promise<KeyRole | undefined> => {
    if (same(key, publishable)) return 'anon'
    if (same(key, secret)) return 'service_role'
    if (!key.startsWith('ey')) return undefined
    try {
      const { payload } = await jwtVerify(key, verificationKey, { algorithms: ['HS256'] })
      return payload['role'] === 'anon' || payload['role'] === 'service_role' ? payload['role'] : undefined
    } catch {
      return undefined
    }
  }

  return {
    publishable,
    secret,
    anonJwt,
    serviceJwt,
    roleOf,
    resolve: async (key) => {
      const role = await roleOf(key)
      return role ? { type: role === 'anon' ? 'publishable' : 'secret', claims: { role } } : null
    },
    authorization: async ({ authorization, apikey }) => {
      const token = bearer(authorization)
      if (token && !token.startsWith('sb_')) return authorization
      const key = token ?? apikey
      const role = key ? await roleOf(key) : undefined
      if (!role) return undefined
      return `Bearer ${role === 'anon' ? anonJwt : serviceJwt}`
    },
  }
}

export function bearer(authorization: string | undefined): string | undefined {
  return authorization?.match(/^Bearer\s+(\S+)\s*$/i)?.[1]
}

function same(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}
