/** set_mappings: a cell, a row, a column or a pasted block, written whole or not at all; what overrides were made over; a site's items in order. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { expectRefusal, openWorld, read, rpc, type Member } from '../support/actors.ts'
import { edit, mapItems, newItem, newSite, newType } from '../support/fixtures.ts'

const world = openWorld(inject('stack'))
const { sql } = world
afterAll(world.close)

interface Row {
  site_id: string
  item_id: string
  mode: string
  overrides: object
  override_bases: object | null
  position: number
  updated_at: string
}

const admin: Member = await world.newAdmin()
const viewer = await world.newMember(admin.organization, 'viewer')
const { organization } = admin
const type = await newType(sql, organization)
const items: string[] = []
for (let index = 0; index < 4; index += 1) items.push(await newItem(sql, organization, type, { title: `Item ${index}` }))
const sites = [await newSite(sql, organization), await newSite(sql, organization)]
const [site = '', second = ''] = sites
const [a = '', b = '', c = '', d = ''] = items

beforeEach(() => sql`delete from public.site_item_mappings where organization_id = ${organization.id}`)

const write = (cells: unknown, who: Member = admin) => rpc<number>(who, 'set_mappings', { cells })
const cell = (item_id: string, more: object = {}, site_id = site) => ({ site_id, item_id, mode: 'full', ...more })
const written = (site_id = site) =>
  read<Row[]>(admin.client.from('site_item_mappings').select().eq('site_id', site_id).order('position').order('item_id'))
const inOrder = async (site_id = site) => (await written(site_id)).map(({ item_id }) => item_id)

describe('set_mappings', () => {
  it('writes a block over several sites and says how many cells it changed', async () => {
    const block = sites.flatMap((site_id) => items.map((item_id) => cell(item_id, {}, site_id)))
    expect(await write(block)).toBe(8)
    expect(await written()).toMatchObject(items.map((item_id, position) => ({ item_id, mode: 'full', overrides: {}, position })))
    expect(await inOrder(second)).toEqual(items)
  })

  it('counts what has changed and touches nothing else', async () => {
    await write([cell(a), cell(b, { mode: 'block' }), cell(c, { mode: 'override', overrides: { text: 'x', count: 1 } })])
    const before = await written()
    expect(await write([cell(a), cell(b, { mode: 'block' }), cell(c, { mode: 'override', overrides: { count: 1, text: 'x' } })])).toBe(0)
    expect(await written()).toEqual(before)
    expect(await write([cell(a), cell(b)])).toBe(1)
    const after = await written()
    expect(after.map(({ mode }) => mode)).toEqual(['full', 'full', 'override'])
    expect(after[0]).toEqual(before[0])
    expect(Date.parse(after[1]?.updated_at ?? '')).toBeGreaterThan(Date.parse(before[1]?.updated_at ?? ''))
    expect(await write([])).toBe(0)
  })

  it('keeps overrides for the mode that uses them', async () => {
    await write([cell(a, { mode: 'override', overrides: { text: 'only here' } }), cell(b, { overrides: { text: 'ignored' } })])
    expect(await written()).toMatchObject([{ mode: 'override', overrides: { text: 'only here' } }, { mode: 'full', overrides: {} }])
    await write([cell(a, { mode: 'override' })])
    expect((await written())[0]).toMatchObject({ mode: 'override', overrides: {} })
  })

  it('takes the last mention of a cell, as a spreadsheet would', async () => {
    expect(await write([cell(a), cell(b), cell(a, { mode: 'block' })])).toBe(2)
    expect(await written()).toMatchObject([{ item_id: b, mode: 'full' }, { item_id: a, mode: 'block' }])
    expect(await write([cell(a), cell(a, { mode: null }), cell(b, { mode: null }), cell(b, { mode: 'block' })])).toBe(2)
    expect(await written()).toMatchObject([{ item_id: b, mode: 'block' }])
  })

  it('takes the last mention also when the ids are written in capitals', async () => {
    expect(await write([cell(a), cell(a.toUpperCase(), { mode: 'block' }, site.toUpperCase())])).toBe(1)
    expect(await written()).toMatchObject([{ item_id: a, mode: 'block' }])
  })

  it('appends new cells in the order of the write and leaves the others where they are', async () => {
    await write([cell(c), cell(a)])
    await write([cell(d), cell(a), cell(b)])
    expect(await inOrder()).toEqual([c, a, d, b])
    await write([cell(c, { position: 10 })])
    expect(await inOrder()).toEqual([a, d, b, c])
    await write([cell(c, { mode: 'block' })])
    expect(await inOrder()).toEqual([a, d, b, c])
  })

  it('removes with mode null, and does not mind when there is nothing to remove', async () => {
    await write([cell(a), cell(b), cell(a, {}, second)])
    expect(await write([cell(a, { mode: null }), cell(c, { mode: null })])).toBe(1)
    expect(await inOrder()).toEqual([b])
    expect(await inOrder(second)).toEqual([a])
    expect(await write([{ site_id: site, item_id: b }])).toBe(1)
    expect(await written()).toEqual([])
  })
})

describe('a block with one bad cell', () => {
  const bad: [string, object, string][] = [
    ['of an unknown site', cell(b, {}, randomUUID()), 'there is no such site'],
    ['of an unknown item', cell(randomUUID()), 'there is no such item'],
    ['without a site', { item_id: b, mode: 'full' }, 'there is no such site'],
    ['that is not a cell', ['full'], 'there is no such site'],
    ['with a mode that is none', cell(b, { mode: 'mirror' }), '"mirror" is not a mode'],
    ['that overrides a strange field', cell(b, { mode: 'override', overrides: { price: 1 } }), 'overrides: price is not a field of this type'],
    ['that overrides with a wrong value', cell(b, { mode: 'override', overrides: { count: -1 } }), 'overrides: count must be at least 0'],
    ['whose overrides are a list', cell(b, { mode: 'override', overrides: ['text'] }), 'overrides'],
    ['whose overrides are a word', cell(b, { mode: 'override', overrides: 'text' }), 'overrides'],
  ]

  it.each(bad)('%s changes nothing and names the cell', async (_, wrong, message) => {
    await write([cell(a)])
    const before = await written()
    const refusal = await expectRefusal(write([cell(a, { mode: 'block' }), wrong, cell(c)]), 'DS031', 'Nothing was changed: cell 2: ')
    expect(refusal.message).toContain(message)
    expect(refusal.hint).toBe('Correct that cell and write the block again.')
    expect(await written()).toEqual(before)
  })

  it('takes overrides that are null for none', async () => {
    expect(await write([cell(a, { mode: 'override', overrides: null })])).toBe(1)
    expect(await written()).toMatchObject([{ mode: 'override', overrides: {} }])
  })

  it('names the first of several', async () => {
    const wrong = cell(b, { mode: 'mirror' })
    await expectRefusal(write([cell(a), wrong, cell(randomUUID())]), 'DS031', 'cell 2: "mirror" is not a mode')
    await expectRefusal(write([cell(randomUUID()), wrong]), 'DS031', 'cell 1: there is no such item')
  })

  it('is refused as a whole when it is no list, or far too long', async () => {
    for (const cells of [{}, null, 7]) await expectRefusal(write(cells), 'DS030', 'Mappings are written as a list of cells.')
    const endless = sql`
      select private.set_mappings((select jsonb_agg('{}'::jsonb) from generate_series(1, 100001)))
      from (select set_config('request.jwt.claims', ${JSON.stringify({ sub: admin.userId, organization_id: organization.id })}, true)) x`
    await expectRefusal(endless, 'DS030', 'More than 100,000 cells in one write.')
  })
})

describe('who may write mappings', () => {
  it('a viewer may not', async () => {
    await expectRefusal(write([cell(a)], viewer), 'DS002', 'Your role does not allow you to change mappings.')
    expect(await written()).toEqual([])
  })

  it('nobody may past the verb', async () => {
    const table = () => admin.client.from('site_item_mappings')
    await write([cell(a)])
    await expectRefusal(read(table().insert({ site_id: site, item_id: b, mode: 'full' })), '42501', 'permission denied for table site_item_mappings')
    await expectRefusal(read(table().update({ mode: 'block' }).eq('item_id', a)), '42501', 'permission denied for table site_item_mappings')
    await expectRefusal(read(table().delete().eq('item_id', a)), '42501', 'permission denied for table site_item_mappings')
  })

  it('another organization’s ids do not exist, beside one’s own too', async () => {
    const other = await world.newAdmin()
    const foreignSite = await newSite(sql, other.organization)
    const foreignItem = await newItem(sql, other.organization, await newType(sql, other.organization))
    await expectRefusal(write([cell(a, {}, foreignSite)]), 'DS031', 'cell 1: there is no such site')
    await expectRefusal(write([cell(foreignItem)]), 'DS031', 'cell 1: there is no such item')
    await expectRefusal(write([cell(foreignItem, { mode: null }, foreignSite)]), 'DS031', 'cell 1: there is no such site')
    expect(await sql`select from public.site_item_mappings where site_id = ${foreignSite}`).toHaveLength(0)
  })

  it('mappings go with their site and with their item', async () => {
    const gone = await newSite(sql, organization)
    const item = await newItem(sql, organization, type)
    await write([cell(a, {}, gone), cell(item)])
    await read(admin.client.from('sites').delete().eq('id', gone))
    await read(admin.client.from('content_items').delete().eq('id', item))
    expect(await sql`select from public.site_item_mappings where organization_id = ${organization.id}`).toHaveLength(0)
  })

  it('five writers of the same site at once leave one row a cell', async () => {
    const counts = await Promise.all(items.concat(a).map((item_id) => write([cell(item_id), cell(a), cell(b)])))
    expect(counts.every((count) => count <= 3)).toBe(true)
    expect((await inOrder()).sort()).toEqual([...items].sort())
  })
})

describe('what an override was made over', () => {
  const overriding = (overrides: object, more: object = {}) => cell(a, { mode: 'override', overrides, ...more })
  const bases = async () => (await written())[0]?.override_bases
  const toLookAt = (who: Member = viewer) => rpc<object>(who, 'changed_bases')

  beforeEach(() => sql`update public.content_items set data = '{"headline": "Item 0", "text": "old"}' where id = ${a}`)

  it('is what the item said then, and null where it said nothing', async () => {
    await write([overriding({ text: 'here', count: 3 })])
    expect(await bases()).toEqual({ text: 'old', count: null })
    expect(await toLookAt()).toEqual({})
    await edit(sql, a, { text: 'new', headline: 'Another' })
    expect(await bases()).toEqual({ text: 'old', count: null })
    expect(await toLookAt()).toEqual({ [site]: { [a]: ['text'] } })
    await edit(sql, a, { count: 7 })
    expect(await toLookAt()).toEqual({ [site]: { [a]: ['count', 'text'] } })
    // Back to what it was is nothing to look at.
    await edit(sql, a, { text: 'old' })
    await sql`update public.content_items set data = data - 'count' where id = ${a}`
    expect(await toLookAt()).toEqual({})
  })

  it('is found anew for the field that is overridden anew, and for no other', async () => {
    await write([overriding({ text: 'here', headline: 'Mine' })])
    await edit(sql, a, { text: 'new', headline: 'Other' })
    await write([overriding({ text: 'somewhere else', headline: 'Mine' })])
    expect(await bases()).toEqual({ text: 'new', headline: 'Item 0' })
    expect(await toLookAt()).toEqual({ [site]: { [a]: ['headline'] } })
    await write([overriding({ text: 'somewhere else' })])
    expect(await bases()).toEqual({ text: 'new' })
    await write([cell(a)])
    expect(await bases()).toBeNull()
    expect(await toLookAt()).toEqual({})
  })

  it('is what somebody says who has looked, also as an undo', async () => {
    await write([overriding({ text: 'here' })])
    await edit(sql, a, { text: 'new' })
    expect(await write([overriding({ text: 'here' }, { bases: { text: 'new' } })])).toBe(1)
    expect(await toLookAt()).toEqual({})
    expect(await write([overriding({ text: 'here' }, { bases: { text: 'old' } })])).toBe(1)
    expect(await toLookAt()).toEqual({ [site]: { [a]: ['text'] } })
    // Another value that is taken back keeps the base of the value that it had.
    await write([overriding({ text: 'there' })])
    await write([overriding({ text: 'here' }, { bases: { text: 'old' } })])
    expect(await bases()).toEqual({ text: 'old' })
    // Bases of fields that are not overridden are not kept, and what is not named is not known.
    await write([overriding({ text: 'here' }, { bases: { headline: 'x' } })])
    expect(await bases()).toEqual({})
    await expectRefusal(write([overriding({ text: 'here' }, { bases: 'old' })]), 'DS031', 'cell 1: bases must be an object')
  })

  it('is not known of overrides from before, and is kept by whoever writes past the verb', async () => {
    await mapItems(sql, organization, [{ site_id: site, item_id: a, mode: 'override', overrides: { text: 'here' } }])
    expect(await bases()).toEqual({ text: 'old' })
    await edit(sql, a, { text: 'new' })
    await sql`update public.site_item_mappings set overrides = overrides || '{"count": 1}' where site_id = ${site}`
    expect(await bases()).toEqual({ text: 'old', count: null })
    await sql`update public.site_item_mappings set override_bases = null where site_id = ${site}`
    expect(await toLookAt()).toEqual({})
    expect(await write([overriding({ text: 'here', count: 1 })])).toBe(1)
    expect(await bases()).toEqual({})
    await sql`update public.site_item_mappings set mode = 'full', overrides = '{}' where site_id = ${site}`
    expect(await bases()).toBeNull()
  })

  it('is renamed with its field', async () => {
    const own = await newType(sql, organization)
    const item = await newItem(sql, organization, own, { data: { headline: 'Item', text: 'old' } })
    await write([cell(item, { mode: 'override', overrides: { text: 'here', headline: 'Mine' } })])
    await edit(sql, item, { text: 'new' })
    await rpc(admin, 'rename_field', { type_id: own, from_name: 'text', to_name: 'story' })
    expect((await written())[0]).toMatchObject({ overrides: { story: 'here', headline: 'Mine' }, override_bases: { story: 'old', headline: 'Item' } })
    expect(await toLookAt()).toEqual({ [site]: { [item]: ['story'] } })
  })

  it('is nobody else’s business, and not that of archived items', async () => {
    await write([overriding({ text: 'here' })])
    await edit(sql, a, { text: 'new' })
    expect(await toLookAt(await world.newAdmin())).toEqual({})
    await sql`update public.content_items set status = 'archived' where id = ${a}`
    expect(await toLookAt()).toEqual({})
    await sql`update public.content_items set status = 'published' where id = ${a}`
    expect(await toLookAt()).toEqual({ [site]: { [a]: ['text'] } })
  })
})

describe('order_site_items', () => {
  const order = (item_ids: unknown, who: Member = admin, site_id = site) => rpc<number>(who, 'order_site_items', { site_id, item_ids })
  const positions = async () => Object.fromEntries((await written()).map(({ item_id, position }) => [item_id, position]))

  it('puts a site’s items in the order named, in one go, and says how many have moved', async () => {
    await write([a, b, c, d].map((item) => cell(item)))
    await write([cell(a, {}, second), cell(b, {}, second)])
    expect(await order([d, b, c, a])).toBe(2)
    expect(await inOrder()).toEqual([d, b, c, a])
    expect(await inOrder(second)).toEqual([a, b])
    expect(await order([d, b, c, a])).toBe(0)
  })

  it('lets the others stay where they are', async () => {
    await write([a, b, c, d].map((item) => cell(item)))
    await write([cell(b, { mode: 'block' })])
    await order([d, c, a])
    expect(await inOrder()).toEqual([d, b, c, a])
    expect(await order([])).toBe(0)
    expect(await inOrder()).toEqual([d, b, c, a])
  })

  it('makes of gaps and of places that are shared an order without either', async () => {
    await write([cell(a, { position: 7 }), cell(b, { position: 7 }), cell(c, { position: 90 })])
    const before = await inOrder()
    await order([c])
    expect(await positions()).toEqual({ [before[0]!]: 0, [before[1]!]: 1, [c]: 2 })
  })

  it('refuses items that are no longer mapped, twice named ones, and what is not there', async () => {
    await write([cell(a), cell(b)])
    await expectRefusal(order([b, c]), 'DS096', 'The order was not changed: 1 of its items is no longer mapped to this site.')
    await expectRefusal(order([d, c]), 'DS096', '2 of its items are no longer mapped')
    await expectRefusal(order([a, a]), 'DS095', 'An order names each item once')
    await expectRefusal(order([a], admin, randomUUID()), 'DS032', 'There is no such site in this organization.')
    expect(await inOrder()).toEqual([a, b])
  })

  it('is an editor’s, of one’s own organization', async () => {
    await write([cell(a), cell(b)])
    await expectRefusal(order([b, a], viewer), 'DS002', 'Your role does not allow you to order a site\'s items.')
    await expectRefusal(order([b, a], await world.newAdmin()), 'DS032', 'There is no such site in this organization.')
    expect(await inOrder()).toEqual([a, b])
  })

  it('holds when several order at once, and while others write', async () => {
    await write([a, b, c, d].map((item) => cell(item)))
    const orders = [[d, c, b, a], [b, a, d, c], [c, d, a, b], [a, b, c, d]]
    await Promise.all([...orders.map((ids) => order(ids)), ...items.map((item) => write([cell(item, { mode: 'block' }), cell(items[0] ?? '', { mode: 'block' })]))])
    expect(Object.values(await positions()).sort()).toEqual([0, 1, 2, 3])
    expect(orders).toContainEqual(await inOrder())
  })

  it('is an entry of the audit log for each item that has moved', async () => {
    await write([a, b, c].map((item) => cell(item)))
    const entries = () => sql<{ subject_id: string }[]>`
      select subject_id from public.audit_log where organization_id = ${organization.id} and subject_kind = 'site_item_mappings' and changes @> '[{"field": "position"}]' and action = 'updated'`
    const before = (await entries()).length
    await order([b, a, c])
    await expect.poll(async () => (await entries()).length).toBe(before + 2)
  })
})

describe('news of mappings', () => {
  it('names the sites whose columns have changed', async () => {
    const topic = `org:${organization.id}`
    const sent = () => sql<{ payload: object }[]>`select payload from realtime.messages where topic = ${topic} and payload ->> 'table' = 'site_item_mappings' order by inserted_at`
    const before = (await sent()).length
    await write([cell(a), cell(a, {}, second), cell(b)])
    const news = (await sent()).slice(before)
    expect(news).toHaveLength(1)
    expect(news[0]?.payload).toMatchObject({ table: 'site_item_mappings', site_ids: expect.arrayContaining([site, second]) as unknown })
  })
})
