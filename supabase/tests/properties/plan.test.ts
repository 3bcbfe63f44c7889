/** A plan is complete and true: applied to what a site has accepted, it gives what the site will be sent, and what the run then changes. */
import fc from 'fast-check'
import { afterAll, expect, inject, it } from 'vitest'
import { openWorld, rpc } from '../support/actors.ts'
import { json, mapItems, newItem, newSite, newType, noteSchema, only, type Data } from '../support/fixtures.ts'
import { deliveryOf, planOf, previewOf, runToEnd, type Change, type Counts, type Payload, type PayloadItem, type Plan } from '../support/runs.ts'

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

/** By hand, from two bodies: places count among the items that both have. */
function difference(before: Payload, after: Payload): Counts {
  const old = new Map(before.items.map((item) => [item.id, JSON.stringify(sorted(item))]))
  const now = new Map(after.items.map((item) => [item.id, JSON.stringify(sorted(item))]))
  const common = (payload: Payload, other: ReadonlyMap<string, string>) => payload.items.map(({ id }) => id).filter((id) => other.has(id))
  const [placesBefore, placesAfter] = [common(before, now), common(after, old)]
  const counts: Counts = { added: 0, changed: 0, removed: before.items.length - placesBefore.length, reordered: 0, unchanged: 0 }
  for (const { id } of after.items) {
    if (!old.has(id)) counts.added += 1
    else if (old.get(id) !== now.get(id)) counts.changed += 1
    else if (placesBefore.indexOf(id) !== placesAfter.indexOf(id)) counts.reordered += 1
    else counts.unchanged += 1
  }
  return counts
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)).map(([key, entry]) => [key, sorted(entry)]))
}

const acceptedBody = async () =>
  JSON.parse(only(await sql<{ body: string }[]>`
    select d.body from public.site_states st join public.sync_deliveries d on d.id = st.accepted_delivery_id where st.site_id = ${site}`).body) as Payload

it('the changes, applied to the accepted payload, give the planned one; the run then changes exactly that', async () => {
  await fc.assert(
    fc.asyncProperty(state, state, async (first, second) => {
      await set(first)
      // Something must be acceptable; an empty site is refused only while nothing was ever accepted.
      const filler = first.items.every((item) => item?.status !== 'published' || item.mode === 'block')
      if (filler) await mapItems(sql, organization, [{ site_id: site, item_id: items[0] ?? '' }])
      if (filler) await sql`update public.content_items set status = 'published' where id = ${items[0] ?? ''}`
      await runToEnd(sql, admin, { sites: [site], run: { force: true } })
      const before = await acceptedBody()
      await set(second)

      const plan = await planOf(admin, [site])
      const short = await rpc<Plan>(admin, 'plan_sync', { site_ids: [site], detail: false })
      const { changes, ...planned } = only(plan.sites)
      const { body, payload, hash } = await previewOf(admin, site)
      expect(apply(before, changes, payload.items)).toEqual(payload)
      expect(planned).toMatchObject({ hash, item_count: payload.items.length, bytes: Buffer.byteLength(body), unchanged: hash === planned.accepted_hash })
      expect(changes.length === 0).toBe(planned.unchanged)
      expect(short).toEqual({ ...plan, sites: [{ ...planned, changes: null }] })
      const kinds = (kind: string) => changes.filter((change) => change.kind === kind).length
      expect(planned.counts).toEqual({
        added: kinds('added'), changed: kinds('changed'), removed: kinds('removed'), reordered: kinds('moved'),
        unchanged: payload.items.length - kinds('added') - kinds('changed') - kinds('moved'),
      })

      const { job_id, skipped } = await runToEnd(sql, admin, { sites: [site], run: { expected_plan_hash: plan.hash } })
      expect(skipped === 1).toBe(planned.unchanged)
      if (!planned.unchanged) expect((await deliveryOf(sql, job_id)).body).toBe(body)
      const after = await acceptedBody()
      expect(after).toEqual(payload)
      expect(planned.counts).toEqual(difference(before, after))
      expect(only((await planOf(admin, [site])).sites)).toMatchObject({ unchanged: true, changes: [], counts: { unchanged: payload.items.length } })
    }),
    { numRuns: 30 },
  )
})
