export type Role = 'admin' | 'editor' | 'viewer'

export interface Claims {
  organizationId: string | null
  role: Role | null
  sessionId: string | null
  /** Signed in with a second factor as well (authenticator assurance level 2). */
  secondFactor: boolean
}

const NOTHING: Claims = { organizationId: null, role: null, sessionId: null, secondFactor: false }

const ROLES: readonly string[] = ['admin', 'editor', 'viewer'] satisfies Role[]
export const isRole = (value: unknown): value is Role => typeof value === 'string' && ROLES.includes(value)

/**
 * What the access token says about the organization (put there by the access-token hook). Decoded, not verified:
 * it steers what the screen offers, and the database decides again on every statement.
 */
export function readClaims(accessToken: string): Claims {
  try {
    const part = accessToken.split('.')[1] ?? ''
    const bytes = Uint8Array.from(atob(part.replace(/-/g, '+').replace(/_/g, '/')), (char) => char.charCodeAt(0))
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes))
    if (typeof claims !== 'object' || claims === null) return NOTHING
    const { organization_id: organizationId, organization_role: role, session_id: sessionId, aal } = claims as Record<string, unknown>
    return {
      organizationId: typeof organizationId === 'string' && organizationId !== '' ? organizationId : null,
      role: isRole(role) ? role : null,
      sessionId: typeof sessionId === 'string' ? sessionId : null,
      secondFactor: aal === 'aal2',
    }
  } catch {
    return NOTHING
  }
}
