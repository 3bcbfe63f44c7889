/** What ends somebody's hold on an organization, or the organization: nothing that was prepared beforehand outlives it. */
import { randomUUID } from 'node:crypto'
import { createClient } from '@supabase/supabase-js'
import { afterAll, describe, expect, inject, it } from 'vitest'
import ws from 'ws'
import { addMember, expectRefusal, openDatabase, openWorld, read, rpc, signToken, claimsOf, type Member } from '../support/actors.ts'
import { newItem, newSite, newType, only } from '../support/fixtures.ts'

const stack = inject('stack')
const world = openWorld(stack)
const { sql } = world
afterAll(world.close)

/** Whoever holds the secret key. */
const service = createClient(stack.api_url, stack.secret_key, { auth: { persistSession: false }, realtime: { transport: ws as unknown as typeof WebSocket } })

const openInvitations = async (member: Member) =>
  (await sql<{ email: string }[]>`
    select email from public.invitations
    where organization_id = ${member.organization.id} and accepted_at is null and revoked_at is null`).map(({ email }) => email)

describe('invitations', () => {
  it.each(['removed', 'made an editor'])('of an admin who is %s are revoked', async (what) => {
    const owner = await world.newAdmin()
    const admin = await world.newMember(owner.organization, 'admin')
    const second = `${randomUUID()}@example.com`
    const other = `${randomUUID()}@example.com`
    await rpc(admin, 'create_invitation', { email: second, role: 'admin' })
    await rpc(owner, 'create_invitation', { email: other, role: 'viewer' })
    if (what === 'removed') await rpc(owner, 'remove_member', { user_id: admin.userId })
    else await rpc(owner, 'change_member_role', { user_id: admin.userId, role: 'editor' })
    expect(await openInvitations(owner)).toEqual([other])
  })
})

describe('an organization', () => {
  it('is closed by its owner and the tick alone: the secret key cannot close it, open it again or empty its tables', async () => {
    const admin = await world.newAdmin()
    const { id } = admin.organization
    await expectRefusal(read(service.from('organizations').update({ deleted_at: new Date().toISOString() }).eq('id', id)), '42501', 'permission denied for table organizations')
    await expectRefusal(read(service.from('organizations').delete().eq('id', id)), '42501', 'permission denied for table organizations')
    expect(await sql`select from public.organizations where id = ${id} and deleted_at is null`).toHaveLength(1)
    const truncatable = await sql<{ name: string }[]>`
      select c.relname as name from pg_class c
      where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and has_table_privilege('service_role', c.oid, 'truncate')`
    expect(truncatable).toEqual([])
  })

  it('that is closed stays closed', async () => {
    const admin = await world.newAdmin()
    const { id } = admin.organization
    const hand = openDatabase(stack, 1)
    await hand
      .begin(async (transaction) => {
        await transaction`update public.organizations set deleted_at = now() where id = ${id}`
        await expectRefusal(transaction.savepoint((inner) => inner`update public.organizations set deleted_at = null where id = ${id}`), 'DS063', 'A closed organization stays closed.')
        throw new Error('undone')
      })
      .catch((error: unknown) => expect(error).toMatchObject({ message: 'undone' }))
    await hand.end()
  })

  it('whose last member’s account an operator deletes is closed, its schedules with it', async () => {
    const admin = await world.newAdmin()
    const { id } = admin.organization
    await rpc(admin, 'save_schedule', { schedule: { name: 'Hourly', cron: '0 * * * *', enabled: false } })
    await sql`delete from auth.users where id = ${admin.userId}`
    expect(await sql`select from public.organizations where id = ${id} and deleted_at is null`).toHaveLength(0)
    expect(await sql`select from public.schedules where organization_id = ${id}`).toHaveLength(0)
  })

  it('is deleted while somebody is in the middle of writing to it, and neither waits for ever', async () => {
    const admin = await world.newAdmin()
    const { organization } = admin
    const type = await newType(sql, organization)
    const item = await newItem(sql, organization, type)
    const site = await newSite(sql, organization)
    const writer = openDatabase(stack, 1)
    let deleted: Promise<{ deleted: boolean }> | undefined
    let answered = false
    await writer.begin(async (transaction) => {
      // Holds on to the organization, and wants the site next.
      await transaction`update public.content_items set title = 'Being written' where id = ${item}`
      await transaction`insert into public.content_items (organization_id, type_id, title) values (${organization.id}, ${type}, 'New')`
      deleted = rpc<{ deleted: boolean }>(admin, 'delete_organization', { confirmation: organization.slug })
      void deleted.catch(() => undefined).then(() => (answered = true))
      await expect.poll(async () => answered || only(await sql<{ n: number }[]>`select count(*)::int as n from pg_locks where not granted`).n > 0).toBe(true)
      await transaction`insert into public.site_item_mappings (organization_id, site_id, item_id, mode) values (${organization.id}, ${site}, ${item}, 'full')`.catch(() => undefined)
    }).catch(() => undefined)
    await writer.end()
    expect(typeof (await deleted)?.deleted).toBe('boolean')
    await expect.poll(async () => {
      await sql`select public.tick()`
      return (await sql`select from public.organizations where id = ${organization.id}`).length
    }).toBe(0)
  })
})

it('a refreshed token is no sign-in: its time does not count as recent', async () => {
  const owner = await world.newAdmin()
  const colleague = await world.newUser()
  await addMember(sql, colleague, owner.organization, 'editor')
  const hoursAgo = Math.floor(Date.now() / 1_000) - 7_200
  const now = Math.floor(Date.now() / 1_000)
  const amr = [{ method: 'password', timestamp: hoursAgo }, { method: 'token_refresh', timestamp: now }]
  const token = await signToken(stack.jwt_secret, { ...(await claimsOf(owner)), amr })
  await expectRefusal(rpc({ client: world.clientWith(token) }, 'transfer_ownership', { user_id: colleague.userId }), 'DS050', 'Confirm that it is you.')
})
