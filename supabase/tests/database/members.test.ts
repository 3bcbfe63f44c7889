/** Who is in an organization, in which role: changing it, going, and the owner. */
import { randomUUID } from 'node:crypto'
import { afterAll, describe, expect, inject, it } from 'vitest'
import { claimsOf, expectRefusal, openWorld, read, rpc, type Member } from '../support/actors.ts'
import { acceptInvitation as accept, atOnce, byMail, invite, roleOf, signedInAgo } from '../support/members.ts'

const stack = inject('stack')
const world = openWorld(stack)
const { sql } = world
afterAll(world.close)

const ownersOf = async (organization: { id: string }) =>
  (await sql<{ user_id: string }[]>`select user_id from public.memberships where organization_id = ${organization.id} and is_owner`).map(({ user_id }) => user_id)
/** As after an operator has deleted the owner's account. */
const noOwner = (organization: { id: string }) => sql`update public.memberships set is_owner = false where organization_id = ${organization.id}`

describe('roles', () => {
  it('are changed by admins, and bite at the next statement', async () => {
    const admin = await world.newAdmin()
    const member = await world.newMember(admin.organization, 'viewer')
    const write = () => read(member.client.from('sites').insert({ name: 'Mine', slug: randomUUID() }))
    await expectRefusal(write(), '42501', 'row-level security')
    await rpc(admin, 'change_member_role', { user_id: member.userId, role: 'editor' })
    // The token still says viewer.
    expect(await claimsOf(member)).toMatchObject({ organization_role: 'viewer' })
    await write()
    await rpc(admin, 'change_member_role', { user_id: member.userId, role: 'viewer' })
    await member.refresh()
    await expectRefusal(write(), '42501', 'row-level security')
  })

  it('an admin who was demoted or removed manages nobody any more, with the old token', async () => {
    const owner = await world.newAdmin()
    const colleague = await world.newMember(owner.organization, 'viewer')
    const { id } = await invite(owner, 'ada@example.com')
    const acts: [string, Record<string, unknown>][] = [
      ['create_invitation', { email: 'eve@example.com', role: 'admin' }],
      ['renew_invitation', { invitation_id: id }],
      ['revoke_invitation', { invitation_id: id }],
      ['change_member_role', { user_id: colleague.userId, role: 'admin' }],
      ['remove_member', { user_id: colleague.userId }],
      ['transfer_ownership', { user_id: colleague.userId }],
      ['delete_organization', { confirmation: owner.organization.slug }],
    ]
    for (const [what, code] of [['change_member_role', 'DS002'], ['remove_member', 'DS001']] as const) {
      const admin = await world.newMember(owner.organization, 'admin')
      await rpc(owner, what, { user_id: admin.userId, ...(what === 'change_member_role' ? { role: 'editor' } : {}) })
      expect(await claimsOf(admin)).toMatchObject({ organization_role: 'admin' })
      for (const [verb, args] of acts) await expectRefusal(rpc(admin, verb, args), code, /./)
      expect(await read(admin.client.from('invitations').select())).toEqual([])
    }
    expect(await roleOf(sql, colleague, owner.organization)).toBe('viewer')
  })

  it('are nothing that viewers, editors or strangers decide', async () => {
    const admin = await world.newAdmin()
    const victim = await world.newMember(admin.organization, 'viewer')
    for (const role of ['viewer', 'editor'] as const) {
      const member = await world.newMember(admin.organization, role)
      await expectRefusal(rpc(member, 'change_member_role', { user_id: member.userId, role: 'admin' }), 'DS002', 'Your role does not allow you to change roles.')
      await expectRefusal(rpc(member, 'remove_member', { user_id: victim.userId }), 'DS002', 'Your role does not allow you to remove members.')
    }
    const stranger = await world.newAdmin()
    for (const user_id of [victim.userId, randomUUID()]) {
      await expectRefusal(rpc(stranger, 'change_member_role', { user_id, role: 'admin' }), 'DS049', 'There is no such member in this organization.')
      await expectRefusal(rpc(stranger, 'remove_member', { user_id }), 'DS049', 'There is no such member in this organization.')
      await expectRefusal(rpc(stranger, 'transfer_ownership', { user_id }), 'DS049', 'There is no such member in this organization.')
    }
    await expectRefusal(rpc(admin, 'change_member_role', { user_id: victim.userId, role: 'owner' }), 'DS044', '"owner" is not a role.')
    expect(await roleOf(sql, victim, admin.organization)).toBe('viewer')
  })

  it('the owner stays an admin, whoever asks', async () => {
    const owner = await world.newAdmin()
    const admin = await world.newMember(owner.organization, 'admin')
    for (const who of [owner, admin]) {
      await expectRefusal(rpc(who, 'change_member_role', { user_id: owner.userId, role: 'editor' }), 'DS051', 'The owner of an organization stays its admin.')
      await expectRefusal(rpc(who, 'remove_member', { user_id: owner.userId }), 'DS051', 'The owner of an organization stays its admin.')
    }
    await expectRefusal(rpc(owner, 'leave_organization'), 'DS051', 'The owner of an organization stays its admin.')
    expect(await ownersOf(owner.organization)).toEqual([owner.userId])
  })
})

describe('the last admin', () => {
  /** An organization whose owner's account an operator has deleted. */
  async function withoutOwner(): Promise<{ first: Member; second: Member }> {
    const first = await world.newAdmin()
    await noOwner(first.organization)
    return { first, second: await world.newMember(first.organization, 'admin') }
  }

  it('stays, by whatever way they would go', async () => {
    const { first, second } = await withoutOwner()
    await rpc(second, 'leave_organization')
    await world.newMember(first.organization, 'editor')
    await expectRefusal(rpc(first, 'change_member_role', { user_id: first.userId, role: 'editor' }), 'DS054', 'An organization keeps at least one admin.')
    await expectRefusal(rpc(first, 'leave_organization'), 'DS054', 'An organization keeps at least one admin.')
    await expectRefusal(rpc(first, 'remove_member', { user_id: first.userId }), 'DS054', 'An organization keeps at least one admin.')
    // An operator's own statement too.
    await expect(sql`update public.memberships set role = 'viewer' where organization_id = ${first.organization.id}`).rejects.toMatchObject({ code: 'DS054' })
    expect(await roleOf(sql, first, first.organization)).toBe('admin')
  })

  it('does not leave an organization without anybody', async () => {
    const only = await world.newAdmin()
    await noOwner(only.organization)
    await expectRefusal(rpc(only, 'leave_organization'), 'DS054', 'You are the last member.')
  })

  it('is one of two who demote each other at the same moment', async () => {
    const { first, second } = await withoutOwner()
    const outcomes = await atOnce(sql, first.organization, [
      () => rpc(first, 'change_member_role', { user_id: second.userId, role: 'viewer' }),
      () => rpc(second, 'change_member_role', { user_id: first.userId, role: 'viewer' }),
    ])
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'DS002' } })
    expect([await roleOf(sql, first, first.organization), await roleOf(sql, second, first.organization)].sort()).toEqual(['admin', 'viewer'])
  })

  it('is one of two who leave or step down at the same moment', async () => {
    for (const act of [
      (who: Member) => rpc(who, 'leave_organization'),
      (who: Member) => rpc(who, 'change_member_role', { user_id: who.userId, role: 'editor' }),
    ]) {
      const { first, second } = await withoutOwner()
      await world.newMember(first.organization, 'viewer')
      const outcomes = await atOnce(sql, first.organization, [() => act(first), () => act(second)])
      expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
      expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'DS054' } })
      expect([await roleOf(sql, first, first.organization), await roleOf(sql, second, first.organization)].filter((role) => role === 'admin')).toHaveLength(1)
    }
  })
})

describe('going', () => {
  it('a removed member’s token is refused at the next statement, and another organization of theirs becomes the active one', async () => {
    const admin = await world.newAdmin()
    const member = await world.newAdmin()
    await accept(await byMail(world, stack, member), (await invite(admin, member.email)).token)
    await member.refresh()
    const sites = () => read<unknown[]>(member.client.from('sites').select())
    await read(member.client.from('sites').insert({ name: 'Mine', slug: 'mine' }))
    expect(await sites()).toHaveLength(1)

    await rpc(admin, 'remove_member', { user_id: member.userId })
    expect(await claimsOf(member)).toMatchObject({ organization_id: admin.organization.id })
    expect(await sites()).toEqual([])
    await expectRefusal(rpc(member, 'start_sync'), 'DS001', 'You are not in an organization.')
    await expectRefusal(rpc(member, 'switch_organization', { organization_id: admin.organization.id }), 'DS006', 'no such organization')
    await member.refresh()
    expect(await claimsOf(member)).toMatchObject({ organization_id: member.organization.id })
    expect(await sql`select from public.sites where organization_id = ${admin.organization.id}`).toHaveLength(1)
  })

  it('somebody who leaves is out at once, and without another organization in none', async () => {
    const admin = await world.newAdmin()
    const member = await world.newMember(admin.organization, 'viewer')
    await rpc(member, 'leave_organization')
    expect(await read(member.client.from('organizations').select())).toEqual([])
    await expectRefusal(rpc(member, 'leave_organization'), 'DS001', 'You are not in an organization.')
    await member.refresh()
    expect(await claimsOf(member)).not.toHaveProperty('organization_id')
  })
})

describe('the owner', () => {
  it('is whoever made the organization, and one alone', async () => {
    const owner = await world.newAdmin()
    const admin = await world.newMember(owner.organization, 'admin')
    expect(await ownersOf(owner.organization)).toEqual([owner.userId])
    await expect(sql`update public.memberships set is_owner = true where user_id = ${admin.userId}`).rejects.toMatchObject({ code: '23505' })
    await expect(sql`update public.memberships set role = 'editor' where user_id = ${owner.userId}`).rejects.toMatchObject({ code: '23514' })
  })

  it('hands the organization on, stays an admin, and cannot take it back', async () => {
    const owner = await world.newAdmin()
    const next = await world.newMember(owner.organization, 'viewer')
    await rpc(owner, 'transfer_ownership', { user_id: next.userId })
    expect(await ownersOf(owner.organization)).toEqual([next.userId])
    expect([await roleOf(sql, owner, owner.organization), await roleOf(sql, next, owner.organization)]).toEqual(['admin', 'admin'])
    await expectRefusal(rpc(owner, 'transfer_ownership', { user_id: owner.userId }), 'DS052', 'Only the owner of the organization may transfer the ownership.')
    await expectRefusal(rpc(owner, 'delete_organization', { confirmation: owner.organization.slug }), 'DS052', 'Only the owner of the organization may delete')
    await rpc(owner, 'leave_organization')
  })

  it('is asked to sign in again when that was over ten minutes ago', async () => {
    const owner = await world.newAdmin()
    const next = await world.newMember(owner.organization, 'admin')
    for (const minutes of [11, 60 * 24]) {
      const stale = await signedInAgo(world, stack, owner, minutes)
      await expectRefusal(rpc(stale, 'transfer_ownership', { user_id: next.userId }), 'DS050', 'Confirm that it is you.')
      await expectRefusal(rpc(stale, 'delete_organization', { confirmation: owner.organization.slug }), 'DS050', 'Confirm that it is you.')
    }
    // A refreshed token is no newer sign-in.
    await owner.refresh()
    await rpc(await signedInAgo(world, stack, owner, 9), 'transfer_ownership', { user_id: next.userId })
    expect(await ownersOf(owner.organization)).toEqual([next.userId])
  })

  it('is every admin where there is none', async () => {
    const first = await world.newAdmin()
    await noOwner(first.organization)
    const second = await world.newMember(first.organization, 'admin')
    const editor = await world.newMember(first.organization, 'editor')
    await expectRefusal(rpc(editor, 'transfer_ownership', { user_id: editor.userId }), 'DS002', 'Your role does not allow you to transfer the ownership.')
    await rpc(second, 'transfer_ownership', { user_id: second.userId })
    expect(await ownersOf(first.organization)).toEqual([second.userId])
    await expectRefusal(rpc(first, 'transfer_ownership', { user_id: first.userId }), 'DS052', 'Only the owner')
  })

  it('is one, when two of those admins take it at the same moment', async () => {
    const first = await world.newAdmin()
    await noOwner(first.organization)
    const second = await world.newMember(first.organization, 'admin')
    const outcomes = await atOnce(sql, first.organization, [first, second].map((who) => () => rpc(who, 'transfer_ownership', { user_id: who.userId })))
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(await ownersOf(first.organization)).toHaveLength(1)
  })
})
