/** The end of an organization: everything of it, nothing of others, and one tombstone. */
import { randomUUID } from 'node:crypto'
import { afterAll, describe, expect, inject, it } from 'vitest'
import { claimsOf, expectRefusal, openWorld, read, rpc, type Member } from '../support/actors.ts'
import { only } from '../support/fixtures.ts'
import { acceptInvitation, byMail, invite, roleOf, signedInAgo } from '../support/members.ts'
import { runToEnd } from '../support/runs.ts'

const stack = inject('stack')
const world = openWorld(stack)
const { sql } = world
afterAll(world.close)

const TOMBSTONES = 'private.organization_tombstones'
const remove = (who: Pick<Member, 'client'>, confirmation: string) => rpc<{ deleted: boolean }>(who, 'delete_organization', { confirmation })

/** Every table with an organization in it, as the catalogue has them today. */
const tables = await sql<{ schema: string; name: string }[]>`
  select n.nspname as schema, c.relname as name from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  join pg_attribute a on a.attrelid = c.oid and a.attname = 'organization_id' and not a.attisdropped
  where n.nspname in ('public', 'private') and c.relkind in ('r', 'p') order by 1, 2`

/** How many rows each of them holds of it; those without any are left out. */
async function inventory(organization: { id: string }): Promise<Record<string, number>> {
  const found: Record<string, number> = {}
  for (const { schema, name } of tables) {
    const { rows } = only(await sql<{ rows: number }[]>`select count(*)::integer as rows from ${sql(schema)}.${sql(name)} where organization_id = ${organization.id}`)
    if (rows > 0) found[`${schema}.${name}`] = rows
  }
  const { rows } = only(await sql<{ rows: number }[]>`select count(*)::integer as rows from public.organizations where id = ${organization.id}`)
  return rows > 0 ? { ...found, 'public.organizations': rows } : found
}

/** One with something of everything: content, sites, runs, invitations, keys, schedules, colleagues. */
async function busyOrganization(): Promise<Member> {
  const owner = await world.newAdmin()
  await rpc(owner, 'load_demo_data')
  await runToEnd(sql, owner, { receive: true })
  await world.newMember(owner.organization, 'editor')
  await invite(owner, 'ada@example.com')
  await rpc(owner, 'create_api_key', { name: 'Build', scopes: ['content:read'] })
  await rpc(owner, 'save_schedule', { schedule: { name: 'Never', cron: '0 0 1 1 *', all_sites: true, enabled: false } })
  return owner
}

/** What the tick does until nothing is left to do. */
async function untilErased(organization: { id: string }): Promise<void> {
  await expect
    .poll(async () => {
      await sql`select private.erase_closed(500)`
      return inventory(organization)
    })
    .toEqual({ [TOMBSTONES]: 1 })
}

describe('deleting an organization', () => {
  it('erases everything of it and nothing of others, and leaves one tombstone', async () => {
    const owner = await busyOrganization()
    const other = await busyOrganization()
    const before = await inventory(other.organization)
    expect(Object.keys(await inventory(owner.organization))).toEqual(Object.keys(before))
    expect(Object.keys(before).length).toBeGreaterThan(15)

    expect(await remove(owner, owner.organization.slug)).toEqual({ deleted: true })
    expect(await inventory(owner.organization)).toEqual({ [TOMBSTONES]: 1 })
    expect(await inventory(other.organization)).toEqual(before)
    const tombstone = only(await sql`select * from private.organization_tombstones where organization_id = ${owner.organization.id}`)
    expect(tombstone).toMatchObject({ deleted_by: owner.userId, deleted_at: expect.any(Date) as Date })
    // It says that there was one, and nothing about it.
    expect(JSON.stringify(tombstone)).not.toContain(owner.organization.slug)
    expect(JSON.stringify(tombstone)).not.toContain(owner.organization.name)

    await owner.refresh()
    expect(await claimsOf(owner)).not.toHaveProperty('organization_id')
    expect(await read(owner.client.from('organizations').select())).toEqual([])
  })

  it('shuts everybody out at once, and leads those with another organization there', async () => {
    const owner = await busyOrganization()
    const member = await world.newAdmin()
    await acceptInvitation(await byMail(world, stack, member), (await invite(owner, member.email)).token)
    await member.refresh()
    await remove(owner, owner.organization.slug)
    expect(await claimsOf(member)).toMatchObject({ organization_id: owner.organization.id })
    expect(await read(member.client.from('sites').select())).toEqual([])
    await expectRefusal(rpc(member, 'start_sync'), 'DS001', 'You are not in an organization.')
    await member.refresh()
    expect(await claimsOf(member)).toMatchObject({ organization_id: member.organization.id })
    // The short name is free for somebody else, and the pages of the sites are gone.
    expect(await sql`select from public.organizations where slug = ${owner.organization.slug}`).toHaveLength(0)
    expect(await rpc({ client: world.visitor() }, 'landing_page', { org_slug: owner.organization.slug, site_slug: 'facebook' })).toBeNull()
  })

  it('waits for what is on its way, closed meanwhile, and the tick erases the rest', async () => {
    const owner = await busyOrganization()
    const guest = await world.newUser()
    const { token } = await invite(owner, guest.email)
    const { id: organization } = owner.organization
    // One is with a worker, and one waits for a time at which nobody looks at it.
    await sql`insert into public.sync_jobs (organization_id, number) values (${organization}, 99)`
    await sql`
      insert into public.sync_deliveries (organization_id, job_id, target_id, site_id, target_name, target_slug, body, body_hash, body_bytes, item_count, status, next_attempt_at, lease_expires_at)
      select j.organization_id, j.id, s.id, s.id, s.name, s.slug, '{}', '', 2, 0, case when first then 'sending' else 'queued' end,
        case when not first then now() + interval '1 day' end, case when first then now() + interval '10 minutes' end
      from public.sync_jobs j join (select *, slug = 'facebook' as first from public.sites) s on s.organization_id = j.organization_id
      where j.organization_id = ${organization} and j.number = 99 and s.slug in ('facebook', 'google')`
    expect(await remove(owner, owner.organization.slug)).toEqual({ deleted: false })
    await owner.refresh()
    expect(await claimsOf(owner)).not.toHaveProperty('organization_id')
    await expectRefusal(acceptInvitation(guest, token), 'DS046', 'There is no such invitation.')
    expect(await sql`select from public.sync_deliveries where organization_id = ${organization} and status in ('queued', 'retrying')`).toHaveLength(0)

    await sql`update public.sync_deliveries set lease_expires_at = clock_timestamp() - interval '1 second' where organization_id = ${organization}`
    await untilErased(owner.organization)
    expect(only(await sql`select deleted_by from private.organization_tombstones where organization_id = ${owner.organization.id}`)).toEqual({ deleted_by: owner.userId })
  })

  it('wants its short name typed, its owner, and a recent sign-in', async () => {
    const owner = await world.newAdmin()
    const stranger = await world.newAdmin()
    const before = await inventory(owner.organization)
    for (const confirmation of ['', owner.organization.name, owner.organization.slug.toUpperCase(), stranger.organization.slug, null]) {
      await expectRefusal(rpc(owner, 'delete_organization', { confirmation }), 'DS053', 'What you typed is not the organization')
    }
    await expectRefusal(remove(await signedInAgo(world, stack, owner, 11), owner.organization.slug), 'DS050', 'Confirm that it is you.')
    expect(await inventory(owner.organization)).toEqual(before)
    for (const [role, code] of [['viewer', 'DS002'], ['editor', 'DS002'], ['admin', 'DS052']] as const) {
      const member = await world.newMember(owner.organization, role)
      await expectRefusal(remove(member, owner.organization.slug), code, /delete the organization/)
    }
    await expectRefusal(remove(stranger, owner.organization.slug), 'DS053', 'What you typed is not the organization')
    await expectRefusal(rpc({ client: world.visitor() }, 'delete_organization', { confirmation: owner.organization.slug }), '42501', 'permission denied')
    expect(await roleOf(sql, owner, owner.organization)).toBe('admin')
  })

  it('leaves no chain of entries behind, and its last hash on the tombstone', async () => {
    const owner = await busyOrganization()
    const entries = await sql<{ hash: string; seq: string }[]>`select hash, seq from public.audit_log where organization_id = ${owner.organization.id} order by seq desc limit 1`
    expect(Number(entries[0]?.seq)).toBeGreaterThan(0)
    await remove(owner, owner.organization.slug)
    const { audit_entries, audit_hash } = only(await sql<{ audit_entries: string; audit_hash: string }[]>`
      select audit_entries, audit_hash from private.organization_tombstones where organization_id = ${owner.organization.id}`)
    expect(Number(audit_entries)).toBeGreaterThanOrEqual(Number(entries[0]?.seq))
    expect(audit_hash).toMatch(/^[0-9a-f]{64}$/)
    expect(await sql`select from public.audit_log where organization_id = ${owner.organization.id}`).toHaveLength(0)
  })

  it('can be asked for an organization that is not there', async () => {
    const person = await world.newUser()
    await expectRefusal(remove(person, randomUUID()), 'DS001', 'You are not in an organization.')
  })
})
