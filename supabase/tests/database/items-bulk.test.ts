/** Items by the hundred: a list that filters, verbs over a selection that do what may be done and name the rest, and an undo that is exact. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { expectRefusal, openWorld, read, rpc, type Member } from '../support/actors.ts'
import { mapItems, newItem, newSite, newType } from '../support/fixtures.ts'

const world = openWorld(inject('stack'))
const { sql } = world
afterAll(world.close)

interface Listed {
  total: number
  items: { id: string; title: string; status: string; site_count: number; type_title: string; revision: number }[]
}
interface Statuses {
  changed: { id: string; from: string; to: string; revision: number }[]
  unchanged: number
  refused: { id: string; title: string; type_id: string; problems: { path: string; message: string }[] }[]
  missing: number
}
interface Deletion {
  items: number
  published: number
  mappings: number
  sites: number
  revisions: number
  referring: number
  batch: string
}

let admin: Member
let editor: Member
let viewer: Member
let stranger: Member
let type: string

beforeAll(async () => {
  admin = await world.newAdmin()
  editor = await world.newMember(admin.organization, 'editor')
  viewer = await world.newMember(admin.organization, 'viewer')
  stranger = await world.newAdmin()
})
beforeEach(async () => {
  await sql`delete from public.content_items where organization_id = ${admin.organization.id}`
  type = await newType(sql, admin.organization)
})

const list = (filter: object = {}, more: object = {}, who = viewer) => rpc<Listed>(who, 'list_items', { filter, ...more })
const titles = async (filter: object = {}, more: object = {}) => (await list(filter, { sort: 'title', descending: false, ...more })).items.map(({ title }) => title)
const setStatuses = (changes: object[], who = editor) => rpc<Statuses>(who, 'set_item_statuses', { changes })
const item = (title: string, more: Parameters<typeof newItem>[3] = {}) => newItem(sql, admin.organization, type, { title, ...more })
/** A row as it lies there, with its revisions, mappings and what people have not saved of it. */
const everything = async (ids: string[]) => ({
  items: [...await sql`select to_jsonb(i) as row from public.content_items i where i.id = any (${ids}) order by i.id`],
  revisions: [...await sql`select to_jsonb(r) as row from public.content_item_revisions r where r.item_id = any (${ids}) order by r.item_id, r.revision`],
  mappings: [...await sql`select to_jsonb(m) as row from public.site_item_mappings m where m.item_id = any (${ids}) order by m.item_id, m.site_id`],
  copies: [...await sql`select to_jsonb(c) as row from public.item_working_copies c where c.item_id = any (${ids}) order by c.item_id, c.user_id`],
})

describe('the list', () => {
  it('filters by condition as the chips say it, by type, site, text and days', async () => {
    const other = await newType(sql, admin.organization)
    const [one, two] = [await newSite(sql, admin.organization), await newSite(sql, admin.organization)]
    const out = await item('Out')
    const scheduled = await item('Scheduled')
    const ended = await item('Ended')
    const draft = await item('Draft', { status: 'draft', data: { text: 'Hidden "Treasure" & 50%', tags: ['blue', 'a\\b'] } })
    await item('Archived', { status: 'archived' })
    await newItem(sql, admin.organization, other, { title: 'Other', status: 'draft', data: { text: 'nothing' } })
    await sql`update public.content_items set publish_at = now() + interval '1 day' where id = ${scheduled}`
    await sql`update public.content_items set unpublish_at = now() - interval '1 day' where id = ${ended}`
    await mapItems(sql, admin.organization, [
      { site_id: one, item_id: out }, { site_id: two, item_id: out }, { site_id: one, item_id: draft }, { site_id: two, item_id: ended, mode: 'block' },
    ])

    expect(await titles()).toEqual(['Archived', 'Draft', 'Ended', 'Other', 'Out', 'Scheduled'])
    expect(await titles({ conditions: ['published'] })).toEqual(['Out'])
    expect(await titles({ conditions: ['scheduled', 'ended'] })).toEqual(['Ended', 'Scheduled'])
    expect(await titles({ types: [other] })).toEqual(['Other'])
    expect(await titles({ sites: [one] })).toEqual(['Draft', 'Out'])
    // What is blocked somewhere is not linked to it.
    expect(await titles({ linked: true })).toEqual(['Draft', 'Out'])
    expect(await titles({ linked: false })).toEqual(['Archived', 'Ended', 'Other', 'Scheduled'])
    for (const text of ['treasure', '"Treasure"', '50%', 'BLUE', 'a\\b']) expect([text, await titles({ text })]).toEqual([text, ['Draft']])
    // The names of fields are not what is written in them.
    expect(await titles({ text: 'tags' })).toEqual([])
    expect(await titles({ text: '_' })).toEqual([])
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString()
    expect(await titles({ from: tomorrow })).toEqual([])
    expect((await list({ before: tomorrow, conditions: ['draft'], text: 'o' })).total).toBe(1)
    expect((await list({}, { sort: 'sites' })).items.map(({ site_count }) => site_count)).toEqual([2, 1, 0, 0, 0, 0])
    expect((await list({}, { sort: 'status', descending: false })).items.map(({ title }) => title).at(0)).toMatch(/Draft|Other/)
  })

  it('comes in pages that meet, with all ids in the same order', async () => {
    for (let n = 0; n < 7; n += 1) await item(`Item ${n}`)
    const all = await titles()
    const pages = [...(await titles({}, { most: 3 })), ...(await titles({}, { skip: 3, most: 3 })), ...(await titles({}, { skip: 6, most: 3 }))]
    expect(pages).toEqual(all)
    const { ids, total } = await rpc<{ ids: string[]; total: number }>(viewer, 'list_items', { sort: 'title', descending: false, only_ids: true, most: 20_000 })
    expect(total).toBe(7)
    expect(ids).toEqual((await list({}, { sort: 'title', descending: false })).items.map(({ id }) => id))
  })

  it('shows nothing of another organization, and takes no question that it does not know', async () => {
    const hers = await item('Ours')
    expect(await list({}, {}, stranger)).toMatchObject({ total: 0, items: [] })
    expect(await rpc(stranger, 'item_documents', { ids: [hers] })).toEqual([])
    await expectRefusal(list({ weight: 1 }), 'DS080', 'there is no filter "weight"')
    await expectRefusal(list({}, { sort: 'id; drop table x' }), 'DS080', 'cannot be asked')
    await expectRefusal(list({}, { most: 5000 }), 'DS080', 'cannot be asked')
    expect(await titles({ text: `'; select 1; --` })).toEqual([])
  })
})

describe('statuses', () => {
  it('are set where they may be; what cannot be published stays and is named with every reason', async () => {
    const [ready, half, there] = [await item('Ready', { status: 'draft' }), await item('Half', { status: 'draft', data: { count: -1 } }), await item('There')]
    const outcome = await setStatuses([ready, half, there, randomUUID()].map((id) => ({ id, status: 'published' })))
    expect(outcome).toMatchObject({ unchanged: 1, missing: 1 })
    expect(outcome.changed).toEqual([{ id: ready, from: 'draft', to: 'published', revision: 2 }])
    expect(outcome.refused).toEqual([
      { id: half, title: 'Half', type_id: type, problems: [{ path: 'headline', message: 'is required' }, { path: 'count', message: 'must be at least 0' }] },
    ])
    const rows = await sql<{ title: string; status: string; revision: number; published: boolean; updated_by: string | null }[]>`
      select title, status, revision, published_at is not null as published, updated_by from public.content_items where organization_id = ${admin.organization.id} order by title`
    expect([...rows]).toEqual([
      { title: 'Half', status: 'draft', revision: 1, published: false, updated_by: null },
      { title: 'Ready', status: 'published', revision: 2, published: true, updated_by: editor.userId },
      { title: 'There', status: 'published', revision: 1, published: true, updated_by: null },
    ])
    expect((await sql`select status from public.content_item_revisions where item_id = ${ready} order by revision`).map(({ status }) => status as string)).toEqual(['draft', 'published'])
  })

  it('are undone exactly, except where somebody has changed an item since', async () => {
    const [a, b, c] = [await item('A', { status: 'draft' }), await item('B'), await item('C', { status: 'draft' })]
    const { changed } = await setStatuses([a, b, c].map((id) => ({ id, status: 'archived' })))
    await read(admin.client.from('content_items').update({ title: 'C, edited' }).eq('id', c).select())
    const undone = await setStatuses(changed.map(({ id, from, revision }) => ({ id, status: from, revision })))
    expect(undone.changed.map(({ id, to }) => [id, to]).sort()).toEqual([[a, 'draft'], [b, 'published']].sort())
    expect(undone.refused).toEqual([{ id: c, title: 'C, edited', type_id: type, problems: [{ path: '', message: 'was changed by somebody since' }] }])
    expect(await titles({ conditions: ['archived'] })).toEqual(['C, edited'])
  })

  it('of two selections that overlap both come true, one after the other', async () => {
    const ids = await Promise.all(Array.from({ length: 30 }, (_, n) => item(`Item ${n}`, { status: 'draft' })))
    const [first, second] = await Promise.all([
      setStatuses(ids.map((id) => ({ id, status: 'archived' }))),
      setStatuses([...ids].reverse().map((id) => ({ id, status: 'published' })), admin),
    ])
    expect([first.changed.length, second.changed.length]).toEqual([30, 30])
    const [row] = await sql<{ kinds: number; revisions: number }[]>`
      select count(distinct status)::integer as kinds, (select count(*)::integer from public.content_item_revisions r where r.item_id = any (${ids})) as revisions
      from public.content_items where id = any (${ids})`
    expect(row).toEqual({ kinds: 1, revisions: 90 })
  })

  it('are for editors, and for items of the own organization', async () => {
    const id = await item('Ours', { status: 'draft' })
    await expectRefusal(setStatuses([{ id, status: 'archived' }], viewer), 'DS002', 'Your role')
    expect(await setStatuses([{ id, status: 'archived' }], stranger)).toEqual({ changed: [], unchanged: 0, refused: [], missing: 1 })
    await expectRefusal(setStatuses([{ id, status: 'scheduled' }]), 'DS080', 'a draft, published or archived')
    await expectRefusal(rpc(editor, 'set_item_statuses', { changes: { id } }), 'DS080', 'a list')
  })
})

describe('copies', () => {
  it('are drafts with the same data and window, on no site, each with a name of its own', async () => {
    const site = await newSite(sql, admin.organization)
    const id = await item('Sale', { data: { headline: 'H', tags: ['x'] } })
    await sql`update public.content_items set publish_at = '2030-01-01T00:00:00Z' where id = ${id}`
    await mapItems(sql, admin.organization, [{ site_id: site, item_id: id }])
    const first = await rpc<{ created: { id: string; title: string }[] }>(editor, 'duplicate_items', { ids: [id] })
    const second = await rpc<{ created: { id: string; title: string }[] }>(editor, 'duplicate_items', { ids: [id, first.created[0]!.id] })
    expect([...first.created, ...second.created].map(({ title }) => title)).toEqual(['Sale (copy)', 'Sale (copy 2)', 'Sale (copy 3)'])
    const [copy] = await sql`select title, data, status, publish_at, revision, created_by from public.content_items where id = ${first.created[0]!.id}`
    expect(copy).toMatchObject({ data: { headline: 'H', tags: ['x'] }, status: 'draft', revision: 1, created_by: editor.userId })
    expect(copy?.['publish_at']).toEqual(new Date('2030-01-01T00:00:00Z'))
    expect(await titles({ sites: [site] })).toEqual(['Sale'])
    await expectRefusal(rpc(viewer, 'duplicate_items', { ids: [id] }), 'DS002', 'Your role')
    expect(await rpc(stranger, 'duplicate_items', { ids: [id] })).toEqual({ created: [] })
  })

  it('keep to the longest title there may be', async () => {
    const id = await item('x'.repeat(200))
    const { created } = await rpc<{ created: { title: string }[] }>(editor, 'duplicate_items', { ids: [id] })
    expect(created[0]?.title).toBe(`${'x'.repeat(185)} (copy)`)
  })
})

describe('deleting', () => {
  it('says first what goes along, and is undone to the letter', async () => {
    const [one, two] = [await newSite(sql, admin.organization), await newSite(sql, admin.organization)]
    const [a, b] = [await item('A'), await item('B', { status: 'draft' })]
    await mapItems(sql, admin.organization, [{ site_id: one, item_id: a, mode: 'override', overrides: { headline: 'Here' }, position: 4 }, { site_id: two, item_id: a, mode: 'block' }])
    await read(editor.client.from('content_items').update({ title: 'A, again', data: { headline: 'A2' } }).eq('id', a).select())
    await sql`update public.content_items set publish_at = '2025-01-01T00:00:00Z', unpublish_at = '2031-01-01T00:00:00Z' where id = ${a}`
    for (const who of [editor, admin]) await rpc(who, 'keep_working_copy', { item_id: a, title: 'Not saved yet', data: { headline: `By ${who.userId}` }, base_revision: 2 })
    const before = await everything([a, b])
    expect(before.revisions).toHaveLength(4)
    expect(before.copies).toHaveLength(2)

    const facts = { items: 2, published: 1, mappings: 2, sites: 2, revisions: 4, referring: 0 }
    expect(await rpc(editor, 'delete_items', { ids: [a, b], dry_run: true })).toEqual(facts)
    expect(await everything([a, b])).toEqual(before)
    const { batch, ...gone } = await rpc<Deletion>(editor, 'delete_items', { ids: [a, b] })
    expect(gone).toEqual(facts)
    expect(await everything([a, b])).toEqual({ items: [], revisions: [], mappings: [], copies: [] })

    await expectRefusal(rpc(stranger, 'restore_items', { batch }), 'DS083', 'cannot be brought back')
    await expectRefusal(rpc(viewer, 'restore_items', { batch }), 'DS002', 'Your role')
    expect(await rpc(editor, 'restore_items', { batch })).toEqual({ restored: 2, mappings: 2, left: 0 })
    expect(await everything([a, b])).toEqual(before)
    await expectRefusal(rpc(editor, 'restore_items', { batch }), 'DS083', 'cannot be brought back')
  })

  it('brings back items that refer to one another, and leaves out a site that is gone', async () => {
    const link = { type: 'object', properties: { see: { type: 'string', format: 'uuid', title: 'See', 'x-widget': 'reference', 'x-field-id': 'f_see' } } }
    type = await newType(sql, admin.organization, link)
    const site = await newSite(sql, admin.organization)
    const [a, b] = [await item('A', { data: {} }), await item('B', { data: {} })]
    await sql`update public.content_items set data = jsonb_build_object('see', ${b}::text) where id = ${a}`
    await sql`update public.content_items set data = jsonb_build_object('see', ${a}::text) where id = ${b}`
    await mapItems(sql, admin.organization, [{ site_id: site, item_id: a }])
    const before = await everything([a, b])
    expect(await rpc<Deletion>(editor, 'delete_items', { ids: [a], dry_run: true })).toMatchObject({ items: 1, referring: 1 })
    const { batch } = await rpc<Deletion>(editor, 'delete_items', { ids: [a, b] })
    await sql`delete from public.sites where id = ${site}`
    expect(await rpc(editor, 'restore_items', { batch })).toEqual({ restored: 2, mappings: 0, left: 0 })
    expect(await everything([a, b])).toEqual({ ...before, mappings: [] })
  })

  it('cannot be undone when the type has changed, or after an hour', async () => {
    const ids = [await item('A')]
    const first = await rpc<Deletion>(editor, 'delete_items', { ids })
    await sql`update private.deleted_items set deleted_at = now() - interval '61 minutes' where batch = ${first.batch}`
    await expectRefusal(rpc(editor, 'restore_items', { batch: first.batch }), 'DS083', 'cannot be brought back')
    await sql`select private.remove_expired()`
    expect(await sql`select from private.deleted_items where batch = ${first.batch}`).toHaveLength(0)

    const second = await rpc<Deletion>(editor, 'delete_items', { ids: [await item('B')] })
    await sql`update public.content_types set schema = jsonb_set(schema, '{properties,headline,maxLength}', '20') where id = ${type}`
    await expectRefusal(rpc(editor, 'restore_items', { batch: second.batch }), 'DS083', 'cannot be brought back')
  })

  it('of new items leaves those that somebody has touched', async () => {
    const { created } = await rpc<{ created: { id: string }[] }>(editor, 'duplicate_items', { ids: [await item('A'), await item('B')] })
    await read(admin.client.from('content_items').update({ title: 'Mine now' }).eq('id', created[0]!.id).select())
    expect(await rpc(editor, 'delete_items', { ids: created.map(({ id }) => id), untouched: true })).toMatchObject({ items: 1 })
    expect(await titles({ conditions: ['draft'] })).toEqual(['Mine now'])
  })

  it('is for editors, and for items of the own organization', async () => {
    const id = await item('Ours')
    await expectRefusal(rpc(viewer, 'delete_items', { ids: [id] }), 'DS002', 'Your role')
    expect(await rpc(stranger, 'delete_items', { ids: [id] })).toMatchObject({ items: 0, mappings: 0, revisions: 0 })
    expect(await titles()).toEqual(['Ours'])
  })
})
