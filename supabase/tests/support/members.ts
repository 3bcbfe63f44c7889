/** Invitations, and changes of members that come upon each other. */
import type { Sql } from 'postgres'
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
