/** What a schedule has done, running one by hand, and the calendar of runs and publish windows. */
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { expectRefusal, openWorld, read, rpc, type Member } from '../support/actors.ts'
import { newSitesWithItem, only } from '../support/fixtures.ts'
import { startQuietStack } from '../support/quiet-stack.ts'
import { accepted, claim, record, runToEnd } from '../support/runs.ts'

const stack = await startQuietStack()
const world = openWorld(stack)
const { sql } = world
afterAll(async () => {
  await world.close()
  await stack.close()
})

let admin: Member
let item: string
let sites: string[]
beforeEach(async () => {
  admin = await world.newAdmin()
  ;({ item, sites } = await newSitesWithItem(sql, admin.organization, 2))
})

const save = (schedule: object = {}) =>
  rpc<string>(admin, 'save_schedule', { schedule: { name: 'Nightly', cron: '0 3 * * *', time_zone: 'UTC', all_sites: true, enabled: false, ...schedule } })
const runNow = (id: string, who: Member = admin) => rpc<{ job_id: string | null; status: string | null; outcome: string }>(who, 'run_schedule_now', { schedule_id: id })
interface Run {
  planned_for: string | null
  started_by: string | null
  outcome: string
  job_id: string | null
}
const runsOf = (id: string, who: Member = admin) =>
  read<Run[]>(who.client.from('schedule_runs').select('planned_for, started_by, outcome, job_id').eq('schedule_id', id).order('ran_at'))

describe('run_schedule_now', () => {
  it('does what the clock does, also while the schedule is off, and leaves its next time', async () => {
    const id = await save({ all_sites: false, site_ids: [sites[0]] })
    const { job_id, status, outcome } = await runNow(id)
    expect({ status, outcome }).toEqual({ status: 'queued', outcome: 'started' })
    const job = only(await sql`select trigger, schedule_id, created_by, total from public.sync_jobs where id = ${job_id}`)
    expect(job).toEqual({ trigger: 'schedule', schedule_id: id, created_by: admin.userId, total: 1 })
    expect(only(await sql`select enabled, next_run_at, last_outcome, last_job_id from public.schedules where id = ${id}`)).toEqual({
      enabled: false, next_run_at: null, last_outcome: 'started', last_job_id: job_id,
    })
    expect(await runsOf(id)).toEqual([{ planned_for: null, started_by: admin.userId, outcome: 'started', job_id }])
  })

  it('that has nothing to send says so, and makes no run', async () => {
    await runToEnd(sql, admin, { receive: true })
    const id = await save()
    expect(await runNow(id)).toEqual({ job_id: null, status: null, outcome: 'nothing to do' })
    expect(await runsOf(id)).toMatchObject([{ outcome: 'nothing to do', job_id: null }])
  })

  it('passes sites on hold by: a rollback is not undone by pressing a button elsewhere', async () => {
    await runToEnd(sql, admin, { receive: true })
    await sql`update public.site_states set on_hold = true, on_hold_since = now() where site_id = ${sites[0] ?? ''}`
    await sql`update public.content_items set data = data || '{"headline": "new"}' where id = ${item}`
    const id = await save()
    const { job_id } = await runNow(id)
    expect(await sql`select d.target_id from public.sync_deliveries d where d.job_id = ${job_id} and d.status = 'queued'`).toMatchObject([{ target_id: sites[1] }])
    expect(only(await sql`select on_hold from public.site_states where site_id = ${sites[0] ?? ''}`)).toEqual({ on_hold: true })
  })

  it('checks drift where that is what the schedule does', async () => {
    await runToEnd(sql, admin, { receive: true })
    expect(await runNow(await save({ kind: 'drift' }))).toEqual({ job_id: null, status: null, outcome: '0 of 2 sites drifted' })
  })

  it('is for admins, and for schedules of their own', async () => {
    const id = await save()
    const editor = await world.newMember(admin.organization, 'editor')
    await expectRefusal(runNow(id, editor), 'DS002', /run a schedule/)
    const stranger = await world.newAdmin()
    await expectRefusal(runNow(id, stranger), 'DS042', /no such schedule/)
    expect(await runsOf(id)).toEqual([])
  })
})

describe('schedule_runs', () => {
  it('holds the runs by the clock with their time, is read by members alone, and written by nobody', async () => {
    const id = await save({ enabled: true })
    const seen = only(await sql<{ seen: string }[]>`update public.schedules set next_run_at = clock_timestamp() - interval '1 minute' where id = ${id} returning next_run_at::text as seen`).seen
    const { job_id } = only(await sql<{ answer: { job_id: string } }[]>`
      select public.run_schedule(${id}, ${seen}::text::timestamptz, now() + interval '1 day') as answer`).answer
    await record(sql, (await claim(sql, 'w', { job: job_id })).map(accepted))
    const viewer = await world.newMember(admin.organization, 'viewer')
    const runs = await runsOf(id, viewer)
    expect(runs).toMatchObject([{ started_by: null, outcome: 'started', job_id }])
    expect(Date.parse(runs[0]?.planned_for ?? '')).toBe(Date.parse(seen))
    expect(await runsOf(id, await world.newAdmin())).toEqual([])
    await expectRefusal(read(admin.client.from('schedule_runs').delete().eq('schedule_id', id)), '42501', /permission denied/)
    await expectRefusal(read(admin.client.from('schedule_runs').insert({ schedule_id: id, outcome: 'started', organization_id: admin.organization.id })), '42501', /permission denied/)
  })

  it('keeps the last thousand of a schedule', async () => {
    await runToEnd(sql, admin, { receive: true })
    const id = await save()
    await sql`
      insert into public.schedule_runs (organization_id, schedule_id, ran_at, outcome)
      select ${admin.organization.id}, ${id}, now() - make_interval(mins => n), 'nothing to do' from generate_series(1, 1000) n`
    await runNow(id)
    const [kept] = await sql`select count(*)::int as runs, count(*) filter (where ran_at < now() - interval '1000 minutes')::int as oldest from public.schedule_runs where schedule_id = ${id}`
    expect(kept).toEqual({ runs: 1000, oldest: 0 })
  })
})

describe('calendar', () => {
  interface Calendar {
    runs: { day: string; schedule_id: string | null; trigger: string; total: number; failed: number; jobs: { number: number }[] }[]
    quiet: { day: string; schedule_id: string; total: number; outcome: string }[]
    windows: { title: string; opens: boolean; at: string }[]
  }
  const calendar = (from: string, to: string, zone = 'UTC', who: Member = admin) => rpc<Calendar>(who, 'calendar', { range_start: from, range_end: to, zone })
  const november = (who?: Member, zone?: string) => calendar('2025-11-01T00:00:00Z', '2025-12-01T00:00:00Z', zone, who)

  it('counts runs by the days of the zone, and names the latest', async () => {
    await sql`
      insert into public.sync_jobs (organization_id, number, status, trigger, created_at, finished_at)
      select ${admin.organization.id}, n, case n when 2 then 'failed' else 'success' end, 'manual', t, t
      from unnest(array['2025-11-10T22:30Z', '2025-11-10T23:30Z', '2025-11-12T10:00Z', '2025-12-01T00:00Z']::timestamptz[]) with ordinality x(t, n)`
    const { runs } = await november()
    expect(runs.map(({ day, total, failed }) => [day, total, failed])).toEqual([['2025-11-10', 2, 1], ['2025-11-12', 1, 0]])
    expect(runs[0]?.jobs.map(({ number }) => number)).toEqual([2, 1])
    expect((await november(admin, 'Europe/Berlin')).runs.map(({ day, total }) => [day, total])).toEqual([['2025-11-10', 1], ['2025-11-11', 1], ['2025-11-12', 1]])
  })

  it('knows what ran without a job, and when content goes out and comes off', async () => {
    const id = await save()
    await sql`
      insert into public.schedule_runs (organization_id, schedule_id, ran_at, outcome)
      values (${admin.organization.id}, ${id}, '2025-11-05T03:00Z', 'nothing to do'), (${admin.organization.id}, ${id}, '2025-11-05T04:00Z', '1 of 2 sites drifted')`
    await sql`update public.content_items set publish_at = '2025-11-20T08:00Z', unpublish_at = '2025-12-20T08:00Z' where id = ${item}`
    const { quiet, windows } = await november()
    expect(quiet).toMatchObject([{ day: '2025-11-05', schedule_id: id, total: 2, outcome: '1 of 2 sites drifted' }])
    expect(windows).toMatchObject([{ opens: true }])
    expect(windows).toHaveLength(1)
  })

  it('shows nothing of others, and refuses what is no range or no zone', async () => {
    await sql`update public.content_items set publish_at = '2025-11-20T08:00Z' where id = ${item}`
    expect(await november(await world.newAdmin())).toEqual({ runs: [], quiet: [], windows: [] })
    expect((await november(await world.newMember(admin.organization, 'viewer'))).windows).toHaveLength(1)
    await expectRefusal(calendar('2025-01-01T00:00:00Z', '2025-12-01T00:00:00Z'), 'DS110', /at most 70 days/)
    await expectRefusal(calendar('2025-12-01T00:00:00Z', '2025-11-01T00:00:00Z'), 'DS110', /at most 70 days/)
    await expectRefusal(november(admin, 'Mars/Olympus'), 'DS040', /not a time zone/)
  })
})
