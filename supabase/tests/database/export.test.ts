/** An organization's content as one document: what is in it, that it comes back the same, and what a bad one is told. */
import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { expectRefusal, openWorld, read, Refusal, rpc, type Member } from '../support/actors.ts'
import { newItem, newSite, newType, noteSchema, only } from '../support/fixtures.ts'
import { runToEnd } from '../support/runs.ts'

const world = openWorld(inject('stack'))
const { sql } = world
afterAll(world.close)

type Entry = Record<string, unknown>

interface Document extends Record<string, unknown> {
  organization: Entry
  content_types: Entry[]
  content_type_templates: Entry[]
  content_items: Entry[]
  sites: Entry[]
  mappings: Entry[]
  schedules: Entry[]
}

interface Imported {
  id: string
  slug: string
  name: string
  counts: Record<string, number>
}

const exportOf = (who: Pick<Member, 'client'>) => rpc<Document>(who, 'export_organization')
const importInto = (who: Pick<Member, 'client'>, document: unknown, name: string | null = 'A copy') => rpc<Imported>(who, 'import_organization', { document, name })

/** What may differ between two exports of the same content: ids, names and times of their own. */
function comparable(document: Document): unknown {
  const places = new Map(document.content_items.map(({ ref }, index) => [ref, index]))
  return {
    ...document,
    exported_at: null,
    organization: { ...document.organization, name: null, slug: null },
    content_items: document.content_items.map((item) => ({ ...item, ref: places.get(item['ref']) })),
    mappings: document.mappings.map((mapping) => ({ ...mapping, item: places.get(mapping['item']) })),
    content_type_templates: document.content_type_templates.map((template) => {
      const example = template['example'] as Entry
      return { ...template, example: 'lead' in example ? { ...example, lead: places.get(example['lead']) } : example }
    }),
    sites: document.sites.map((site) => ({ ...site, enabled: false })),
    schedules: document.schedules.map((schedule) => ({ ...schedule, enabled: false })),
  }
}

const same = (...names: string[]): Record<string, string> => Object.fromEntries(names.map((name) => [name, name]))

/** Something of everything that a document holds. */
async function newFullOrganization(): Promise<Member> {
  const admin = await world.newAdmin('Northwind "Traders" & Söhne')
  await rpc(admin, 'load_demo_data')
  const type = await newType(sql, admin.organization)
  const windowed = await newItem(sql, admin.organization, type, { title: 'With a window', data: { headline: 'Ünïcode ✓', tags: ['a', 'b'], count: 3 } })
  await newItem(sql, admin.organization, type, { title: 'A draft without its headline', data: {}, status: 'draft' })
  await newItem(sql, admin.organization, type, { title: 'Put away', status: 'archived' })
  await sql`update public.content_items set publish_at = '2030-01-01T08:00:00Z', unpublish_at = '2030-02-01T08:00:00Z' where id = ${windowed}`
  const site = await newSite(sql, admin.organization, { name: 'Own receiver', destination_url: 'https://example.com/receive?a=1&b=2', enabled: false })
  await rpc(admin, 'set_mappings', {
    cells: [{ site_id: site, item_id: windowed, mode: 'override', overrides: { headline: 'Only here' } }],
  })
  // What the override was made over is not what the item says now.
  await sql`update public.content_items set data = data || '{"headline": "Changed since"}' where id = ${windowed}`
  const lead = { type: 'string', format: 'uuid', title: 'Lead', 'x-field-id': 'f_lead', 'x-widget': 'reference', 'x-reference-type': type }
  await read(admin.client.from('content_type_templates').insert([
    { name: 'note', title: 'A note to begin with', description: 'Kept', schema: { ...noteSchema, properties: { ...noteSchema.properties, lead } }, example: { headline: 'Ünïcode ✓', lead: windowed }, source_type_id: type },
    { name: 'alone', title: 'Of no type', schema: { type: 'object', properties: {} } },
  ]))
  await rpc(admin, 'save_schedule', { schedule: { name: 'Nightly', cron: '0 3 * * *', time_zone: 'Europe/Berlin', all_sites: false, site_ids: [site], enabled: true } })
  await rpc(admin, 'save_schedule', { schedule: { name: 'Hourly check', kind: 'drift', cron: '0 * * * *', all_sites: true, site_ids: [], enabled: true } })
  await rpc(admin, 'set_retention', { days: 45 })
  await rpc(admin, 'set_audit_retention', { days: 400 })
  await rpc(admin, 'set_approval_rule', { required: true })
  return admin
}

let source: Member
let document: Document
beforeAll(async () => {
  source = await newFullOrganization()
  document = await exportOf(source)
})

describe('an export', () => {
  it('holds content, sites, mappings and schedules by their names, and nothing of people, secrets or history', async () => {
    await runToEnd(sql, source, { receive: true })
    const again = await exportOf(source)
    expect({ ...again, exported_at: null }).toEqual({ ...document, exported_at: null })
    expect(Object.keys(again).sort()).toEqual(['content_items', 'content_type_templates', 'content_types', 'exported_at', 'format', 'mappings', 'organization', 'schedules', 'sites', 'version'])
    const text = JSON.stringify(again)
    expect(text).not.toContain(source.email)
    expect(text).not.toContain(source.userId)
    expect(text).not.toContain(source.organization.id)
    expect(text).not.toMatch(/whsec_|ciphertext|created_by|"id"/)
    expect(again.organization).toMatchObject({ name: source.organization.name, slug: source.organization.slug, retention_days: 45, audit_retention_days: 400, approval_required: true })
    expect(again.sites.find(({ name }) => name === 'Own receiver')).toMatchObject({ destination_url: 'https://example.com/receive?a=1&b=2', enabled: false })
    expect(again.schedules).toHaveLength(2)
    expect(again.mappings.filter((entry) => entry['override_bases'] !== null && Object.keys(entry['override_bases'] as object).length > 0)).toContainEqual(
      expect.objectContaining({ overrides: { headline: 'Only here' }, override_bases: { headline: 'Ünïcode ✓' } }))
    // By name, not by an id that means something here alone.
    const [template] = again.content_type_templates
    expect(template).toMatchObject({ title: 'A note to begin with', schema: { properties: { lead: { 'x-reference-type': template?.['source'] } } } })
    expect(again.content_types.map(({ name }) => name)).toContain(template?.['source'])
  })

  it('is an admin\'s, and its trace is in the audit log', async () => {
    for (const role of ['editor', 'viewer'] as const)
      await expectRefusal(exportOf(await world.newMember(source.organization, role)), 'DS002', 'Your role does not allow you to export the organization.')
    await expectRefusal(exportOf({ client: world.visitor() }), '42501', 'permission denied')
    const entries = await read<Entry[]>(source.client.from('audit_log').select('actor_id, subject_name').eq('action', 'exported'))
    expect(entries.length).toBeGreaterThan(0)
    expect(new Set(entries.map((entry) => entry['actor_id']))).toEqual(new Set([source.userId]))
  })
})

describe('every table and column', () => {
  /** By table: where its rows stand in a document, and each column either under a key of these or left out. */
  const held: Record<string, { rows: (from: Document) => Entry[]; under: Record<string, string>; out: string[] }> = {
    // Left out everywhere: ids and moments of this organization, who wrote what, and what follows from other columns.
    organizations: { rows: (from) => [from.organization], under: same('name', 'slug', 'retention_days', 'audit_retention_days', 'approval_required'), out: ['id', 'created_at', 'updated_at', 'deleted_at'] },
    content_types: { rows: (from) => from.content_types, under: same('name', 'title', 'description', 'schema'), out: ['id', 'organization_id', 'revision', 'created_by', 'created_at', 'updated_at'] },
    content_type_templates: {
      rows: (from) => from.content_type_templates, under: { ...same('name', 'title', 'description', 'schema', 'example'), source_type_id: 'source' },
      out: ['id', 'organization_id', 'created_by', 'created_at', 'updated_at'],
    },
    content_items: {
      rows: (from) => from.content_items, under: { ...same('title', 'data', 'status', 'publish_at', 'unpublish_at'), id: 'ref', type_id: 'type' },
      out: ['organization_id', 'revision', 'published_at', 'created_by', 'updated_by', 'created_at', 'updated_at'],
    },
    sites: {
      rows: (from) => from.sites,
      under: same('name', 'slug', 'region', 'destination_url', 'enabled', 'failure_rate', 'fail_next', 'max_attempts', 'first_retry_ms', 'timeout_seconds', 'requests_per_minute', 'state_url'),
      out: ['id', 'organization_id', 'created_at', 'updated_at'],
    },
    site_item_mappings: {
      rows: (from) => from.mappings, under: { ...same('mode', 'overrides', 'override_bases', 'position'), site_id: 'site', item_id: 'item' },
      out: ['organization_id', 'created_at', 'updated_at'],
    },
    schedules: {
      rows: (from) => from.schedules, under: same('kind', 'name', 'cron', 'time_zone', 'all_sites', 'enabled'),
      // What it did, and when it does it next: the first is history, the second follows from its cron.
      out: ['id', 'organization_id', 'next_run_at', 'last_run_at', 'last_job_id', 'last_outcome', 'problem', 'created_by', 'created_at', 'updated_at'],
    },
    schedule_sites: { rows: (from) => from.schedules, under: { site_id: 'sites' }, out: ['organization_id', 'schedule_id'] },
  }
  /** Not in a document, and why: the comment of export_organization says the same. */
  const out: Record<string, string[]> = {
    'people and what is theirs': [
      'public.alert_rules', 'public.invitations', 'public.item_working_copies', 'public.memberships', 'public.profiles', 'public.saved_views',
      'private.alert_reads', 'private.first_steps', 'private.invitation_tokens', 'private.mailbox_proofs', 'private.verb_uses',
    ],
    'keys and secrets': ['public.api_keys', 'private.alert_secrets', 'private.api_key_hashes', 'private.idempotency_keys', 'private.site_secrets'],
    history: [
      'public.alert_events', 'public.alert_messages', 'public.alert_states', 'public.audit_log', 'public.content_item_revisions', 'public.content_type_revisions', 'public.delivery_attempts',
      'public.destination_snapshot_history', 'public.destination_snapshots', 'public.job_logs', 'public.plan_approvals', 'public.schedule_runs', 'public.site_states', 'public.site_tests',
      'public.sync_deliveries', 'public.sync_jobs',
      'private.alert_queue', 'private.alert_transitions', 'private.audit_checkpoints', 'private.audit_heads', 'private.destination_receipts', 'private.drift_questions',
      'private.organization_counters', 'private.organization_tombstones',
    ],
    'what is under way, and the deployment’s own': [
      'private.audit_commits', 'private.audit_queue', 'private.deleted_items', 'private.engine_state', 'private.item_imports', 'private.item_rewrites', 'private.verb_limits',
    ],
  }

  it('is in a document, or named as left out of it', async () => {
    const tables = await sql<{ name: string; columns: string[] }[]>`
      select c.table_schema || '.' || c.table_name as name, array_agg(c.column_name::text order by c.column_name::text) as columns
      from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
      where c.table_schema in ('public', 'private') and t.table_type = 'BASE TABLE' group by 1 order by 1`
    const known = [...Object.keys(held).map((name) => `public.${name}`), ...Object.values(out).flat()]
    expect(tables.map(({ name }) => name).sort()).toEqual(known.sort())
    for (const [name, { under, out: columns }] of Object.entries(held))
      expect([name, tables.find((table) => table.name === `public.${name}`)?.columns]).toEqual([name, [...Object.keys(under), ...columns].sort()])
  })

  it('that is in it is under a key of its own in every entry', () => {
    const keys: Record<string, Set<string>> = {}
    for (const { rows, under } of Object.values(held)) {
      for (const entry of rows(document)) expect(Object.keys(entry)).toEqual(expect.arrayContaining(Object.values(under)))
      const list = Object.keys(document).find((key) => document[key] === rows(document) || document[key] === rows(document)[0]) ?? ''
      keys[list] = new Set([...(keys[list] ?? []), ...Object.values(under)])
    }
    // And there is no key that no column stands for.
    for (const [list, allowed] of Object.entries(keys)) for (const entry of [document[list]].flat() as Entry[]) expect(Object.keys(entry).filter((key) => !allowed.has(key))).toEqual([])
    expect(Object.keys(keys).sort()).toEqual(['content_items', 'content_type_templates', 'content_types', 'mappings', 'organization', 'schedules', 'sites'])
  })
})

describe('an import', () => {
  it('makes an organization whose export is the same document', async () => {
    const person = await world.newUser()
    const made = await importInto(person, document, 'The copy')
    expect(made).toMatchObject({
      name: 'The copy',
      counts: {
        content_types: document.content_types.length, content_type_templates: 2, content_items: document.content_items.length, sites: document.sites.length,
        mappings: document.mappings.length, schedules: 2,
      },
    })
    await person.refresh()
    const copy = await exportOf(person)
    expect(comparable(copy)).toEqual(comparable(document))
    // Nothing goes out from a copy by itself.
    expect(document.sites.some(({ enabled }) => enabled === true)).toBe(true)
    expect(copy.sites.map(({ enabled }) => enabled)).toEqual(document.sites.map(() => false))
    expect(copy.schedules.map(({ enabled }) => enabled)).toEqual([false, false])
    // And once more: a copy of the copy.
    const third = await importInto(person, copy, 'The copy of the copy')
    await person.refresh()
    expect(comparable(await exportOf(person))).toEqual(comparable(document))
    expect(third.id).not.toBe(made.id)
  })

  it('takes a document of before: without templates, rule and what overrides were made over', async () => {
    const older = structuredClone(document) as Entry & Document
    delete (older as Entry)['content_type_templates']
    delete older.organization['approval_required']
    for (const mapping of older.mappings) delete mapping['override_bases']
    const person = await world.newUser()
    const made = await importInto(person, older, 'Of before')
    expect(made.counts).toMatchObject({ content_type_templates: 0, mappings: document.mappings.length })
    await person.refresh()
    const copy = await exportOf(person)
    expect(copy.content_type_templates).toEqual([])
    expect(copy.organization['approval_required']).toBe(false)
    expect(copy.mappings).toContainEqual(expect.objectContaining({ overrides: { headline: 'Only here' }, override_bases: { headline: 'Changed since' } }))
  })

  it('gives templates their type and their example’s items in the copy', async () => {
    const person = await world.newUser()
    const { id } = await importInto(person, document)
    const made = only(await sql<{ type: string; lead: string; by: string }[]>`
      select t.name as type, i.title as lead, x.created_by as by from public.content_type_templates x
      join public.content_types t on t.organization_id = x.organization_id and t.id = x.source_type_id
      join public.content_items i on i.organization_id = x.organization_id and i.id = (x.example ->> 'lead')::uuid
      where x.organization_id = ${id}`)
    expect(made).toEqual({ type: document.content_type_templates[0]?.['source'], lead: 'With a window', by: person.userId })
  })

  it('gives it to whoever imports, as its owner, and takes the document\'s name where none is given', async () => {
    const person = await world.newUser()
    const made = await importInto(person, document, null)
    expect(made.name).toBe(source.organization.name)
    expect(made.slug).not.toBe(source.organization.slug)
    expect(await sql`select user_id, role, is_owner from public.memberships where organization_id = ${made.id}`).toEqual([{ user_id: person.userId, role: 'admin', is_owner: true }])
    expect(await sql`select from private.site_secrets where organization_id = ${made.id}`).toEqual([])
    await person.refresh()
    expect(await read(person.client.from('audit_log').select('subject_name').eq('action', 'imported'))).toEqual([{ subject_name: made.name }])
    // Nothing goes out of it until somebody says so; then it plans like any other.
    await expectRefusal(rpc(person, 'plan_sync', {}), 'DS010', 'There is no site to sync.')
    await read(person.client.from('sites').update({ enabled: true }).eq('organization_id', made.id))
    expect(await rpc(person, 'plan_sync', {})).toMatchObject({})
  })

  it('changes nothing of the organization that it came from, nor of any other', async () => {
    const state = async () => ({
      items: await sql`select * from public.content_items where organization_id = ${source.organization.id} order by id`,
      sites: await sql`select * from public.sites where organization_id = ${source.organization.id} order by id`,
      mappings: await sql`select * from public.site_item_mappings where organization_id = ${source.organization.id} order by site_id, item_id`,
      schedules: await sql`select * from public.schedules where organization_id = ${source.organization.id} order by id`,
      audit: await sql`select seq, hash from public.audit_log where organization_id = ${source.organization.id} order by seq`,
    })
    const before = await state()
    await importInto(source, document)
    expect(await state()).toEqual(before)
    // The importer is a member of both, and the new one is the active one.
    await source.refresh()
    expect(await read<Entry[]>(source.client.from('sites').select('id').in('id', before.sites.map(({ id }) => String(id))))).toEqual([])
    await rpc(source, 'switch_organization', { organization_id: source.organization.id })
    await source.refresh()
  })
})

describe('a bad document', () => {
  const made = async () => (await sql<{ n: number }[]>`select count(*)::int as n from public.organizations where name = 'Never'`)[0]?.n
  const changed = (change: (copy: Document) => void): Document => {
    const copy = structuredClone(document)
    change(copy)
    return copy
  }
  const first = (list: Entry[]): Entry => list[0] ?? {}

  const cases: [string, () => unknown, string | RegExp][] = [
    ['is nothing', () => null, 'The document: it is not an export'],
    ['is a list', () => [], 'The document: it is not an export'],
    ['is of something else', () => ({ format: 'other' }), 'The document: it is not an export'],
    ['is of a later version', () => changed((copy) => (copy['version'] = 2)), 'version: 2 is not a version that this DataSync reads (1)'],
    ['has no list of sites', () => changed((copy) => delete (copy as Entry)['sites']), 'sites: it must be a list'],
    ['has an object for a list', () => changed((copy) => ((copy as Entry)['mappings'] = {})), 'mappings: it must be a list'],
    ['has too many schedules', () => changed((copy) => (copy.schedules = Array.from({ length: 1001 }, () => ({})))), 'schedules: more than 1000 entries'],
    ['has a number for an item', () => changed((copy) => ((copy.content_items as unknown[])[2] = 7)), 'content_items[2]: it must be an object'],
    ['has one template for all', () => changed((copy) => ((copy as Entry)['content_type_templates'] = {})), 'content_type_templates: it must be a list'],
    ['has no list of templates but says so', () => changed((copy) => ((copy as Entry)['content_type_templates'] = null)), 'content_type_templates: it must be a list'],
    ['has too many templates', () => changed((copy) => (copy.content_type_templates = Array.from({ length: 201 }, () => ({})))), 'content_type_templates: more than 200 entries'],
    ['has a template of a type that is not there', () => changed((copy) => (first(copy.content_type_templates)['source'] = 'nowhere')), 'content_type_templates[0].source: there is no content type "nowhere" in the document'],
    ['has a template whose schema is none', () => changed((copy) => (first(copy.content_type_templates)['schema'] = { type: 'number' })), /^content_type_templates\[0\] \(".+"\): /],
    ['has two templates of one title', () => changed((copy) => copy.content_type_templates.push(structuredClone(first(copy.content_type_templates)))), /^content_type_templates\[2\] \(".+"\): /],
    ['has a rule of approvals that is neither on nor off', () => changed((copy) => (copy.organization['approval_required'] = 'sometimes')), /^organization: /],
    ['says of an override that it was made over a word', () => changed((copy) => Object.assign(copy.mappings.find(({ mode }) => mode === 'override')!, { override_bases: 'x' })), /^mappings: .*bases must be an object/],
    ['names a type that is not there', () => changed((copy) => (first(copy.content_items)['type'] = 'nowhere')), 'content_items[0].type: there is no content type "nowhere" in the document'],
    ['has two items of one ref', () => changed((copy) => (copy.content_items[1]!['ref'] = first(copy.content_items)['ref'])), /^content_items\[[01]\]\.ref: it is missing, or another item has it too\./],
    ['maps to a site that is not there', () => changed((copy) => (first(copy.mappings)['site'] = 'bing')), 'mappings[0].site: there is no site "bing" in the document'],
    ['maps an item that is not there', () => changed((copy) => (first(copy.mappings)['item'] = 'i9')), 'mappings[0].item: there is no item "i9" in the document'],
    ['schedules a site that is not there', () => changed((copy) => (copy.schedules[1]!['sites'] = ['bing'])), 'schedules[1].sites: there is no site "bing" in the document'],
    ['has a type whose name is none', () => changed((copy) => { copy.content_types.push({ name: 'Not A Name', title: 'x', schema: { type: 'object', properties: {} } }) }), /^content_types\[\d+\] \("Not A Name"\): /],
    ['has a type whose schema is none', () => changed((copy) => { copy.content_types.push({ name: 'odd', title: 'x', schema: { type: 'number' } }) }), /^content_types\[\d+\] \("odd"\): /],
    ['has two types of one name', () => changed((copy) => copy.content_types.push(structuredClone(first(copy.content_types)))), /^content_types\[\d+\] \(".+"\): /],
    ['publishes what is incomplete', () => changed((copy) => { const item = copy.content_items.find(({ status }) => status === 'published')!; item['data'] = {} }), /^content_items\[\d+\] \(".+"\): /],
    ['has a site of no address', () => changed((copy) => (first(copy.sites)['destination_url'] = 'ftp://example.com')), /^sites\[0\] \(".+"\): /],
    ['has a site whose retries are a word', () => changed((copy) => (first(copy.sites)['max_attempts'] = 'many')), /^sites\[0\] \(".+"\): /],
    ['has a mapping of no mode', () => changed((copy) => (first(copy.mappings)['mode'] = 'half')), /^mappings: .*"half" is not a mode/],
    ['overrides a field that is not there', () => changed((copy) => Object.assign(first(copy.mappings), { mode: 'override', overrides: { nowhere: 1 } })), /^mappings: .*overrides/],
    ['runs at no time', () => changed((copy) => (copy.schedules[0]!['cron'] = 'every now and then')), /^schedules\[0\] \(".+"\): /],
    ['runs in no time zone', () => changed((copy) => (copy.schedules[0]!['time_zone'] = 'Mars/Olympus')), /^schedules\[0\] \(".+"\): /],
    ['keeps history for a day', () => changed((copy) => (copy.organization['retention_days'] = 1)), /^organization: /],
  ]

  it.each(cases)('that %s is refused, and told where', async (_, make, message) => {
    const refusal = await expectRefusal(importInto(source, make(), 'Never'), 'DS058', message)
    expect(refusal.hint).toBe('Nothing was imported. Correct the document, or export it again.')
    expect(await made()).toBe(0)
  })

  it('never is anything but imported or refused with its place', async () => {
    const values = fc.oneof(fc.constant(null), fc.boolean(), fc.integer(), fc.string({ maxLength: 30 }), fc.constant([]), fc.constant({}), fc.constant(undefined), fc.string({ unit: 'grapheme', maxLength: 10 }), fc.constant('a\u0000b'))
    const lists = ['content_types', 'content_type_templates', 'content_items', 'sites', 'mappings', 'schedules'] as const
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...lists), fc.nat(), fc.nat(), values, async (list, at, field, value) => {
        const copy = structuredClone(document)
        const entry = copy[list][at % copy[list].length]!
        const key = Object.keys(entry)[field % Object.keys(entry).length]!
        // What is undefined is not in the JSON that is sent.
        entry[key] = value
        const name = `Fuzzed ${randomUUID()}`
        const outcome = await importInto(source, copy, name).catch((error: unknown) => error)
        const there = await sql<{ id: string }[]>`select id from public.organizations where name = ${name}`
        if (outcome instanceof Refusal) {
          // What PostgreSQL itself cannot hold (a NUL in a text) is refused before any verb sees it.
          expect({ list, key, value, code: outcome.code, message: outcome.message }).toMatchObject({ code: expect.stringMatching(/^(DS058|22P05)$/) })
          expect(there).toEqual([])
        } else {
          expect(there).toHaveLength(1)
          await sql`update public.profiles set organization_id = ${source.organization.id} where id = ${source.userId}`
          await sql`delete from public.memberships where organization_id = ${there[0]!.id}`
          await sql`delete from public.organizations where id = ${there[0]!.id}`
        }
      }),
      { numRuns: 40 },
    )
  })

  it('is refused to whoever is signed out', async () => {
    await expectRefusal(importInto({ client: world.visitor() }, document), '42501', 'permission denied')
  })
})
