/** Two at once whose locks could wait for each other in a circle: each order that was unlucky once is made on purpose. */
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDatabase, openWorld, read, rpc } from '../support/actors.ts'
import { openTransaction, untilBlocked } from '../support/blocking.ts'
import { newSitesWithItem, only, startOver } from '../support/fixtures.ts'
import { breaches } from '../support/invariants.ts'
import { startQuietStack } from '../support/quiet-stack.ts'
import { accepted, claim, deliveriesOf, deliveryOf, drain, exchange, expireLease, gone, jobRow, record, retried, startSync, type Claimed, type Started } from '../support/runs.ts'

const stack = await startQuietStack()
const world = openWorld(stack)
const { sql } = world
const many = openDatabase(stack, 16)
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

async function started(count = 1): Promise<Started & { sites: string[]; item: string }> {
  const { sites, item } = await newSitesWithItem(sql, organization, count)
  return { ...(await startSync(admin, sites)), sites, item }
}
const toggle = (site: string, enabled: boolean) => read(admin.client.from('sites').update({ enabled }).eq('id', site).select('id'))

/** Watched from its start: what fails while the test waits for something else is no unhandled rejection. */
async function fate(work: PromiseLike<unknown>): Promise<string> {
  return work.then(() => 'done', (error: unknown) => `${(error as { code?: string }).code ?? ''} ${String(error)}`)
}

describe('the deletion of a site, a cancellation, a worker that is lost', () => {
  it('the deletion of a site and a new run for it', async () => {
    const { job_id, sites: [site = ''] } = await started()
    const holder = await openTransaction(many)
    await holder.session`select from public.sync_deliveries where job_id = ${job_id} for update`
    const removal = fate(read(admin.client.from('sites').delete().eq('id', site).select('id')))
    await untilBlocked(sql, holder.pid, 1)
    const run = fate(startSync(admin, [site], { force: true }))
    await untilBlocked(sql, holder.pid, 2)
    await holder.commit()
    expect(await removal).toBe('done')
    // It came second, so its site has gone.
    expect(await run).toMatch(/^DS032 .*One of the chosen sites is not in this organization/)
  })

  it('the deletion of a site and a worker that claims from it', async () => {
    const { job_id, sites: [site = ''] } = await started()
    const holder = await openTransaction(many)
    await holder.session`select from public.sync_jobs where id = ${job_id} for update`
    const work = fate(claim(many, 'w', { job: job_id }))
    await untilBlocked(sql, holder.pid, 1)
    const removal = fate(read(admin.client.from('sites').delete().eq('id', site).select('id')))
    await untilBlocked(sql, holder.pid, 2)
    await holder.commit()
    expect([await work, await removal]).toEqual(['done', 'done'])
  })

  it('the deletion of a site and a result that comes from it', async () => {
    const { job_id, sites: [site = ''] } = await started(2)
    const claimed = await claim(sql, 'w', { job: job_id })
    const holder = await openTransaction(many)
    await holder.session`select from public.sync_jobs where id = ${job_id} for update`
    const result = fate(record(many, claimed.map(accepted)))
    await untilBlocked(sql, holder.pid, 1)
    const removal = fate(read(admin.client.from('sites').delete().eq('id', site).select('id')))
    await untilBlocked(sql, holder.pid, 2)
    await holder.commit()
    expect([await result, await removal]).toEqual(['done', 'done'])
  })

  it('the deletion of a site and a worker that gives its delivery back', async () => {
    const { job_id, sites: [site = ''] } = await started()
    const { delivery_id, lease_token } = only(await claim(sql, 'stops', { job: job_id }))
    const holder = await openTransaction(many)
    await holder.session`select from public.sync_deliveries where id = ${delivery_id} for update`
    const removal = fate(read(admin.client.from('sites').delete().eq('id', site).select('id')))
    await untilBlocked(sql, holder.pid, 1)
    const release = fate(many`select public.release_deliveries('stops', ${[lease_token]}::bigint[])`)
    await untilBlocked(sql, holder.pid, 2)
    await holder.commit()
    expect([await removal, await release]).toEqual(['done', 'done'])
  })

  it('a worker that buries one run’s delivery and claims another’s, and one that records for both', async () => {
    // Ordered by id, because the unlucky order is: the job of what is buried after the job of what is claimed.
    const [one, other] = [await started(2), await started(2)]
    const [claims, buries] = one.job_id < other.job_id ? [one, other] : [other, one]
    const open = await claim(sql, 'w', { job: claims.job_id, limit: 1 })
    const lost = await claim(sql, 'w', { job: buries.job_id })
    const [dying, living] = lost as [Claimed, Claimed]
    await sql`update public.sync_deliveries set leases_lost = 4, lease_expires_at = clock_timestamp() - interval '1 second' where id = ${dying.delivery_id}`
    const holder = await openTransaction(many)
    await holder.session`select from public.sync_jobs where id = ${buries.job_id} for update`
    const work = fate(claim(many, 'undertaker'))
    await untilBlocked(sql, holder.pid, 1)
    const results = fate(record(many, [...open, living].map(accepted)))
    await untilBlocked(sql, holder.pid, 2)
    await holder.commit()
    expect([await work, await results]).toEqual(['done', 'done'])
    expect((await deliveriesOf(sql, buries.job_id)).map(({ status }) => status).sort()).toEqual(['failed', 'success'])
    await drain(sql)
  })

  it('a cancellation and a retry that is just being recorded: nothing is left waiting', async () => {
    const { job_id } = await started()
    const delivery = only(await claim(sql, 'w', { job: job_id }))
    const recording = await openTransaction(many)
    await recording.session`select public.record_attempts(${recording.session.json([{ ...retried(delivery, 1) }] as never)})`
    const cancellation = fate(rpc(admin, 'cancel_sync', { job_id }))
    await untilBlocked(sql, recording.pid, 1)
    await recording.commit()
    expect(await cancellation).toBe('done')
    expect(await deliveryOf(sql, job_id)).toMatchObject({ status: 'cancelled' })
    expect(await jobRow(sql, job_id)).toMatchObject({ status: 'cancelled' })
  })
})

describe('a worker that was lost', () => {
  it('and a run that starts for the same site while that is noticed', async () => {
    const old = await started()
    const { delivery_id } = only(await claim(sql, 'dies', { job: old.job_id }))
    await expireLease(sql, delivery_id)
    const noticing = await openTransaction(many)
    // None is taken, so the lost one is left waiting when the transaction ends.
    await noticing.session`select * from public.claim_deliveries('notices', 0, ${old.job_id})`
    const start = fate(startSync(admin, old.sites, { force: true }))
    await untilBlocked(sql, noticing.pid, 1)
    await noticing.commit()
    expect(await start).toBe('done')
    expect(await deliveryOf(sql, old.job_id)).toMatchObject({ status: 'superseded' })
    await drain(sql)
  })

  it('is noticed after a run that is just being started for the same site', async () => {
    const old = await started()
    const { delivery_id } = only(await claim(sql, 'dies', { job: old.job_id }))
    await expireLease(sql, delivery_id)
    const start = await openTransaction(many)
    await start.session`select private.start_run(${organization.id}, null, 'manual', ${old.sites}::uuid[], '{"force": true}')`
    // Should it wait after all, it does not wait for ever.
    const passing = await openTransaction(many)
    await passing.session`set local lock_timeout = '20s'`
    expect(await claim(passing.session, 'passes', { job: old.job_id })).toEqual([])
    await passing.commit()
    expect(await deliveryOf(sql, old.job_id)).toMatchObject({ status: 'sending' })
    await start.commit()
    await claim(sql, 'notices', { job: old.job_id })
    expect(await deliveryOf(sql, old.job_id)).toMatchObject({ status: 'superseded', reason: 'superseded by a newer run' })
    await drain(sql)
  })

  it('and an editor who disables its site while that is noticed: nothing is left waiting', async () => {
    const { job_id, sites: [site = ''] } = await started()
    const { delivery_id } = only(await claim(sql, 'dies', { job: job_id }))
    await expireLease(sql, delivery_id)
    const noticing = await openTransaction(many)
    await noticing.session`select * from public.claim_deliveries('notices', 0, ${job_id})`
    const disabling = fate(toggle(site, false))
    await untilBlocked(sql, noticing.pid, 1)
    await noticing.commit()
    expect(await disabling).toBe('done')
    expect(await deliveryOf(sql, job_id)).toMatchObject({ status: 'cancelled', reason: 'the site was disabled' })
  })
})

describe('a destination that is gone', () => {
  it('and an editor who disables its site at the same moment', async () => {
    const { job_id, sites: [site = ''] } = await started(2)
    const claimed = await claim(sql, 'w', { job: job_id })
    const holder = await openTransaction(many)
    await holder.session`select from public.sync_jobs where id = ${job_id} for update`
    const recording = fate(record(many, claimed.map((delivery) => (delivery.site_id === site ? gone(delivery) : accepted(delivery)))))
    await untilBlocked(sql, holder.pid, 1)
    const disabling = fate(toggle(site, false))
    await untilBlocked(sql, holder.pid, 2)
    await holder.commit()
    expect([await recording, await disabling]).toEqual(['done', 'done'])
  })

  it('and a batch of results for the run that waits for it', async () => {
    // The run that waits for the site comes before the one whose request was answered, which is the unlucky order.
    const { sites: [site = '', other = '', third = ''] } = await newSitesWithItem(sql, organization, 3)
    const begin = async () => {
      const first = await startSync(admin, [site, other], { force: true })
      const flying = await claim(sql, 'w', { job: first.job_id })
      const second = await startSync(admin, [site, third], { force: true })
      flying.push(...(await claim(sql, 'w', { job: second.job_id })))
      return { first: first.job_id, second: second.job_id, flying }
    }
    let runs = await begin()
    while (runs.second > runs.first) {
      await record(sql, runs.flying.map(accepted))
      await drain(sql)
      runs = await begin()
    }
    const holder = await openTransaction(many)
    await holder.session`select from public.sync_jobs where id = ${runs.first} for update`
    const of = (wanted: boolean) => runs.flying.filter(({ site_id }) => (site_id === site) === wanted)
    const ending = fate(record(many, of(true).map(gone)))
    await untilBlocked(sql, holder.pid, 1)
    const results = fate(record(many, of(false).map(accepted)))
    await untilBlocked(sql, holder.pid, 2)
    await holder.commit()
    expect([await ending, await results]).toEqual(['done', 'done'])
    expect(await jobRow(sql, runs.second)).toMatchObject({ status: 'success', succeeded: 1, cancelled: 1 })
  })
})

describe('a worker that records for one run and has room for others', () => {
  it('and one that records for both', async () => {
    const [one, other] = [await started(2), await started(2)]
    // Results are written in the order of their runs; this worker goes the other way.
    const [taken, recorded] = one.job_id < other.job_id ? [one, other] : [other, one]
    const [first] = (await claim(sql, 'w', { job: taken.job_id, limit: 1 })) as [Claimed]
    const [second, third] = (await claim(sql, 'w', { job: recorded.job_id })) as [Claimed, Claimed]
    const holder = await openTransaction(many)
    await holder.session`select from public.sync_jobs where id = ${taken.job_id} for update`
    const results = fate(record(many, [accepted(first), accepted(third)]))
    await untilBlocked(sql, holder.pid, 1)
    const step = fate(exchange(many, 'busy', [accepted(second)]))
    // It may or may not have to wait, as long as it does not wait in a circle.
    await Promise.race([step, untilBlocked(sql, holder.pid, 2)])
    await holder.commit()
    expect([await results, await step]).toEqual(['done', 'done'])
    await drain(sql)
  })

  it('takes of all of them when there is nothing to record, and of its own run in one step', async () => {
    const [one, other] = [await started(3), await started(1)]
    const { recorded, claimed } = await exchange(sql, 'w', [], { limit: 2, job: one.job_id })
    expect([recorded, claimed.length]).toEqual([null, 2])
    const next = await exchange(sql, 'w', claimed.map(accepted), { job: one.job_id })
    expect(next).toMatchObject({ recorded: { jobs_finished: [], rejected: [] }, claimed: [{ job_id: one.job_id }] })
    expect(await exchange(sql, 'w', next.claimed.map(accepted), { job: one.job_id })).toEqual({ recorded: { jobs_finished: [one.job_id], rejected: [] }, claimed: [] })
    expect((await exchange(sql, 'w', [], { limit: 0 })).claimed).toEqual([])
    const rest = await exchange(sql, 'w', [])
    expect(rest.claimed).toMatchObject([{ job_id: other.job_id }])
    expect(await exchange(sql, 'w', rest.claimed.map(accepted), { limit: 0 })).toMatchObject({ recorded: { jobs_finished: [other.job_id] }, claimed: [] })
  })
})
