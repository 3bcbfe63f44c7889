/** The end of an account: what goes with it, what keeps it, and whose it is not. */
import { randomUUID } from 'node:crypto'
import { afterAll, describe, expect, inject, it } from 'vitest'
import { addMember, expectRefusal, openWorld, read, rpc, type Member, type Person } from '../support/actors.ts'

const world = openWorld(inject('stack'))
const { sql } = world
afterAll(world.close)

interface Deletion {
  email: string
  deletes: { id: string; name: string }[]
  blocked_by: { id: string; name: string }[]
}

const preview = (who: Person) => rpc<Deletion>(who, 'account_deletion')
const remove = (who: Person, confirmation = who.email) => rpc(who, 'delete_account', { confirmation })

/** All that is left of somebody. */
async function traces(userId: string): Promise<Record<string, number>> {
  const [row] = await sql<Record<string, number>[]>`
    select (select count(*)::int from auth.users where id = ${userId}) as users,
      (select count(*)::int from auth.sessions where user_id = ${userId}) as sessions,
      (select count(*)::int from auth.identities where user_id = ${userId}) as identities,
      (select count(*)::int from public.profiles where id = ${userId}) as profiles,
      (select count(*)::int from public.memberships where user_id = ${userId}) as memberships`
  return row ?? {}
}

const nothing = { users: 0, sessions: 0, identities: 0, profiles: 0, memberships: 0 }
const standing = async (id: string) => (await sql`select from public.organizations where id = ${id} and deleted_at is null`).length === 1

async function join(who: Person, member: Member, role: 'admin' | 'editor' | 'viewer'): Promise<void> {
  await addMember(sql, who, member.organization, role)
}

describe('what an account takes with it', () => {
  it('is told beforehand: organizations that nobody else is in go, those that need the person keep it', async () => {
    const admin = await world.newAdmin('Only mine')
    const { id: second } = await rpc<{ id: string }>(admin, 'create_organization', { name: 'Also mine' })
    const shared = await world.newAdmin('Theirs')
    await join(admin, shared, 'editor')
    expect(await preview(admin)).toEqual({
      email: admin.email,
      deletes: [{ id: second, name: 'Also mine' }, { id: admin.organization.id, name: 'Only mine' }],
      blocked_by: [],
    })
    const colleague = await world.newUser()
    await join(colleague, admin, 'admin')
    expect(await preview(admin)).toMatchObject({ deletes: [{ name: 'Also mine' }], blocked_by: [{ id: admin.organization.id, name: 'Only mine' }] })
    expect(await preview(colleague)).toMatchObject({ deletes: [], blocked_by: [] })
  })

  it('wants the address typed, whatever its letters\' case, and says that nothing happened', async () => {
    const admin = await world.newAdmin()
    for (const typed of ['', 'yes', 'somebody@example.com', null])
      expect((await expectRefusal(rpc(admin, 'delete_account', { confirmation: typed }), 'DS053', 'What you typed is not the e-mail address')).hint).toContain('Nothing was deleted')
    expect(await traces(admin.userId)).toMatchObject({ users: 1, profiles: 1, memberships: 1 })
    await remove(admin, `  ${admin.email.toUpperCase()} `)
    expect(await traces(admin.userId)).toEqual(nothing)
  })

  it('is the profile, the sessions and the organizations of one, and nothing of others', async () => {
    const [admin, stranger] = await Promise.all([world.newAdmin(), world.newAdmin()])
    await Promise.all([rpc(admin, 'load_demo_data'), rpc(stranger, 'load_demo_data')])
    const before = await sql`select * from public.sites where organization_id = ${stranger.organization.id} order by id`
    const token = world.clientWith(await admin.token())
    await remove(admin)
    expect(await traces(admin.userId)).toEqual(nothing)
    expect(await standing(admin.organization.id)).toBe(false)
    expect(await sql`select * from public.sites where organization_id = ${stranger.organization.id} order by id`).toEqual(before)
    expect(await traces(stranger.userId)).toMatchObject({ users: 1, memberships: 1 })
    // The token that is left names nobody.
    await expectRefusal(rpc({ client: token }, 'my_sessions'), 'PT401', /ended/)
    expect(await read(token.from('organizations').select())).toEqual([])
    const { error } = await world.visitor().auth.signInWithPassword({ email: admin.email, password: admin.password })
    expect(error?.code).toBe('invalid_credentials')
  })

  it('leaves what the person made where others are', async () => {
    const admin = await world.newAdmin()
    await rpc(admin, 'load_demo_data')
    const editor = await world.newMember(admin.organization, 'editor')
    const [type] = await read<{ id: string }[]>(editor.client.from('content_types').select('id').limit(1))
    const item = await read<{ id: string }>(editor.client.from('content_items').insert({ type_id: type?.id, title: 'Of somebody who left' }).select('id').single())
    await remove(editor)
    expect(await traces(editor.userId)).toEqual(nothing)
    expect(await read(admin.client.from('content_items').select('title, created_by').eq('id', item.id).single())).toEqual({
      title: 'Of somebody who left', created_by: null,
    })
    expect(await standing(admin.organization.id)).toBe(true)
  })

  it('can be had again: the address is free, and finds nothing of before', async () => {
    const admin = await world.newAdmin()
    await remove(admin)
    const client = world.visitor()
    const { data, error } = await client.auth.signUp({ email: admin.email, password: `pass-${randomUUID()}` })
    expect(error).toBeNull()
    expect(data.user?.id).not.toBe(admin.userId)
    expect(await read(client.from('organizations').select())).toEqual([])
  })
})

describe('an account that others need', () => {
  it('stays while it owns an organization with other members, and says which', async () => {
    const admin = await world.newAdmin('Needs me')
    const colleague = await world.newMember(admin.organization, 'admin')
    const refusal = await expectRefusal(remove(admin), 'DS062', 'You are the owner or the last admin of "Needs me".')
    expect(refusal.hint).toContain('Transfer the ownership')
    expect(await traces(admin.userId)).toMatchObject({ users: 1, memberships: 1 })
    await rpc(admin, 'transfer_ownership', { user_id: colleague.userId })
    await remove(admin)
    expect(await standing(admin.organization.id)).toBe(true)
    expect(await traces(admin.userId)).toEqual(nothing)
  })

  it('stays while it is the last admin of an organization without an owner', async () => {
    const admin = await world.newAdmin('Ownerless')
    await world.newMember(admin.organization, 'viewer')
    await sql`update public.memberships set is_owner = false where organization_id = ${admin.organization.id}`
    await expectRefusal(remove(admin), 'DS062', '"Ownerless"')
  })

  it('is not deleted by two at once into an organization without an admin', async () => {
    const admin = await world.newAdmin()
    const second = await world.newMember(admin.organization, 'admin')
    await world.newMember(admin.organization, 'viewer')
    await sql`update public.memberships set is_owner = false where organization_id = ${admin.organization.id}`
    const outcomes = await Promise.allSettled([remove(admin), remove(second)])
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    const [left] = await sql<{ n: number }[]>`select count(*)::int as n from public.memberships where organization_id = ${admin.organization.id} and role = 'admin'`
    expect(left?.n).toBe(1)
  })
})

it('is nobody\'s to look at or to end without being signed in', async () => {
  const visitor = { client: world.visitor() }
  await expectRefusal(rpc(visitor, 'account_deletion'), '42501', 'permission denied')
  await expectRefusal(rpc(visitor, 'delete_account', { confirmation: 'ada@example.com' }), '42501', 'permission denied')
})

describe('a name', () => {
  it('is one\'s own to change, and colleagues read it', async () => {
    const admin = await world.newAdmin()
    const viewer = await world.newMember(admin.organization, 'viewer')
    await read(viewer.client.from('profiles').update({ full_name: 'Ada Lovelace' }).eq('id', viewer.userId))
    expect(await read(admin.client.from('profiles').select('full_name').eq('id', viewer.userId).single())).toEqual({ full_name: 'Ada Lovelace' })
    expect(await read(admin.client.from('profiles').update({ full_name: 'Somebody' }).eq('id', viewer.userId).select('id'))).toEqual([])
    await expectRefusal(read(viewer.client.from('profiles').update({ email: 'other@example.com' }).eq('id', viewer.userId)), '42501', 'permission denied')
    await expectRefusal(read(viewer.client.from('profiles').update({ full_name: 'x'.repeat(121) }).eq('id', viewer.userId)), '23514', 'profiles_full_name_check')
  })
})

it('an account that gets another address shows it to colleagues, and only its own', async () => {
  const admin = await world.newAdmin()
  const colleague = await world.newMember(admin.organization, 'viewer')
  const address = `${randomUUID()}@example.com`
  await sql`update auth.users set email = ${address} where id = ${colleague.userId}`
  expect(await read(admin.client.from('profiles').select('email').eq('id', colleague.userId))).toEqual([{ email: address }])
  expect(await read(admin.client.from('profiles').select('email').eq('id', admin.userId))).toEqual([{ email: admin.email }])
})
