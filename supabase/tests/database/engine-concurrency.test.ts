/** Many at once: no gap, no double, no delivery out of order, and no deadlock. */
import fc from 'fast-check'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDatabase, openWorld, read, rpc } from '../support/actors.ts'
import { edit, newSitesWithItem, startOver } from '../support/fixtures.ts'
import { breaches } from '../support/invariants.ts'
import { startQuietStack } from '../support/quiet-stack.ts'
import { accepted, claim, drain, exchange, expireLease, gone, jobRow, logOf, record, refused, retried, startSync, type Claimed, type Result, type Started } from '../support/runs.ts'

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
    await drain(sql)
    expect(await sql`select from public.sync_jobs where status in ('queued', 'running')`).toHaveLength(0)
  })

  it('starts, workers, cancellations, lost leases, editors who disable and a deletion get along', async () => {
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
    const answers = [accepted, (delivery: Claimed) => retried(delivery, 1), refused]
    const work = async (worker: number) => {
      for (let turn = worker; !over; turn += 1) {
        const claimed = await claim(many, `w${worker}`, { limit: 4 })
        if (turn % 4 === 0 && claimed[0]) await expireLease(many, claimed[0].delivery_id)
        else await record(many, claimed.map(at(answers, turn)))
      }
    }
    const workInSteps = async (worker: number) => {
      let results: Result[] = []
      for (let turn = worker; !over; turn += 1) {
        const { claimed } = await exchange(many, `w${worker}`, results, { limit: 3 })
        results = claimed.map(at(answers, turn))
      }
    }
    const flip = async () => {
      for (let turn = 0; turn < 8; turn += 1) await toggle(at(sites, turn >> 1), turn % 2 === 1)
    }
    const remove = async () => {
      for (const site of doomed) await read(admin.client.from('sites').delete().eq('id', site))
    }
    const workers = [work(0), work(1), workInSteps(2), workInSteps(3)]
    const outcomes = await Promise.allSettled([begin(0), begin(1), remove(), flip()])
    over = true
    // A site that goes between the choice and the start of a run is refused by name, which is as it should be.
    const errors = [...outcomes, ...(await Promise.allSettled(workers))].flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as { code?: string; message: string }] : []))
    expect(errors.map(({ code, message }) => `${code} ${message}`).filter((error) => !error.startsWith('DS032'))).toEqual([])
    expect(await breaches(sql)).toEqual([])
    await drain(sql)
  })
})

/** Every step that anybody may take, in any order; what must hold, holds after each. */
describe('any interleaving', () => {
  it('keeps every rule, and what a site has accepted never goes back', async () => {
    const { sites, item } = await newSitesWithItem(sql, organization, 2)
    // One host for both, so that caps take part too.
    for (const site of sites) await sql`update public.sites set destination_url = 'http://one.example/' where id = ${site}`
    const answers: Record<string, (delivery: Claimed) => Result> = { accepted, retried: (delivery) => retried(delivery), refused, gone }
    const answer = fc.oneof({ weight: 3, arbitrary: fc.constant('accepted') }, { weight: 2, arbitrary: fc.constantFrom('retried', 'refused') }, { weight: 1, arbitrary: fc.constant('gone') })
    const which = fc.nat(99)
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.record({ kind: fc.constant('start' as const), which: fc.nat(2), force: fc.boolean() }) },
      { weight: 4, arbitrary: fc.record({ kind: fc.constant('claim' as const), limit: fc.integer({ min: 0, max: 2 }), perHost: fc.constantFrom(1, 4) }) },
      { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('record' as const, 'exchange' as const), which, answer }) },
      { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('edit' as const, 'expire' as const, 'release' as const, 'cancel' as const), which }) },
      { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('replay' as const, 'rollback' as const, 'retry' as const, 'disable' as const, 'enable' as const), which }) },
    )
    const accepts = async () =>
      (await sql<{ sequence: number }[]>`
        select coalesce(accepted_sequence, 0)::integer as sequence from public.site_states where site_id = any (${sites}) order by site_id`).map(({ sequence }) => sequence)
    /** Whatever else goes wrong is wrong; these refusals are the right answers to a step that makes no sense just now. */
    const unless = (codes: string[]) => (error: unknown) => expect(codes).toContain((error as { code?: string }).code)
    const deliveries = async () =>
      await sql<{ id: string; site_id: string; job_id: string; status: string }[]>`
        select id, site_id, job_id, status from public.sync_deliveries where target_id = any (${sites}) order by created_at, id`
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 24 }), async (steps) => {
        const held: Claimed[] = []
        const jobs: string[] = []
        await sql`update public.sites set enabled = true where id = any (${sites})`
        let before = await accepts()
        for (const [index, taken] of steps.entries()) {
          const mine = held.length > 0 && 'which' in taken ? at(held, taken.which) : null
          if (taken.kind === 'start') {
            const run = startSync(admin, taken.which === 2 ? sites : [at(sites, taken.which)], { force: taken.force })
            await run.then(({ job_id }) => jobs.push(job_id), unless(['DS033']))
          } else if (taken.kind === 'claim') held.push(...(await claim(sql, 'w', { limit: taken.limit, perHost: taken.perHost })))
          else if (taken.kind === 'edit') await edit(sql, item, { text: `${taken.which} ${index}` })
          else if (taken.kind === 'disable' || taken.kind === 'enable') await toggle(at(sites, taken.which), taken.kind === 'enable')
          else if (taken.kind === 'cancel') {
            if (jobs.length > 0) await rpc(admin, 'cancel_sync', { job_id: at(jobs, taken.which) }).catch(unless(['DS035']))
          } else if (taken.kind === 'replay' || taken.kind === 'rollback' || taken.kind === 'retry') {
            const all = await deliveries()
            const chosen = all.length > 0 ? at(all, taken.which) : null
            if (chosen && taken.kind === 'replay') await rpc(admin, 'replay_delivery', { delivery_id: chosen.id, content: index % 2 ? 'original' : 'current' }).catch(unless(['DS036', 'DS038']))
            else if (chosen && taken.kind === 'rollback') await rpc(admin, 'rollback_site', { site_id: chosen.site_id, delivery_id: chosen.id }).catch(unless(['DS036', 'DS038']))
            else if (chosen) await rpc(admin, 'retry_failed', { job_id: chosen.job_id }).catch(unless(['DS036', 'DS039']))
          } else if (mine && taken.kind === 'record') await record(sql, [(answers[taken.answer] ?? accepted)(mine)])
          else if (mine && taken.kind === 'exchange') held.push(...(await exchange(sql, 'w', [(answers[taken.answer] ?? accepted)(mine)], { limit: 1 })).claimed)
          else if (mine && taken.kind === 'expire') await expireLease(sql, mine.delivery_id)
          else if (mine && taken.kind === 'release') await sql`select public.release_deliveries('w', ${[mine.lease_token]}::bigint[])`
          expect(await breaches(sql)).toEqual([])
          const after = await accepts()
          for (const [place, sequence] of after.entries()) expect(sequence).toBeGreaterThanOrEqual(before[place] ?? 0)
          before = after
        }
        await drain(sql)
        expect(await breaches(sql)).toEqual([])
        expect(await sql`select from public.sync_jobs where status in ('queued', 'running')`).toHaveLength(0)
      }),
      { numRuns: 20 },
    )
  })
})
