/** Roles, and what happens to them while a token lives: a removal or a demotion bites at the next statement. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { addMember, claimsOf, expectRefusal, openWorld, read, rpc, type Member, type Person } from '../support/actors.ts'
import { runToEnd } from '../support/runs.ts'

type Row = Record<string, unknown>

const world = openWorld(inject('stack'))
const { sql } = world
afterAll(world.close)

let admin: Member
beforeAll(async () => {
  admin = await world.newAdmin()
  await rpc(admin, 'load_demo_data')
  await runToEnd(sql, admin, { receive: true })
  const { id } = await firstSite(admin)
  await rpc(admin, 'save_schedule', { schedule: { name: 'Never', cron: '0 0 1 1 *', all_sites: false, site_ids: [id], enabled: false } })
})

const tenantTables = (await sql<{ name: string }[]>`
  select c.relname as name from pg_class c
  join pg_attribute a on a.attrelid = c.oid and a.attname = 'organization_id' and not a.attisdropped
  where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and c.relname <> 'profiles' order by 1`).map(({ name }) => name)

/** What only admins read. */
const adminTables = ['alert_messages', 'alert_rules', 'api_keys', 'audit_log', 'invitations']
const readTables = tenantTables.filter((name) => !adminTables.includes(name))

const count = async (who: Person, table: string) => (await read<Row[]>(who.client.from(table).select())).length
const policy = (table: string) => `new row violates row-level security policy for table "${table}"`

async function firstSite(who: Person): Promise<Row & { id: string }> {
  return read<Row & { id: string }>(who.client.from('sites').select().eq('slug', 'facebook').single())
}

/** What only an editor may do, each with the refusal that a viewer gets. */
async function expectNoEditing(who: Person): Promise<void> {
  const site = await firstSite(who)
  const before = await sql`select * from public.sites where id = ${site.id}`
  await expectRefusal(read(who.client.from('sites').insert({ name: 'New', slug: 'new' })), '42501', policy('sites'))
  await expectRefusal(
    read(who.client.from('content_types').insert({ name: 'new', title: 'New', schema: { type: 'object', properties: {} } })),
    '42501',
    policy('content_types'),
  )
  const [type] = await read<{ id: string }[]>(who.client.from('content_types').select('id'))
  await expectRefusal(read(who.client.from('content_items').insert({ type_id: type?.id, title: 'New' })), '42501', policy('content_items'))
  expect(await read(who.client.from('sites').update({ name: 'New' }).eq('id', site.id).select())).toEqual([])
  expect(await read(who.client.from('sites').delete().eq('id', site.id).select())).toEqual([])
  const role = /^Your role does not allow you to /
  await expectRefusal(rpc(who, 'set_mappings', { cells: [] }), 'DS002', role)
  await expectRefusal(rpc(who, 'start_sync'), 'DS002', role)
  await expectRefusal(rpc(who, 'cancel_sync', { job_id: site.id }), 'DS002', role)
  await expectRefusal(rpc(who, 'replay_delivery', { delivery_id: site.id }), 'DS002', role)
  await expectRefusal(rpc(who, 'replay_deliveries', { filter: {} }), 'DS002', role)
  await expectRefusal(rpc(who, 'retry_failed', { job_id: site.id }), 'DS002', role)
  await expectRefusal(rpc(who, 'rollback_site', { site_id: site.id, delivery_id: site.id }), 'DS002', role)
  await expectRefusal(rpc(who, 'lift_hold', { site_id: site.id }), 'DS002', role)
  await expectRefusal(rpc(who, 'check_drift'), 'DS002', role)
  await expectRefusal(rpc(who, 'save_schedule', { schedule: {} }), 'DS002', role)
  await expectRefusal(rpc(who, 'set_retention', { days: 30 }), 'DS002', role)
  const refusal = await expectRefusal(rpc(who, 'load_demo_data'), 'DS002', 'Your role does not allow you to load the demo data.')
  expect(refusal.hint).toBe('Ask an admin of the organization for the role "editor".')
  expect(await sql`select * from public.sites where id = ${site.id}`).toEqual(before)
}

describe('roles', () => {
  it('a viewer reads everything and plans, and changes nothing', async () => {
    const viewer = await world.newMember(admin.organization, 'viewer')
    for (const table of readTables) expect(await count(viewer, table), table).toBe(await count(admin, table))
    for (const table of adminTables) expect(await count(viewer, table), table).toBe(0)
    expect(await rpc(viewer, 'dashboard')).toMatchObject({ sites: 3 })
    expect(await rpc(viewer, 'plan_sync')).toMatchObject({ drafts: 1 })
    const { id } = await firstSite(viewer)
    expect(await rpc(viewer, 'preview_payload', { site_id: id })).toMatchObject({ item_count: 2 })
    await expectNoEditing(viewer)
  })

  it('an editor writes content, sites and mappings, and does not rename the organization', async () => {
    const editor = await world.newMember(admin.organization, 'editor')
    const made = await read<{ id: string }[]>(editor.client.from('sites').insert({ name: 'Newsletter', slug: 'newsletter' }).select())
    expect(made).toMatchObject([{ organization_id: admin.organization.id, destination_url: null }])
    const [item] = await read<{ id: string }[]>(editor.client.from('content_items').select('id').limit(1))
    expect(await rpc(editor, 'set_mappings', { cells: [{ site_id: made[0]?.id, item_id: item?.id, mode: 'full' }] })).toBe(1)
    expect(await read(editor.client.from('sites').delete().eq('slug', 'newsletter').select())).toHaveLength(1)
    expect(await read(editor.client.from('organizations').update({ name: 'Mine' }).eq('id', admin.organization.id).select())).toEqual([])
  })

  it('an admin renames the organization and nobody gives himself a role', async () => {
    const renamed = await read(admin.client.from('organizations').update({ name: 'Renamed' }).eq('id', admin.organization.id).select())
    expect(renamed).toMatchObject([{ name: 'Renamed', slug: admin.organization.slug }])
    await expectRefusal(read(admin.client.from('organizations').update({ slug: 'mine' }).eq('id', admin.organization.id)), '42501', 'permission denied')
    const viewer = await world.newMember(admin.organization, 'viewer')
    const raise = viewer.client.from('memberships').update({ role: 'admin' }).eq('user_id', viewer.userId)
    await expectRefusal(read(raise), '42501', 'permission denied for table memberships')
  })

  it('people see their colleagues and edit only themselves', async () => {
    const viewer = await world.newMember(admin.organization, 'viewer')
    const seen = await read<Row[]>(viewer.client.from('profiles').select('id'))
    expect(seen.map(({ id }) => id)).toEqual(expect.arrayContaining([admin.userId, viewer.userId]))
    expect(await read(viewer.client.from('profiles').update({ full_name: 'Someone' }).eq('id', admin.userId).select('id'))).toEqual([])
    expect(await read(viewer.client.from('profiles').update({ full_name: 'Vera' }).eq('id', viewer.userId).select('full_name'))).toMatchObject([{ full_name: 'Vera' }])
  })
})

describe('while a token lives', () => {
  it('a removed member sees and does nothing from the next statement on', async () => {
    const leaver = await world.newMember(admin.organization, 'editor')
    expect(await count(leaver, 'content_items')).toBe(4)
    await sql`delete from public.memberships where user_id = ${leaver.userId}`
    expect((await claimsOf(leaver)).organization_id).toBe(admin.organization.id)
    for (const table of [...tenantTables, 'organizations']) expect(await count(leaver, table), table).toBe(0)
    expect(await read<Row[]>(leaver.client.from('profiles').select('id'))).toEqual([{ id: leaver.userId }])
    await expectRefusal(read(leaver.client.from('sites').insert({ name: 'New', slug: 'new' })), '42501', policy('sites'))
    for (const verb of ['plan_sync', 'start_sync', 'dashboard', 'load_demo_data']) {
      await expectRefusal(rpc(leaver, verb), 'DS001', 'You are not in an organization.')
    }
    await expectRefusal(rpc(leaver, 'set_mappings', { cells: [] }), 'DS001', 'You are not in an organization.')
    await expectRefusal(rpc(leaver, 'switch_organization', { organization_id: admin.organization.id }), 'DS006', 'no such organization')
    await leaver.refresh()
    expect(await claimsOf(leaver)).not.toHaveProperty('organization_id')
  })

  it('a demoted member is a viewer from the next statement on', async () => {
    const editor = await world.newMember(admin.organization, 'editor')
    const draft = () => editor.client.from('content_items').update({ title: 'Veterans Day Special' }).eq('status', 'draft').select()
    expect(await read(draft())).toHaveLength(1)
    await sql`update public.memberships set role = 'viewer' where user_id = ${editor.userId}`
    expect((await claimsOf(editor)).organization_role).toBe('editor')
    expect(await read(draft())).toEqual([])
    await expectNoEditing(editor)
    expect(await count(editor, 'content_items')).toBe(4)
  })

  it('a demoted admin no longer renames the organization', async () => {
    const other = await world.newMember(admin.organization, 'admin')
    await sql`update public.memberships set role = 'editor' where user_id = ${other.userId}`
    expect(await read(other.client.from('organizations').update({ name: 'Mine' }).eq('id', other.organization.id).select())).toEqual([])
  })
})

describe('somebody in two organizations', () => {
  it('is in one at a time, and switches', async () => {
    const both = await world.newAdmin('Second home')
    await read(both.client.from('sites').insert({ name: 'Own', slug: 'own' }))
    await addMember(sql, both, admin.organization, 'viewer')
    await both.refresh()
    expect(await claimsOf(both)).toMatchObject({ organization_id: admin.organization.id, organization_role: 'viewer' })

    const slugs = async () => (await read<{ slug: string }[]>(both.client.from('sites').select('slug').order('slug'))).map(({ slug }) => slug)
    expect(await slugs()).toEqual(['facebook', 'google', 'instagram'])
    const filled = new Set<string>()
    for (const table of readTables) if ((await count(admin, table)) > 0) filled.add(table)
    expect(filled.size).toBeGreaterThan(10)
    for (const table of readTables.filter((name) => name !== 'memberships')) {
      const rows = await read<Row[]>(both.client.from(table).select())
      expect(rows.filter(({ organization_id }) => organization_id !== admin.organization.id), table).toEqual([])
      if (filled.has(table)) expect(rows.length, table).toBeGreaterThan(0)
    }
    // Both are his to choose from.
    expect(await count(both, 'organizations')).toBe(2)
    await expectRefusal(read(both.client.from('sites').insert({ name: 'New', slug: 'new' })), '42501', policy('sites'))

    await rpc(both, 'switch_organization', { organization_id: both.organization.id })
    // The token still says the other one; the app refreshes it at once.
    expect(await slugs()).toEqual(['facebook', 'google', 'instagram'])
    await both.refresh()
    expect(await claimsOf(both)).toMatchObject({ organization_id: both.organization.id, organization_role: 'admin' })
    expect(await slugs()).toEqual(['own'])
    expect(await read(both.client.from('sites').update({ region: 'East' }).eq('slug', 'own').select())).toHaveLength(1)
    await expectRefusal(rpc(both, 'switch_organization', { organization_id: both.userId }), 'DS006', 'There is no such organization among yours.')
  })
})
