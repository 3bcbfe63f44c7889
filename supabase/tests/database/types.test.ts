/** Content types that change under their items: nothing is lost that nobody said may go. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { typeTemplates } from '../../functions/_shared/core/type-templates.ts'
import { entriesOf } from '../support/audit.ts'
import { expectRefusal, openWorld, read, rpc, type Member } from '../support/actors.ts'
import { json, mapItems, newItem, newSite, newType, noteSchema, only, unique, type Data } from '../support/fixtures.ts'

const world = openWorld(inject('stack'))
const { sql } = world
afterAll(world.close)

let admin: Member
let editor: Member

beforeAll(async () => {
  admin = await world.newAdmin()
  editor = await world.newMember(admin.organization, 'editor')
})

interface Schema {
  type: string
  'x-order'?: string[]
  required?: string[]
  properties: Record<string, Record<string, unknown>>
}

interface Impact {
  revision: number
  plan: string
  renamed: { from: string; to: string }[]
  added: string[]
  removed: { name: string; items: number; overrides: number }[]
  changed: { name: string; items: number; overrides: number }[]
  lost: { items: number; overrides: number }
  invalid: { items: number; published: number; overrides: number }
  items: { id: string; title: string; status: string; lost: string[]; problems: { path: string; message: string }[] }[]
  overrides: { site_id: string; item_id: string; lost: string[]; problems: object[] }[]
}

const rename = (type: string, from: string, to: string, who = editor) => rpc<{ revision: number; items: number; overrides: number; templates: number }>(who, 'rename_field', { type_id: type, from_name: from, to_name: to })
const plan = (type: string, schema: object) => rpc<Impact>(editor, 'plan_type_change', { type_id: type, schema })
const save = (type: string, schema: object, revision: number, options: object = {}) => rpc<{ revision: number; items: number; overrides: number }>(editor, 'save_type', { type_id: type, schema, expected_revision: revision, options })
const typeRow = async (id: string) => only(await sql<{ schema: Schema; revision: number; name: string; title: string }[]>`select schema, revision, name, title from public.content_types where id = ${id}`)
const itemRow = async (id: string) => only(await sql<{ data: Data; status: string; revision: number; publish_at: string | null; published_at: string | null; type_revision: number }[]>`
  select i.data, i.status, i.revision, i.publish_at::text, i.published_at::text, r.type_revision from public.content_items i
  join public.content_item_revisions r on r.item_id = i.id and r.revision = i.revision where i.id = ${id}`)
const overridesOf = async (site: string, item: string) => only(await sql<{ overrides: Data }[]>`select overrides from public.site_item_mappings where site_id = ${site} and item_id = ${item}`).overrides
const without = (schema: Schema, name: string): Schema => ({
  ...schema, properties: Object.fromEntries(Object.entries(schema.properties).filter(([key]) => key !== name)),
  'x-order': schema['x-order']?.filter((key) => key !== name), required: schema.required?.filter((key) => key !== name),
})
const withField = (schema: Schema, name: string, field: object): Schema => ({ ...schema, properties: { ...schema.properties, [name]: { ...schema.properties[name], ...field } } })

describe('renaming a field', () => {
  it('rewrites the schema, every item, every override and the templates of the type, and loses nothing', async () => {
    const { organization } = admin
    const type = await newType(sql, organization)
    const site = await newSite(sql, organization)
    const full = await newItem(sql, organization, type, { title: 'Full', data: { headline: 'One', text: 'Body', count: 3, tags: ['a'] } })
    const draft = await newItem(sql, organization, type, { title: 'Draft', status: 'draft', data: { headline: null, tags: [] } })
    const untouched = await newItem(sql, organization, type, { title: 'Without', status: 'archived', data: { text: 'x' } })
    await sql`update public.content_items set publish_at = now() + interval '1 day' where id = ${full}`
    await mapItems(sql, organization, [{ site_id: site, item_id: full, mode: 'override', overrides: { headline: 'For this site', text: 'too' } }, { site_id: site, item_id: draft, mode: 'override', overrides: { count: 4 } }])
    await sql`insert into public.content_type_templates (organization_id, name, title, schema, example, source_type_id) values
      (${organization.id}, 'note', ${unique('From it')}, ${sql.json(json(noteSchema))}, '{"headline": "Example"}', ${type}), (${organization.id}, 'note', ${unique('Another')}, ${sql.json(json(noteSchema))}, '{"headline": "Stays"}', null)`
    const before = await itemRow(full)

    expect(await rename(type, 'headline', 'title_line')).toEqual({ revision: 2, items: 2, overrides: 1, templates: 1 })
    const { schema } = await typeRow(type)
    expect(schema['x-order']).toEqual(['title_line', 'text', 'count', 'tags'])
    expect(schema.required).toEqual(['title_line'])
    expect(schema.properties).toEqual({ title_line: noteSchema.properties.headline, text: noteSchema.properties.text, count: noteSchema.properties.count, tags: noteSchema.properties.tags })
    expect(await itemRow(full)).toEqual({ ...before, data: { title_line: 'One', text: 'Body', count: 3, tags: ['a'] }, revision: before.revision + 1, type_revision: 2 })
    expect((await itemRow(draft)).data).toEqual({ title_line: null, tags: [] })
    expect(await itemRow(untouched)).toMatchObject({ data: { text: 'x' }, revision: 1, type_revision: 1 })
    expect(await overridesOf(site, full)).toEqual({ title_line: 'For this site', text: 'too' })
    expect(await overridesOf(site, draft)).toEqual({ count: 4 })
    const templates = await sql<{ keys: string[]; example: Data }[]>`
      select array(select jsonb_object_keys(schema -> 'properties') order by 1) as keys, example from public.content_type_templates where organization_id = ${organization.id} order by source_type_id nulls last`
    expect(templates.map(({ keys, example }) => ({ keys, example }))).toEqual([
      { keys: ['count', 'tags', 'text', 'title_line'], example: { title_line: 'Example' } }, { keys: ['count', 'headline', 'tags', 'text'], example: { headline: 'Stays' } },
    ])
    // Revisions keep the schema that they were written under.
    const revisions = await sql`select r.revision, r.data ? 'headline' as old, t.schema -> 'properties' ? 'headline' as old_schema
      from public.content_item_revisions r join public.content_type_revisions t on t.type_id = r.type_id and t.revision = r.type_revision where r.item_id = ${full} order by 1`
    expect(revisions.map((row) => ({ ...row }))).toEqual([{ revision: 1, old: true, old_schema: true }, { revision: 2, old: true, old_schema: true }, { revision: 3, old: false, old_schema: false }])
    expect((await entriesOf(sql, organization.id)).filter(({ action }) => action === 'field_renamed')).toMatchObject([{ subject_kind: 'content_types', changes: [{ field: 'name', before: 'headline', after: 'title_line' }] }])
  })

  it('there and back again is as it was, whatever items and overrides hold', async () => {
    const organization = (await world.newAdmin()).organization
    const member = await world.newMember(organization, 'editor')
    const value = fc.oneof(fc.constant(null), fc.string({ unit: 'grapheme', maxLength: 5 }).map((text) => text.replaceAll('\0', '')), fc.integer(), fc.boolean(), fc.array(fc.constantFrom('a', 'b'), { maxLength: 2 }))
    const data = fc.dictionary(fc.constantFrom('headline', 'text', 'count', 'tags', 'stray'), value, { maxKeys: 5 })
    await fc.assert(
      fc.asyncProperty(fc.array(fc.record({ data, overrides: data }), { minLength: 1, maxLength: 6 }), async (items) => {
        const type = await newType(sql, organization)
        const site = await newSite(sql, organization)
        const ids = await Promise.all(items.map((item) => newItem(sql, organization, type, { status: 'draft', data: item.data })))
        await mapItems(sql, organization, items.map(({ overrides }, index) => ({ site_id: site, item_id: ids[index] ?? '', mode: 'override', overrides })))
        const state = async () => ({
          schema: (await typeRow(type)).schema,
          items: (await sql`select id, data from public.content_items where type_id = ${type} order by id`).map((row) => ({ ...row })),
          overrides: (await sql`select item_id, overrides from public.site_item_mappings where site_id = ${site} order by item_id`).map((row) => ({ ...row })),
        })
        const before = await state()
        await rename(type, 'headline', 'elsewhere', member)
        const between = JSON.stringify(await state())
        expect(between).not.toContain('"headline"')
        await rename(type, 'elsewhere', 'headline', member)
        expect(await state()).toEqual(before)
      }),
      { numRuns: 15 },
    )
  })

  it('is refused where the name is taken, by name, and changes nothing', async () => {
    const { organization } = admin
    const type = await newType(sql, organization)
    const site = await newSite(sql, organization, { name: 'Taken site' })
    const item = await newItem(sql, organization, type, { title: 'Old data', data: { headline: 'x', former: 'kept from before' }, status: 'draft' })
    const other = await newItem(sql, organization, type, { title: 'Overridden' })
    await mapItems(sql, organization, [{ site_id: site, item_id: other, mode: 'override', overrides: { earlier: 'y' } }])
    const before = await typeRow(type)
    await expectRefusal(rename(type, 'headline', 'text'), 'DS072', '"Note" has a field "text" already.')
    await expectRefusal(rename(type, 'headline', 'former'), 'DS072', '"Old data" still holds something under "former"')
    await expectRefusal(rename(type, 'headline', 'earlier'), 'DS072', 'The override of "Overridden" on "Taken site" still holds something under "earlier"')
    await expectRefusal(rename(type, 'headlines', 'other'), 'DS077', '"Note" has no field "headlines".')
    await expectRefusal(rename(type, 'headline', 'Not a name'), 'DS077', '"Not a name" cannot be the name of a field.')
    expect(await typeRow(type)).toEqual(before)
    expect(await itemRow(item)).toMatchObject({ revision: 1, data: { headline: 'x', former: 'kept from before' } })
    expect(await rename(type, 'headline', 'headline')).toMatchObject({ items: 0, revision: 1 })
  })

  it('goes on over published items that are no longer valid, and leaves them published', async () => {
    const type = await newType(sql, admin.organization)
    const item = await newItem(sql, admin.organization, type, { data: { headline: 'Long enough', count: 1 } })
    await sql`update public.content_types set schema = jsonb_set(schema, '{properties,headline,maxLength}', '3') where id = ${type}`
    await rename(type, 'headline', 'title_line')
    expect(await itemRow(item)).toMatchObject({ status: 'published', data: { title_line: 'Long enough', count: 1 } })
    // Only while it rewrites: the next edit is held against the type again.
    await expectRefusal(read(editor.client.from('content_items').update({ title: 'Edited' }).eq('id', item)), 'DS020', 'title_line must be at most 3 characters')
  })

  it('and an edit at the same time lose nothing of each other', async () => {
    const type = await newType(sql, admin.organization)
    const [edited, added] = await Promise.all([newItem(sql, admin.organization, type, { status: 'draft', data: { text: 'only text' } }), newItem(sql, admin.organization, type)])
    const site = await newSite(sql, admin.organization)
    let renamed: Promise<unknown> | undefined
    await sql.begin(async (transaction) => {
      // Begun before the rename, committed while that waits: a field that the item had not, an item, an override.
      await transaction`update public.content_items set data = data || '{"headline": "typed meanwhile"}' where id = ${edited}`
      await transaction`insert into public.content_items (organization_id, type_id, title, data) values (${admin.organization.id}, ${type}, 'Made meanwhile', '{"headline": "new"}')`
      renamed = rename(type, 'headline', 'title_line')
      void renamed.catch(() => undefined)
      await expect.poll(async () => (await sql`select from pg_stat_activity where wait_event_type = 'Lock' and query like '%rename_field%'`).length, { timeout: 20_000 }).toBeGreaterThan(0)
    })
    await renamed
    expect((await itemRow(edited)).data).toEqual({ text: 'only text', title_line: 'typed meanwhile' })
    expect(only(await sql<{ data: Data }[]>`select data from public.content_items where type_id = ${type} and title = 'Made meanwhile'`).data).toEqual({ title_line: 'new' })
    expect((await itemRow(added)).data).toEqual({ title_line: 'A note' })
    // Whoever knows the item as it was before is told so by its revision, and writes over nothing.
    expect(await read(editor.client.from('content_items').update({ data: { headline: 'stale' } }).eq('id', edited).eq('revision', 2).select('id'))).toEqual([])
    // An override that was being written under the old name is refused by the new one.
    await expectRefusal(rpc(editor, 'set_mappings', { cells: [{ site_id: site, item_id: added, mode: 'override', overrides: { headline: 'x' } }] }), 'DS031', 'headline is not a field of this type')
  })

  it('is an editor’s, in their own organization', async () => {
    const type = await newType(sql, admin.organization)
    const viewer = await world.newMember(admin.organization, 'viewer')
    await expectRefusal(rename(type, 'headline', 'other', viewer), 'DS002', 'Your role does not allow you to rename fields.')
    await expectRefusal(rename(type, 'headline', 'other', await world.newAdmin()), 'DS070', 'There is no such content type')
    await expectRefusal(read(admin.client.from('content_types').update({ schema: noteSchema }).eq('id', type)), '42501', 'permission denied for table content_types')
  })

  it('takes along what somebody has typed and not saved yet', async () => {
    const type = await newType(sql, admin.organization)
    const item = await newItem(sql, admin.organization, type)
    await sql`insert into public.item_working_copies (organization_id, user_id, item_id, type_id, base_revision, title, data)
      values (${admin.organization.id}, ${editor.userId}, ${item}, ${type}, 1, 'A note', '{"headline": "half a word"}')`
    await rename(type, 'headline', 'title_line', admin)
    expect({ ...only(await sql`select base_revision, seq, data from public.item_working_copies where item_id = ${item}`) }).toEqual({ base_revision: 2, seq: 2, data: { title_line: 'half a word' } })
  })
})

describe('changing a type', () => {
  it('is planned: what would be lost, what would become invalid, where', async () => {
    const { organization } = admin
    const type = await newType(sql, organization)
    const site = await newSite(sql, organization, { name: 'Planned' })
    const a = await newItem(sql, organization, type, { title: 'A', data: { headline: 'A long headline', text: 'text', count: 5 } })
    const b = await newItem(sql, organization, type, { title: 'B', status: 'draft', data: { text: '', count: 50 } })
    await newItem(sql, organization, type, { title: 'C', data: { headline: 'C' } })
    await mapItems(sql, organization, [{ site_id: site, item_id: a, mode: 'override', overrides: { text: 'over', count: 99 } }])
    const narrowed = withField(withField(without(noteSchema, 'text'), 'count', { maximum: 20 }), 'headline', { maxLength: 3, title: 'Line' })
    expect(await plan(type, narrowed)).toMatchObject({
      revision: 1, renamed: [], added: [],
      removed: [{ name: 'text', items: 1, overrides: 1 }],
      changed: [{ name: 'count', items: 1, overrides: 1 }, { name: 'headline', items: 1, overrides: 0 }],
      lost: { items: 1, overrides: 1 }, invalid: { items: 2, published: 1, overrides: 1 },
      items: [
        { id: a, title: 'A', status: 'published', lost: ['text'], problems: [{ path: 'headline', message: 'must be at most 3 characters' }] },
        { id: b, title: 'B', status: 'draft', lost: [], problems: [{ path: 'count', message: 'must be at most 20' }] },
      ],
      overrides: [{ item_id: a, site: 'Planned', lost: ['text'], problems: [{ path: 'count', message: 'must be at most 20' }] }],
    })
    // What was wrong before does not become so, and words alone touch nobody.
    await sql`update public.content_types set schema = jsonb_set(schema, '{properties,headline,maxLength}', '2') where id = ${type}`
    const words = withField({ ...noteSchema, properties: { ...noteSchema.properties, headline: { ...noteSchema.properties.headline, maxLength: 2 } } }, 'headline', { title: 'Words', description: 'Help' })
    expect(await plan(type, words)).toMatchObject({ changed: [], lost: { items: 0, overrides: 0 }, invalid: { items: 0, published: 0, overrides: 0 } })
    expect(await plan(type, withField(words, 'headline', { maxLength: 3 }))).toMatchObject({ invalid: { items: 0 } })
    // Published items that lack what is needed from now on are named; drafts may lack it.
    expect(await plan(type, { ...words, required: ['headline', 'tags'] })).toMatchObject({ invalid: { items: 2, published: 2, overrides: 0 } })
    expect((await typeRow(type)).revision).toBe(2)
  })

  it('loses nothing without its word, and then only that', async () => {
    const { organization } = admin
    const type = await newType(sql, organization)
    const site = await newSite(sql, organization)
    const item = await newItem(sql, organization, type, { title: 'Kept', data: { headline: 'H', text: 'secret', count: 1 } })
    const empty = await newItem(sql, organization, type, { title: 'Nothing in it', data: { headline: 'E', text: '' } })
    await mapItems(sql, organization, [{ site_id: site, item_id: empty, mode: 'override', overrides: { text: 'over', count: 2 } }])
    const smaller = without(noteSchema, 'text')
    const refusal = await expectRefusal(save(type, smaller, 1), 'DS074', 'Removing "text" would lose what 1 item and 1 override hold in it.')
    const impact = JSON.parse(refusal.details ?? '') as Impact
    expect(impact.lost).toEqual({ items: 1, overrides: 1 })
    expect(await itemRow(item)).toMatchObject({ revision: 1, data: { text: 'secret' } })

    expect(await save(type, smaller, 1, { remove_data: true, plan: impact.plan })).toEqual({ revision: 2, items: 2, overrides: 1, templates: 0 })
    expect(await itemRow(item)).toMatchObject({ data: { headline: 'H', count: 1 }, revision: 2, status: 'published', type_revision: 2 })
    expect((await itemRow(empty)).data).toEqual({ headline: 'E' })
    expect(await overridesOf(site, empty)).toEqual({ count: 2 })
    // It is in the history, under the schema of that time.
    expect({ ...only(await sql`select r.data ->> 'text' as text, t.schema -> 'properties' ? 'text' as field from public.content_item_revisions r
      join public.content_type_revisions t on t.type_id = r.type_id and t.revision = r.type_revision where r.item_id = ${item} and r.revision = 1`) }).toEqual({ text: 'secret', field: true })
  })

  it('leaves what becomes invalid as it is, when that is said', async () => {
    const type = await newType(sql, admin.organization)
    const item = await newItem(sql, admin.organization, type, { data: { headline: 'H', count: 50 } })
    const narrowed = withField(noteSchema, 'count', { maximum: 20 })
    await expectRefusal(save(type, narrowed, 1), 'DS074', '1 item and 0 overrides would not be valid any more.')
    await expectRefusal(save(type, narrowed, 1, { remove_data: true }), 'DS074', 'would not be valid any more')
    expect(await save(type, narrowed, 1, { accept_invalid: true })).toEqual({ revision: 2, items: 0, overrides: 0, templates: 0 })
    expect(await itemRow(item)).toMatchObject({ revision: 1, status: 'published', data: { headline: 'H', count: 50 } })
  })

  it('renames the fields that kept their id, two that swap their names too', async () => {
    const type = await newType(sql, admin.organization)
    const item = await newItem(sql, admin.organization, type, { data: { headline: 'was headline', text: 'was text' } })
    const { headline, text, ...rest } = noteSchema.properties
    const swapped = { ...noteSchema, required: ['text'], properties: { ...rest, headline: text, text: headline } }
    expect(await plan(type, swapped)).toMatchObject({ renamed: [{ from: 'headline', to: 'text' }, { from: 'text', to: 'headline' }], lost: { items: 0 }, invalid: { items: 0 } })
    expect(await save(type, swapped, 1)).toMatchObject({ items: 1 })
    expect((await itemRow(item)).data).toEqual({ headline: 'was text', text: 'was headline' })
    // A field that takes the name of one that goes: what the gone one held is asked for, and is not mixed up.
    const taken = { ...swapped, required: [], properties: { ...rest, headline } }
    await expectRefusal(save(type, taken, 2), 'DS074', 'Removing "headline" would lose what 1 item')
    await save(type, taken, 2, { remove_data: true })
    expect((await itemRow(item)).data).toEqual({ headline: 'was headline' })
  })

  it('is refused over another revision, another state of the items, or a schema that is none', async () => {
    const type = await newType(sql, admin.organization)
    const item = await newItem(sql, admin.organization, type, { data: { headline: 'H', text: 'x' } })
    const smaller = without(noteSchema, 'text')
    const { plan: seen } = await plan(type, smaller)
    await newItem(sql, admin.organization, type, { title: 'Meanwhile', data: { headline: 'M', text: 'more' } })
    const stale = await expectRefusal(save(type, smaller, 1, { remove_data: true, plan: seen }), 'DS076', 'Items have changed since you looked')
    expect((JSON.parse(stale.details ?? '') as Impact).lost.items).toBe(2)
    expect((await itemRow(item)).data).toEqual({ headline: 'H', text: 'x' })
    await save(type, withField(noteSchema, 'headline', { title: 'Line' }), 1)
    await expectRefusal(save(type, noteSchema, 1), 'DS071', 'The fields of "Note" were changed by somebody else.')
    await expectRefusal(save(type, { type: 'object' }, 2), 'DS021', 'The schema of a content type is an object')
    await expectRefusal(save(type, withField(noteSchema, 'text', { 'x-field-id': 'f_headline' }), 2), 'DS073', 'The fields "headline" and "text" have the same x-field-id.')
    await expectRefusal(save(type, noteSchema, 2, { everything: true }), 'DS073', '"everything" is not an option of a change')
    await expectRefusal(save(type, withField(noteSchema, 'text', { 'x-widget': 'reference' }), 2), 'DS022', 'refers to an item, and is not written as one that does')
  })

  it('takes new words along, which stay a matter of one column as well', async () => {
    const type = await newType(sql, admin.organization)
    const name = unique('called')
    await save(type, noteSchema, 1, { name, title: 'Called', description: 'So' })
    expect(await typeRow(type)).toMatchObject({ name, title: 'Called', revision: 1 })
    await read(editor.client.from('content_types').update({ title: 'Otherwise' }).eq('id', type))
    expect((await typeRow(type)).title).toBe('Otherwise')
  })
})

describe('a type that goes', () => {
  it('is refused with the count of its items, and while another refers to it', async () => {
    const name = unique('target')
    const type = await newType(sql, admin.organization, noteSchema, name)
    const remove = () => read<object[]>(editor.client.from('content_types').delete().eq('id', type).select('id'))
    const items = [await newItem(sql, admin.organization, type), await newItem(sql, admin.organization, type, { status: 'archived' })]
    await expectRefusal(remove(), 'DS075', '"Note" cannot be deleted: 2 items are written in it.')
    await sql`delete from public.content_items where id in ${sql(items)}`
    const other = await newType(sql, admin.organization, { type: 'object', properties: { author: { type: 'string', format: 'uuid', title: 'Author', 'x-widget': 'reference', 'x-reference-type': name, 'x-field-id': 'f_a' } } })
    await expectRefusal(remove(), 'DS075', '"Note" cannot be deleted: the field "Author" of "Note" refers to items of it.')
    await sql`delete from public.content_types where id = ${other}`
    expect(await remove()).toEqual([{ id: type }])
  })

  it('follows with its new name whoever refers to it', async () => {
    const name = unique('before')
    const target = await newType(sql, admin.organization, noteSchema, name)
    const referring = await newType(sql, admin.organization, { type: 'object', properties: { author: { type: 'string', format: 'uuid', 'x-widget': 'reference', 'x-reference-type': name, 'x-field-id': 'f_a' } } })
    const after = unique('after')
    await read(editor.client.from('content_types').update({ name: after }).eq('id', target))
    expect(await typeRow(referring)).toMatchObject({ revision: 2, schema: { properties: { author: { 'x-reference-type': after } } } })
  })
})

describe('templates', () => {
  const templates = (who: Member = editor) => who.client.from('content_type_templates')
  const draft = (title: string) => ({ name: 'note', title, schema: noteSchema, example: { headline: 'An example' } })

  it('are kept, renamed and deleted by editors, read by members, audited, and nobody else’s', async () => {
    const title = unique('Mine')
    const made = await read<{ id: string; created_by: string }>(templates().insert(draft(title)).select('id, created_by').single())
    expect(made.created_by).toBe(editor.userId)
    const viewer = await world.newMember(admin.organization, 'viewer')
    expect(await read(templates(viewer).select('title').eq('id', made.id))).toEqual([{ title }])
    await expectRefusal(read(templates(viewer).insert(draft(unique('Theirs')))), '42501', 'row-level security')
    expect(await read(templates(viewer).delete().eq('id', made.id).select('id'))).toEqual([])
    await expectRefusal(read(templates().insert(draft(title.toUpperCase()))), '23505', 'content_type_templates_title_key')
    await expectRefusal(read(templates().update({ schema: {} }).eq('id', made.id)), '42501', 'permission denied')
    expect(await read(templates().update({ title: `${title} again` }).eq('id', made.id).select('title'))).toEqual([{ title: `${title} again` }])
    const stranger = await world.newAdmin()
    expect(await read(templates(stranger).select('id').eq('id', made.id))).toEqual([])
    expect(await read(templates(stranger).insert(draft(title)).select('title'))).toEqual([{ title }])
    expect(await read(templates().delete().eq('id', made.id).select('id'))).toEqual([{ id: made.id }])
    const acts = (await entriesOf(sql, admin.organization.id)).filter(({ subject_id }) => subject_id === made.id).map(({ action }) => action)
    expect(acts).toEqual(['created', 'updated', 'deleted'])
  })

  it('have an end: 200 of them, also in one statement and by two at the same moment', async () => {
    const own = await world.newAdmin()
    const some = (count: number, word: string) => Array.from({ length: count }, (_, n) => ({ name: 'note', title: `${word} ${n}`, schema: { type: 'object', properties: {} } }))
    const kept = async () => only(await sql<{ n: number }[]>`select count(*)::integer as n from public.content_type_templates where organization_id = ${own.organization.id}`).n
    const full = /^There are 200 templates already/
    await expectRefusal(read(templates(own).insert(some(201, 'One too many'))), 'DS078', full)
    expect(await kept()).toBe(0)
    await read(templates(own).insert(some(199, 'Kept')))
    const outcomes = await Promise.allSettled(['A', 'B', 'C'].map((word) => read(templates(own).insert(some(1, word)))))
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected'])
    await expectRefusal(read(templates(own).insert(some(1, 'D'))), 'DS078', full)
    expect(await kept()).toBe(200)
    // Another organization has its own.
    await read(templates().insert(draft(unique('Elsewhere'))))
    await read(templates(own).delete().eq('title', 'Kept 0'))
    await read(templates(own).insert(some(1, 'E')))
  })

  it('hold what a type could be, and nothing else', async () => {
    await expectRefusal(read(templates().insert({ ...draft(unique('Bad')), schema: { type: 'object', properties: { 'Not a name': { type: 'string' } } } })), 'DS022', 'is not one that DataSync understands')
    await expectRefusal(read(templates().insert({ ...draft(unique('Bad')), example: [] })), '23514', 'content_type_templates_example_check')
    const other = await world.newAdmin()
    const foreign = await newType(sql, other.organization)
    await expectRefusal(read(templates().insert({ ...draft(unique('Across')), source_type_id: foreign })), '23503', 'violates foreign key constraint')
  })

  it('of the library are types that the database takes, with examples that can be published', async () => {
    const own = await world.newAdmin()
    for (const { name, title, description, schema, example } of typeTemplates) {
      const type = await read<{ id: string }>(own.client.from('content_types').insert({ name, title, description, schema }).select('id').single())
      await read(own.client.from('content_items').insert({ type_id: type.id, title, data: example, status: 'published' }).select('id').single())
    }
  })
})
