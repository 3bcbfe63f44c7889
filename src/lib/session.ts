import type { Session, User } from '@supabase/supabase-js'
import { create } from 'zustand'
import { readClaims, type Role } from '@/lib/claims'
import { describeError } from '@/lib/errors'
import { queryClient } from '@/lib/query-client'
import { supabase } from '@/lib/supabase'

interface SessionState {
  /** `loading` only until the stored session has been read. */
  status: 'loading' | 'signed-out' | 'signed-in'
  user: User | null
  organizationId: string | null
  role: Role | null
  /** Which of the person's sessions this is. */
  sessionId: string | null
  /** `missing` until the code of an authenticator app has been given, where the person has set one up. */
  secondFactor: 'none' | 'missing' | 'shown'
  /** True while somebody who came through a recovery link has not chosen a new password. */
  recovering: boolean
}

export const useSession = create<SessionState>(() => ({
  status: 'loading',
  user: null,
  organizationId: null,
  role: null,
  sessionId: null,
  secondFactor: 'none',
  recovering: false,
}))

function signedIn({ access_token, user }: Session): Partial<SessionState> {
  const { secondFactor, ...claims } = readClaims(access_token)
  const asked = user.factors?.some(({ status }) => status === 'verified') === true
  return { status: 'signed-in', user, ...claims, secondFactor: secondFactor ? 'shown' : asked ? 'missing' : 'none' }
}

function apply(session: Session | null): void {
  const before = useSession.getState()
  const next: Partial<SessionState> =
    session === null
      ? { status: 'signed-out', user: null, organizationId: null, role: null, sessionId: null, secondFactor: 'none', recovering: false }
      : signedIn(session)
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
  const queries = queryClient.getQueryCache().subscribe((event) => {
    if (event.type === 'updated' && event.action.type === 'error') noticeEnd(event.action.error)
  })
  const mutations = queryClient.getMutationCache().subscribe((event) => {
    if (event.type === 'updated' && event.action.type === 'error') noticeEnd(event.action.error)
  })
  return () => {
    data.subscription.unsubscribe()
    queries()
    mutations()
  }
}

/** Verbs say so (PT401, or PostgREST's own) when the session was ended elsewhere; tables then only seem empty. */
function noticeEnd(error: unknown): void {
  if (/^(?:PT401|PGRST30[13])$/.test(describeError(error).code ?? '')) void forgetEndedSession()
}

let asked: Promise<unknown> | null = null

/** Asks Auth whether this session still stands: the client forgets one that does not, and the guard leads to the sign-in page. */
export async function forgetEndedSession(): Promise<void> {
  asked ??= supabase.auth.getUser().finally(() => {
    asked = null
  })
  await asked
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
