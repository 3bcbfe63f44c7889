/** Two organizations on one database: what a member of B can learn of A and do to it through the Data API, which is nothing. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { expectRefusal, openWorld, read, rpc, signToken, type Member } from '../support/actors.ts'
import { only } from '../support/fixtures.ts'
import { runToEnd } from '../support/runs.ts'

type Row = Record<string, unknown>

const stack = inject('stack')
const world = openWorld(stack)
const { sql } = world
afterAll(world.close)

// Read before the tests are collected: a table that is added tomorrow is tested tomorrow.
const tables = (await sql<{ name: string; tenant: boolean; key: string }[]>`
  select c.relname as name, t.tenant, case when t.tenant then 'organization_id' else 'id' end as key
  from pg_class c
  cross join lateral (select c.relname <> 'profiles' and exists (
    select from pg_attribute a where a.attrelid = c.oid and a.attname = 'organization_id' and not a.attisdropped) as tenant) t
  where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') order by 1`).map((table) => ({ ...table }))

/** What B may write in rows of its own. */
const writable: Record<string, Row> = {
  content_items: { title: 'Taken over' },
  content_types: { title: 'Taken over' },
  organizations: { name: 'Taken over' },
  profiles: { full_name: 'Taken over' },
  schedules: { name: 'Taken over' },
  sites: { name: 'Taken over' },
}
const deletable = ['content_items', 'content_types', 'schedules', 'sites']

let a: Member
let b: Member
let jobOfA: string
let siteOfA: string
let itemOfA: string
let typeOfA: string
let itemOfB: string
let deliveryOfA: string
let scheduleOfA: string

/** Never due: a run of it would change what the tests compare. */
const schedule = (site: string) => ({ name: 'Once in a while', cron: '0 0 29 2 *', time_zone: 'UTC', all_sites: false, site_ids: [site], enabled: false })

beforeAll(async () => {
  ;[a, b] = await Promise.all([world.newAdmin(), world.newAdmin()])
  await Promise.all([rpc(a, 'load_demo_data'), rpc(b, 'load_demo_data')])
  jobOfA = (await runToEnd(sql, a, { receive: true })).job_id
  await runToEnd(sql, b, { receive: true })
  ;({ siteOfA, itemOfA, typeOfA } = only(await sql<{ siteOfA: string; itemOfA: string; typeOfA: string }[]>`
    select (select id from public.sites where organization_id = ${a.organization.id} and slug = 'facebook') as "siteOfA",
      i.id as "itemOfA", i.type_id as "typeOfA"
    from public.content_items i where i.organization_id = ${a.organization.id} and i.title = 'Free Installation'`))
  itemOfB = only(await sql<{ id: string }[]>`
    select id from public.content_items where organization_id = ${b.organization.id} and title = 'Free Installation'`).id
  deliveryOfA = only(await sql<{ id: string }[]>`select id from public.sync_deliveries where job_id = ${jobOfA} and site_id = ${siteOfA}`).id
  scheduleOfA = await rpc<string>(a, 'save_schedule', { schedule: schedule(siteOfA) })
  const siteOfB = only(await sql<{ id: string }[]>`select id from public.sites where organization_id = ${b.organization.id} and slug = 'facebook'`).id
  await rpc(b, 'save_schedule', { schedule: schedule(siteOfB) })
})

/** The value that marks a row of this table as A's. */
function markOfA(table: { name: string }): string {
  return table.name === 'profiles' ? a.userId : a.organization.id
}

function rowsOfA(table: { name: string; key: string }): Promise<Row[]> {
  return sql<Row[]>`select * from public.${sql(table.name)} where ${sql(table.key)} = ${markOfA(table)}`
}

/** Everything that A has, down to the last byte. */
async function fingerprintOfA(): Promise<Record<string, string>> {
  const prints: Record<string, string> = {}
  for (const table of tables) {
    const { print } = only(await sql<{ print: string }[]>`
      select count(*) || ' ' || coalesce(md5(string_agg(t::text, '|' order by t::text)), '-') as print
      from public.${sql(table.name)} t where ${sql(table.key)} = ${markOfA(table)}`)
    prints[table.name] = print
  }
  return prints
}

describe.each(tables)('the table $name', (table) => {
  it('shows A its rows', async () => {
    const seen = await read<Row[]>(a.client.from(table.name).select().eq(table.key, markOfA(table)))
    expect(seen.length).toBeGreaterThan(0)
    expect(seen).toHaveLength((await rowsOfA(table)).length)
  })

  it('shows B none of them, asked for or not', async () => {
    const all = await read<Row[]>(b.client.from(table.name).select())
    expect(all.length).toBeGreaterThan(0)
    expect(all.filter((row) => JSON.stringify(row).includes(a.organization.id) || row.id === a.userId)).toEqual([])
    expect(await read(b.client.from(table.name).select().eq(table.key, markOfA(table)))).toEqual([])
  })

  it('takes from B no row that says it is A’s', async () => {
    const [row] = await rowsOfA(table)
    // What the database computes itself nobody can name.
    const { id, webhook_id: _, ...rest } = row ?? {}
    const copy = id === undefined ? rest : { ...rest, id: randomUUID() }
    const before = await fingerprintOfA()
    await expectRefusal(read(b.client.from(table.name).insert(copy)), '42501', `permission denied for table ${table.name}`)
    expect(await fingerprintOfA()).toEqual(before)
  })

  it('lets B change nothing of A', async () => {
    const before = await fingerprintOfA()
    const change = (values: Row) => read<Row[]>(b.client.from(table.name).update(values).eq(table.key, markOfA(table)).select())
    const harmless = writable[table.name]
    if (harmless) expect(await change(harmless)).toEqual([])
    const theft = { [table.key]: table.name === 'profiles' ? b.userId : b.organization.id }
    await expectRefusal(change(theft), '42501', `permission denied for table ${table.name}`)
    expect(await fingerprintOfA()).toEqual(before)
  })

  it('lets B delete nothing of A', async () => {
    const before = await fingerprintOfA()
    const removal = read<Row[]>(b.client.from(table.name).delete().eq(table.key, markOfA(table)).select())
    if (deletable.includes(table.name)) expect(await removal).toEqual([])
    else await expectRefusal(removal, '42501', `permission denied for table ${table.name}`)
    expect(await fingerprintOfA()).toEqual(before)
  })
})

describe('B, an admin with content of its own', () => {
  it('cannot take a row of A over by inserting it again', async () => {
    const before = await fingerprintOfA()
    const rules = 'new row violates row-level security policy'
    await expectRefusal(read(b.client.from('sites').upsert({ id: siteOfA, name: 'Mine', slug: 'mine' })), '42501', rules)
    await expectRefusal(read(b.client.from('content_items').upsert({ id: itemOfA, type_id: typeOfA, title: 'Mine', data: {} })), '42501', rules)
    await expectRefusal(
      read(b.client.from('content_types').upsert({ id: typeOfA, name: 'mine', title: 'Mine', schema: { type: 'object', properties: {} } })),
      '42501',
      rules,
    )
    await expectRefusal(read(b.client.from('schedules').upsert({ id: scheduleOfA, name: 'Mine', cron: '* * * * *' })), '42501', rules)
    expect(await fingerprintOfA()).toEqual(before)
  })

  it('cannot hang an item on a type of A, new or old', async () => {
    const reference = 'violates foreign key constraint "content_items_organization_id_type_id_fkey"'
    await expectRefusal(read(b.client.from('content_items').insert({ type_id: typeOfA, title: 'Mine' })), '23503', reference)
    await expectRefusal(read(b.client.from('content_items').update({ type_id: typeOfA }).eq('status', 'draft')), '23503', reference)
    // A published item would have to satisfy the type, and there is none that B could satisfy.
    await expectRefusal(read(b.client.from('content_items').update({ type_id: typeOfA }).eq('id', itemOfB)), 'DS020', 'is not a field of this type')
  })

  it('sees nothing of A through a reference', async () => {
    const items = await read<Row[]>(b.client.from('content_items').select('*, content_types(*), site_item_mappings(*, sites(*))'))
    expect(items).toHaveLength(4)
    expect(JSON.stringify(items)).toContain(b.organization.id)
    expect(JSON.stringify(items)).not.toContain(a.organization.id)
  })
})

// Every verb that takes an id, with A's: the answer is the one for an id that does not exist.
const withIds: Record<string, { args: (ids: Ids) => Record<string, unknown>; code: string; message: string }> = {
  cancel_sync: { args: ({ job }) => ({ job_id: job }), code: 'DS034', message: 'There is no such run in this organization.' },
  lift_hold: { args: ({ site }) => ({ site_id: site }), code: 'DS032', message: 'There is no such site in this organization.' },
  plan_sync: { args: ({ site }) => ({ site_ids: [site] }), code: 'DS032', message: 'One of the chosen sites is not in this organization.' },
  preview_payload: { args: ({ site }) => ({ site_id: site }), code: 'DS032', message: 'There is no such site in this organization.' },
  replay_deliveries: { args: ({ site }) => ({ filter: { site_ids: [site] } }), code: 'DS036', message: 'No delivery matches: there is nothing to send again.' },
  replay_delivery: { args: ({ delivery }) => ({ delivery_id: delivery }), code: 'DS037', message: 'There is no such delivery in this organization.' },
  retry_failed: { args: ({ job }) => ({ job_id: job }), code: 'DS034', message: 'There is no such run in this organization.' },
  rollback_site: { args: ({ site, delivery }) => ({ site_id: site, delivery_id: delivery }), code: 'DS037', message: 'This site has no such delivery.' },
  save_schedule: { args: ({ site }) => ({ schedule: schedule(site) }), code: 'DS032', message: 'One of the chosen sites is not in this organization.' },
  set_mappings: {
    args: ({ site, item }) => ({ cells: [{ site_id: site, item_id: item, mode: 'full' }] }),
    code: 'DS031',
    message: 'Nothing was changed: cell 1: there is no such site.',
  },
  start_sync: { args: ({ site }) => ({ site_ids: [site], options: { force: true } }), code: 'DS032', message: 'One of the chosen sites is not in this organization.' },
  switch_organization: { args: ({ organization }) => ({ organization_id: organization }), code: 'DS006', message: 'There is no such organization among yours.' },
}

/** Those that only look, and show nothing instead of refusing. */
const looking: Record<string, { args: (ids: Ids) => Record<string, unknown>; nothing: unknown }> = {
  check_drift: { args: ({ site }) => ({ site_ids: [site] }), nothing: { checked: 0, drifted: 0, asked: 0 } },
  plan_replay: { args: ({ site }) => ({ filter: { site_ids: [site] } }), nothing: { count: 0, deliveries: [] } },
  site_rollbacks: { args: ({ site }) => ({ site_id: site }), nothing: [] },
}

interface Ids {
  site: string
  item: string
  job: string
  delivery: string
  organization: string
}

const idsOfA = (): Ids => ({ site: siteOfA, item: itemOfA, job: jobOfA, delivery: deliveryOfA, organization: a.organization.id })

describe('the verbs', () => {
  it('that take ids are all tried here', async () => {
    const taking = await sql<{ name: string }[]>`
      select p.proname as name from pg_proc p
      where p.pronamespace = 'public'::regnamespace and has_function_privilege('authenticated', p.oid, 'execute')
        and p.proargtypes::regtype[] && array['uuid', 'uuid[]', 'jsonb']::regtype[]`
    expect([...Object.keys(withIds), ...Object.keys(looking)].sort()).toEqual(taking.map(({ name }) => name).sort())
  })

  it.each(Object.entries(withIds))('%s answers B as if what is A’s did not exist', async (name, { args, code, message }) => {
    const before = await fingerprintOfA()
    const ofA = args(idsOfA())
    const ofNobody = args({ site: randomUUID(), item: randomUUID(), job: randomUUID(), delivery: randomUUID(), organization: randomUUID() })
    const refusal = await expectRefusal(rpc(b, name, ofA), code, message)
    expect(refusal).toEqual(await expectRefusal(rpc(b, name, ofNobody), code, message))
    expect(refusal.message).toBe(message)
    expect(await fingerprintOfA()).toEqual(before)
  })

  it.each(Object.entries(looking))('%s shows B nothing of A', async (name, { args, nothing }) => {
    const before = await fingerprintOfA()
    expect(await rpc(b, name, args(idsOfA()))).toEqual(nothing)
    expect(await rpc(a, name, args(idsOfA()))).not.toEqual(nothing)
    await sql`update public.site_states set drift = 'unknown', drift_checked_at = null where site_id = ${siteOfA}`
    expect(await fingerprintOfA()).toEqual(before)
  })

  it('roll a site of B back to no delivery of A, and A’s to none of B', async () => {
    const ofB = only(await sql<{ site: string; delivery: string }[]>`
      select site_id as site, id as delivery from public.sync_deliveries where organization_id = ${b.organization.id} and target_slug = 'facebook' and status = 'success'`)
    const before = await fingerprintOfA()
    const roll = (site_id: string, delivery_id: string) => rpc(b, 'rollback_site', { site_id, delivery_id })
    await expectRefusal(roll(ofB.site, deliveryOfA), 'DS037', 'This site has no such delivery.')
    await expectRefusal(roll(siteOfA, ofB.delivery), 'DS037', 'This site has no such delivery.')
    expect(await fingerprintOfA()).toEqual(before)
  })

  it('change no schedule of A', async () => {
    const before = await fingerprintOfA()
    const { site_ids: _, ...all } = schedule(siteOfA)
    const change = (id: string) => rpc(b, 'save_schedule', { schedule: { ...all, id, all_sites: true } })
    const refusal = await expectRefusal(change(scheduleOfA), 'DS042', 'There is no such schedule in this organization.')
    expect(refusal).toEqual(await expectRefusal(change(randomUUID()), 'DS042', 'There is no such schedule in this organization.'))
    expect(await fingerprintOfA()).toEqual(before)
  })

  it('map neither an item of A to a site of B nor the other way round', async () => {
    const siteOfB = only(await sql<{ id: string }[]>`select id from public.sites where organization_id = ${b.organization.id} and slug = 'facebook'`).id
    const write = (site_id: string, item_id: string) => rpc(b, 'set_mappings', { cells: [{ site_id, item_id, mode: 'full' }] })
    await expectRefusal(write(siteOfB, itemOfA), 'DS031', 'there is no such item')
    await expectRefusal(write(siteOfA, itemOfB), 'DS031', 'there is no such site')
  })

  it('that take no id speak of B alone', async () => {
    const plan = await rpc(b, 'plan_sync')
    expect(JSON.stringify(plan)).not.toContain(siteOfA)
    await sql`update public.sites set enabled = false where organization_id = ${b.organization.id} and slug = 'google'`
    expect(await rpc(b, 'dashboard')).toMatchObject({ sites: 2, published: 3, drafts: 1, last_job: { number: 1 }, jobs_counted: 1 })
    expect(await rpc(a, 'dashboard')).toMatchObject({ sites: 3 })
  })

  it.each(['claim_deliveries', 'record_attempts', 'receive_delivery', 'site_signing_secrets', 'store_site_secret', 'rotate_site_secret', 'end_secret_overlap',
    'due_schedules', 'run_schedule', 'sites_to_ask', 'record_drift', 'tick', 'engine_health', 'custom_access_token_hook'])(
    'of the engine are closed to B: %s',
    async (name) => {
      const args: Record<string, Record<string, unknown>> = {
        claim_deliveries: { p_worker: 'b', p_limit: 1 },
        record_attempts: { p_results: [] },
        receive_delivery: { p_site: siteOfA, p_webhook_id: 'msg_1', p_sequence: 99, p_body: '{"items":[]}' },
        site_signing_secrets: { p_site: siteOfA },
        store_site_secret: { p_site: siteOfA, p_version: 1, p_key_version: 1, p_nonce: '\\x00', p_ciphertext: '\\x00' },
        rotate_site_secret: { p_site: siteOfA, p_version: 1, p_key_version: 1, p_nonce: '\\x00', p_ciphertext: '\\x00', p_overlap: '0' },
        end_secret_overlap: { p_site: siteOfA },
        run_schedule: { p_schedule: scheduleOfA, p_seen: null, p_next: null },
        sites_to_ask: { p_sites: [siteOfA] },
        record_drift: { p_site: siteOfA, p_shown: null, p_error: null },
        custom_access_token_hook: { event: { user_id: a.userId, claims: {} } },
      }
      await expectRefusal(rpc(b, name, args[name] ?? {}), '42501', `permission denied for function ${name}`)
    },
  )
})

describe('a token', () => {
  it('of B that names A shows nothing: the membership decides, not the claim', async () => {
    const token = await signToken(stack.jwt_secret, { sub: b.userId, organization_id: a.organization.id, organization_role: 'admin' })
    const client = world.clientWith(token)
    for (const table of tables.filter(({ tenant }) => tenant)) {
      expect(await read(client.from(table.name).select().eq('organization_id', a.organization.id)), table.name).toEqual([])
    }
    await expectRefusal(rpc({ client }, 'plan_sync'), 'DS001', 'You are not in an organization.')
    await expectRefusal(read(client.from('sites').insert({ name: 'x', slug: 'x' })), '42501', 'new row violates row-level security policy for table "sites"')
  })

  it('that is forged, expired or no token at all is refused with 401', async () => {
    const claims = { sub: a.userId, organization_id: a.organization.id }
    const bad = {
      PGRST301: [await signToken(`${stack.jwt_secret}-not`, claims), 'no.jwt.atall'],
      PGRST303: [await signToken(stack.jwt_secret, claims, -120)],
    }
    for (const [code, tokens] of Object.entries(bad)) {
      for (const token of tokens) {
        const client = world.clientWith(token)
        const attempts = [
          () => read(client.from('sites').select()),
          () => read(client.from('sites').insert({ name: 'x', slug: 'x' })),
          () => rpc({ client }, 'plan_sync'),
        ]
        for (const attempt of attempts) expect((await expectRefusal(attempt(), code, /JWT|key/)).status).toBe(401)
      }
    }
  })

  it('cannot name a role that the API does not hand out', async () => {
    const client = world.clientWith(await signToken(stack.jwt_secret, { role: 'postgres', sub: a.userId }))
    await expectRefusal(read(client.from('sites').select()), '42501', 'permission denied to set role "postgres"')
  })
})

describe('a visitor', () => {
  it('may touch no table', async () => {
    for (const table of tables) {
      const from = () => world.visitor().from(table.name)
      const denied = `permission denied for table ${table.name}`
      await expectRefusal(read(from().select()), '42501', denied)
      const values: Row = { [table.key]: randomUUID() }
      await expectRefusal(read(from().insert(values)), '42501', denied)
      await expectRefusal(read(from().update(values).eq(table.key, markOfA(table))), '42501', denied)
      await expectRefusal(read(from().delete().eq(table.key, markOfA(table))), '42501', denied)
    }
  })

  it('may call nothing but the landing page', async () => {
    const client = world.visitor()
    expect(await rpc({ client }, 'landing_page', { org_slug: a.organization.slug, site_slug: 'facebook' })).toMatchObject({ item_count: 2 })
    const calls = [
      ...[...Object.entries(withIds), ...Object.entries(looking)].map(([name, { args }]) => [name, args(idsOfA())] as const),
      ['set_retention', { days: 7 }] as const,
      ...['dashboard', 'load_demo_data'].map((name) => [name, {}] as const),
      ['create_organization', { name: 'Nobody' }] as const,
    ]
    for (const [name, args] of calls) {
      await expectRefusal(rpc({ client }, name, args), '42501', `permission denied for function ${name}`)
    }
  })
})
