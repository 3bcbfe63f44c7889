/** The plan: what a run would change, before anything is sent, and the refusals that save a run that makes no sense. */
import { randomUUID } from 'node:crypto'
import { afterAll, describe, expect, inject, it } from 'vitest'
import { expectRefusal, openWorld, rpc, type Member } from '../support/actors.ts'
import { edit, mapItems, newItem, newSite, newSitesWithItem, newType } from '../support/fixtures.ts'
import { deliveriesOf, jobRow, logOf, planOf, previewOf, refused, runToEnd, startSync, type Plan, type PlanSite } from '../support/runs.ts'

const world = openWorld(inject('stack'))
const { sql } = world
afterAll(world.close)

const admin = await world.newAdmin()
const { organization } = admin
const type = await newType(sql, organization)

async function siteOf(plan: Promise<Plan>): Promise<PlanSite> {
  const { sites } = await plan
  expect(sites).toHaveLength(1)
  return sites[0] as PlanSite
}

/** A site that has accepted these items, in this order. */
async function accepted(count: number): Promise<{ site: string; items: string[] }> {
  const site = await newSite(sql, organization, { name: 'Planned' })
  const items: string[] = []
  for (let place = 0; place < count; place += 1) {
    items.push(await newItem(sql, organization, type, { title: `Item ${place}`, data: { headline: `Headline ${place}`, count: place } }))
  }
  await mapItems(sql, organization, items.map((item_id, position) => ({ site_id: site, item_id, position })))
  await runToEnd(sql, admin, { sites: [site] })
  return { site, items }
}

const changesOf = async (site: string) => (await siteOf(planOf(admin, [site]))).changes
const reorder = (site: string, items: string[]) =>
  mapItems(sql, organization, items.map((item_id, position) => ({ site_id: site, item_id, position })))

describe('the plan of a site', () => {
  it('that has received nothing adds everything', async () => {
    const { sites, item } = await newSitesWithItem(sql, organization, 1)
    const plan = await siteOf(planOf(admin, sites))
    expect(plan).toMatchObject({ destination: 'built-in', enabled: true, item_count: 1, unchanged: false, accepted_hash: null, accepted_at: null, on_hold: false, warnings: [] })
    expect(plan.changes).toMatchObject([{ kind: 'added', item_id: item, title: 'A note', fields: [], from: null, to: 1 }])
    expect(plan.counts).toEqual({ added: 1, changed: 0, removed: 0, reordered: 0, unchanged: 0 })
    expect((await previewOf(admin, sites[0] ?? '')).hash).toBe(plan.hash)
  })

  it('that shows what it should is unchanged', async () => {
    const { site } = await accepted(2)
    const plan = await siteOf(planOf(admin, [site]))
    expect(plan).toMatchObject({ unchanged: true, changes: [], accepted_hash: plan.hash, accepted_item_count: 2 })
    expect(Date.parse(plan.accepted_at ?? '')).toBeGreaterThan(0)
  })

  it('names what changes field by field, the title among them', async () => {
    const { site, items: [first = ''] } = await accepted(2)
    await sql`update public.content_items set title = 'Renamed', data = '{"headline": "New", "text": "added"}' where id = ${first}`
    expect(await changesOf(site)).toEqual([
      {
        kind: 'changed', item_id: first, type: expect.any(String) as string, title: 'Renamed', from: 1, to: 1,
        fields: [
          { field: 'count', before: 0, after: null },
          { field: 'headline', before: 'Headline 0', after: 'New' },
          { field: 'text', before: null, after: 'added' },
          { field: 'title', before: 'Item 0', after: 'Renamed', own: true },
        ],
      },
    ])
  })

  it('names an override as the change of a field', async () => {
    const { site, items: [first = ''] } = await accepted(1)
    await mapItems(sql, organization, [{ site_id: site, item_id: first, mode: 'override', overrides: { headline: 'Here only' } }])
    expect(await changesOf(site)).toMatchObject([{ kind: 'changed', fields: [{ field: 'headline', before: 'Headline 0', after: 'Here only' }] }])
  })

  it('names what leaves, for whatever reason', async () => {
    const { site, items: [first = '', second = '', third = '', fourth = ''] } = await accepted(4)
    await mapItems(sql, organization, [{ site_id: site, item_id: first, mode: 'block' }])
    await sql`update public.content_items set status = 'archived' where id = ${second}`
    await sql`delete from public.content_items where id = ${third}`
    expect(await changesOf(site)).toMatchObject([
      { kind: 'removed', item_id: first, title: 'Item 0', from: 1, to: null },
      { kind: 'removed', item_id: second, from: 2 },
      { kind: 'removed', item_id: third, from: 3 },
    ])
    expect((await previewOf(admin, site)).payload.items.map(({ id }) => id)).toEqual([fourth])
  })

  it('moves nobody when something is inserted before them or leaves', async () => {
    const { site, items: [first = '', second = '', third = ''] } = await accepted(3)
    const added = await newItem(sql, organization, type, { title: 'New' })
    await reorder(site, [added, second, third])
    await mapItems(sql, organization, [{ site_id: site, item_id: first, mode: 'block' }])
    expect(await changesOf(site)).toMatchObject([{ kind: 'added', item_id: added, to: 1 }, { kind: 'removed', item_id: first, from: 1 }])
  })

  it('names a move', async () => {
    const { site, items: [first = '', second = '', third = ''] } = await accepted(3)
    await reorder(site, [first, third, second])
    expect(await changesOf(site)).toMatchObject([
      { kind: 'moved', item_id: third, from: 3, to: 2, fields: [] },
      { kind: 'moved', item_id: second, from: 2, to: 3, fields: [] },
    ])
  })

  it('names the change of the site itself', async () => {
    const { site } = await accepted(1)
    await sql`update public.sites set name = 'Other name' where id = ${site}`
    expect(await changesOf(site)).toEqual([{ kind: 'site', fields: [{ field: 'name', before: 'Planned', after: 'Other name' }] }])
  })

  it('sees the change of a field that is called like a part of the item', async () => {
    const schema = { type: 'object', properties: Object.fromEntries(['title', 'type', 'id'].map((name) => [name, { type: 'string', 'x-field-id': `f_${name}` }])) }
    const own = await newType(sql, organization, schema)
    const site = await newSite(sql, organization)
    const item = await newItem(sql, organization, own, { data: { title: 'before', type: 'kept', id: 'kept' } })
    await mapItems(sql, organization, [{ site_id: site, item_id: item }])
    await runToEnd(sql, admin, { sites: [site] })
    await edit(sql, item, { title: 'after' })
    const plan = await siteOf(planOf(admin, [site]))
    expect(plan.unchanged).toBe(false)
    expect(plan.changes[0]).toMatchObject({ kind: 'changed', item_id: item })
    expect(plan.changes[0]?.fields).toEqual([{ field: 'title', before: 'before', after: 'after' }])
    await sql`update public.content_items set title = 'Also renamed' where id = ${item}`
    expect((await changesOf(site))[0]?.fields).toEqual([
      { field: 'title', before: 'A note', after: 'Also renamed', own: true },
      { field: 'title', before: 'before', after: 'after' },
    ])
  })

  it('warns before the site becomes empty', async () => {
    const { site, items } = await accepted(2)
    for (const item of items) await sql`update public.content_items set status = 'archived' where id = ${item}`
    expect(await siteOf(planOf(admin, [site]))).toMatchObject({
      item_count: 0, warnings: [{ code: 'becomes_empty', message: 'The site would become empty: it shows 2 items now.' }],
    })
    // Archiving the last offer must reach the site all the same.
    await runToEnd(sql, admin, { sites: [site] })
    expect(await siteOf(planOf(admin, [site]))).toMatchObject({ unchanged: true, warnings: [] })
  })

  it('warns before more than 30 % of what it shows would go, and not at 30 %', async () => {
    const { site, items } = await accepted(10)
    const archive = (count: number) => sql`update public.content_items set status = 'archived' where id = any (${items.slice(0, count)})`
    await archive(3)
    expect(await siteOf(planOf(admin, [site]))).toMatchObject({ counts: { removed: 3, unchanged: 7 }, warnings: [] })
    await archive(4)
    expect(await siteOf(planOf(admin, [site]))).toMatchObject({ warnings: [{ code: 'loses_many', message: '4 of 10 items that the site shows would go.' }] })
    // As many may come; what goes is gone.
    const added = await newItem(sql, organization, type)
    await mapItems(sql, organization, [{ site_id: site, item_id: added, position: 20 }])
    expect((await siteOf(planOf(admin, [site]))).warnings.map(({ code }) => code)).toEqual(['loses_many'])
    await archive(10)
    await sql`update public.content_items set status = 'archived' where id = ${added}`
    expect((await siteOf(planOf(admin, [site]))).warnings.map(({ code }) => code)).toEqual(['becomes_empty'])
  })

  it('warns that a chosen site is disabled, and why when the engine did it', async () => {
    const { site } = await accepted(1)
    const { site: other } = await accepted(1)
    await sql`update public.sites set enabled = false where id = ${site}`
    const planned = async () => (await planOf(admin, [site, other])).sites.find(({ site_id }) => site_id === site)?.warnings
    expect(await planned()).toEqual([{ code: 'site_disabled', message: 'The site is disabled: a run skips it.' }])
    await sql`update public.site_states set disabled_reason = 'The destination answered 410 Gone.' where site_id = ${site}`
    expect(await planned()).toEqual([{ code: 'site_disabled', message: 'The site is disabled: a run skips it. The destination answered 410 Gone.' }])
    // Not asked for, it is not there.
    expect((await planOf(admin)).sites.map(({ site_id }) => site_id)).not.toContain(site)
  })

  it('warns while a site of its own has no secret; the built-in receiver needs no such word', async () => {
    const { sites: [site = '', builtIn = ''] } = await newSitesWithItem(sql, organization, 2)
    await sql`update public.sites set destination_url = 'https://shop.example/hook' where id = ${site}`
    const codes = async (id: string) => (await siteOf(planOf(admin, [id]))).warnings.map(({ code }) => code)
    expect([await codes(site), await codes(builtIn)]).toEqual([['secret_missing'], []])
    await sql`select public.store_site_secret(${site}, 1, 1, ${Buffer.alloc(12)}, ${Buffer.alloc(48)})`
    expect(await codes(site)).toEqual([])
  })

  it('warns of an item that its type no longer allows, or that an override makes invalid, and says what is wrong', async () => {
    const own = await newType(sql, organization)
    const { sites: [site = ''] } = await newSitesWithItem(sql, organization, 1)
    const item = await newItem(sql, organization, own, { title: 'Aged', data: { headline: 'A headline', count: 3 } })
    const cell = { site_id: site, item_id: item, position: 1 }
    await mapItems(sql, organization, [cell])
    const warnings = async () => (await siteOf(planOf(admin, [site]))).warnings
    expect(await warnings()).toEqual([])
    await mapItems(sql, organization, [{ ...cell, mode: 'override', overrides: { count: 'many' } }])
    expect(await warnings()).toEqual([{ code: 'invalid_item', message: expect.stringMatching(/^"Aged" is not valid: .*count.* .+\.$/) as string }])
    await mapItems(sql, organization, [{ ...cell, mode: 'override', overrides: { count: 4 } }])
    expect(await warnings()).toEqual([])
    // The schema grows stricter than what was published under it.
    await sql`update public.content_types set schema = jsonb_set(schema, '{properties,headline,maxLength}', '3') where id = ${own}`
    for (const mode of ['full', 'override'] as const) {
      await mapItems(sql, organization, [{ ...cell, mode, overrides: mode === 'override' ? { count: 4 } : {} }])
      expect(await warnings(), mode).toEqual([{ code: 'invalid_item', message: expect.stringMatching(/^"Aged" is not valid: .*headline.* .+\.$/) as string }])
    }
    // What an override mends is in order on this site; what it blocks is of no interest.
    await mapItems(sql, organization, [{ ...cell, mode: 'override', overrides: { headline: 'Abc' } }])
    expect(await warnings()).toEqual([])
    await mapItems(sql, organization, [{ ...cell, mode: 'block' }])
    expect(await warnings()).toEqual([])
  })

  it('says that a site is on hold, and a run by hand lifts the hold', async () => {
    const { site, items: [first = ''] } = await accepted(1)
    await sql`update public.site_states set on_hold = true where site_id = ${site}`
    await edit(sql, first, { headline: 'New' })
    expect(await siteOf(planOf(admin, [site]))).toMatchObject({ on_hold: true, warnings: [{ code: 'on_hold' }] })
    await runToEnd(sql, admin, { sites: [site] })
    expect(await siteOf(planOf(admin, [site]))).toMatchObject({ on_hold: false, unchanged: true })
  })

  it('compares with what was accepted, not with what was tried', async () => {
    const { site, items: [first = ''] } = await accepted(1)
    await edit(sql, first, { headline: 'Tried' })
    await runToEnd(sql, admin, { sites: [site], answer: refused })
    expect(await siteOf(planOf(admin, [site]))).toMatchObject({ unchanged: false, changes: [{ kind: 'changed', fields: [{ before: 'Headline 0', after: 'Tried' }] }] })
  })
})

describe('a plan of many sites', () => {
  it('covers the enabled ones, by name, and counts the drafts', async () => {
    const own = await world.newAdmin()
    const sites = (await newSitesWithItem(sql, own.organization, 3)).sites
    for (const [index, id] of sites.entries()) await sql`update public.sites set name = ${`Site ${3 - index}`}, enabled = ${index !== 1} where id = ${id}`
    await newItem(sql, own.organization, await newType(sql, own.organization), { status: 'draft' })
    const plan = await planOf(own)
    expect(plan.drafts).toBe(1)
    expect(plan.sites.map(({ name }) => name)).toEqual(['Site 1', 'Site 3'])
    expect((await planOf(own, [sites[2] ?? ''])).sites).toHaveLength(1)
  })

  it('has the hash by which its approval is known: same plan, same hash', async () => {
    const { sites, item } = await newSitesWithItem(sql, organization, 2)
    const hash = async () => (await planOf(admin, sites)).hash
    const first = await hash()
    expect(await hash()).toBe(first)
    await edit(sql, item, { text: 'edited' })
    const second = await hash()
    expect(second).not.toBe(first)
    await runToEnd(sql, admin, { sites })
    // The same content, but from here on it changes nothing.
    expect(await hash()).not.toBe(second)
  })
})

const jobsOf = (member: Member) => sql`select id from public.sync_jobs where organization_id = ${member.organization.id} order by id`

describe('a run is refused, and makes no job', () => {
  it('when the content has changed since the plan that was approved (DS012)', async () => {
    const { sites, item } = await newSitesWithItem(sql, organization, 1)
    const { hash } = await planOf(admin, sites)
    const jobs = await jobsOf(admin)
    await edit(sql, item, { text: 'edited after the review' })
    const refusal = await expectRefusal(startSync(admin, sites, { expected_plan_hash: hash }), 'DS012', 'The content has changed since the plan that you approved.')
    expect(refusal.hint).toBe('Look at the new plan and confirm again. Nothing was sent.')
    expect(await jobsOf(admin)).toEqual(jobs)
    const agreed = await planOf(admin, sites)
    const { job_id } = await runToEnd(sql, admin, { sites, run: { expected_plan_hash: agreed.hash } })
    expect(await sql`select plan_hash, options from public.sync_jobs where id = ${job_id}`).toEqual([{ plan_hash: agreed.hash, options: {} }])
  })

  it('when there is no site (DS010)', async () => {
    const own = await world.newAdmin()
    for (const verb of ['plan_sync', 'start_sync']) {
      await expectRefusal(rpc(own, verb), 'DS010', 'There is no site to sync.')
      await expectRefusal(rpc(own, verb, { site_ids: [] }), 'DS010', 'There is no site to sync.')
    }
    await newSite(sql, own.organization, { enabled: false })
    await expectRefusal(startSync(own), 'DS010', 'There is no site to sync.')
    expect(await jobsOf(own)).toEqual([])
  })

  it('when nothing is published and nothing was ever accepted (DS011)', async () => {
    const own = await world.newAdmin()
    const { sites, item } = await newSitesWithItem(sql, own.organization, 1)
    await sql`update public.content_items set status = 'draft' where id = ${item}`
    for (const options of [{}, { force: true }]) {
      await expectRefusal(startSync(own, null, options), 'DS011', 'There is nothing to send: no published item is mapped to a site.')
    }
    expect(await jobsOf(own)).toEqual([])
    // The review may be looked at all the same.
    expect((await planOf(own)).sites[0]).toMatchObject({ site_id: sites[0], item_count: 0 })
  })

  it('when a site is not there (DS032) or disabled (DS033)', async () => {
    const { sites: [site = ''] } = await newSitesWithItem(sql, organization, 1)
    const disabled = await newSite(sql, organization, { name: 'Resting', enabled: false })
    const another = await newSite(sql, organization, { enabled: false })
    const jobs = await jobsOf(admin)
    for (const verb of ['plan_sync', 'start_sync']) {
      await expectRefusal(rpc(admin, verb, { site_ids: [site, randomUUID()] }), 'DS032', 'One of the chosen sites is not in this organization.')
      const refusal = await expectRefusal(rpc(admin, verb, { site_ids: [disabled] }), 'DS033', '"Resting" is disabled.')
      expect(refusal.hint).toBe('Enable a site or choose others.')
      await expectRefusal(rpc(admin, verb, { site_ids: [disabled, another] }), 'DS033', 'All the chosen sites are disabled.')
    }
    expect(await jobsOf(admin)).toEqual(jobs)
    const twice = await runToEnd(sql, admin, { sites: [site, site] })
    expect(twice).toMatchObject({ total: 1 })
  })

  it('not because one of several sites is disabled: that one is skipped, and the run says why', async () => {
    const { sites: [site = '', resting = ''] } = await newSitesWithItem(sql, organization, 2)
    await sql`update public.sites set name = 'A resting one', enabled = false where id = ${resting}`
    const { job_id, total, skipped } = await runToEnd(sql, admin, { sites: [site, resting] })
    expect({ total, skipped }).toEqual({ total: 2, skipped: 1 })
    expect(await deliveriesOf(sql, job_id)).toMatchObject([
      { site_id: resting, status: 'skipped', reason: 'the site is disabled', sequence: null, body: null }, { site_id: site, status: 'success' },
    ])
    expect((await logOf(sql, job_id)).find(({ site_id }) => site_id === resting)?.message).toBe('Skipped: the site is disabled (1 item)')
    expect(await jobRow(sql, job_id)).toMatchObject({ status: 'success', message: '1 of 1 site accepted', skipped: 1 })
    const again = await runToEnd(sql, admin, { sites: [site, resting] })
    expect(await jobRow(sql, again.job_id)).toMatchObject({ status: 'success', message: 'Nothing to do: every other site is up to date' })
  })

  it('when its options are not known (DS014)', async () => {
    const { sites } = await newSitesWithItem(sql, organization, 1)
    const start = (options: unknown) => rpc(admin, 'start_sync', { site_ids: sites, options })
    await expectRefusal(start({ forse: true }), 'DS014', '"forse" is not an option of a run.')
    for (const options of [[], 7, null]) await expectRefusal(start(options), 'DS014', 'The options of a run are an object.')
    await expectRefusal(start({ force: 'maybe' }), 'DS014', 'force')
  })
})
