/** A plan is complete: applied to what a site has accepted, it gives what the site will be sent. */
import fc from 'fast-check'
import { afterAll, expect, inject, it } from 'vitest'
import { openWorld } from '../support/actors.ts'
import { json, mapItems, newItem, newSite, newType, noteSchema, only, type Data } from '../support/fixtures.ts'
import { planOf, runToEnd, type Change, type PayloadItem } from '../support/runs.ts'

const world = openWorld(inject('stack'))
const { sql } = world
afterAll(world.close)

const admin = await world.newAdmin()
const { organization } = admin
// With a field that is called like a part of the item itself.
const type = await newType(sql, organization, {
  ...noteSchema,
  properties: { ...noteSchema.properties, title: { type: 'string', 'x-field-id': 'f_title' } },
})
const site = await newSite(sql, organization, { slug: 'target' })
const items = await Promise.all([1, 2, 3, 4, 5].map(() => newItem(sql, organization, type)))

interface State {
  name: string
  items: ({ title: string; data: Data; overrides: Data; mode: 'full' | 'override' | 'block'; status: 'published' | 'archived'; position: number } | null)[]
}

const word = fc.constantFrom('a', 'b', '"c"', 'ü')
const data = fc.record({ headline: word, text: word, title: word, count: fc.nat(2), tags: fc.array(word, { maxLength: 2 }) }, { requiredKeys: ['headline'] })
const state: fc.Arbitrary<State> = fc.record({
  name: fc.constantFrom('Target', 'Target', 'Renamed'),
  items: fc.tuple(
    ...items.map(() =>
      fc.option(
        fc.record({
          title: word,
          data,
          overrides: fc.record({ headline: word, count: fc.nat(2) }, { requiredKeys: [] }),
          mode: fc.constantFrom('full', 'full', 'override', 'block'),
          status: fc.constantFrom('published', 'published', 'published', 'archived'),
          position: fc.nat(4),
        }),
        { freq: 4 },
      ),
    ),
  ),
})

async function set({ name, items: wanted }: State): Promise<void> {
  await sql`update public.sites set name = ${name} where id = ${site}`
  await sql`delete from public.site_item_mappings where site_id = ${site}`
  for (const [index, item] of wanted.entries()) {
    const item_id = items[index] ?? ''
    if (!item) continue
    await sql`update public.content_items set title = ${item.title}, data = ${sql.json(json(item.data))}, status = ${item.status} where id = ${item_id}`
    await mapItems(sql, organization, [{ site_id: site, item_id, mode: item.mode, overrides: item.overrides, position: item.position }])
  }
}

interface Payload {
  version: number
  site: Data
  items: PayloadItem[]
}

function applyFields(before: Data, fields: Change['fields']): Data {
  const after = { ...before }
  for (const { field, after: value } of fields) {
    if (value === null) Reflect.deleteProperty(after, field)
    else after[field] = value
  }
  return after
}

/** Reads nothing of the new payload but the data of items that are added, which no change could spell out shorter. */
function apply(before: Payload, changes: readonly Change[], added: readonly PayloadItem[]): Payload {
  const ofSite = changes.find(({ kind }) => kind === 'site')
  const byItem = new Map(changes.filter(({ kind }) => kind !== 'site').map((change) => [change.item_id, change]))
  const stays = before.items
    .filter(({ id }) => byItem.get(id)?.kind !== 'removed')
    .map((item) => {
      const change = byItem.get(item.id)
      if (change?.kind !== 'changed') return item
      const own = applyFields({ title: item.title, type: item.type }, change.fields.filter((field) => field.own))
      return { ...item, ...own, data: applyFields(item.data, change.fields.filter((field) => !field.own)) }
    })
  const comes = added.filter(({ id }) => byItem.get(id)?.kind === 'added')
  const placed: PayloadItem[] = []
  for (const item of [...stays, ...comes]) {
    const place = byItem.get(item.id)?.to
    if (typeof place === 'number') placed[place - 1] = item
  }
  // Whom no change names keeps his order and fills what is left.
  const others = stays.filter(({ id }) => !byItem.has(id))
  const result = Array.from({ length: stays.length + comes.length }, (_, place) => placed[place] ?? (others.shift() as PayloadItem))
  return { ...before, site: applyFields(before.site, ofSite?.fields ?? []), items: result }
}

it('the changes, applied to the accepted payload, give the planned one', async () => {
  await fc.assert(
    fc.asyncProperty(state, state, async (first, second) => {
      await set(first)
      // Something must be acceptable; an empty site is refused only while nothing was ever accepted.
      const filler = first.items.every((item) => item?.status !== 'published' || item.mode === 'block')
      if (filler) await mapItems(sql, organization, [{ site_id: site, item_id: items[0] ?? '' }])
      if (filler) await sql`update public.content_items set status = 'published' where id = ${items[0] ?? ''}`
      await runToEnd(sql, admin, { sites: [site], run: { force: true } })
      const { body } = only(await sql<{ body: string }[]>`
        select d.body from public.site_states st join public.sync_deliveries d on d.id = st.accepted_delivery_id where st.site_id = ${site}`)
      await set(second)
      const { sites } = await planOf(admin, [site])
      const { payload, changes, unchanged, hash, accepted_hash } = only(sites)
      expect(apply(JSON.parse(body) as Payload, changes, payload.items)).toEqual(payload)
      expect(unchanged).toBe(hash === accepted_hash)
      expect(changes.length === 0).toBe(unchanged)
    }),
    { numRuns: 30 },
  )
})
