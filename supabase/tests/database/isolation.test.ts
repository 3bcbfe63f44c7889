/**
 * Two organizations on one database: what is left to try when each table, verb and id has been tried by itself, which is the matrix
 * (../trust): rows of both in one statement, embedded rows, answers that count, and tokens that no table of the matrix holds.
 */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { expectRefusal, openWorld, read, rpc, signToken, type Member } from '../support/actors.ts'
import { only } from '../support/fixtures.ts'
import { runToEnd } from '../support/runs.ts'

type Row = Record<string, unknown>

interface Side extends Member {
  site: string
  item: string
  type: string
  delivery: string
}

const stack = inject('stack')
const world = openWorld(stack)
const { sql } = world
afterAll(world.close)

let a: Side
let b: Side
beforeAll(async () => {
  ;[a, b] = await Promise.all([newSide(), newSide()])
})

async function newSide(): Promise<Side> {
  const admin = await world.newAdmin()
  await rpc(admin, 'load_demo_data')
  const { job_id } = await runToEnd(sql, admin, { receive: true })
  const ids = only(await sql<Pick<Side, 'site' | 'item' | 'type' | 'delivery'>[]>`
    select s.id as site, d.id as delivery, i.id as item, i.type_id as type
    from public.sites s
    join public.sync_deliveries d on d.site_id = s.id and d.job_id = ${job_id}
    join public.content_items i on i.organization_id = s.organization_id and i.title = 'Free Installation'
    where s.organization_id = ${admin.organization.id} and s.slug = 'facebook'`)
  return { ...admin, ...ids }
}

describe('B, an admin with content of its own', () => {
  it('cannot hang an item on a type of A, new or old', async () => {
    const reference = 'violates foreign key constraint "content_items_organization_id_type_id_fkey"'
    const type_id = a.type
    await expectRefusal(read(b.client.from('content_items').insert({ type_id, title: 'Mine' })), '23503', reference)
    await expectRefusal(read(b.client.from('content_items').update({ type_id }).eq('status', 'draft')), '23503', reference)
    // A published item would have to satisfy the type, and there is none that B could satisfy.
    await expectRefusal(read(b.client.from('content_items').update({ type_id }).eq('id', b.item)), 'DS020', 'is not a field of this type')
  })

  it('sees nothing of A through a reference', async () => {
    const items = await read<Row[]>(b.client.from('content_items').select('*, content_types(*), site_item_mappings(*, sites(*))'))
    expect(items).toHaveLength(4)
    expect(JSON.stringify(items)).toContain(b.organization.id)
    expect(JSON.stringify(items)).not.toContain(a.organization.id)
  })

  it('rolls a site of B back to no delivery of A, and A’s to none of B', async () => {
    const roll = (site_id: string, delivery_id: string) => rpc(b, 'rollback_site', { site_id, delivery_id })
    await expectRefusal(roll(b.site, a.delivery), 'DS037', 'This site has no such delivery.')
    await expectRefusal(roll(a.site, b.delivery), 'DS037', 'This site has no such delivery.')
  })

  it('maps neither an item of A to a site of B nor the other way round', async () => {
    const write = (site_id: string, item_id: string) => rpc(b, 'set_mappings', { cells: [{ site_id, item_id, mode: 'full' }] })
    await expectRefusal(write(b.site, a.item), 'DS031', 'there is no such item')
    await expectRefusal(write(a.site, b.item), 'DS031', 'there is no such site')
  })

  it('puts no site of A into a schedule of B, among B’s or alone', async () => {
    const save = (site_ids: string[]) => rpc(b, 'save_schedule', { schedule: { name: 'Mixed', cron: '0 0 29 2 *', all_sites: false, site_ids, enabled: false } })
    await expectRefusal(save([a.site]), 'DS032', 'One of the chosen sites is not in this organization.')
    await expectRefusal(save([b.site, a.site]), 'DS032', 'One of the chosen sites is not in this organization.')
    expect(await sql`select from public.schedules where organization_id = ${b.organization.id}`).toHaveLength(0)
  })

  it('starts no run for sites of both', async () => {
    await expectRefusal(rpc(b, 'start_sync', { site_ids: [b.site, a.site] }), 'DS032', 'One of the chosen sites is not in this organization.')
    expect(await sql`select from public.sync_jobs where organization_id = ${b.organization.id}`).toHaveLength(1)
  })

  it('is counted without A', async () => {
    expect(JSON.stringify(await rpc(b, 'plan_sync'))).not.toContain(a.site)
    await sql`update public.sites set enabled = false where organization_id = ${b.organization.id} and slug = 'google'`
    expect(await rpc(b, 'dashboard')).toMatchObject({ sites: 2, published: 3, drafts: 1, last_job: { number: 1 }, jobs_counted: 1 })
    expect(await rpc(a, 'dashboard')).toMatchObject({ sites: 3 })
  })
})

describe('a token', () => {
  it('that is none is refused with 401, for reading, writing and calling', async () => {
    const client = world.clientWith('no.jwt.atall')
    const attempts = [
      () => read(client.from('sites').select()),
      () => read(client.from('sites').insert({ name: 'x', slug: 'x' })),
      () => rpc({ client }, 'plan_sync'),
    ]
    for (const attempt of attempts) expect((await expectRefusal(attempt(), 'PGRST301', /JWT|key/)).status).toBe(401)
  })

  it('cannot name a role that the API does not hand out', async () => {
    const client = world.clientWith(await signToken(stack.jwt_secret, { role: 'postgres', sub: a.userId }))
    await expectRefusal(read(client.from('sites').select()), '42501', 'permission denied to set role "postgres"')
  })
})
