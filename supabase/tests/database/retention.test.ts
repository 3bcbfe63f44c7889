/** What is kept how long: logs and attempts by the organization's days, bodies while a rollback offers them. Time is moved, never waited for. */
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { expectRefusal, openWorld, rpc, type Member, type Organization } from '../support/actors.ts'
import { edit, newSitesWithItem, only } from '../support/fixtures.ts'
import { breaches } from '../support/invariants.ts'
import { startQuietStack } from '../support/quiet-stack.ts'
import { accepted, claim, deliveriesOf, deliveryOf, jobRow, logOf, record, refused, runToEnd, startSync, type Claimed, type Result } from '../support/runs.ts'

const stack = await startQuietStack()
const world = openWorld(stack)
const { sql } = world
afterAll(async () => {
  await world.close()
  await stack.close()
})

let admin: Member
let organization: Organization
beforeEach(async () => {
  admin = await world.newAdmin()
  organization = admin.organization
})
afterEach(async () => {
  expect(await breaches(sql)).toEqual([])
  await sql`delete from public.organizations`
})

/** Makes a run, its deliveries and what came of them this many days older. */
async function age(job: string, days: number): Promise<void> {
  const ago = sql`make_interval(days => ${days})`
  await sql`update public.sync_jobs set created_at = created_at - ${ago}, started_at = started_at - ${ago}, finished_at = finished_at - ${ago} where id = ${job}`
  await sql`update public.sync_deliveries set created_at = created_at - ${ago}, finished_at = finished_at - ${ago} where job_id = ${job}`
}
const remove = async (rows = 5_000) =>
  only(await sql<{ removed: { lines: number; attempts: number; bodies: number } }[]>`select private.remove_expired(${rows}) as removed`).removed
const trim = async (rows = 5_000) =>
  only(await sql<{ removed: { bodies: number; snapshots: number } }[]>`select private.trim_histories(${rows}) as removed`).removed
const attemptsOf = async (job: string) =>
  (await sql`select from public.delivery_attempts a join public.sync_deliveries d on d.id = a.delivery_id where d.job_id = ${job}`).length
const run = (sites: string[], answer: (delivery: Claimed) => Result = accepted, receive = false) =>
  runToEnd(sql, admin, { sites, run: { force: true }, answer, receive })

describe('logs and attempts', () => {
  it('are removed once they are older than the organization keeps them; the run itself stays', async () => {
    const { sites } = await newSitesWithItem(sql, organization, 2)
    const [old, young] = [await run(sites, refused), await run(sites, refused)]
    await age(old.job_id, 91)
    await age(young.job_id, 89)
    const lines = (await logOf(sql, old.job_id)).length
    expect(await remove()).toEqual({ lines, attempts: 2, bodies: 2 })
    expect(await logOf(sql, old.job_id)).toEqual([])
    expect(await attemptsOf(old.job_id)).toBe(0)
    expect(await jobRow(sql, old.job_id)).toMatchObject({ status: 'failed', failed: 2, attempts: 2, logs_removed_at: expect.any(Date) as Date })
    for (const row of await deliveriesOf(sql, old.job_id)) {
      expect(row).toMatchObject({ status: 'failed', body: null, body_hash: expect.stringMatching(/^[0-9a-f]{64}$/) as string, reason: '404 from destination' })
    }
    expect((await logOf(sql, young.job_id)).length).toBeGreaterThan(0)
    expect(await attemptsOf(young.job_id)).toBe(2)
    expect(await jobRow(sql, young.job_id)).toMatchObject({ logs_removed_at: null })
    expect(await remove()).toEqual({ lines: 0, attempts: 0, bodies: 0 })
  })

  it('are removed in batches, and marked as removed only when nothing is left', async () => {
    const { sites } = await newSitesWithItem(sql, organization, 6)
    const { job_id } = await run(sites, refused)
    await age(job_id, 100)
    const lines = (await logOf(sql, job_id)).length
    expect(await remove(4)).toEqual({ lines: 4, attempts: 4, bodies: 4 })
    expect(await jobRow(sql, job_id)).toMatchObject({ logs_removed_at: null })
    expect(await remove(4)).toEqual({ lines: 4, attempts: 2, bodies: 2 })
    let left = lines - 8
    while (left > 0) {
      expect(await jobRow(sql, job_id)).toMatchObject({ logs_removed_at: null })
      expect((await remove(4)).lines).toBe(Math.min(4, left))
      left -= 4
    }
    expect(await jobRow(sql, job_id)).toMatchObject({ logs_removed_at: expect.any(Date) as Date })
  })

  it('of several runs share a batch, and no run is called clean while it still has a body', async () => {
    const { sites } = await newSitesWithItem(sql, organization, 5)
    const runs = [await run(sites, refused), await run(sites, refused), await run(sites, refused)]
    for (const { job_id } of runs) await age(job_id, 100)
    for (let round = 0; round < 40; round += 1) {
      await remove(3)
      const half = await sql`
        select from public.sync_jobs j where j.logs_removed_at is not null and (
          exists (select from public.job_logs l where l.job_id = j.id)
          or exists (select from public.sync_deliveries d where d.job_id = j.id and d.status <> 'success' and d.body is not null)
          or exists (select from public.sync_deliveries d join public.delivery_attempts a on a.delivery_id = d.id where d.job_id = j.id))`
      expect(half).toHaveLength(0)
    }
    for (const { job_id } of runs) expect(await jobRow(sql, job_id)).toMatchObject({ logs_removed_at: expect.any(Date) as Date })
  })

  it('may be gone before the last body is: that run is not done with yet', async () => {
    const { sites } = await newSitesWithItem(sql, organization, 6)
    const { job_id } = await run(sites, refused)
    await age(job_id, 100)
    await sql`delete from public.job_logs where job_id = ${job_id}`
    await sql`delete from public.delivery_attempts a using public.sync_deliveries d where d.id = a.delivery_id and d.job_id = ${job_id}`
    expect(await remove(4)).toEqual({ lines: 0, attempts: 0, bodies: 4 })
    expect(await jobRow(sql, job_id)).toMatchObject({ logs_removed_at: null })
    expect(await remove(4)).toMatchObject({ bodies: 2 })
    expect(await jobRow(sql, job_id)).toMatchObject({ logs_removed_at: expect.any(Date) as Date })
  })

  it('of a run that goes on are kept, whenever it began', async () => {
    const { sites } = await newSitesWithItem(sql, organization, 2)
    const { job_id } = await startSync(admin, sites)
    const [first] = await claim(sql, 'w', { job: job_id, limit: 1 })
    await record(sql, [refused(first as Claimed)])
    await age(job_id, 400)
    expect(await remove()).toEqual({ lines: 0, attempts: 0, bodies: 0 })
    expect(await attemptsOf(job_id)).toBe(1)
    await record(sql, (await claim(sql, 'w', { job: job_id })).map(accepted))
  })

  it('are kept as long as their own organization wishes', async () => {
    const other = await world.newAdmin()
    const { sites } = await newSitesWithItem(sql, organization, 1)
    const theirs = (await newSitesWithItem(sql, other.organization, 1)).sites
    const [ours, foreign] = [await run(sites, refused), await runToEnd(sql, other, { sites: theirs, answer: refused })]
    for (const { job_id } of [ours, foreign]) await age(job_id, 30)
    await rpc(admin, 'set_retention', { days: 7 })
    expect(await remove()).toMatchObject({ attempts: 1 })
    expect([await attemptsOf(ours.job_id), await attemptsOf(foreign.job_id)]).toEqual([0, 1])
    await rpc(other, 'set_retention', { days: 29 })
    await rpc(admin, 'set_retention', { days: 3_650 })
    expect(await remove()).toMatchObject({ attempts: 1 })
    expect(await attemptsOf(foreign.job_id)).toBe(0)
  })

  it('are removed by the tick', async () => {
    const { sites } = await newSitesWithItem(sql, organization, 1)
    const { job_id } = await run(sites, refused)
    await age(job_id, 91)
    await sql`update private.engine_state set last_tick_at = now() - interval '2 hours'`
    await sql`select public.tick()`
    expect(await jobRow(sql, job_id)).toMatchObject({ logs_removed_at: expect.any(Date) as Date })
  })
})

describe('bodies', () => {
  it('that a site accepted are kept for a rollback: the last fifty and the current one, whatever their age', async () => {
    const { sites: [site = ''], item } = await newSitesWithItem(sql, organization, 1)
    const jobs: string[] = []
    for (let n = 0; n < 53; n += 1) {
      await edit(sql, item, { count: n })
      jobs.push((await run([site], accepted, true)).job_id)
    }
    // The oldest first: the first run 300 days ago, the last one 248.
    for (const [index, job] of jobs.entries()) await age(job, 300 - index)
    const bodies = async () => (await Promise.all(jobs.map(async (job) => (await deliveryOf(sql, job)).body !== null)))
    expect((await remove()).bodies).toBe(0)
    expect((await bodies()).filter(Boolean)).toHaveLength(53)

    expect((await trim(1)).bodies).toBe(1)
    expect((await trim()).bodies).toBe(1)
    expect(await trim()).toEqual({ bodies: 0, snapshots: 0 })
    // Fifty besides the current one, which is the newest here.
    expect(await bodies()).toEqual(jobs.map((_, index) => index >= 2))
    const offered = await rpc<{ delivery_id: string }[]>(admin, 'site_rollbacks', { site_id: site })
    expect(offered).toHaveLength(50)
    for (const { delivery_id } of offered) {
      expect(only(await sql`select body is not null as kept from public.sync_deliveries where id = ${delivery_id}`)).toEqual({ kept: true })
    }
    // The receiver's own history is cut by number alone.
    expect(await sql`select from public.destination_snapshot_history where site_id = ${site}`).toHaveLength(50)
    expect(only(await sql`select min(sequence)::integer as first from public.destination_snapshot_history where site_id = ${site}`)).toEqual({ first: 4 })
    // Still undone to the oldest that is offered.
    const oldest = offered.at(-1)?.delivery_id ?? ''
    const back = await rpc<{ job_id: string }>(admin, 'rollback_site', { site_id: site, delivery_id: oldest })
    await record(sql, (await claim(sql, 'w', { job: back.job_id })).map(accepted))
    expect(await jobRow(sql, back.job_id)).toMatchObject({ status: 'success' })
  })

  it('beyond the last fifty are kept while they are young', async () => {
    const { sites: [site = ''] } = await newSitesWithItem(sql, organization, 1)
    const jobs: string[] = []
    for (let n = 0; n < 53; n += 1) jobs.push((await run([site])).job_id)
    for (const job of jobs) await age(job, 89)
    expect((await trim()).bodies).toBe(0)
    await rpc(admin, 'set_retention', { days: 30 })
    expect((await trim()).bodies).toBe(2)
  })

  it('of the current delivery stay, also where an older one was rolled back to long ago', async () => {
    const { sites: [site = ''], item } = await newSitesWithItem(sql, organization, 1)
    const first = await run([site])
    await edit(sql, item, { text: 'newer' })
    await run([site], refused)
    await age(first.job_id, 1_000)
    await remove()
    await trim()
    const { accepted_delivery_id: id } = only(await sql<{ accepted_delivery_id: string }[]>`select accepted_delivery_id from public.site_states where site_id = ${site}`)
    expect(await deliveryOf(sql, first.job_id)).toMatchObject({ id, status: 'success', body: expect.any(String) as string })
    // The plan still says field by field what would change.
    const plan = await rpc<{ sites: { changes: object[] }[] }>(admin, 'plan_sync', { site_ids: [site] })
    expect(plan.sites[0]?.changes).toMatchObject([{ kind: 'changed', fields: [{ field: 'text', before: null, after: 'newer' }] }])
  })

  it('of skipped deliveries never were', async () => {
    const { sites } = await newSitesWithItem(sql, organization, 1)
    await run(sites)
    const { job_id } = await startSync(admin, sites)
    expect(await deliveryOf(sql, job_id)).toMatchObject({ status: 'skipped', body: null, body_hash: expect.stringMatching(/^[0-9a-f]{64}$/) as string })
  })
})

describe('ids that the receiver has seen', () => {
  it('are forgotten after 90 days, when nobody repeats them any more', async () => {
    const { sites: [site = ''] } = await newSitesWithItem(sql, organization, 1)
    const receive = async (id: string, sequence: number) =>
      only(await sql<{ answer: { applied: boolean; duplicate: boolean } }[]>`select public.receive_delivery(${site}, ${id}, ${sequence}, '{"items":[]}') as answer`).answer
    await receive('msg_old', 1)
    await receive('msg_new', 2)
    await sql`update private.destination_receipts set received_at = received_at - interval '91 days' where webhook_id = 'msg_old'`
    await remove()
    expect(await sql`select webhook_id from private.destination_receipts where site_id = ${site}`).toEqual([{ webhook_id: 'msg_new' }])
    // Should it come again after all, its sequence is old.
    expect(await receive('msg_old', 1)).toMatchObject({ applied: false, duplicate: false })
    expect(await receive('msg_new', 2)).toMatchObject({ duplicate: true })
  })
})

describe('requests for approval', () => {
  it('that are closed go when they are older than their organization keeps; open ones, and the one that a run names, stay', async () => {
    await newSitesWithItem(sql, organization, 1)
    const editor = await world.newMember(organization, 'editor')
    // Nothing of it was accepted, so that it may go.
    const { job_id } = await runToEnd(sql, admin, { answer: refused })
    const add = (title: string, state: string, days: number, more: { decidedDays?: number; job?: string } = {}) => sql`
      insert into public.plan_approvals (organization_id, title, plan_hash, site_ids, site_hashes, requested_by, state, requested_at, decided_at, job_id)
      values (${organization.id}, ${title}, repeat('a', 64), array[gen_random_uuid()], array['x'], ${editor.userId}, ${state}, now() - make_interval(days => ${days}),
        now() - make_interval(days => ${more.decidedDays ?? null}::integer), ${more.job ?? null})`
    for (const state of ['used', 'rejected', 'outdated', 'withdrawn']) {
      await add(`${state}, old`, state, 91)
      await add(`${state}, young`, state, 89)
    }
    await add('rejected lately', 'rejected', 91, { decidedDays: 1 })
    await add('of a run', 'used', 91, { job: job_id })
    await add('pending, old', 'pending', 91)
    await add('approved, old', 'approved', 91)
    const left = async () => (await sql<{ title: string }[]>`select title from public.plan_approvals where organization_id = ${organization.id} order by title`).map(({ title }) => title)
    const kept = ['approved, old', 'of a run', 'outdated, young', 'pending, old', 'rejected lately', 'rejected, young', 'used, young', 'withdrawn, young']
    // No more of them at once than of anything else.
    await remove(3)
    expect(await left()).toHaveLength(kept.length + 1)
    await remove()
    expect((await left()).sort()).toEqual([...kept].sort())
    // That time has gone by is nobody's act.
    expect(await sql`select from public.audit_log where organization_id = ${organization.id} and subject_kind = 'plan_approvals' and action = 'deleted'`).toEqual([])
    await sql`delete from public.sync_jobs where id = ${job_id}`
    await remove()
    expect((await left()).sort()).toEqual(kept.filter((title) => title !== 'of a run').sort())
  })
})

describe('set_retention', () => {
  const days = async () => only(await sql<{ days: number }[]>`select retention_days as days from public.organizations where id = ${organization.id}`).days

  it('is between a week and ten years, 90 days at first, and for admins', async () => {
    expect(await days()).toBe(90)
    for (const wrong of [6, 0, -1, 3_651, null]) await expectRefusal(rpc(admin, 'set_retention', { days: wrong }), 'DS043', 'Logs are kept for 7 to 3,650 days.')
    const editor = await world.newMember(organization, 'editor')
    await expectRefusal(rpc(editor, 'set_retention', { days: 30 }), 'DS002', 'Your role does not allow you to change how long logs are kept.')
    expect(await days()).toBe(90)
    for (const right of [7, 3_650]) {
      await rpc(admin, 'set_retention', { days: right })
      expect(await days()).toBe(right)
    }
  })
})
