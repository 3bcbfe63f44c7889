/** Invitations: kept as a hash, for one address, once, for seven days. */
import { createHash, randomUUID } from 'node:crypto'
import { afterAll, describe, expect, inject, it } from 'vitest'
import { claimsOf, expectRefusal, openWorld, read, rpc, type Person } from '../support/actors.ts'
import { openTransaction, untilBlocked } from '../support/blocking.ts'
import { only } from '../support/fixtures.ts'
import { acceptInvitation as accept, atOnce, invite, roleOf, type Invitation } from '../support/members.ts'

const world = openWorld(inject('stack'))
const { sql } = world
afterAll(world.close)

const look = (who: Person, token: string) => rpc<Record<string, unknown>>(who, 'invitation', { token })

describe('an invitation', () => {
  it('brings a new person in, with its role, once', async () => {
    const admin = await world.newAdmin('Northwind')
    const guest = await world.newUser()
    const invitation = await invite(admin, `  ${guest.email.toUpperCase()} `, 'viewer')
    expect(invitation).toEqual({
      id: expect.any(String) as string, token: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      email: guest.email, role: 'viewer', expires_at: expect.any(String) as string,
    })
    expect(await look(guest, invitation.token)).toMatchObject({
      organization_name: 'Northwind', email: guest.email, role: 'viewer', invited_by: admin.email, state: 'open', mine: true, member: false,
    })
    expect(await accept(guest, invitation.token)).toEqual({ organization_id: admin.organization.id, name: 'Northwind', role: 'viewer' })
    await guest.refresh()
    expect(await claimsOf(guest)).toMatchObject({ organization_id: admin.organization.id, organization_role: 'viewer' })

    expect(await look(guest, invitation.token)).toMatchObject({ state: 'accepted', mine: true, member: true })
    await expectRefusal(accept(guest, invitation.token), 'DS047', 'This invitation has been accepted already.')
    await rpc(admin, 'remove_member', { user_id: guest.userId })
    await expectRefusal(accept(guest, invitation.token), 'DS047', 'This invitation has been accepted already.')
    expect(await roleOf(sql, guest, admin.organization)).toBeUndefined()
  })

  it('adds an organization to somebody who has one, and makes it the active one', async () => {
    const admin = await world.newAdmin()
    const guest = await world.newAdmin()
    await accept(guest, (await invite(admin, guest.email)).token)
    await guest.refresh()
    expect(await claimsOf(guest)).toMatchObject({ organization_id: admin.organization.id, organization_role: 'editor' })
    expect(await roleOf(sql, guest, guest.organization)).toBe('admin')
  })

  it('is taken once, by whoever comes first, at the same moment too', async () => {
    const admin = await world.newAdmin()
    const guest = await world.newUser()
    const { token } = await invite(admin, guest.email)
    const outcomes = await atOnce(sql, admin.organization, [() => accept(guest, token), () => accept(guest, token)])
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'DS047' } })
  })

  it('is kept as a hash alone', async () => {
    const admin = await world.newAdmin()
    const { id, token } = await invite(admin, 'ada@example.com')
    const { token_hash } = only(await sql<{ token_hash: Buffer }[]>`select token_hash from private.invitation_tokens where invitation_id = ${id}`)
    expect(token_hash.toString('hex')).toBe(createHash('sha256').update(token).digest('hex'))
    // The admin of the moment is told, and nobody else finds it anywhere.
    const tables = await sql<{ schema: string; name: string; owned: boolean }[]>`
      select n.nspname as schema, c.relname as name,
        exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'organization_id' and not a.attisdropped) as owned
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname in ('public', 'private', 'auth', 'realtime') and c.relkind in ('r', 'm')`
    for (const { schema, name, owned } of tables) {
      const ours = owned ? sql`x.organization_id = ${admin.organization.id}` : sql`true`
      expect(await sql`select from ${sql(schema)}.${sql(name)} x where ${ours} and x::text like ${`%${token}%`}`, `${schema}.${name}`).toHaveLength(0)
    }
  })

  it('holds for seven days', async () => {
    const admin = await world.newAdmin()
    const guest = await world.newUser()
    const { id, token } = await invite(admin, guest.email)
    expect(await sql`select expires_at = created_at + interval '7 days' as week from public.invitations where id = ${id}`).toEqual([{ week: true }])
    await sql`update public.invitations set expires_at = now() where id = ${id}`
    expect(await look(guest, token)).toMatchObject({ state: 'expired' })
    const refusal = await expectRefusal(accept(guest, token), 'DS047', 'This invitation has expired.')
    expect(refusal.hint).toBe('Ask an admin of the organization for a new one.')
    // Sent again it holds for seven more.
    const renewed = await rpc<Invitation>(admin, 'renew_invitation', { invitation_id: id })
    expect(Date.parse(renewed.expires_at)).toBeGreaterThan(Date.now() + 6.9 * 86_400_000)
    expect(await accept(guest, renewed.token)).toMatchObject({ role: 'editor' })
  })

  it('is for its address', async () => {
    const admin = await world.newAdmin()
    const other = await world.newUser()
    const { token } = await invite(admin, 'ada@example.com')
    expect(await look(other, token)).toMatchObject({ email: 'ada@example.com', mine: false })
    await expectRefusal(accept(other, token), 'DS048', 'This invitation is for ada@example.com.')
    expect(await roleOf(sql, other, admin.organization)).toBeUndefined()
  })

  it('cannot be guessed, and says nothing to whoever tries', async () => {
    const person = await world.newUser()
    for (const token of ['', 'x', randomUUID(), '0'.repeat(64)]) {
      await expectRefusal(look(person, token), 'DS046', 'There is no such invitation.')
      await expectRefusal(accept(person, token), 'DS046', 'There is no such invitation.')
    }
    await expectRefusal(rpc({ client: world.visitor() }, 'invitation', { token: 'x' }), '42501', 'permission denied')
    await expectRefusal(rpc({ client: world.visitor() }, 'accept_invitation', { token: 'x' }), '42501', 'permission denied')
  })

  it('ends when it is renewed, replaced or revoked', async () => {
    const admin = await world.newAdmin()
    const guest = await world.newUser()
    const first = await invite(admin, guest.email, 'admin')
    const renewed = await rpc<Invitation>(admin, 'renew_invitation', { invitation_id: first.id })
    expect(renewed).toMatchObject({ id: first.id, role: 'admin' })
    await expectRefusal(accept(guest, first.token), 'DS046', 'There is no such invitation.')

    const replaced = await invite(admin, guest.email, 'viewer')
    expect(replaced).toMatchObject({ id: first.id, role: 'viewer' })
    await expectRefusal(accept(guest, renewed.token), 'DS046', 'There is no such invitation.')
    expect(await sql`select from public.invitations where organization_id = ${admin.organization.id}`).toHaveLength(1)

    await rpc(admin, 'revoke_invitation', { invitation_id: first.id })
    expect(await look(guest, replaced.token)).toMatchObject({ state: 'revoked' })
    await expectRefusal(accept(guest, replaced.token), 'DS047', 'This invitation has been revoked.')
    await expectRefusal(rpc(admin, 'renew_invitation', { invitation_id: first.id }), 'DS046', 'There is no such open invitation')
    await expectRefusal(rpc(admin, 'revoke_invitation', { invitation_id: first.id }), 'DS046', 'There is no such open invitation')
    // Whoever was sent away may be asked anew.
    expect((await invite(admin, guest.email)).id).not.toBe(first.id)
  })

  it('that is renewed while it is being accepted is accepted with the new token alone', async () => {
    const admin = await world.newAdmin()
    const guest = await world.newUser()
    const { token } = await invite(admin, guest.email)
    const { session, pid, commit } = await openTransaction(sql)
    await session`select from public.organizations where id = ${admin.organization.id} for update`
    const accepting = expectRefusal(accept(guest, token), 'DS046', 'There is no such invitation.')
    await untilBlocked(sql, pid, 1)
    // What a renewal writes; through the verb it would wait for the same lock.
    await session`update private.invitation_tokens set token_hash = sha256(convert_to(gen_random_uuid()::text, 'UTF8')) where organization_id = ${admin.organization.id}`
    await commit()
    await accepting
    expect(await roleOf(sql, guest, admin.organization)).toBeUndefined()
  })

  it('is not made for a member, an address that is none, or a role that is none', async () => {
    const admin = await world.newAdmin()
    const colleague = await world.newMember(admin.organization, 'viewer')
    await expectRefusal(invite(admin, colleague.email.toUpperCase()), 'DS045', `${colleague.email} is a member already.`)
    for (const email of ['', 'ada', 'ada@', 'ada@example', 'a da@example.com', `${'a'.repeat(250)}@example.com`, null]) {
      await expectRefusal(rpc(admin, 'create_invitation', { email, role: 'editor' }), 'DS044', 'is not an e-mail address')
    }
    for (const role of ['owner', 'Admin', '', null]) {
      await expectRefusal(rpc(admin, 'create_invitation', { email: 'ada@example.com', role }), 'DS044', /role/)
    }
    expect(await sql`select from public.invitations where organization_id = ${admin.organization.id}`).toHaveLength(0)
  })

  it('leaves the role of somebody who became a member meanwhile', async () => {
    const admin = await world.newAdmin()
    const guest = await world.newUser()
    const { token } = await invite(admin, guest.email, 'admin')
    await sql`insert into public.profiles (id, email) values (${guest.userId}, ${guest.email})`
    await sql`insert into public.memberships (organization_id, user_id, role) values (${admin.organization.id}, ${guest.userId}, 'viewer')`
    expect(await look(guest, token)).toMatchObject({ state: 'open', member: true })
    expect(await accept(guest, token)).toMatchObject({ role: 'viewer' })
    expect(await roleOf(sql, guest, admin.organization)).toBe('viewer')
  })

  it('is the business of the organization’s admins', async () => {
    const admin = await world.newAdmin()
    const stranger = await world.newAdmin()
    const { id } = await invite(admin, 'ada@example.com')
    for (const role of ['viewer', 'editor'] as const) {
      const member = await world.newMember(admin.organization, role)
      await expectRefusal(invite(member, 'eve@example.com'), 'DS002', 'Your role does not allow you to invite people.')
      await expectRefusal(rpc(member, 'renew_invitation', { invitation_id: id }), 'DS002', 'Your role does not allow you to')
      await expectRefusal(rpc(member, 'revoke_invitation', { invitation_id: id }), 'DS002', 'Your role does not allow you to')
      expect(await read(member.client.from('invitations').select())).toEqual([])
    }
    // Another organization's answers like one that does not exist.
    for (const verb of ['renew_invitation', 'revoke_invitation']) {
      const theirs = await expectRefusal(rpc(stranger, verb, { invitation_id: id }), 'DS046', 'There is no such open invitation')
      const nobodys = await expectRefusal(rpc(stranger, verb, { invitation_id: randomUUID() }), 'DS046', 'There is no such open invitation')
      expect(theirs).toEqual(nobodys)
    }
    expect(await read(stranger.client.from('invitations').select())).toEqual([])
    expect(await read(admin.client.from('invitations').select('email, role'))).toEqual([{ email: 'ada@example.com', role: 'editor' }])
    await expectRefusal(read(admin.client.from('invitations').update({ role: 'admin' }).eq('id', id)), '42501', 'permission denied')
    await expectRefusal(read(admin.client.from('invitations').delete().eq('id', id)), '42501', 'permission denied')
  })

  it('of a person with 50 organizations waits until there is room', async () => {
    const admin = await world.newAdmin()
    const guest = await world.newAdmin()
    await sql`
      with made as (insert into public.organizations (name, slug) select 'Filler', 'filler-' || gen_random_uuid() from generate_series(1, 49) returning id)
      insert into public.memberships (organization_id, user_id, role) select id, ${guest.userId}, 'viewer' from made`
    const { token } = await invite(admin, guest.email)
    await expectRefusal(accept(guest, token), 'DS005', 'You already belong to 50 organizations.')
    expect(await look(guest, token)).toMatchObject({ state: 'open' })
  })

  it('is limited: 200 open ones, and so many a minute', async () => {
    const admin = await world.newAdmin()
    await sql`
      insert into public.invitations (organization_id, email, role, expires_at)
      select ${admin.organization.id}, n || '@example.com', 'viewer', now() + interval '1 day' from generate_series(1, 200) n`
    await expectRefusal(invite(admin, 'ada@example.com'), 'DS059', '200 invitations are open already.')
    await sql`update public.invitations set revoked_at = now() where organization_id = ${admin.organization.id} and email like '1%'`
    await invite(admin, 'ada@example.com')
    // The stack of the tests has other limits; what is counted is the same.
    await sql`
      update private.verb_uses set window_start = clock_timestamp(), used = (select requests from private.verb_limits where verb = 'create_invitation')
      where user_id = ${admin.userId} and verb = 'create_invitation'`
    const refusal = await expectRefusal(invite(admin, 'eve@example.com'), 'PT429', 'Too many requests.')
    expect(refusal.status).toBe(429)
  })
})
