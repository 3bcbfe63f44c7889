/** What was sent is sent again: replay, retry of what failed, bulk replay, rollback and the hold that it leaves. */
import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { expectRefusal, openDatabase, openWorld, rpc, type Member } from '../support/actors.ts'
import { openTransaction, untilBlocked } from '../support/blocking.ts'
import { edit, newSitesWithItem, only, startOver } from '../support/fixtures.ts'
import { breaches } from '../support/invariants.ts'
import { startQuietStack } from '../support/quiet-stack.ts'
import {
  accepted, claim, deliveriesOf, deliveryOf, jobRow, logOf, planOf, previewOf, record, refused, runToEnd, startSync, type Claimed, type DeliveryRow, type Result, type Started,
} from '../support/runs.ts'

const stack = await startQuietStack()
const world = openWorld(stack)
const { sql } = world
const many = openDatabase(stack)
afterAll(async () => {
  await Promise.all([world.close(), many.end()])
  await stack.close()
})
beforeEach(() => startOver(sql))
afterEach(async () => {
  expect(await breaches(sql)).toEqual([])
})
const admin = await world.newAdmin()
const { organization } = admin
const viewer = await world.newMember(organization, 'viewer')
const stranger = await world.newAdmin()

type Content = 'original' | 'current'
const replay = (delivery: string, content?: Content, who: Member = admin) =>
  rpc<Started>(who, 'replay_delivery', { delivery_id: delivery, ...(content ? { content } : {}) })
const retryFailed = (job: string, content?: Content, who: Member = admin) => rpc<Started>(who, 'retry_failed', { job_id: job, ...(content ? { content } : {}) })
const replayAll = (filter: unknown, content?: Content, who: Member = admin) => rpc<Started>(who, 'replay_deliveries', { filter, ...(content ? { content } : {}) })
const rollback = (site: string, delivery: string, who: Member = admin) => rpc<Started>(who, 'rollback_site', { site_id: site, delivery_id: delivery })

interface Rollback {
  delivery_id: string
  job_number: number
  sequence: number
  item_count: number
  body_bytes: number
  is_current: boolean
}
const rollbacksOf = (site: string, who: Member = admin) => rpc<Rollback[]>(who, 'site_rollbacks', { site_id: site })

interface Matching {
  count: number
  deliveries: { delivery_id: string; site_id: string; site_name: string; status: string; job_number: number; has_body: boolean; is_accepted: boolean; enabled: boolean }[]
}
const planReplay = (filter: unknown, who: Member = admin) => rpc<Matching>(who, 'plan_replay', { filter })

/** A site whose item says `texts` one after the other, each accepted (or answered otherwise). */
async function history(texts: readonly string[], answer: (delivery: Claimed) => Result = accepted): Promise<{ site: string; item: string; runs: Started[]; deliveries: DeliveryRow[] }> {
  const { sites: [site = ''], item } = await newSitesWithItem(sql, organization, 1)
  const runs: Started[] = []
  for (const text of texts) {
    await edit(sql, item, { text })
    runs.push(await runToEnd(sql, admin, { sites: [site], answer }))
  }
  return { site, item, runs, deliveries: await Promise.all(runs.map(({ job_id }) => deliveryOf(sql, job_id))) }
}
const finish = async (job: string, answer: (delivery: Claimed) => Result = accepted) => {
  const claimed = await claim(sql, 'w', { job })
  await record(sql, claimed.map(answer))
  return claimed
}
const jobsOf = async () => (await sql`select id from public.sync_jobs order by id`).map(({ id }) => id as string)
const stateOf = async (site: string) =>
  only(await sql<{ accepted_delivery_id: string | null; accepted_hash: string | null; accepted_sequence: string | null; last_sequence: string; on_hold: boolean; on_hold_since: Date | null; hold_reason: string | null }[]>`
    select accepted_delivery_id, accepted_hash, accepted_sequence, last_sequence, on_hold, on_hold_since, hold_reason from public.site_states where site_id = ${site}`)

describe('replay_delivery', () => {
  it('sends the original body, byte for byte, under a new id and sequence', async () => {
    const { site, runs: [first], deliveries: [old] } = await history(['one', 'two'])
    const again = await replay(old?.id ?? '')
    expect(again).toMatchObject({ status: 'queued', total: 1, skipped: 0 })
    const delivery = await deliveryOf(sql, again.job_id)
    expect(delivery).toMatchObject({ retry_of: old?.id, body: old?.body, body_hash: old?.body_hash, sequence: '3', status: 'queued', attempts: 0 })
    expect(delivery.webhook_id).not.toBe(old?.webhook_id)
    expect(await jobRow(sql, again.job_id)).toMatchObject({ trigger: 'replay', options: { content: 'original' } })
    expect((await logOf(sql, again.job_id)).map(({ message }) => message)).toEqual([
      `Run ${again.number} started: replay of run ${first?.number} for ${only(await sql<{ name: string }[]>`select name from public.sites where id = ${site}`).name}, with the original content`,
      expect.stringMatching(new RegExp(`^Payload taken from run ${first?.number}: 1 item, \\d+ B, hash [0-9a-f]{8}…$`)),
    ])
    const claimed = await finish(again.job_id)
    expect(claimed).toMatchObject([{ body: old?.body, sequence: '3', webhook_id: delivery.webhook_id }])
    expect(await stateOf(site)).toMatchObject({ accepted_delivery_id: delivery.id, accepted_hash: old?.body_hash, accepted_sequence: '3', on_hold: false })
  })

  it('sends what the site should show now when that is asked for, though it is unchanged', async () => {
    const { site, item, deliveries: [old] } = await history(['one', 'two'])
    const unchanged = await replay(old?.id ?? '', 'current')
    expect(await deliveryOf(sql, unchanged.job_id)).toMatchObject({ status: 'queued', retry_of: old?.id, body: (await previewOf(admin, site)).body })
    await finish(unchanged.job_id)
    await edit(sql, item, { text: 'three' })
    const changed = await replay(old?.id ?? '', 'current')
    const [claimed] = await finish(changed.job_id)
    expect(claimed?.body).toBe((await previewOf(admin, site)).body)
    expect(claimed?.body).toContain('"three"')
    expect(await jobRow(sql, changed.job_id)).toMatchObject({ trigger: 'replay', options: { content: 'current' }, status: 'success' })
  })

  it('supersedes what waits, and is superseded like any other', async () => {
    const { site, item, deliveries: [old] } = await history(['one'])
    await edit(sql, item, { text: 'two' })
    const waiting = await startSync(admin, [site])
    const again = await replay(old?.id ?? '')
    expect(await deliveryOf(sql, waiting.job_id)).toMatchObject({ status: 'superseded', reason: `superseded by run ${again.number}` })
    const newer = await startSync(admin, [site])
    expect(await deliveryOf(sql, again.job_id)).toMatchObject({ status: 'superseded' })
    expect(await finish(newer.job_id)).toMatchObject([{ sequence: '4' }])
  })

  it('repeats what failed or was cancelled as well', async () => {
    const { deliveries: [failed] } = await history(['one'], refused)
    const again = await replay(failed?.id ?? '')
    await finish(again.job_id)
    expect(await jobRow(sql, again.job_id)).toMatchObject({ status: 'success' })
    const { sites } = await newSitesWithItem(sql, organization, 1)
    const { job_id } = await startSync(admin, sites)
    await rpc(admin, 'cancel_sync', { job_id })
    expect(await finish((await replay((await deliveryOf(sql, job_id)).id)).job_id)).toHaveLength(1)
  })

  it('is refused, and makes no job: no body, no such delivery, no such content, no right', async () => {
    const { site, deliveries: [old] } = await history(['one'])
    const skipped = await deliveryOf(sql, (await startSync(admin, [site])).job_id)
    expect(skipped.status).toBe('skipped')
    const before = await jobsOf()
    const refusal = await expectRefusal(replay(skipped.id), 'DS038', 'A skipped delivery has no body of its own.')
    expect(refusal.hint).toBe('Send the site its current content instead.')
    await expectRefusal(replay(randomUUID()), 'DS037', 'There is no such delivery in this organization.')
    await expectRefusal(replay(old?.id ?? '', undefined, stranger), 'DS037', 'There is no such delivery in this organization.')
    await expectRefusal(replay(old?.id ?? '', 'latest' as Content), 'DS014', '"latest" is not a kind of content to send again.')
    await expectRefusal(replay(old?.id ?? '', undefined, viewer), 'DS002', 'Your role does not allow you to replay a delivery.')
    await sql`update public.sync_deliveries set body = null where id = ${skipped.id} or id = ${old?.id ?? ''}`
    await expectRefusal(replay(old?.id ?? ''), 'DS038', 'The body of this delivery is no longer kept.')
    expect(await jobsOf()).toEqual(before)
    // What is gone can be replaced by what is current.
    expect(await finish((await replay(old?.id ?? '', 'current')).job_id)).toHaveLength(1)
  })

  it('is refused for a site that is disabled or gone', async () => {
    const { site, deliveries: [old] } = await history(['one'])
    const { name } = only(await sql<{ name: string }[]>`select name from public.sites where id = ${site}`)
    const before = await jobsOf()
    await sql`update public.sites set enabled = false where id = ${site}`
    for (const content of ['original', 'current'] as const) {
      await expectRefusal(replay(old?.id ?? '', content), 'DS036', `Nothing can be sent again: "${name}": the site is disabled.`)
    }
    await sql`delete from public.sites where id = ${site}`
    await expectRefusal(replay(old?.id ?? ''), 'DS036', 'There is nothing to send again: the sites of these deliveries are gone.')
    expect(await jobsOf()).toEqual(before)
  })
})

describe('retry_failed', () => {
  it('sends again what failed, and nothing else, with the content of that run', async () => {
    const { sites: [good = '', bad = '', worse = ''], item } = await newSitesWithItem(sql, organization, 3)
    const run = await runToEnd(sql, admin, { sites: [good, bad, worse], answer: (delivery) => (delivery.site_id === good ? accepted(delivery) : refused(delivery)) })
    await edit(sql, item, { text: 'edited since' })
    const again = await retryFailed(run.job_id)
    expect(again).toMatchObject({ total: 2, skipped: 0 })
    const deliveries = await deliveriesOf(sql, again.job_id)
    expect(deliveries.map(({ site_id }) => site_id).sort()).toEqual([bad, worse].sort())
    const old = await deliveriesOf(sql, run.job_id)
    for (const { retry_of, body, webhook_id, sequence } of deliveries) {
      const original = old.find(({ id }) => id === retry_of)
      expect(original).toMatchObject({ status: 'failed', body })
      expect(webhook_id).not.toBe(original?.webhook_id)
      expect(Number(sequence)).toBeGreaterThan(Number(original?.sequence))
    }
    expect((await logOf(sql, again.job_id))[0]?.message).toBe(`Run ${again.number} started: retry of 2 failed deliveries of run ${run.number}, with the original content`)
    await finish(again.job_id)
    expect(await jobRow(sql, again.job_id)).toMatchObject({ status: 'success', succeeded: 2, trigger: 'replay' })
  })

  it('leaves out, by name, a site that has accepted something newer; with current content it does not', async () => {
    const { sites: [passed = '', stuck = ''], item } = await newSitesWithItem(sql, organization, 2)
    await sql`update public.sites set name = 'Passed on' where id = ${passed}`
    const run = await runToEnd(sql, admin, { sites: [passed, stuck], answer: refused })
    await edit(sql, item, { text: 'newer' })
    await runToEnd(sql, admin, { sites: [passed] })
    const again = await retryFailed(run.job_id)
    expect((await deliveriesOf(sql, again.job_id)).map(({ site_id }) => site_id)).toEqual([stuck])
    expect((await logOf(sql, again.job_id)).filter(({ level }) => level === 'warn')).toMatchObject([
      { message: 'Left out Passed on: it has accepted something newer since', site_id: passed },
    ])
    await finish(again.job_id, refused)
    const current = await retryFailed(run.job_id, 'current')
    expect(current).toMatchObject({ total: 2 })
    const claimed = await finish(current.job_id)
    expect(claimed.map(({ body }) => body.includes('"newer"'))).toEqual([true, true])
  })

  it('is refused where nothing failed, or all of it is out of date', async () => {
    const { runs: [fine] } = await history(['one'])
    const before = await jobsOf()
    await expectRefusal(retryFailed(fine?.job_id ?? ''), 'DS039', `Nothing of run ${fine?.number} has failed.`)
    await expectRefusal(retryFailed(randomUUID()), 'DS034', 'There is no such run in this organization.')
    await expectRefusal(retryFailed(fine?.job_id ?? '', undefined, stranger), 'DS034', 'There is no such run in this organization.')
    await expectRefusal(retryFailed(fine?.job_id ?? '', undefined, viewer), 'DS002', 'Your role does not allow you to retry what failed.')
    expect(await jobsOf()).toEqual(before)
    const { site, item, runs: [bad] } = await history(['one'], refused)
    await edit(sql, item, { text: 'two' })
    await runToEnd(sql, admin, { sites: [site] })
    const refusal = await expectRefusal(retryFailed(bad?.job_id ?? ''), 'DS039', `What failed in run ${bad?.number} is out of date: its sites have accepted something newer since.`)
    expect(refusal.hint).toBe('Run a sync, or retry with current content.')
  })

  it('counts what a site is just accepting', async () => {
    const { site, item, runs: [bad] } = await history(['one'], refused)
    await edit(sql, item, { text: 'two' })
    const newer = await startSync(admin, [site])
    const delivery = only(await claim(sql, 'w', { job: newer.job_id }))
    const recording = await openTransaction(many)
    await recording.session`select public.record_attempts(${recording.session.json([{ ...accepted(delivery) }] as never)})`
    const retry = retryFailed(bad?.job_id ?? '').then(() => 'allowed', (error: unknown) => (error as { code: string }).code)
    await untilBlocked(sql, recording.pid, 1)
    await recording.commit()
    expect(await retry).toBe('DS039')
  })
})

describe('plan_replay and replay_deliveries', () => {
  it('choose the newest delivery of each site that matches', async () => {
    const [one, two] = [await history(['a', 'b']), await history(['c'], refused)]
    const sites = [one.site, two.site]
    const chosen = async (filter: object) => (await planReplay({ site_ids: sites, ...filter })).deliveries.map(({ delivery_id }) => delivery_id).sort()
    const [a, b, c] = [one.deliveries[0]?.id ?? '', one.deliveries[1]?.id ?? '', two.deliveries[0]?.id ?? '']
    expect(await chosen({})).toEqual([b, c].sort())
    expect(await chosen({ statuses: null, from: null, to: null })).toEqual([b, c].sort())
    expect(await chosen({ statuses: ['failed'] })).toEqual([c])
    expect(await chosen({ statuses: ['success', 'cancelled'] })).toEqual([b])
    expect(await chosen({ site_ids: [one.site] })).toEqual([b])
    expect(await chosen({ site_ids: [] })).toEqual([])
    await sql`update public.sync_deliveries set created_at = created_at - interval '2 days' where id = ${a}`
    const day = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString()
    expect(await chosen({ to: day(1) })).toEqual([a])
    expect(await chosen({ from: day(1) })).toEqual([b, c].sort())
    expect(await chosen({ from: day(3), to: day(1) })).toEqual([a])
    const { count, deliveries } = await planReplay({ site_ids: sites, statuses: ['success'] })
    expect(count).toBe(1)
    expect(deliveries).toMatchObject([{ site_id: one.site, status: 'success', job_number: one.runs[1]?.number, has_body: true, is_accepted: true, enabled: true }])
    expect((await planReplay({ site_ids: sites }, stranger)).count).toBe(0)
    expect((await planReplay({ site_ids: sites }, viewer)).count).toBe(2)
  })

  it('offer no skipped and no open delivery', async () => {
    const { site, item, deliveries: [old] } = await history(['one'])
    await startSync(admin, [site])
    await edit(sql, item, { text: 'two' })
    const { job_id } = await startSync(admin, [site])
    expect((await planReplay({ site_ids: [site] })).deliveries.map(({ delivery_id }) => delivery_id)).toEqual([old?.id])
    await finish(job_id)
  })

  it('send them all as one run; a site that is disabled or whose body is gone is skipped with a word', async () => {
    const [one, two, three] = [await history(['a', 'b']), await history(['c']), await history(['d'])]
    const sites = [one.site, two.site, three.site]
    await sql`update public.sites set enabled = false where id = ${two.site}`
    await sql`update public.sync_deliveries set body = null where id = ${three.deliveries[0]?.id ?? ''}`
    const again = await replayAll({ site_ids: sites })
    expect(again).toMatchObject({ total: 3, skipped: 2 })
    expect((await logOf(sql, again.job_id))[0]?.message).toBe(`Run ${again.number} started: replay of 3 deliveries, with the original content`)
    const rows = await deliveriesOf(sql, again.job_id)
    const reason = (site: string) => rows.find(({ site_id }) => site_id === site)?.reason
    expect([reason(one.site), reason(two.site), reason(three.site)]).toEqual(['', 'the site is disabled', 'its body is no longer kept'])
    expect(await finish(again.job_id)).toMatchObject([{ body: one.deliveries[1]?.body }])
    const current = await replayAll({ site_ids: sites }, 'current')
    expect(current).toMatchObject({ total: 3, skipped: 1 })
    expect(await finish(current.job_id)).toHaveLength(2)
  })

  it('are refused for a filter that is none, for nothing that matches, and for viewers', async () => {
    const before = await jobsOf()
    for (const verb of [planReplay, replayAll] as ((filter: unknown, ...rest: []) => Promise<unknown>)[]) {
      await expectRefusal(verb([]), 'DS014', 'The filter of a replay is an object.')
      await expectRefusal(verb({ sites: [] }), 'DS014', '"sites" is not a filter of deliveries.')
    }
    await expectRefusal(replayAll({ site_ids: [randomUUID()] }), 'DS036', 'No delivery matches: there is nothing to send again.')
    await expectRefusal(replayAll({}, undefined, viewer), 'DS002', 'Your role does not allow you to replay deliveries.')
    await expectRefusal(replayAll({}, undefined, stranger), 'DS036', 'No delivery matches')
    expect(await jobsOf()).toEqual(before)
  })
})

describe('rollback_site', () => {
  it('sends an accepted delivery again and holds the site', async () => {
    const { site, runs: [first], deliveries: [old, newest] } = await history(['one', 'two'])
    expect((await rollbacksOf(site)).map(({ delivery_id, is_current }) => [delivery_id, is_current])).toEqual([[newest?.id, true], [old?.id, false]])
    const before = Date.now()
    const back = await rollback(site, old?.id ?? '')
    const state = await stateOf(site)
    expect(state).toMatchObject({ on_hold: true, hold_reason: `Rolled back to run ${first?.number} by run ${back.number}.` })
    expect(state.on_hold_since?.getTime()).toBeGreaterThanOrEqual(before - 100)
    const delivery = await deliveryOf(sql, back.job_id)
    expect(delivery).toMatchObject({ retry_of: old?.id, body: old?.body, sequence: '3' })
    expect([old?.webhook_id, newest?.webhook_id]).not.toContain(delivery.webhook_id)
    await finish(back.job_id)
    expect(await jobRow(sql, back.job_id)).toMatchObject({ trigger: 'rollback', status: 'success' })
    expect(await stateOf(site)).toMatchObject({ accepted_hash: old?.body_hash, on_hold: true })
    const offered = await rollbacksOf(site)
    expect(offered.map(({ is_current }) => is_current)).toEqual([true, false, false])
    expect(offered[0]).toMatchObject({ delivery_id: delivery.id, job_number: back.number, sequence: 3, item_count: 1, body_bytes: Buffer.byteLength(old?.body ?? '') })
    expect(await rollbacksOf(site, viewer)).toEqual(offered)
    expect(await rollbacksOf(site, stranger)).toEqual([])
  })

  it('is refused for what the site never accepted, for what is no longer kept, and for others', async () => {
    const { site, item, deliveries: [old, newest] } = await history(['one', 'two'])
    const other = await history(['one'])
    await edit(sql, item, { text: 'refused' })
    const failed = await deliveryOf(sql, (await runToEnd(sql, admin, { sites: [site], answer: refused })).job_id)
    const before = await jobsOf()
    await expectRefusal(rollback(site, failed.id), 'DS038', 'The site never accepted this delivery.')
    await expectRefusal(rollback(site, other.deliveries[0]?.id ?? ''), 'DS037', 'This site has no such delivery.')
    await expectRefusal(rollback(site, randomUUID()), 'DS037', 'This site has no such delivery.')
    await expectRefusal(rollback(site, old?.id ?? '', stranger), 'DS037', 'This site has no such delivery.')
    await expectRefusal(rollback(site, old?.id ?? '', viewer), 'DS002', 'Your role does not allow you to roll a site back.')
    await sql`update public.sites set enabled = false where id = ${site}`
    await expectRefusal(rollback(site, old?.id ?? ''), 'DS036', 'Nothing can be sent again')
    await sql`update public.sync_deliveries set body = null where id = ${old?.id ?? ''}`
    await expectRefusal(rollback(site, old?.id ?? ''), 'DS038', 'The body of this delivery is no longer kept.')
    expect((await rollbacksOf(site)).map(({ delivery_id }) => delivery_id)).toEqual([newest?.id])
    expect(await jobsOf()).toEqual(before)
    expect(await stateOf(site)).toMatchObject({ on_hold: false, hold_reason: null })
  })
})

describe('a site on hold', () => {
  const heldSite = async () => {
    const { site, deliveries: [old] } = await history(['one', 'two'])
    await finish((await rollback(site, old?.id ?? '')).job_id)
    return { site, old }
  }
  const scheduled = (sites: string[]) =>
    sql<{ run: Started | null }[]>`select private.start_run(${organization.id}, null, 'schedule', ${sites}::uuid[], '{}') as run`.then((rows) => only(rows).run)

  it('is passed by by scheduled runs, which leave nothing behind for it alone', async () => {
    const { site } = await heldSite()
    const { sites: [free = ''] } = await newSitesWithItem(sql, organization, 1)
    const before = await jobsOf()
    expect(await scheduled([site])).toBeNull()
    expect(await jobsOf()).toEqual(before)
    const run = await scheduled([site, free])
    expect(run).toMatchObject({ total: 2, skipped: 1 })
    expect((await deliveriesOf(sql, run?.job_id ?? '')).find(({ site_id }) => site_id === site)).toMatchObject({ status: 'skipped', reason: 'on hold after a rollback' })
    expect(await stateOf(site)).toMatchObject({ on_hold: true })
    await finish(run?.job_id ?? '')
  })

  it('is taken up again once the hold is lifted, or by a run by hand', async () => {
    const [lifted, run] = [await heldSite(), await heldSite()]
    await expectRefusal(rpc(viewer, 'lift_hold', { site_id: lifted.site }), 'DS002', 'Your role does not allow you to lift a hold.')
    await expectRefusal(rpc(stranger, 'lift_hold', { site_id: lifted.site }), 'DS032', 'There is no such site in this organization.')
    expect(await stateOf(lifted.site)).toMatchObject({ on_hold: true })
    await rpc(admin, 'lift_hold', { site_id: lifted.site })
    expect(await stateOf(lifted.site)).toMatchObject({ on_hold: false, on_hold_since: null, hold_reason: null })
    expect(await finish((await scheduled([lifted.site]))?.job_id ?? '')).toHaveLength(1)

    expect(only((await planOf(admin, [run.site])).sites)).toMatchObject({ on_hold: true, warnings: [{ code: 'on_hold', message: 'The site is on hold after a rollback; this run lifts the hold.' }] })
    const byHand = await startSync(admin, [run.site])
    expect(await stateOf(run.site)).toMatchObject({ on_hold: false, on_hold_since: null, hold_reason: null })
    expect(await finish(byHand.job_id)).toHaveLength(1)
  })

  it('stays on hold through a replay, and while it is disabled', async () => {
    const { site, old } = await heldSite()
    await finish((await replay(old?.id ?? '')).job_id)
    expect(await stateOf(site)).toMatchObject({ on_hold: true })
    await sql`update public.sites set enabled = false where id = ${site}`
    const { sites } = await newSitesWithItem(sql, organization, 1)
    await finish((await startSync(admin, [site, ...sites])).job_id)
    expect(await stateOf(site)).toMatchObject({ on_hold: true })
  })
})
