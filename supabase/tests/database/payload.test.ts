/** The effective payload: what a site should show now, and that equal content is equal bytes. */
import { createHash, randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { parsePayload } from '../../functions/_shared/core/payload.ts'
import { expectRefusal, openWorld, rpc } from '../support/actors.ts'
import { edit, mapItems, newItem, newSite, newType, only, unique, type Data } from '../support/fixtures.ts'
import { deliveryOf, previewOf, runToEnd, startSync, type Preview } from '../support/runs.ts'

const world = openWorld(inject('stack'))
const { sql } = world
afterAll(world.close)

const admin = await world.newAdmin()
const { organization } = admin
const typeName = unique('note')
const type = await newType(sql, organization, undefined, typeName)
let site: string
beforeEach(async () => {
  site = await newSite(sql, organization)
})

const preview = (id = site) => previewOf(admin, id)
const shown = async () => (await preview()).payload.items.map(({ id }) => id)

/** The statement itself, so that a key order survives that a JavaScript object or a client could change. */
async function storeRaw(item: string, data: string): Promise<void> {
  await sql`update public.content_items set data = ${data}::text::jsonb where id = ${item}`
}

describe('a payload', () => {
  it('of an empty site is its name and no item', async () => {
    const empty = await newSite(sql, organization, { name: 'Nothing yet' })
    const { slug } = only(await sql<{ slug: string }[]>`select slug from public.sites where id = ${empty}`)
    const body = `{"version":1,"site":{"slug":"${slug}","name":"Nothing yet"},"items":[]}`
    expect(await preview(empty)).toEqual({
      body, hash: createHash('sha256').update(body).digest('hex'), item_count: 0, bytes: body.length, payload: JSON.parse(body) as unknown,
    })
  })

  it('carries full items as they are, overridden ones with the site’s words, blocked ones not at all', async () => {
    const data = { headline: 'Sale', text: 'Everywhere', count: 3, tags: ['a', 'b'] }
    const [full, overridden, blocked] = [await newItem(sql, organization, type, { data }), await newItem(sql, organization, type, { title: 'B', data }), await newItem(sql, organization, type, { data })]
    await mapItems(sql, organization, [
      { site_id: site, item_id: full },
      { site_id: site, item_id: overridden, mode: 'override', overrides: { text: 'Only here', tags: [] }, position: 1 },
      { site_id: site, item_id: blocked, mode: 'block', position: 2 },
    ])
    const { payload, item_count, body } = await preview()
    expect(item_count).toBe(2)
    expect(payload.items).toEqual([
      { id: full, type: typeName, title: 'A note', data },
      { id: overridden, type: typeName, title: 'B', data: { ...data, text: 'Only here', tags: [] } },
    ])
    expect(parsePayload(body)).toMatchObject({ ok: true })
  })

  it('leaves overrides out of account in the modes that do not use them', async () => {
    const item = await newItem(sql, organization, type)
    await mapItems(sql, organization, [{ site_id: site, item_id: item, mode: 'full', overrides: { text: 'stale' } }])
    expect((await preview()).payload.items[0]?.data).toEqual({ headline: 'A note' })
  })

  it('carries published items only', async () => {
    const item = await newItem(sql, organization, type, { status: 'draft' })
    const unmapped = await newItem(sql, organization, type)
    await mapItems(sql, organization, [{ site_id: site, item_id: item }])
    expect(await shown()).toEqual([])
    await sql`update public.content_items set status = 'published' where id = ${item}`
    expect(await shown()).toEqual([item])
    expect(await shown()).not.toContain(unmapped)
    await sql`update public.content_items set status = 'archived' where id = ${item}`
    expect(await shown()).toEqual([])
  })

  it('is in the order of the mapping, and in one order where positions are equal', async () => {
    const items = await Promise.all(Array.from({ length: 4 }, () => newItem(sql, organization, type)))
    const places = [2, 0, 1, 1]
    await mapItems(sql, organization, items.map((item_id, index) => ({ site_id: site, item_id, position: places[index] ?? 0 })))
    const [first = '', second = ''] = [items[1], items[0]]
    expect(await shown()).toEqual([first, ...[items[2] ?? '', items[3] ?? ''].sort(), second])
  })

  it('survives quotes, control characters, right-to-left, emoji and HTML, letter for letter', async () => {
    const nasty = 'He said: "5 < 6 & 7" \\ \u2028 \t\n\u0007 \ud83e\uddd1\u200d\ud83d\ude80 \u05e9\u05dc\u05d5\u05dd </script> ${x} é e\u0301'
    const odd = await newSite(sql, organization, { name: `"${nasty}"`.slice(0, 60) })
    const item = await newItem(sql, organization, type, { title: nasty, data: { headline: nasty, tags: [nasty, ' '] } })
    await mapItems(sql, organization, [{ site_id: odd, item_id: item, mode: 'override', overrides: { text: nasty } }])
    const { body, bytes, hash, payload } = await preview(odd)
    const parsed = JSON.parse(body) as Preview['payload']
    expect(parsed.items[0]).toMatchObject({ title: nasty, data: { headline: nasty, text: nasty, tags: [nasty, ' '] } })
    expect(parsed.site.name).toBe(`"${nasty}"`.slice(0, 60))
    expect(payload).toEqual(parsed)
    expect(bytes).toBe(Buffer.byteLength(body))
    expect(hash).toBe(createHash('sha256').update(body).digest('hex'))
  })

  it('of another organization, or of no site, is not there', async () => {
    await expectRefusal(preview(randomUUID()), 'DS032', 'There is no such site in this organization.')
  })
})

describe('equal content', () => {
  it('is equal bytes, whatever the order in which its keys were saved', async () => {
    const item = await newItem(sql, organization, type)
    await mapItems(sql, organization, [{ site_id: site, item_id: item }])
    const text = fc.string({ unit: 'grapheme', maxLength: 8 }).map((value) => value.replaceAll('\0', ''))
    const data = fc.record({ headline: text.map((value) => `x${value}`), text, count: fc.nat(), tags: fc.array(text.map((value) => `#${value}`), { maxLength: 3 }) })
    const example = data.chain((value) =>
      fc.record({ value: fc.constant(value), one: shuffled(value), other: shuffled(value), change: text.map((added) => `${value.text}${added}!`) }))
    await fc.assert(
      fc.asyncProperty(example, async ({ one, other, change }) => {
        await storeRaw(item, one)
        const before = await preview()
        // Through another value, so that the second order is really written.
        await edit(sql, item, { text: change })
        const between = await preview()
        await storeRaw(item, other)
        const after = await preview()
        expect({ body: after.body, hash: after.hash }).toEqual({ body: before.body, hash: before.hash })
        expect(between.hash).not.toBe(before.hash)
        expect(JSON.parse(after.body)).toMatchObject({ items: [{ data: JSON.parse(other) as Data }] })
      }),
      { numRuns: 20 },
    )
  })

  it('is equal bytes, whether it is written in the item or laid over it', async () => {
    const plain = await newItem(sql, organization, type, { data: { headline: 'Same', text: 'words', count: 2 } })
    await mapItems(sql, organization, [{ site_id: site, item_id: plain }])
    const { hash } = await preview()
    await edit(sql, plain, { text: 'other words', count: 7 })
    expect((await preview()).hash).not.toBe(hash)
    await mapItems(sql, organization, [{ site_id: site, item_id: plain, mode: 'override', overrides: { count: 2, text: 'words' } }])
    expect((await preview()).hash).toBe(hash)
  })
})

/** The object as JSON text with its keys in some order. */
function shuffled(value: Data): fc.Arbitrary<string> {
  const entries = Object.entries(value).map(([key, entry]) => `${JSON.stringify(key)}: ${JSON.stringify(entry)}`)
  return fc.shuffledSubarray(entries, { minLength: entries.length }).map((parts) => `{${parts.join(' ,')}}`)
}

describe('a run', () => {
  it('freezes what the preview showed, and sends it whatever is edited meanwhile', async () => {
    const item = await newItem(sql, organization, type, { data: { headline: 'Frozen “here”' } })
    await mapItems(sql, organization, [{ site_id: site, item_id: item }])
    const before = await preview()
    const { job_id } = await runToEnd(sql, admin, { sites: [site] })
    await edit(sql, item, { headline: 'Edited later' })
    expect(await deliveryOf(sql, job_id)).toMatchObject({ body: before.body, body_hash: before.hash, body_bytes: before.bytes, item_count: 1 })
    expect((await preview()).hash).not.toBe(before.hash)
  })

  it('of more than 1 MB for a site is refused before anything is made', async () => {
    const large = await newSite(sql, organization, { name: 'Large' })
    const small = await newSite(sql, organization)
    const item = await newItem(sql, organization, type)
    // Two bytes a letter: the limit is about bytes.
    const heavy = [await newItem(sql, organization, type), await newItem(sql, organization, type), await newItem(sql, organization, type)]
    const fill = async (letters: number) => {
      for (const id of heavy) await sql`update public.content_items set data = jsonb_build_object('headline', 'x', 'text', repeat('é', ${letters}::int)) where id = ${id}`
    }
    await mapItems(sql, organization, [{ site_id: small, item_id: item }, ...heavy.map((item_id, position) => ({ site_id: large, item_id, position }))])
    await fill(170_000)
    const { bytes } = await preview(large)
    expect(bytes).toBeGreaterThan(1_000_000)
    const jobs = () => sql`select id from public.sync_jobs where organization_id = ${organization.id}`
    const before = await jobs()
    const refusal = await expectRefusal(startSync(admin, [large, small]), 'DS013', 'The payload of "Large" is 1.0 MB; a delivery carries at most 1 MB.')
    expect(refusal.hint).toContain('Nothing was sent')
    expect(await jobs()).toEqual(before)
    expect(await rpc(admin, 'plan_sync', { site_ids: [large] })).toMatchObject({ sites: [{ warnings: [{ code: 'too_large' }] }] })

    // The largest first, and no more than three.
    for (const [index, id] of heavy.entries()) {
      await sql`update public.content_items set title = ${`Heavy ${index}`}, data = jsonb_build_object('headline', 'x', 'text', repeat('é', ${170_000 + index * 20_000})) where id = ${id}`
    }
    await mapItems(sql, organization, [{ site_id: large, item_id: await newItem(sql, organization, type, { title: 'Light' }), position: 9 }])
    const named = await expectRefusal(startSync(admin, [large]), 'DS013', 'Its largest items: "Heavy 2" (')
    expect(named.message).toMatch(/Its largest items: "Heavy 2" \(420\.\d kB\), "Heavy 1" \(380\.\d kB\), "Heavy 0" \(340\.\d kB\)\.$/)
    await sql`delete from public.site_item_mappings where site_id = ${large} and position = 9`

    await fill(166_000)
    expect((await preview(large)).bytes).toBeLessThanOrEqual(1_000_000)
    const { total } = await runToEnd(sql, admin, { sites: [large, small] })
    expect(total).toBe(2)
  })
})
