/** The effective payload against a model of it that knows nothing of SQL. */
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import type { TransactionSql } from 'postgres'
import { afterAll, expect, inject, it } from 'vitest'
import { parsePayload } from '../../functions/_shared/core/payload.ts'
import { openWorld } from '../support/actors.ts'
import { json, newItem, newSite, newType, noteSchema, only, type Data } from '../support/fixtures.ts'

const world = openWorld(inject('stack'))
const { sql } = world
afterAll(world.close)

const { organization } = await world.newAdmin()
const typeName = 'note'
// With a field that is called like a part of the item itself.
const type = await newType(sql, organization, {
  ...noteSchema,
  properties: { ...noteSchema.properties, title: { type: 'string', 'x-field-id': 'f_title' } },
}, typeName)
const sites = await Promise.all([1, 2, 3].map(async (n) => ({ id: await newSite(sql, organization, { slug: `site-${n}` }), slug: `site-${n}` })))
const items = await Promise.all([1, 2, 3, 4, 5].map(() => newItem(sql, organization, type)))

interface Item {
  title: string
  data: Data
  status: 'draft' | 'published' | 'archived'
  /** Microseconds from now; null: open. */
  publishAt: number | null
  unpublishAt: number | null
}

interface Cell {
  mode: 'full' | 'override' | 'block'
  overrides: Data
  position: number
}

interface State {
  names: string[]
  items: Item[]
  /** By item, then by site; null: not mapped. */
  cells: (Cell | null)[][]
}

const hour = 3_600_000_000
const text = fc.oneof(fc.constantFrom('a', 'b', '"q"', '\\', 'ü', '\u2028', '🚀', '\n\u0001', '</script>'), fc.string({ unit: 'grapheme', maxLength: 6 }).map((value) => value.replaceAll('\0', '')))
/** Never empty, where a value is required. */
const title = text.map((value) => `T${value}`)
const fields = { headline: title, text, title: text, count: fc.nat(1_000_000), tags: fc.array(title, { maxLength: 3 }) }
const moment = fc.option(fc.constantFrom(-hour, -1, 0, 1, hour), { freq: 3 })
const item: fc.Arbitrary<Item> = fc
  .record({
    title,
    data: fc.record(fields, { requiredKeys: ['headline'] }),
    status: fc.constantFrom('published', 'published', 'published', 'published', 'draft', 'archived'),
    publishAt: moment,
    unpublishAt: moment,
  })
  // A window that ends before it begins cannot be saved.
  .map((made) => (made.publishAt !== null && made.unpublishAt !== null && made.unpublishAt <= made.publishAt ? { ...made, unpublishAt: null } : made))
const cell: fc.Arbitrary<Cell | null> = fc.option(
  fc.record({ mode: fc.constantFrom('full', 'full', 'override', 'override', 'block'), overrides: fc.record(fields, { requiredKeys: [] }), position: fc.integer({ min: -1, max: 3 }) }),
  { freq: 4 },
)
const state: fc.Arbitrary<State> = fc.record({
  names: fc.tuple(...sites.map(() => title)),
  items: fc.tuple(...items.map(() => item)),
  cells: fc.tuple(...items.map(() => fc.tuple(...sites.map(() => cell)))),
})

class Undone extends Error {}
/** In one transaction, in which the time stands still, and which leaves nothing behind. */
async function inside<T>(work: (transaction: TransactionSql) => Promise<T>): Promise<T> {
  let result: { value: T } | undefined
  await sql.begin(async (transaction) => {
    result = { value: await work(transaction) }
    throw new Undone()
  }).catch((error: unknown) => {
    if (!(error instanceof Undone)) throw error
  })
  return (result as { value: T }).value
}

async function write(transaction: TransactionSql, { names, items: wanted, cells }: State): Promise<void> {
  for (const [place, { id }] of sites.entries()) await transaction`update public.sites set name = ${names[place] ?? ''} where id = ${id}`
  for (const [place, id] of items.entries()) {
    const { title: name, data, status, publishAt, unpublishAt } = wanted[place] as Item
    await transaction`
      update public.content_items set title = ${name}, data = ${transaction.json(json(data))}, status = ${status},
        publish_at = now() + ${publishAt} * interval '1 microsecond', unpublish_at = now() + ${unpublishAt} * interval '1 microsecond' where id = ${id}`
  }
  const rows = cells.flatMap((row, place) => row.flatMap((one, column) => (one ? [{ ...one, site: sites[column]?.id, item: items[place] }] : [])))
  await transaction`
    insert into public.site_item_mappings (organization_id, site_id, item_id, mode, overrides, position)
    select ${organization.id}, (r ->> 'site')::uuid, (r ->> 'item')::uuid, r ->> 'mode', r -> 'overrides', (r ->> 'position')::integer
    from jsonb_array_elements(${transaction.json(json(rows))}) r`
}

/** As PostgreSQL prints jsonb: shorter keys first, then by their bytes. */
function print(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(print).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const entries = Object.entries(value).map(([key, entry]) => [Buffer.from(key), entry] as const)
  entries.sort(([one], [other]) => one.length - other.length || Buffer.compare(one, other))
  return `{${entries.map(([key, entry]) => `${JSON.stringify(key.toString())}: ${print(entry)}`).join(', ')}}`
}

function modelOf({ names, items: wanted, cells }: State, column: number): { body: string; count: number } {
  const shown = items.flatMap((id, place) => {
    const { title: name, data, status, publishAt, unpublishAt } = wanted[place] as Item
    const mapping = cells[place]?.[column]
    const isOpen = (publishAt ?? -Infinity) <= 0 && (unpublishAt ?? Infinity) > 0
    if (!mapping || mapping.mode === 'block' || status !== 'published' || !isOpen) return []
    return [{ id, position: mapping.position, name, data: mapping.mode === 'override' ? { ...data, ...mapping.overrides } : data }]
  })
  shown.sort((one, other) => one.position - other.position || (one.id < other.id ? -1 : 1))
  const list = shown.map(({ id, name, data }) => `{"id":"${id}","type":"${typeName}","title":${JSON.stringify(name)},"data":${print(data)}}`)
  const site = `{"slug":"${sites[column]?.slug}","name":${JSON.stringify(names[column])}}`
  return { body: `{"version":1,"site":${site},"items":[${list.join(',')}]}`, count: shown.length }
}

interface Row {
  site_id: string
  body: string
  hash: string
  item_count: number
  bytes: number
}

it('a payload is what the model says, byte for byte, for all sites at once and for each alone', async () => {
  await fc.assert(
    fc.asyncProperty(state, async (wanted) => {
      const { all, alone } = await inside(async (transaction) => {
        await write(transaction, wanted)
        const payloads = (chosen: string[] | null) => transaction<Row[]>`
          select site_id, body, hash, item_count, bytes from private.effective_payloads(${organization.id}, ${chosen}::uuid[])`
        return { all: await payloads(null), alone: await Promise.all(sites.map(async ({ id }) => only(await payloads([id])))) }
      })
      expect(all).toHaveLength(sites.length)
      for (const [column, { id }] of sites.entries()) {
        const row = only(all.filter(({ site_id }) => site_id === id))
        const { body, count } = modelOf(wanted, column)
        expect(row.body).toBe(body)
        expect(row).toEqual({ site_id: id, body, item_count: count, bytes: Buffer.byteLength(body), hash: createHash('sha256').update(body).digest('hex') })
        expect(alone[column]).toEqual(row)
        expect(parsePayload(row.body)).toMatchObject({ ok: true })
      }
    }),
    { numRuns: 60 },
  )
})

/** The object as JSON text with its keys in some order. */
function shuffled(value: Data): fc.Arbitrary<string> {
  const entries = Object.entries(value).map(([key, entry]) => `${JSON.stringify(key)}: ${JSON.stringify(entry)}`)
  return fc.shuffledSubarray(entries, { minLength: entries.length }).map((parts) => `{${parts.join(' ,')}}`)
}

it('the hashes of a payload and of a plan are those of its content, whatever the order in which keys were saved', async () => {
  const site = sites[0]?.id ?? ''
  const [id = ''] = items
  const example = fc
    .record({ data: fc.record(fields), overrides: fc.record(fields, { requiredKeys: ['headline'] }) })
    .chain(({ data, overrides }) => fc.record({ data: fc.tuple(shuffled(data), shuffled(data)), overrides: fc.tuple(shuffled(overrides), shuffled(overrides)), other: title.map((value) => `${overrides.headline}${value}`) }))
  await fc.assert(
    fc.asyncProperty(example, async ({ data, overrides, other }) => {
      // Rows are made anew each time: a change that is none would leave the first order in place.
      const hashes = (dataText: string, overridesText: string) => inside(async (transaction) => {
        await transaction`
          insert into public.content_items (id, organization_id, type_id, title, data, status)
          values ('00000000-0000-4000-8000-000000000001', ${organization.id}, ${type}, 'Shuffled', ${dataText}::text::jsonb, 'published')`
        await transaction`
          insert into public.site_item_mappings (organization_id, site_id, item_id, mode, overrides)
          values (${organization.id}, ${site}, '00000000-0000-4000-8000-000000000001', 'override', ${overridesText}::text::jsonb), (${organization.id}, ${site}, ${id}, 'full', '{}')`
        return only(await transaction<{ hash: string; plan: string }[]>`
          select e.hash, private.plan_hash(${organization.id}, array[e]) as plan from private.effective_payloads(${organization.id}, ${[site]}::uuid[]) e`)
      })
      const first = await hashes(data[0], overrides[0])
      expect(await hashes(data[1], overrides[1])).toEqual(first)
      const changed = await hashes(data[1], JSON.stringify({ ...(JSON.parse(overrides[1]) as Data), headline: other }))
      expect(changed.hash).not.toBe(first.hash)
      expect(changed.plan).not.toBe(first.plan)
    }),
    { numRuns: 40 },
  )
})
