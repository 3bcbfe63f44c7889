/** Publish windows: what an item is part of at which moment, and the run that the tick starts when that changes. */
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDatabase, openWorld, read, rpc, type Member, type Organization } from '../support/actors.ts'
import { openTransaction, untilBlocked } from '../support/blocking.ts'
import { edit, mapItems, newItem, newSite, newType, only } from '../support/fixtures.ts'
import { breaches } from '../support/invariants.ts'
import { startQuietStack } from '../support/quiet-stack.ts'
import { accepted, claim, deliveriesOf, jobRow, logOf, planOf, previewOf, record, runToEnd } from '../support/runs.ts'

const stack = await startQuietStack()
const world = openWorld(stack)
const { sql } = world
const many = openDatabase(stack)
afterAll(async () => {
  await Promise.all([world.close(), many.end()])
  await stack.close()
})

let admin: Member
let organization: Organization
let type: string
let site: string
let fixed: string
let item: string
beforeEach(async () => {
  admin = await world.newAdmin()
  organization = admin.organization
  type = await newType(sql, organization)
  site = await newSite(sql, organization)
  fixed = await newItem(sql, organization, type, { title: 'Always' })
  item = await newItem(sql, organization, type, { title: 'Limited' })
  await mapItems(sql, organization, [{ site_id: site, item_id: fixed }, { site_id: site, item_id: item, position: 1 }])
})
afterEach(async () => {
  expect(await breaches(sql)).toEqual([])
  await sql`delete from public.organizations`
})

/** In seconds from now; null: open at that end. */
const window = (from: number | null, to: number | null, of = item) =>
  sql`update public.content_items set
    publish_at = now() + make_interval(secs => ${from}::float8), unpublish_at = now() + make_interval(secs => ${to}::float8) where id = ${of}`
const titles = async (of = site) => (await previewOf(admin, of)).payload.items.map(({ title }) => title)

/** The last tick, a minute ago: what has its boundary since is due. */
const aMinuteAgo = () => sql`update private.engine_state set windows_checked_at = now() - interval '1 minute'`
const tick = () => sql`select public.tick()`
const runs = async () =>
  await sql<{ id: string; trigger: string; status: string; created_by: string | null; schedule_id: string | null }[]>`
    select id, trigger, status, created_by, schedule_id from public.sync_jobs where organization_id = ${organization.id} and trigger = 'schedule' order by number`
const finish = async (job: string) => record(sql, (await claim(sql, 'w', { job })).map(accepted))

describe('an item with a window', () => {
  it('is part of the payload from publish_at on and until unpublish_at', async () => {
    const table: [number | null, number | null, boolean][] = [
      [null, null, true], [-60, null, true], [60, null, false], [null, -60, false], [null, 60, true], [-60, 60, true], [-120, -60, false], [60, 120, false],
    ]
    for (const [from, to, shown] of table) {
      await window(from, to)
      expect(await titles(), `${from} to ${to}`).toEqual(shown ? ['Always', 'Limited'] : ['Always'])
    }
  })

  it('begins at its moment and ends before it', async () => {
    // Within one transaction the time stands still, so that the very moment can be asked about.
    const at = (from: string, to: string | null) =>
      sql.begin(async (transaction) => {
        await transaction`update public.content_items set publish_at = now() + ${from}::interval, unpublish_at = now() + ${to}::interval where id = ${item}`
        return only(await transaction<{ count: number }[]>`select item_count as count from private.effective_payloads(${organization.id}, ${[site]}::uuid[])`).count
      })
    expect(await at('0', null)).toBe(2)
    expect(await at('1 microsecond', null)).toBe(1)
    expect(await at('-1 hour', '0')).toBe(1)
    expect(await at('-1 hour', '1 microsecond')).toBe(2)
  })

  it('has to be published all the same', async () => {
    await window(-60, 60)
    for (const status of ['draft', 'archived']) {
      await sql`update public.content_items set status = ${status} where id = ${item}`
      expect(await titles()).toEqual(['Always'])
    }
  })

  it('is written by editors, as a revision; a window that ends before it begins is refused', async () => {
    const editor = await world.newMember(organization, 'editor')
    const revision = async () => only(await sql<{ revision: number }[]>`select revision from public.content_items where id = ${item}`).revision
    const before = await revision()
    const write = (values: object) => read(editor.client.from('content_items').update(values).eq('id', item).select('id'))
    await write({ publish_at: '2026-03-01T10:00:00Z', unpublish_at: '2026-03-02T10:00:00Z' })
    expect(await revision()).toBe(before + 1)
    await write({ publish_at: '2026-03-01T11:00:00+01:00' })
    expect(await revision()).toBe(before + 1)
    await write({ unpublish_at: null })
    expect(await revision()).toBe(before + 2)
    expect(await sql`select publish_at, unpublish_at from public.content_item_revisions where item_id = ${item} order by revision desc limit 2`).toEqual([
      { publish_at: new Date('2026-03-01T10:00:00Z'), unpublish_at: null },
      { publish_at: new Date('2026-03-01T10:00:00Z'), unpublish_at: new Date('2026-03-02T10:00:00Z') },
    ])
    for (const unpublish_at of ['2026-03-01T10:00:00Z', '2026-02-01T00:00:00Z']) {
      await expect(write({ unpublish_at })).rejects.toMatchObject({ code: '23514' })
    }
  })

  it('that has not opened yet is counted by the plan, and left out of its changes', async () => {
    await window(3_600, null)
    const plan = await planOf(admin, [site])
    expect(plan).toMatchObject({ scheduled_items: 1, drafts: 0, sites: [{ item_count: 1, counts: { added: 1 } }] })
  })
})

describe('the tick at a boundary', () => {
  it('starts a run for the sites that show the item, when it opens and when it closes', async () => {
    const elsewhere = await newSite(sql, organization)
    await mapItems(sql, organization, [{ site_id: elsewhere, item_id: fixed }])
    await window(60, null)
    await runToEnd(sql, admin)
    await aMinuteAgo()
    await tick()
    expect(await runs()).toEqual([])

    await window(-1, null)
    await aMinuteAgo()
    await tick()
    const opened = only(await runs())
    expect(opened).toMatchObject({ trigger: 'schedule', status: 'queued', created_by: null, schedule_id: null })
    expect((await deliveriesOf(sql, opened.id)).map(({ site_id }) => site_id)).toEqual([site])
    expect((await logOf(sql, opened.id))[0]?.message).toMatch(/^Run \d+ started: 1 site, 2 items$/)
    await finish(opened.id)

    await window(-60, -1)
    await aMinuteAgo()
    await tick()
    const closed = (await runs())[1]
    await finish(closed?.id ?? '')
    expect(await jobRow(sql, closed?.id ?? '')).toMatchObject({ status: 'success', succeeded: 1 })
    expect(only((await planOf(admin, [site])).sites)).toMatchObject({ unchanged: true, item_count: 1 })
  })

  it('starts one run for an organization, however many of its items and sites it concerns', async () => {
    const other = await newSite(sql, organization)
    await mapItems(sql, organization, [{ site_id: other, item_id: item }, { site_id: other, item_id: fixed, position: 1 }])
    await window(-5, null)
    await window(null, -3, fixed)
    await aMinuteAgo()
    await tick()
    const run = only(await runs())
    expect((await deliveriesOf(sql, run.id)).map(({ site_id, item_count }) => [site_id, item_count]).sort()).toEqual([[site, 1], [other, 1]].sort())
  })

  it('looks at each boundary once', async () => {
    await window(-1, null)
    await aMinuteAgo()
    await tick()
    await finish(only(await runs()).id)
    await tick()
    await tick()
    expect(await runs()).toHaveLength(1)
    // What opened before the last look is no news either.
    await runToEnd(sql, admin, { run: { force: true } })
    await edit(sql, item, { text: 'edited' })
    await tick()
    expect(await runs()).toHaveLength(1)
  })

  it('makes up for the ticks that were missed, with one run', async () => {
    await window(-7_200, -3_600)
    await window(-1_800, null, fixed)
    await sql`update private.engine_state set windows_checked_at = now() - interval '1 day'`
    await tick()
    expect(only(await deliveriesOf(sql, only(await runs()).id))).toMatchObject({ item_count: 1 })
  })

  it('makes no noise where nothing changes: already sent, blocked, not mapped, not published, disabled', async () => {
    await window(-1, null)
    await runToEnd(sql, admin)
    await aMinuteAgo()
    await tick()
    expect(await runs()).toEqual([])

    const [blocked, draft, unmapped] = [await newItem(sql, organization, type), await newItem(sql, organization, type, { status: 'draft' }), await newItem(sql, organization, type)]
    const resting = await newSite(sql, organization, { enabled: false })
    await mapItems(sql, organization, [
      { site_id: site, item_id: blocked, mode: 'block' }, { site_id: site, item_id: draft }, { site_id: resting, item_id: item },
    ])
    for (const of of [blocked, draft, unmapped]) await window(-1, null, of)
    await aMinuteAgo()
    await tick()
    expect(await runs()).toEqual([])
    expect(await sql`select from public.job_logs where organization_id = ${organization.id} and message like '%could not start%'`).toHaveLength(0)
  })

  it('empties a site whose last item ends, and leaves one alone that never had anything', async () => {
    await sql`delete from public.site_item_mappings where item_id = ${fixed}`
    const fresh = await newSite(sql, organization)
    await runToEnd(sql, admin, { sites: [site] })
    await mapItems(sql, organization, [{ site_id: fresh, item_id: item }])
    await window(-60, -1)
    await aMinuteAgo()
    await tick()
    const run = only(await runs())
    const rows = await deliveriesOf(sql, run.id)
    expect(rows.find(({ site_id }) => site_id === site)).toMatchObject({ status: 'queued', body: expect.stringContaining('"items":[]') as string })
    expect(rows.find(({ site_id }) => site_id === fresh)).toMatchObject({ status: 'skipped', reason: 'nothing is mapped to it' })
  })

  it('passes sites on hold by', async () => {
    await window(60, null)
    await runToEnd(sql, admin)
    await sql`update public.site_states set on_hold = true where site_id = ${site}`
    await window(-1, null)
    await aMinuteAgo()
    await tick()
    expect(await runs()).toEqual([])
    expect(only(await sql`select on_hold from public.site_states where site_id = ${site}`)).toEqual({ on_hold: true })
  })

  it('leaves one failed run with the reason where the payload is too large, and goes on for other organizations', async () => {
    const other = await world.newAdmin()
    const otherSite = await newSite(sql, other.organization)
    const otherItem = await newItem(sql, other.organization, await newType(sql, other.organization))
    await mapItems(sql, other.organization, [{ site_id: otherSite, item_id: otherItem }])
    const heavy = [await newItem(sql, organization, type, { title: 'Heavy' }), await newItem(sql, organization, type), await newItem(sql, organization, type)]
    for (const id of heavy) await sql`update public.content_items set data = jsonb_build_object('headline', 'x', 'text', repeat('x', 400000)) where id = ${id}`
    await mapItems(sql, organization, heavy.map((item_id, position) => ({ site_id: site, item_id, position })))
    for (const id of [item, otherItem]) await window(-1, null, id)
    await aMinuteAgo()
    await tick()
    const failed = only(await runs())
    expect(await jobRow(sql, failed.id)).toMatchObject({ status: 'failed', total: 0, message: expect.stringMatching(/^The payload of ".+" is 1\.2 MB; a delivery carries at most 1 MB\. Its largest items: /) as string })
    expect(await logOf(sql, failed.id)).toMatchObject([{ level: 'error', message: expect.stringMatching(/^Run \d+ could not start: The payload of /) as string }])
    expect(await sql`select from public.sync_jobs where organization_id = ${other.organization.id}`).toHaveLength(1)
    await window(-1, null)
    await aMinuteAgo()
    await tick()
    expect(await runs()).toHaveLength(1)
  })

  it('is taken by one of two ticks at once', async () => {
    await window(-1, null)
    await aMinuteAgo()
    const first = await openTransaction(many)
    await first.session`select public.tick()`
    const second = many`select public.tick()`.then(() => 'done')
    await untilBlocked(sql, first.pid, 1)
    await first.commit()
    expect(await second).toBe('done')
    expect(await runs()).toHaveLength(1)
  })

  it('hands the run to the workers', async () => {
    await window(-1, null)
    await aMinuteAgo()
    const { answer } = only(await sql<{ answer: { open_jobs: string[] } }[]>`select public.tick() as answer`)
    expect(answer.open_jobs).toEqual([only(await runs()).id])
  })
})

describe('a run by hand', () => {
  it('takes windows into account too, and may not be empty where nothing was ever accepted', async () => {
    await window(60, null)
    await window(60, null, fixed)
    await expect(rpc(admin, 'start_sync')).rejects.toMatchObject({ code: 'DS011' })
    await window(null, null, fixed)
    const { job_id } = await runToEnd(sql, admin)
    expect(only(await deliveriesOf(sql, job_id))).toMatchObject({ item_count: 1 })
  })
})
