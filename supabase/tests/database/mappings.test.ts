/** set_mappings: a cell, a row, a column or a pasted block, written whole or not at all. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { expectRefusal, openWorld, read, rpc, type Member } from '../support/actors.ts'
import { newItem, newSite, newType } from '../support/fixtures.ts'

const world = openWorld(inject('stack'))
const { sql } = world
afterAll(world.close)

interface Row {
  site_id: string
  item_id: string
  mode: string
  overrides: object
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
