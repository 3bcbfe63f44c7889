/** Invitations, and changes of members that come upon each other. */
import type { Sql } from 'postgres'
import type { Stack } from '../../embedded/stack.ts'
import { claimsOf, rpc, signToken, type Backend, type Person, type Role, type World } from './actors.ts'
import { openTransaction, untilBlocked } from './blocking.ts'

export interface Invitation {
  id: string
  token: string
  email: string
  role: Role
  expires_at: string
}

export const invite = (who: Pick<Person, 'client'>, email: string, role = 'editor') => rpc<Invitation>(who, 'create_invitation', { email, role })

export const acceptInvitation = (who: Pick<Person, 'client'>, token: string) => rpc<Record<string, unknown>>(who, 'accept_invitation', { token })

/** The person's own session, as if it had been begun by the link of a mail: what an invitation asks for. */
export async function byMail(world: World, backend: Pick<Backend, 'jwt_secret'>, who: Person): Promise<Pick<Person, 'client'>> {
  const amr = [{ method: 'otp', timestamp: Math.floor(Date.now() / 1000) }]
  return { client: world.clientWith(await signToken(backend.jwt_secret, { ...(await claimsOf(who)), amr })) }
}

/** Another session of the person's, which a mail has begun in truth. */
export async function signInByMail(world: World, backend: Pick<Stack, 'inbox_url'>, { email }: Pick<Person, 'email'>): Promise<Pick<Person, 'client'>> {
  const client = world.visitor()
  const earlier = (await mailsTo(backend.inbox_url, email)).length
  const { error } = await client.auth.signInWithOtp({ email, options: { shouldCreateUser: false } })
  if (error) throw new Error(`no mail to ${email}: ${error.message}`)
  const { error: refused } = await client.auth.verifyOtp({ email, token: await codeFromInbox(backend.inbox_url, email, earlier), type: 'magiclink' })
  if (refused) throw new Error(`the code for ${email} was refused: ${refused.message}`)
  return { client }
}

/** The newest first. */
async function mailsTo(inboxUrl: string, to: string): Promise<{ text: string }[]> {
  const { messages } = (await (await fetch(`${inboxUrl}/api/messages`)).json()) as { messages: { to: string; text: string }[] }
  return messages.filter((mail) => mail.to === to)
}

/** The code of the newest mail to this address that came after `earlier` others; asks until it is there. */
async function codeFromInbox(inboxUrl: string, to: string, earlier: number): Promise<string> {
  const deadline = Date.now() + 60_000
  for (;;) {
    const mails = await mailsTo(inboxUrl, to)
    const code = mails.length > earlier ? /\b\d{6}\b/.exec(mails[0]?.text ?? '')?.[0] : undefined
    if (code !== undefined) return code
    if (Date.now() > deadline) throw new Error(`no new mail with a code for ${to} in the inbox, which holds ${mails.length} for it`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** undefined: is no member. */
export async function roleOf(sql: Sql, who: Person, organization: { id: string }): Promise<string | undefined> {
  const [membership] = await sql<{ role: string }[]>`select role from public.memberships where organization_id = ${organization.id} and user_id = ${who.userId}`
  return membership?.role
}

/** Holds the organization's row until every call waits for it: what they decide they decide one after the other. */
export async function atOnce(sql: Sql, organization: { id: string }, calls: readonly (() => Promise<unknown>)[]): Promise<PromiseSettledResult<unknown>[]> {
  const { session, pid, commit } = await openTransaction(sql)
  await session`select from public.organizations where id = ${organization.id} for update`
  const outcomes = Promise.allSettled(calls.map((call) => call()))
  await untilBlocked(sql, pid, calls.length)
  await commit()
  return outcomes
}

/** The person's own session, as if it had been begun so long ago. */
export async function signedInAgo(world: World, backend: Pick<Backend, 'jwt_secret'>, who: Person, minutes: number): Promise<Pick<Person, 'client'>> {
  const timestamp = Math.floor(Date.now() / 1000) - minutes * 60
  return { client: world.clientWith(await signToken(backend.jwt_secret, { ...(await claimsOf(who)), amr: [{ method: 'password', timestamp }] })) }
}
