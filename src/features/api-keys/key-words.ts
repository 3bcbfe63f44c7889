import type { Tone } from '@/ui/chip'

export interface ApiKey {
  id: string
  name: string
  /** `ds_` and eight characters: enough to know it again, not to use it. */
  prefix: string
  scopes: string[]
  createdAt: string
  /** null: somebody who has left. */
  createdBy: { id: string; name: string } | null
  lastUsedAt: string | null
  /** null: never. */
  expiresAt: string | null
  revokedAt: string | null
  revokedBy: { id: string; name: string } | null
}

export const SCOPES = [
  { scope: 'content:read', label: 'Read content', hint: 'Pull what a site should show now. For static builds and apps that show it.' },
  { scope: 'sync:run', label: 'Run syncs', hint: 'Start runs and read how they went. For CI, after a deployment.' },
] as const

export type Scope = (typeof SCOPES)[number]['scope']

export type KeyState = 'active' | 'expiring' | 'expired' | 'revoked'

export const STATE: Readonly<Record<KeyState, { label: string; tone: Tone }>> = {
  active: { label: 'active', tone: 'success' },
  expiring: { label: 'expires', tone: 'warning' },
  expired: { label: 'expired', tone: 'neutral' },
  revoked: { label: 'revoked', tone: 'neutral' },
}

/** Time enough to put another key in its place. */
const SOON_MS = 14 * 86_400_000

export function keyState({ revokedAt, expiresAt }: Pick<ApiKey, 'revokedAt' | 'expiresAt'>, now: number): KeyState {
  if (revokedAt !== null) return 'revoked'
  if (expiresAt === null) return 'active'
  const left = Date.parse(expiresAt) - now
  if (left <= 0) return 'expired'
  return left <= SOON_MS ? 'expiring' : 'active'
}

export const isUsable = (state: KeyState) => state === 'active' || state === 'expiring'

/** "2 keys work" and what needs looking at: the page's one sentence. */
export function keysSentence(states: readonly KeyState[]): string {
  const usable = states.filter(isUsable).length
  if (usable === 0) return 'No key works at the moment'
  const expiring = states.filter((state) => state === 'expiring').length
  const tail = expiring === 0 ? '' : usable === 1 ? ', and it expires soon' : `, ${expiring} ${expiring === 1 ? 'expires' : 'expire'} soon`
  return usable === 1 ? `1 key works${tail}` : `${usable} keys work${tail}`
}
