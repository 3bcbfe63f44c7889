/** Many at once: no gap, no double, no delivery out of order, and no deadlock. */
import fc from 'fast-check'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { openDatabase, openWorld, read, rpc } from '../support/actors.ts'
import { openTransaction, untilBlocked } from '../support/blocking.ts'
import { edit, newSitesWithItem, only } from '../support/fixtures.ts'
import { breaches } from '../support/invariants.ts'
import { startQuietStack } from '../support/quiet-stack.ts'
import {
  accepted, claim, deliveriesOf, deliveryOf, expireLease, jobRow, logOf, record, refused, retried, startSync, type Claimed, type Started,
} from '../support/runs.ts'

const stack = await startQuietStack()
const world = openWorld(stack)
const { sql } = world
const many = openDatabase(stack, 16)
afterAll(async () => {
  await Promise.all([world.close(), many.end()])
  await stack.close()
})
afterEach(async () => {
  expect(await breaches(sql)).toEqual([])
})

const admin = await world.newAdmin()
const { organization } = admin

async function started(count = 1): Promise<Started & { sites: string[]; item: string }> {
  const { sites, item } = await newSitesWithItem(sql, organization, count)
  return { ...(await startSync(admin, sites)), sites, item }
}

/** Whatever is open, to its end. */
async function drain(worker = 'drain'): Promise<void> {
  await sql`update public.sync_deliveries set lease_expires_at = clock_timestamp() where status = 'sending'`
  await sql`update public.sync_deliveries set next_attempt_at = clock_timestamp() where status = 'retrying'`
  for (let claimed = await claim(sql, worker); claimed.length > 0; claimed = await claim(sql, worker)) await record(sql, claimed.map(accepted))
}

/** Watched from its start: what fails while the test waits for something else is no unhandled rejection. */
async function fate(work: PromiseLike<unknown>): Promise<string> {
  return work.then(() => 'done', (error: unknown) => `${(error as { code?: string }).code ?? ''} ${String(error)}`)
}
const at = <T>(list: readonly T[], index: number): T => list[index % list.length] as T

describe('at the same time', () => {
  it('eight writers number the lines of one run without a gap', async () => {
    const { job_id } = await started()
    const before = (await logOf(sql, job_id)).length
    await Promise.all(Array.from({ length: 8 }, async (_, writer) => {
      for (let batch = 0; batch < 5; batch += 1) {
        await many`
          select private.write_logs(array_agg(row(${job_id}, 'info', ${`writer ${writer}, batch ${batch}, line `} || n, null, null, null, null)::private.log_line order by n))
          from generate_series(1, 3) n`
      }
    }))
    const lines = await logOf(sql, job_id)
    expect(lines.map(({ seq }) => seq)).toEqual(Array.from({ length: before + 120 }, (_, index) => index + 1))
    for (let writer = 0; writer < 8; writer += 1) {
      const own = lines.map(({ message }) => message).filter((message) => message.startsWith(`writer ${writer},`))
      expect(own).toEqual([0, 1, 2, 3, 4].flatMap((batch) => [1, 2, 3].map((n) => `writer ${writer}, batch ${batch}, line ${n}`)))
    }
  })

  it('eight workers share forty deliveries: each is claimed once', async () => {
    const { job_id } = await started(40)
    const taken = await Promise.all(Array.from({ length: 8 }, async (_, worker) => {
      const own: Claimed[] = []
      for (let claimed = await claim(many, `w${worker}`, { limit: 3, job: job_id }); claimed.length > 0; claimed = await claim(many, `w${worker}`, { limit: 3, job: job_id })) {
        own.push(...claimed)
        await record(many, claimed.map(accepted))
      }
      return own
    }))
    const ids = taken.flat().map(({ delivery_id }) => delivery_id)
    expect(ids).toHaveLength(40)
    expect(new Set(ids).size).toBe(40)
    expect(await jobRow(sql, job_id)).toMatchObject({ status: 'success', succeeded: 40 })
  })

  it('two workers with the same batch: one is believed', async () => {
    const { job_id } = await started(5)
    const claimed = await claim(sql, 'w', { job: job_id })
    const answers = await Promise.all([record(many, claimed.map(accepted)), record(many, claimed.map(refused))])
    expect(answers.map(({ rejected }) => rejected.length).sort()).toEqual([0, 5])
    expect(answers.map(({ jobs_finished }) => jobs_finished.length).sort()).toEqual([0, 1])
  })

  it('five sessions start runs of overlapping sites, again and again', async () => {
    const { sites, item } = await newSitesWithItem(sql, organization, 4)
    const runs = await Promise.all(Array.from({ length: 5 }, async (_, session) => {
      const numbers: number[] = []
      for (let round = 0; round < 4; round += 1) {
        const chosen = sites.filter((_site, index) => (index + session + round) % 3 !== 0)
        numbers.push((await startSync(admin, session % 2 ? chosen : chosen.reverse(), { force: true })).number)
        if (session === 0) await edit(sql, item, { text: `round ${round}` })
      }
      return numbers
    }))
    expect(new Set(runs.flat()).size).toBe(20)
    expect(await breaches(sql)).toEqual([])
    await drain()
    expect(await sql`select from public.sync_jobs where status in ('queued', 'running')`).toHaveLength(0)
  })

  it('starts, workers, cancellations, lost leases and a deletion get along', async () => {
    const { sites, item } = await newSitesWithItem(sql, organization, 6)
    const doomed = sites.slice(4)
    let over = false
    const begin = async (session: number) => {
      for (let round = 0; round < 6; round += 1) {
        const { job_id } = await startSync(admin, sites.slice(session, session + 3), { force: true })
        if ((round + session) % 3 === 0) await rpc(admin, 'cancel_sync', { job_id }).catch((error: unknown) => expect(error).toMatchObject({ code: 'DS035' }))
        await edit(sql, item, { text: `${session} ${round}` })
      }
    }
    const work = async (worker: number) => {
      for (let turn = worker; !over; turn += 1) {
        const claimed = await claim(many, `w${worker}`, { limit: 4 })
        if (turn % 4 === 0 && claimed[0]) await expireLease(many, claimed[0].delivery_id)
        else await record(many, claimed.map(at([accepted, (delivery: Claimed) => retried(delivery, 1), refused], turn)))
      }
    }
    const remove = async () => {
      for (const site of doomed) await read(admin.client.from('sites').delete().eq('id', site))
    }
    const workers = [0, 1, 2].map(work)
    const outcomes = await Promise.allSettled([begin(0), begin(1), remove()])
    over = true
    // A site that goes between the choice and the start of a run is refused by name, which is as it should be.
    const errors = [...outcomes, ...(await Promise.allSettled(workers))].flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as { code?: string; message: string }] : []))
    expect(errors.map(({ code, message }) => `${code} ${message}`).filter((error) => !error.startsWith('DS032'))).toEqual([])
    expect(await breaches(sql)).toEqual([])
    await drain()
  })
})

describe('locks taken in an unlucky order', () => {
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
    await drain()
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

/** Every step that anybody may take, in any order; what must hold, holds after each. */
describe('any interleaving', () => {
  it('keeps every rule, and what a site has accepted never goes back', async () => {
    const { sites, item } = await newSitesWithItem(sql, organization, 2)
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.record({ kind: fc.constant('start' as const), which: fc.nat(2), force: fc.boolean() }) },
      { weight: 3, arbitrary: fc.record({ kind: fc.constant('claim' as const), limit: fc.integer({ min: 1, max: 2 }) }) },
      { weight: 3, arbitrary: fc.record({ kind: fc.constant('record' as const), which: fc.nat(), answer: fc.constantFrom(accepted, retried, refused) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('edit' as const, 'expire' as const, 'release' as const, 'cancel' as const), which: fc.nat() }) },
    )
    const accepts = async () =>
      (await sql<{ sequence: number }[]>`
        select coalesce(accepted_sequence, 0)::integer as sequence from public.site_states where site_id = any (${sites}) order by site_id`).map(({ sequence }) => sequence)
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 20 }), async (steps) => {
        const held: Claimed[] = []
        const jobs: string[] = []
        let before = await accepts()
        for (const [index, taken] of steps.entries()) {
          const mine = held.length > 0 && 'which' in taken ? at(held, taken.which) : null
          if (taken.kind === 'start') jobs.push((await startSync(admin, taken.which === 2 ? sites : [at(sites, taken.which)], { force: taken.force })).job_id)
          else if (taken.kind === 'claim') held.push(...(await claim(sql, 'w', { limit: taken.limit })))
          else if (taken.kind === 'edit') await edit(sql, item, { text: `${taken.which} ${index}` })
          else if (taken.kind === 'cancel') {
            if (jobs.length > 0) await rpc(admin, 'cancel_sync', { job_id: at(jobs, taken.which) }).catch((error: unknown) => expect(error).toMatchObject({ code: 'DS035' }))
          } else if (mine && taken.kind === 'record') await record(sql, [taken.answer(mine)])
          else if (mine && taken.kind === 'expire') await expireLease(sql, mine.delivery_id)
          else if (mine) await sql`select public.release_deliveries('w', ${[mine.lease_token]}::bigint[])`
          expect(await breaches(sql)).toEqual([])
          const after = await accepts()
          for (const [place, sequence] of after.entries()) expect(sequence).toBeGreaterThanOrEqual(before[place] ?? 0)
          before = after
        }
        await drain()
        expect(await sql`select from public.sync_jobs where status in ('queued', 'running')`).toHaveLength(0)
      }),
      { numRuns: 20 },
    )
  })
})
