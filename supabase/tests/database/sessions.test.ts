/** Where somebody is signed in, what an ended session may still do (nothing), and what wants a recent sign-in. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { claimsOf, expectRefusal, join, openWorld, read, rpc, signToken, type Member, type Person, type Refusal } from '../support/actors.ts'

const backend = inject('stack')
const world = openWorld(backend)
const { sql } = world
afterAll(world.close)

interface Session {
  id: string
  created_at: string
  last_seen_at: string
  user_agent: string | null
  ip: string | null
  current: boolean
}

const sessionsOf = (who: Pick<Person, 'client'>) => rpc<Session[]>(who, 'my_sessions')

/** The same person once more, as from another browser. */
async function signInAgain(person: Person): Promise<Person> {
  const other = { ...person, client: world.visitor() }
  const { error } = await other.client.auth.signInWithPassword({ email: person.email, password: person.password })
  if (error) throw error
  return {
    ...other,
    async token() {
      const { data } = await other.client.auth.getSession()
      if (!data.session) throw new Error(`${person.email} is signed out`)
      return data.session.access_token
    },
  }
}

/** A client that goes on using a token whatever became of its session. */
async function keepToken(person: Person): Promise<Pick<Person, 'client'>> {
  return { client: world.clientWith(await person.token()) }
}

const ended = 'This session has been ended.'

/** The token is still signed and far from its end; the session behind it is gone. */
async function expectNothing(who: Pick<Person, 'client'>, member: Member): Promise<void> {
  for (const table of ['organizations', 'memberships', 'profiles', 'sites', 'content_items', 'sync_jobs', 'audit_log', 'api_keys'])
    expect({ table, rows: await read(who.client.from(table).select(table === 'profiles' ? 'id' : '*')) }).toEqual({ table, rows: [] })
  expect(await read(who.client.from('sites').update({ name: 'Taken' }).eq('organization_id', member.organization.id).select())).toEqual([])
  await expectRefusal(read(who.client.from('sites').insert({ name: 'New', slug: `new-${randomUUID().slice(0, 8)}` })), '42501', /row-level security|permission denied/)
  for (const [verb, args] of [
    ['dashboard', {}],
    ['plan_sync', {}],
    ['start_sync', {}],
    ['my_sessions', {}],
    ['create_organization', { name: 'Another' }],
    ['switch_organization', { organization_id: member.organization.id }],
    ['export_organization', {}],
    ['account_deletion', {}],
    ['delete_account', { confirmation: member.email }],
  ] as const) {
    const refusal = await expectRefusal(rpc(who, verb, args), 'PT401', ended)
    expect({ verb, status: refusal.status }).toEqual({ verb, status: 401 })
  }
}

describe('the list of sessions', () => {
  it('names every one with its browser and address, the asking one first', async () => {
    const admin = await world.newAdmin()
    const other = await signInAgain(admin)
    const mine = await sessionsOf(admin)
    expect(mine).toHaveLength(2)
    expect(mine.map(({ current }) => current)).toEqual([true, false])
    for (const session of mine) {
      expect(session.user_agent).not.toBe('')
      expect(session.ip).toMatch(/^(127\.0\.0\.1|::1)$/)
      expect(Date.parse(session.last_seen_at)).toBeGreaterThanOrEqual(Date.parse(session.created_at))
    }
    expect((await claimsOf(admin))['session_id']).toBe(mine[0]?.id)
    // From the other side it is the other one.
    const theirs = await sessionsOf(other)
    expect(theirs.map(({ id }) => id)).toEqual([mine[1]?.id, mine[0]?.id])
  })

  it('is nobody else\'s: what one may not see answers like what does not exist', async () => {
    const [admin, stranger] = await Promise.all([world.newAdmin(), world.newAdmin()])
    const [session] = await sessionsOf(admin)
    const unknown = await expectRefusal(rpc(stranger, 'end_session', { session_id: randomUUID() }), 'DS061', 'There is no such session of yours.')
    const foreign = await expectRefusal(rpc(stranger, 'end_session', { session_id: session?.id }), 'DS061', 'There is no such session of yours.')
    const said = ({ code, message, details, hint, status }: Refusal) => ({ code, message, details, hint, status })
    expect(said(foreign)).toEqual(said(unknown))
    expect(await sessionsOf(admin)).toHaveLength(1)
    await expectRefusal(rpc({ client: world.visitor() }, 'my_sessions'), '42501', 'permission denied')
  })
})

describe('an ended session', () => {
  let admin: Member
  let other: Person
  let kept: Pick<Person, 'client'>

  beforeAll(async () => {
    admin = await world.newAdmin()
    await rpc(admin, 'load_demo_data')
    other = await signInAgain(admin)
    kept = await keepToken(other)
    // It worked until now.
    expect(await read(kept.client.from('sites').select('id'))).toHaveLength(3)
    const [, theirs] = await sessionsOf(admin)
    await rpc(admin, 'end_session', { session_id: theirs?.id })
  })

  it('is refused by every table and verb at the next statement', async () => {
    await expectNothing(kept, admin)
    expect(await read(admin.client.from('sites').select('id'))).toHaveLength(3)
  })

  it('is refused by functions', async () => {
    const [site] = await sql<{ id: string }[]>`select id from public.sites where organization_id = ${admin.organization.id} limit 1`
    const token = await other.token()
    for (const [name, body] of [
      ['site-secret', { site_id: site?.id }],
      ['sync', { job_id: randomUUID() }],
      ['drift', { site_ids: [site?.id] }],
    ] as const) {
      const answer = await fetch(`${backend.api_url}/functions/v1/${name}`, {
        method: 'POST',
        headers: { apikey: backend.publishable_key, authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      expect({ name, status: answer.status }).toEqual({ name, status: 401 })
    }
  })

  it('joins no channel', async () => {
    const channel = kept.client.channel(`org:${admin.organization.id}`, { config: { private: true } })
    await kept.client.realtime.setAuth(await other.token())
    expect(await join(channel)).toMatch(/unauthorized|permission/i)
  })

  it('is refused a new token, and Auth says that it is gone', async () => {
    expect((await other.client.auth.refreshSession()).error).not.toBeNull()
    expect((await other.client.auth.getUser()).error).not.toBeNull()
    expect((await other.client.auth.getSession()).data.session).toBeNull()
  })

  it('cannot be ended twice', async () => {
    const third = await signInAgain(admin)
    const [mine] = await sessionsOf(third)
    await rpc(admin, 'end_session', { session_id: mine?.id })
    await expectRefusal(rpc(admin, 'end_session', { session_id: mine?.id }), 'DS061', 'There is no such session of yours.')
    // An ended session learns nothing of others, either.
    await expectRefusal(rpc(await keepToken(third), 'end_session', { session_id: mine?.id }), 'PT401', ended)
  })
})

describe('signing out', () => {
  it('everywhere else leaves this one standing', async () => {
    const admin = await world.newAdmin()
    const kept = await keepToken(await signInAgain(admin))
    expect((await admin.client.auth.signOut({ scope: 'others' })).error).toBeNull()
    await expectNothing(kept, admin)
    expect(await sessionsOf(admin)).toHaveLength(1)
  })

  it('everywhere ends all of them', async () => {
    const admin = await world.newAdmin()
    const kept = await Promise.all([keepToken(admin), keepToken(await signInAgain(admin))])
    expect((await admin.client.auth.signOut({ scope: 'global' })).error).toBeNull()
    for (const client of kept) await expectNothing(client, admin)
    expect(await sessionsOf(await signInAgain(admin))).toHaveLength(1)
  })
})

describe('a recent sign-in', () => {
  /** What the session's first token would say had it been begun so many minutes ago. */
  async function withSignIn(person: Person, amr: unknown): Promise<Pick<Person, 'client'>> {
    const { exp: _, iat: __, amr: ___, ...claims } = await claimsOf(person)
    return { client: world.clientWith(await signToken(backend.jwt_secret, { ...claims, ...(amr === undefined ? {} : { amr }) })) }
  }
  const minutesAgo = (minutes: number) => Math.floor(Date.now() / 1000) - minutes * 60
  const acts = (member: Member) => [
    ['transfer_ownership', { user_id: randomUUID() }, 'DS049'],
    ['delete_organization', { confirmation: 'not the short name' }, 'DS053'],
    ['delete_account', { confirmation: `not ${member.email}` }, 'DS053'],
  ] as const

  it.each([
    ['eleven minutes ago', [{ method: 'password', timestamp: minutesAgo(11) }]],
    ['yesterday, and a code this morning', [{ method: 'password', timestamp: minutesAgo(1440) }, { method: 'totp', timestamp: minutesAgo(200) }]],
    ['at no time that the token tells', undefined],
    ['in a form that nobody knows', 'password'],
    ['in a list of nothing', []],
    ['in a list of something else', [1, 'password', { method: 'password' }]],
  ])('is missing where the last was %s', async (_, amr) => {
    const admin = await world.newAdmin()
    const who = await withSignIn(admin, amr)
    for (const [verb, args] of acts(admin)) {
      const refusal = await expectRefusal(rpc(who, verb, args), 'DS050', 'Confirm that it is you.')
      expect(refusal.hint).not.toBeNull()
    }
    // All else goes on as before.
    expect(await sessionsOf(who)).toHaveLength(1)
  })

  it.each([
    ['nine minutes ago', [{ method: 'password', timestamp: minutesAgo(9) }]],
    ['yesterday, and a code just now', [{ method: 'password', timestamp: minutesAgo(1440) }, { method: 'totp', timestamp: minutesAgo(0) }]],
  ])('is there where the last was %s', async (_, amr) => {
    const admin = await world.newAdmin()
    const who = await withSignIn(admin, amr)
    for (const [verb, args, code] of acts(admin)) await expectRefusal(rpc(who, verb, args), code, /./)
  })

  it('is not what renewing a token makes of an old one, and is what signing in again makes', async () => {
    const admin = await world.newAdmin()
    await sql`update auth.mfa_amr_claims set updated_at = now() - interval '11 minutes' where session_id = ${String((await claimsOf(admin))['session_id'])}`
    await admin.refresh()
    await expectRefusal(rpc(admin, 'delete_organization', { confirmation: admin.organization.slug }), 'DS050', 'Confirm that it is you.')
    const again = await signInAgain(admin)
    expect(await rpc(again, 'delete_organization', { confirmation: admin.organization.slug })).toEqual({ deleted: true })
  })
})
