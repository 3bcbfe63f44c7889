import type { Session, User } from '@supabase/supabase-js'
import { create } from 'zustand'
import { readClaims, type Role } from '@/lib/claims'
import { queryClient } from '@/lib/query-client'
import { supabase } from '@/lib/supabase'

interface SessionState {
  /** `loading` only until the stored session has been read. */
  status: 'loading' | 'signed-out' | 'signed-in'
  user: User | null
  organizationId: string | null
  role: Role | null
  /** True while somebody who came through a recovery link has not chosen a new password. */
  recovering: boolean
}

export const useSession = create<SessionState>(() => ({
  status: 'loading',
  user: null,
  organizationId: null,
  role: null,
  recovering: false,
}))

function apply(session: Session | null): void {
  const before = useSession.getState()
  const next: Partial<SessionState> =
    session === null
      ? { status: 'signed-out', user: null, organizationId: null, role: null, recovering: false }
      : { status: 'signed-in', user: session.user, ...readClaims(session.access_token) }
  // Another person or another organization must never see what the one before has in the cache.
  const changed = before.user?.id !== next.user?.id || before.organizationId !== next.organizationId
  useSession.setState(next)
  if (before.status !== 'loading' && changed) queryClient.clear()
}

/** Called once at start. The client emits INITIAL_SESSION first, so there is no second read to race with. */
export function watchSession(): () => void {
  const { data } = supabase.auth.onAuthStateChange((event, session) => {
    apply(session)
    if (event === 'PASSWORD_RECOVERY') useSession.setState({ recovering: true })
    if (event === 'USER_UPDATED') useSession.setState({ recovering: false })
  })
  return () => data.subscription.unsubscribe()
}

/** Fetches a new token, so that a changed organization or role reaches its claims. */
export async function refreshSession(): Promise<void> {
  const { data, error } = await supabase.auth.refreshSession()
  if (error) throw error
  apply(data.session)
}

export async function signOut(): Promise<void> {
  // `local`: this browser only. The session here ends even when the server cannot be told.
  const { error } = await supabase.auth.signOut({ scope: 'local' })
  if (error) throw error
}

const RANK: Record<Role, number> = { viewer: 0, editor: 1, admin: 2 }

/** Whether the person's role reaches at least `role`. What is shown depends on it; what is allowed is the database's word. */
export function useHasRole(role: Role): boolean {
  return useSession((state) => state.role !== null && RANK[state.role] >= RANK[role])
}

/** The active organization inside the guarded part of the app, where there always is one. */
export function useOrganizationId(): string {
  const organizationId = useSession((state) => state.organizationId)
  if (organizationId === null) throw new Error('No active organization: this page belongs behind the guard')
  return organizationId
}
