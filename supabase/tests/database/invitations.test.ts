/** Invitations: kept as a hash, for one address, once, for seven days, and for whoever reads its mail. */
import { createHash, randomUUID } from 'node:crypto'
import { afterAll, describe, expect, inject, it } from 'vitest'
import { claimsOf, expectRefusal, openWorld, read, rpc, signToken, type Person } from '../support/actors.ts'
import { openTransaction, untilBlocked } from '../support/blocking.ts'
import { only } from '../support/fixtures.ts'
import { acceptInvitation, atOnce, byMail, invite, roleOf, signInByMail, type Invitation } from '../support/members.ts'

const stack = inject('stack')
const world = openWorld(stack)
const { sql } = world
afterAll(world.close)

const look = (who: Pick<Person, 'client'>, token: string) => rpc<Record<string, unknown>>(who, 'invitation', { token })
/** By whoever reads the mail of the address. */
const accept = async (who: Person, token: string) => acceptInvitation(await byMail(world, stack, who), token)

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
    expect(await accept(guest, invitation.token)).toEqual({ organization_id: admin.organization.id, name: 'Northwind', role: 'viewer', password_removed: false })
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

describe('whose the address is', () => {
  const session = async (who: Person, amr: unknown) => ({ client: world.clientWith(await signToken(stack.jwt_secret, { ...(await claimsOf(who)), amr })) })
  const now = () => Math.floor(Date.now() / 1000)
  const withPassword = ({ email, password }: Person) => world.visitor().auth.signInWithPassword({ email, password })

  it('a password does not tell: the acceptance is refused, and nothing changes', async () => {
    const admin = await world.newAdmin()
    const guest = await world.newAdmin()
    const { id, token } = await invite(admin, guest.email)
    const before = await sql`select * from public.invitations where id = ${id}`
    expect(await look(guest, token)).toMatchObject({ mine: true, proven: false, state: 'open' })
    const refusal = await expectRefusal(acceptInvitation(guest, token), 'DS064', 'Show that this address is yours.')
    expect(refusal).toMatchObject({ status: 400, hint: 'Follow the link in the invitation\'s mail, or have a sign-in link sent to it.' })
    expect(await sql`select * from public.invitations where id = ${id}`).toEqual(before)
    expect(await roleOf(sql, guest, admin.organization)).toBeUndefined()
    expect(await sql`select organization_id from public.profiles where id = ${guest.userId}`).toEqual([{ organization_id: guest.organization.id }])
    expect((await withPassword(guest)).error).toBeNull()

    const mailed = await byMail(world, stack, guest)
    expect(await look(mailed, token)).toMatchObject({ mine: true, proven: true, state: 'open' })
    expect(await acceptInvitation(mailed, token)).toMatchObject({ role: 'editor', password_removed: false })
    expect(await roleOf(sql, guest, admin.organization)).toBe('editor')
  })

  it('the mailbox tells, and a provider; nothing else in a token does', async () => {
    const admin = await world.newAdmin()
    const guest = await world.newUser()
    const { token } = await invite(admin, guest.email)
    const proven = async (amr: unknown) => (await look(await session(guest, amr), token))['proven']
    for (const method of ['otp', 'magiclink', 'recovery', 'invite', 'email/signup', 'email_change', 'oauth', 'sso/saml']) {
      expect(await proven([{ method, timestamp: now() }]), method).toBe(true)
    }
    expect(await proven([{ method: 'totp', timestamp: now() }, { method: 'otp', timestamp: now() - 60 }])).toBe(true)
    for (const method of ['password', 'token_refresh', 'totp', 'mfa/phone', 'anonymous', 'OTP', '', null]) {
      const amr = [{ method, timestamp: now() }]
      expect(await proven(amr), String(method)).toBe(false)
      await expectRefusal(acceptInvitation(await session(guest, amr), token), 'DS064', 'Show that this address is yours.')
    }
    for (const amr of [[], null, undefined, 'otp', ['otp'], { method: 'otp' }, [[{ method: 'otp' }]]]) expect(await proven(amr), JSON.stringify(amr)).toBe(false)
    expect(await roleOf(sql, guest, admin.organization)).toBeUndefined()
  })

  it('it is told to nobody else, whatever their session', async () => {
    const admin = await world.newAdmin()
    const other = await world.newUser()
    const { token } = await invite(admin, 'ada@example.com')
    await expectRefusal(acceptInvitation(other, token), 'DS048', 'This invitation is for ada@example.com.')
    await expectRefusal(accept(other, token), 'DS048', 'This invitation is for ada@example.com.')
  })

  it('somebody who had registered it beforehand is out once the mail was followed: their session, and their password', async () => {
    const admin = await world.newAdmin()
    const squatter = await world.newUser()
    const { token } = await invite(admin, squatter.email)
    const owner = await signInByMail(world, stack, squatter)
    expect(await look(owner, token)).toMatchObject({ mine: true, proven: true })
    // In between it is too late for another password: the one of before is gone since the mail was followed.
    expect((await withPassword(squatter)).error).toMatchObject({ code: 'invalid_credentials' })
    expect((await squatter.client.auth.updateUser({ password: `pass-${randomUUID()}` })).error).not.toBeNull()
    expect(await acceptInvitation(owner, token)).toMatchObject({ role: 'editor', password_removed: true })

    await expectRefusal(look(squatter, token), 'PT401', 'session')
    await expectRefusal(rpc(squatter, 'switch_organization', { organization_id: admin.organization.id }), 'PT401', 'session')
    expect((await squatter.client.auth.refreshSession()).error).not.toBeNull()
    expect((await withPassword(squatter)).error).toMatchObject({ code: 'invalid_credentials' })
    // Whoever reads the mail goes on, and chooses a password of their own.
    expect((await owner.client.auth.refreshSession()).error).toBeNull()
    expect(await read(owner.client.from('organizations').select('id'))).toEqual([{ id: admin.organization.id }])
    const password = `pass-${randomUUID()}`
    expect((await owner.client.auth.updateUser({ password })).error).toBeNull()
    expect((await withPassword({ ...squatter, password })).error).toBeNull()
  })

  it('somebody who had shown it before they were invited keeps the password', async () => {
    const admin = await world.newAdmin()
    const guest = await world.newUser()
    await signInByMail(world, stack, guest)
    const { token } = await invite(admin, guest.email)
    // By password they are signed in, and accept by a mail all the same.
    const { data } = await withPassword(guest)
    const byPassword = { client: world.clientWith(data.session?.access_token ?? '') }
    await expectRefusal(acceptInvitation(byPassword, token), 'DS064', 'Show that this address is yours.')
    expect(await acceptInvitation(await signInByMail(world, stack, guest), token)).toMatchObject({ role: 'editor', password_removed: false })
    expect((await withPassword(guest)).error).toBeNull()
    expect(await look(byPassword, token)).toMatchObject({ state: 'accepted', member: true })
  })
})
