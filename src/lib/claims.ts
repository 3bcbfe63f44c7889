export type Role = 'admin' | 'editor' | 'viewer'

export interface Claims {
  organizationId: string | null
  role: Role | null
}

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
    if (typeof claims !== 'object' || claims === null) return { organizationId: null, role: null }
    const { organization_id: organizationId, organization_role: role } = claims as Record<string, unknown>
    return {
      organizationId: typeof organizationId === 'string' && organizationId !== '' ? organizationId : null,
      role: isRole(role) ? role : null,
    }
  } catch {
    return { organizationId: null, role: null }
  }
}
