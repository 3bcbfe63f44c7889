import { readClaims } from '@/lib/claims'
import { describeError } from '@/lib/errors'
import { useIdentityRequest } from '@/lib/identity-request'
import { paths } from '@/lib/paths'
import { queryClient } from '@/lib/query-client'
import { useSession } from '@/lib/session'
import { supabase } from '@/lib/supabase'

/** Somebody closed the dialog instead: no failure, and nothing has happened. */
export class NotConfirmed extends Error {
  constructor() {
    super('Nothing was changed: you did not confirm that it is you.')
    this.name = 'NotConfirmed'
  }
}

export const wasCancelled = (error: unknown): boolean => error instanceof NotConfirmed

/** How the database (SQLSTATE of our verbs), our functions and Auth say that the last sign-in is too long ago. */
const NEEDED: readonly string[] = ['DS050', 'reauthentication_needed']

/**
 * Runs a dangerous act. Where it is refused because the last sign-in was too long ago, the person signs in once more, in a
 * dialog, and the act is run again, once. Rejects with NotConfirmed when they leave it.
 */
export async function withRecentSignIn<Answer>(act: () => Promise<Answer>): Promise<Answer> {
  try {
    return await act()
  } catch (error) {
    if (!NEEDED.includes(describeError(error).code ?? '')) throw error
  }
  await confirmIdentity()
  return act()
}

/** Asks for a sign-in whatever the last one was: for what is not refused without one, such as a new password. */
export async function confirmIdentity(): Promise<void> {
  const former = await sessionId()
  await new Promise<void>((resolve, reject) => {
    // A second act that asks meanwhile takes the dialog over; the first is told.
    useIdentityRequest.getState().request?.cancelled()
    const end = (settle: () => void) => () => {
      useIdentityRequest.setState({ request: null })
      settle()
    }
    useIdentityRequest.setState({
      request: {
        confirmed: end(resolve),
        cancelled: end(() => reject(new NotConfirmed())),
        failed: (error) => end(() => reject(error instanceof Error ? error : new Error(String(error))))(),
      },
    })
  })
  await endFormer(former)
}

/** Signing in made a session of its own, so the one before is nobody's any more. Where ending it fails it stays in the list of sessions. */
async function endFormer(former: string | null): Promise<void> {
  if (former === null || former === (await sessionId())) return
  const { error } = await supabase.rpc('end_session', { session_id: former })
  if (error) console.warn(`The former session could not be ended: ${error.message}`)
  void queryClient.invalidateQueries({ queryKey: ['sessions'] })
}

async function sessionId(): Promise<string | null> {
  const { data } = await supabase.auth.getSession()
  return data.session === null ? null : readClaims(data.session.access_token).sessionId
}

const email = (): string => useSession.getState().user?.email ?? ''

export async function proveWithPassword(password: string): Promise<void> {
  const { error } = await supabase.auth.signInWithPassword({ email: email(), password })
  if (error) throw error
}

export async function sendCode(): Promise<void> {
  const { error } = await supabase.auth.signInWithOtp({
    email: email(),
    // The mail may carry a link beside the code, or nothing else: followed in this browser it proves the same (see onProofElsewhere).
    options: { shouldCreateUser: false, emailRedirectTo: new URL(paths.authCallback.getHref(), window.location.origin).href },
  })
  if (error) throw error
}

export async function proveWithCode(code: string): Promise<void> {
  // `magiclink` is the kind of mail that signInWithOtp sends to somebody who has an account.
  const { error } = await supabase.auth.verifyOtp({ email: email(), token: code, type: 'magiclink' })
  if (error) throw error
}

/** Tells when the same person has signed in anew by another way: the link of the mail, in another tab of this browser. */
export function onProofElsewhere(notify: () => void): () => void {
  const former = sessionId()
  const { data } = supabase.auth.onAuthStateChange((event, session) => {
    if (event !== 'SIGNED_IN' || session === null || session.user.email !== email()) return
    void former.then((id) => {
      if (readClaims(session.access_token).sessionId !== id) notify()
    })
  })
  return () => data.subscription.unsubscribe()
}
