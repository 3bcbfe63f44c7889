/** How runs end: by their deliveries, by a newer run, by hand, or because their site has gone. */
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { expectRefusal, openWorld, read, rpc } from '../support/actors.ts'
import { edit, newSitesWithItem, only, startOver } from '../support/fixtures.ts'
import { breaches } from '../support/invariants.ts'
import { startQuietStack } from '../support/quiet-stack.ts'
import {
  accepted, claim, deliveriesOf, deliveryOf, expireLease, jobRow, logOf, record, refused, retried, runToEnd, startSync, type Claimed, type Started,
} from '../support/runs.ts'

const stack = await startQuietStack()
const world = openWorld(stack)
const { sql } = world
afterAll(async () => {
  await world.close()
  await stack.close()
})
beforeEach(() => startOver(sql))
afterEach(async () => {
  expect(await breaches(sql)).toEqual([])
})

const admin = await world.newAdmin()
const { organization } = admin

async function started(count = 1): Promise<Started & { sites: string[]; item: string }> {
  const { sites, item } = await newSitesWithItem(sql, organization, count)
  return { ...(await startSync(admin, sites)), sites, item }
}

const claimOne = async (job: string, worker = 'worker') => only(await claim(sql, worker, { job }))
const due = (job: string) => sql`update public.sync_deliveries set next_attempt_at = clock_timestamp() where job_id = ${job} and status = 'retrying'`
const cancel = (job: string) => rpc<{ status: string }>(admin, 'cancel_sync', { job_id: job })
const statuses = async (job: string) => (await deliveriesOf(sql, job)).map(({ status }) => status).sort()

describe('a run ends', () => {
  it('as success when all that was attempted was accepted', async () => {
    const { job_id, total } = await started(3)
    expect(total).toBe(3)
    const claimed = await claim(sql, 'w', { job: job_id })
    expect(await record(sql, claimed.slice(0, 2).map(accepted))).toEqual({ jobs_finished: [], rejected: [] })
    expect(await jobRow(sql, job_id)).toMatchObject({ status: 'running', finished_at: null })
    await record(sql, claimed.slice(2).map(accepted))
    expect(await jobRow(sql, job_id)).toMatchObject({ status: 'success', message: '3 of 3 sites accepted', total: 3, succeeded: 3, failed: 0, finished_at: expect.any(Date) as Date })
  })

  it('as partial when some failed, as failed when all did', async () => {
    const mixed = await started(2)
    const [one, two] = (await claim(sql, 'w', { job: mixed.job_id })) as [Claimed, Claimed]
    await record(sql, [accepted(one), refused(two)])
    expect(await jobRow(sql, mixed.job_id)).toMatchObject({ status: 'partial', message: '1 of 2 sites accepted, 1 failed' })
    const none = await started(2)
    await record(sql, (await claim(sql, 'w', { job: none.job_id })).map(refused))
    expect(await jobRow(sql, none.job_id)).toMatchObject({ status: 'failed', message: '0 of 2 sites accepted, 2 failed', succeeded: 0, failed: 2 })
    expect((await logOf(sql, none.job_id)).at(-1)).toMatchObject({ level: 'error' })
  })

  it('after a retry that heals, as success', async () => {
    const { job_id } = await started()
    await record(sql, [retried(await claimOne(job_id))])
    await due(job_id)
    await record(sql, [accepted(await claimOne(job_id))])
    expect(await jobRow(sql, job_id)).toMatchObject({ status: 'success' })
    expect((await logOf(sql, job_id)).map(({ level }) => level)).toEqual(['info', 'info', 'info', 'warn', 'info', 'success', 'success'])
  })

  it('at once when nothing has changed, and says so', async () => {
    const { job_id, sites } = await started(2)
    await record(sql, (await claim(sql, 'w', { job: job_id })).map(accepted))
    const again = await startSync(admin, sites)
    expect(again).toMatchObject({ status: 'success', total: 2, skipped: 2 })
    expect(await jobRow(sql, again.job_id)).toMatchObject({ message: 'Nothing to do: every site is up to date', skipped: 2, succeeded: 0 })
    expect(await statuses(again.job_id)).toEqual(['skipped', 'skipped'])
    expect(await deliveriesOf(sql, again.job_id)).toMatchObject([{ sequence: null, reason: 'unchanged since the last accepted delivery' }, { sequence: null }])
    expect((await logOf(sql, again.job_id)).map(({ message }) => message)).toEqual([
      expect.stringMatching(/^Run \d+ started: 2 sites, 2 items$/), 'Skipped: unchanged since the last accepted delivery (1 item)',
      'Skipped: unchanged since the last accepted delivery (1 item)', expect.stringMatching(/^Run \d+: success in .+, nothing to do: every site is up to date$/),
    ])
  })

  it('with the changed sites sent and the others skipped, unless it is forced', async () => {
    const { job_id, sites: [site = '', other = ''], item } = await started(2)
    await record(sql, (await claim(sql, 'w', { job: job_id })).map(accepted))
    await rpc(admin, 'set_mappings', { cells: [{ site_id: site, item_id: item, mode: 'override', overrides: { text: 'new' } }] })
    const next = await startSync(admin, [site, other])
    expect(next).toMatchObject({ status: 'queued', total: 2, skipped: 1 })
    expect((await claim(sql, 'w', { job: next.job_id })).map(({ site_id, sequence }) => [site_id, sequence])).toEqual([[site, '2']])
    await record(sql, [accepted({ ...(await reclaim(next.job_id)) })])
    const forced = await startSync(admin, [site, other], { force: true })
    expect(forced).toMatchObject({ skipped: 0 })
    expect((await claim(sql, 'w', { job: forced.job_id })).map(({ sequence }) => sequence).sort()).toEqual(['2', '3'])
  })
})

/** The delivery that is in flight, taken over from its worker. */
async function reclaim(job: string): Promise<Claimed> {
  for (const { id } of await deliveriesOf(sql, job)) await expireLease(sql, id)
  return claimOne(job, 'heir')
}

describe('a run that has ended', () => {
  it('keeps how many requests it took, and how long half and nearly all of them took at most', async () => {
    const { job_id } = await started(4)
    const first = await claim(sql, 'w', { job: job_id })
    const took = (delivery: Claimed, duration_ms: number) => ({ ...accepted(delivery), duration_ms })
    const [a, b, c, d] = first as [Claimed, Claimed, Claimed, Claimed]
    await record(sql, [took(a, 10), took(b, 20), took(c, 30), { ...retried(d, 1), duration_ms: 400 }])
    expect(await jobRow(sql, job_id)).toMatchObject({ status: 'running', attempts: 0, p50_ms: null, p95_ms: null })
    await due(job_id)
    await record(sql, [took(await claimOne(job_id), 50)])
    // 10 20 30 50 400
    expect(await jobRow(sql, job_id)).toMatchObject({ status: 'success', attempts: 5, p50_ms: 30, p95_ms: 400 })
    const attempt = only(await sql`select site_id, connect_ms, first_byte_ms, duration_ms from public.delivery_attempts where delivery_id = ${a.delivery_id}`)
    expect(attempt).toEqual({ site_id: a.site_id, connect_ms: 2, first_byte_ms: 10, duration_ms: 10 })
  })

  it('and sent nothing took none', async () => {
    const { job_id, sites } = await started()
    await record(sql, [accepted(await claimOne(job_id))])
    expect(await jobRow(sql, (await startSync(admin, sites)).job_id)).toMatchObject({ status: 'success', attempts: 0, p50_ms: null, p95_ms: null })
  })
})

describe('a newer run', () => {
  it('supersedes what waits', async () => {
    const old = await started(2)
    await edit(sql, old.item, { text: 'newer' })
    const newer = await startSync(admin, old.sites)
    expect(await statuses(old.job_id)).toEqual(['superseded', 'superseded'])
    expect(await jobRow(sql, old.job_id)).toMatchObject({ status: 'success', message: 'A newer run took over', superseded: 2 })
    const successors = await deliveriesOf(sql, newer.job_id)
    for (const { superseded_by, target_id, reason } of await deliveriesOf(sql, old.job_id)) {
      expect(superseded_by).toBe(successors.find((delivery) => delivery.target_id === target_id)?.id)
      expect(reason).toBe(`superseded by run ${newer.number}`)
    }
    expect((await logOf(sql, old.job_id)).filter(({ level }) => level === 'warn').map(({ message }) => message)).toEqual([
      `Superseded by run ${newer.number}`, `Superseded by run ${newer.number}`,
    ])
    expect((await claim(sql, 'w')).map(({ job_id, sequence }) => [job_id, sequence])).toEqual([[newer.job_id, '2'], [newer.job_id, '2']])
  })

  it('supersedes what waits for its next attempt, and only for the sites it covers', async () => {
    const old = await started(2)
    await record(sql, (await claim(sql, 'w', { job: old.job_id })).map((delivery) => retried(delivery, 60_000)))
    const newer = await startSync(admin, old.sites.slice(0, 1), { force: true })
    expect(await statuses(old.job_id)).toEqual(['retrying', 'superseded'])
    expect(await jobRow(sql, old.job_id)).toMatchObject({ status: 'running' })
    await due(old.job_id)
    expect((await claim(sql, 'w')).map(({ job_id }) => job_id).sort()).toEqual([newer.job_id, old.job_id].sort())
  })

  it('sends the content again that a superseded delivery would have brought, though it is unchanged', async () => {
    const first = await started()
    await record(sql, [accepted(await claimOne(first.job_id))])
    await edit(sql, first.item, { text: 'detour' })
    const detour = await startSync(admin, first.sites)
    await sql`update public.content_items set data = data - 'text' where id = ${first.item}`
    const back = await startSync(admin, first.sites)
    expect(back).toMatchObject({ skipped: 0 })
    expect(await statuses(detour.job_id)).toEqual(['superseded'])
    await record(sql, [accepted(await claimOne(back.job_id))])
  })

  it('waits while an older delivery is in flight, and goes after it', async () => {
    const old = await started()
    const flying = await claimOne(old.job_id)
    await edit(sql, old.item, { text: 'newer' })
    const newer = await startSync(admin, old.sites)
    expect(await claim(sql, 'w')).toEqual([])
    await record(sql, [accepted(flying)])
    const next = await claimOne(newer.job_id)
    expect(next.sequence).toBe('2')
    await record(sql, [accepted(next)])
    expect(await jobRow(sql, old.job_id)).toMatchObject({ status: 'success', succeeded: 1 })
  })

  it('that equals what is in flight is sent all the same: that one may still fail', async () => {
    const old = await started()
    const flying = await claimOne(old.job_id)
    const same = await startSync(admin, old.sites)
    expect(same).toMatchObject({ skipped: 0, status: 'queued' })
    await record(sql, [refused(flying)])
    await record(sql, [accepted(await claimOne(same.job_id))])
    expect(await jobRow(sql, same.job_id)).toMatchObject({ status: 'success' })
  })

  it('takes over from a retry that it has overtaken', async () => {
    const old = await started()
    const flying = await claimOne(old.job_id)
    const newer = await startSync(admin, old.sites, { force: true })
    expect(await record(sql, [retried(flying)])).toEqual({ jobs_finished: [old.job_id], rejected: [] })
    const waiting = await deliveryOf(sql, newer.job_id)
    expect(await deliveryOf(sql, old.job_id)).toMatchObject({ status: 'superseded', superseded_by: waiting.id })
    expect((await logOf(sql, old.job_id)).at(-2)).toMatchObject({ level: 'warn', message: '500 from destination (simulated), not repeated: a newer run took over' })
    await record(sql, [accepted(await claimOne(newer.job_id))])
  })

  it('takes over from a delivery whose worker is lost, which is not sent again', async () => {
    const old = await started()
    const lost = await claimOne(old.job_id)
    const newer = await startSync(admin, old.sites, { force: true })
    await expireLease(sql, lost.delivery_id)
    const claimed = await claim(sql, 'next')
    expect(claimed.map(({ job_id, sequence }) => [job_id, sequence])).toEqual([[newer.job_id, '2']])
    expect(await deliveryOf(sql, old.job_id)).toMatchObject({ status: 'superseded', reason: 'superseded by a newer run' })
    expect(await jobRow(sql, old.job_id)).toMatchObject({ status: 'success', message: 'A newer run took over' })
    expect(await record(sql, [accepted(lost)])).toEqual({ jobs_finished: [], rejected: [lost.delivery_id] })
    await record(sql, claimed.map(accepted))
    const state = only(await sql`select accepted_sequence from public.site_states where site_id = ${lost.site_id}`)
    expect(state).toEqual({ accepted_sequence: '2' })
  })

  it('takes over from a delivery that is given back', async () => {
    const old = await started()
    const { lease_token } = await claimOne(old.job_id, 'stops')
    await startSync(admin, old.sites, { force: true })
    expect(await sql`select public.release_deliveries('stops', ${[lease_token]}::bigint[]) as n`).toEqual([{ n: 1 }])
    expect(await deliveryOf(sql, old.job_id)).toMatchObject({ status: 'superseded' })
    expect(await jobRow(sql, old.job_id)).toMatchObject({ status: 'success' })
  })
})

describe('cancel_sync', () => {
  it('ends what waits and lets end what is in flight', async () => {
    const { job_id } = await started(3)
    const [flying] = await claim(sql, 'w', { job: job_id, limit: 1 })
    expect(await cancel(job_id)).toEqual({ status: 'running' })
    expect(await statuses(job_id)).toEqual(['cancelled', 'cancelled', 'sending'])
    await record(sql, [accepted(flying as Claimed)])
    expect(await jobRow(sql, job_id)).toMatchObject({ status: 'cancelled', message: 'Cancelled: 1 of 3 sites sent', succeeded: 1, cancelled: 2 })
  })

  it('of a run that has not begun ends it at once', async () => {
    const { job_id } = await started(2)
    expect(await cancel(job_id)).toEqual({ status: 'cancelled' })
    expect(await claim(sql, 'w', { job: job_id })).toEqual([])
    expect((await logOf(sql, job_id)).slice(-3).map(({ level, message }) => [level, message])).toEqual([
      ['warn', 'Cancelled before it was sent'], ['warn', 'Cancelled before it was sent'], ['warn', expect.stringMatching(/^Run \d+: cancelled in /)],
    ])
    await expectRefusal(cancel(job_id), 'DS035', 'The run has already ended (cancelled).')
  })

  it('makes no retry of what fails after it', async () => {
    const { job_id } = await started()
    const flying = await claimOne(job_id)
    await cancel(job_id)
    expect(await record(sql, [retried(flying)])).toEqual({ jobs_finished: [job_id], rejected: [] })
    expect(await deliveryOf(sql, job_id)).toMatchObject({ status: 'cancelled' })
    expect(await jobRow(sql, job_id)).toMatchObject({ status: 'cancelled', cancelled: 1 })
  })

  it('also ends what a worker gives back unsent after it', async () => {
    const { job_id } = await started()
    const { lease_token } = await claimOne(job_id, 'stops')
    await cancel(job_id)
    await sql`select public.release_deliveries('stops', ${[lease_token]}::bigint[])`
    expect(await claim(sql, 'w', { job: job_id })).toEqual([])
    expect(await jobRow(sql, job_id)).toMatchObject({ status: 'cancelled' })
  })

  it('of a run that has ended, or is not there, is refused', async () => {
    const { job_id } = await runToEnd(sql, admin, { sites: (await newSitesWithItem(sql, organization, 1)).sites })
    await expectRefusal(cancel(job_id), 'DS035', 'The run has already ended (success).')
    await expectRefusal(cancel(organization.id), 'DS034', 'There is no such run in this organization.')
  })
})

describe('a site that is deleted during a run', () => {
  const remove = (site: string) => read(admin.client.from('sites').delete().eq('id', site).select('id'))

  it('takes its open work with it; the run goes on for the others', async () => {
    const { job_id, sites: [waiting = '', flying = '', stays = ''] } = await started(3)
    const claimed = await claim(sql, 'w', { job: job_id })
    const of = (site: string) => claimed.find(({ site_id }) => site_id === site) as Claimed
    await record(sql, [retried(of(waiting), 60_000)])
    await remove(waiting)
    await remove(flying)
    expect(await record(sql, [accepted(of(flying)), accepted(of(stays))])).toEqual({ jobs_finished: [job_id], rejected: [of(flying).delivery_id] })
    const rows = await deliveriesOf(sql, job_id)
    expect(rows.map(({ status, reason, site_id }) => [status, reason, site_id]).sort()).toEqual([
      ['cancelled', 'the site was deleted', null], ['cancelled', 'the site was deleted', null], ['success', '200 applied', stays],
    ])
    expect(rows.every(({ body }) => (body ?? '').length > 0)).toBe(true)
    expect(await jobRow(sql, job_id)).toMatchObject({ status: 'success', succeeded: 1, cancelled: 2 })
    // The record stays readable without the site.
    expect((await logOf(sql, job_id)).filter(({ site_id }) => site_id === waiting || site_id === flying)).toEqual([])
    expect((await logOf(sql, job_id)).length).toBeGreaterThan(8)
  })

  it('ends a run that had nothing else to do', async () => {
    const { job_id, sites } = await started()
    await remove(sites[0] ?? '')
    expect(await jobRow(sql, job_id)).toMatchObject({ status: 'success', message: 'Nothing to do: its sites were deleted or disabled', cancelled: 1 })
    expect(await claim(sql, 'w', { job: job_id })).toEqual([])
  })
})
