import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { nextRun } from '../../functions/_shared/core/schedule.ts'
import { startOwnStack, type OwnStack } from './own-stack.ts'
import {
  answer,
  call,
  jobEnd,
  openDatabase,
  openDestination,
  publishTo,
  rpc,
  signUp,
  until,
  type Destination,
  type Organization,
  type Person,
  type Sql,
} from './support.ts'

/** Runs by the clock. The stack's own ticker ticks as well, every ten seconds: nothing here may depend on whose tick it was. */

let own: OwnStack
let sql: Sql
let me: Person & { organization: Organization }
const destinations: Destination[] = []

beforeAll(async () => {
  own = await startOwnStack()
  sql = openDatabase(own.stack)
  me = await signUp(own.stack)
})
afterEach(async () => {
  // A schedule of an earlier test must not run into a later one.
  await sql`delete from public.schedules where organization_id = ${me.organization.id}`
  await Promise.all(destinations.splice(0).map((one) => one.close()))
})
afterAll(async () => {
  await sql.end()
  await own.close()
})

const tick = () => call(own.stack, 'tick', {}, { 'x-tick-secret': own.stack.tick_secret })

interface Schedule {
  id: string
  next_run_at: Date | null
  last_run_at: Date | null
  last_outcome: string
  problem: string | null
}

async function readSchedule(id: string): Promise<Schedule> {
  const [row] = await sql<Schedule[]>`select id, next_run_at, last_run_at, last_outcome, problem from public.schedules where id = ${id}`
  if (row === undefined) throw new Error(`there is no schedule ${id}`)
  return row
}

async function seen(id: string, what: string, matches: (schedule: Schedule) => boolean): Promise<Schedule> {
  return until(30_000, what, async () => {
    const schedule = await readSchedule(id)
    return matches(schedule) ? schedule : null
  })
}

const isPlanned = ({ next_run_at: next }: Schedule) => next !== null

/** Far from any minute of this test: only what a test makes due is due. */
const yearly = { name: 'Once a year', cron: '30 2 1 1 *', time_zone: 'Europe/Berlin' }

async function save(schedule: Record<string, unknown>): Promise<string> {
  return rpc<string>(me.client, 'save_schedule', { schedule: { ...yearly, ...schedule } })
}

async function makeDue(id: string, ago: string): Promise<void> {
  await sql`update public.schedules set next_run_at = now() - ${ago}::text::interval where id = ${id}`
}

const jobsOf = (id: string) =>
  sql<{ id: string; trigger: string; status: string }[]>`select id, trigger, status from public.sync_jobs where schedule_id = ${id} order by number`

describe('a schedule', () => {
  it('is planned by the tick, in its own time zone, and planned anew when it changes', async () => {
    const id = await save({})
    await tick()
    const planned = await seen(id, 'the schedule to be planned', isPlanned)
    const expected = nextRun(yearly.cron, yearly.time_zone, Date.now())
    expect(expected.ok && planned.next_run_at?.getTime() === expected.value).toBe(true)
    expect(planned).toMatchObject({ last_run_at: null, problem: null })

    await save({ id, time_zone: 'Asia/Kathmandu' })
    await tick()
    const moved = await seen(id, 'the schedule to be planned again', (schedule) => isPlanned(schedule) && schedule.next_run_at?.getTime() !== planned.next_run_at?.getTime())
    const inNepal = nextRun(yearly.cron, 'Asia/Kathmandu', Date.now())
    expect(inNepal.ok && moved.next_run_at?.getTime() === inNepal.value).toBe(true)
    expect(await jobsOf(id)).toHaveLength(0)
  })

  it('whose time was missed many times, and that many ticks meet at once, runs once and is drained', async () => {
    const { siteIds } = await publishTo(sql, me.organization, [null, null])
    const id = await save({ all_sites: false, site_ids: siteIds })
    await tick()
    await seen(id, 'the schedule to be planned', isPlanned)
    await makeDue(id, '3 days')
    const answers = await Promise.all(Array.from({ length: 5 }, tick))
    expect(answers.map(({ status }) => status)).toEqual(Array(5).fill(202))

    const after = await seen(id, 'the schedule to run', ({ last_run_at: last }) => last !== null)
    expect(after).toMatchObject({ last_outcome: 'started', problem: null })
    expect(after.next_run_at?.getTime()).toBeGreaterThan(Date.now())
    await tick()
    const jobs = await jobsOf(id)
    expect(jobs).toMatchObject([{ trigger: 'schedule' }])
    expect(await jobEnd(sql, jobs[0]?.id ?? '', 30_000)).toMatchObject({ status: 'success', succeeded: 2 })
  })

  it('that finds nothing to do leaves no run behind', async () => {
    const { siteIds } = await publishTo(sql, me.organization, [null])
    const id = await save({ all_sites: false, site_ids: siteIds })
    await tick()
    await seen(id, 'the schedule to be planned', isPlanned)
    await makeDue(id, '1 minute')
    await tick()
    await seen(id, 'the first run', ({ last_outcome: outcome }) => outcome === 'started')
    const [job] = await jobsOf(id)
    await jobEnd(sql, job?.id ?? '', 30_000)

    await makeDue(id, '1 minute')
    await tick()
    await seen(id, 'the second run', ({ last_outcome: outcome }) => outcome === 'nothing to do')
    expect(await jobsOf(id)).toHaveLength(1)
  })

  it('that cannot be planned says why, and is planned once it is corrected', async () => {
    const id = await save({ cron: '0 0 31 2 *' })
    await tick()
    const odd = await seen(id, 'the problem to be said', ({ problem }) => problem !== null)
    expect(odd).toMatchObject({ next_run_at: null, problem: '"0 0 31 2 *" names a day that never comes' })
    await save({ id, cron: '0 25 * * *' })
    await tick()
    await seen(id, 'the other problem to be said', ({ problem }) => problem?.includes('the hour "25" is not understood') ?? false)
    await save({ id, cron: yearly.cron })
    await tick()
    expect(await seen(id, 'the schedule to be planned', isPlanned)).toMatchObject({ problem: null })
  })

  it('that is off does not run', async () => {
    const id = await save({ enabled: false })
    await makeDue(id, '1 minute')
    await tick()
    await tick()
    expect(await readSchedule(id)).toMatchObject({ last_run_at: null })
    expect(await jobsOf(id)).toHaveLength(0)
  })

  it('of drift asks the sites that say themselves what they show', async () => {
    const site = await openDestination(answer(404))
    destinations.push(site)
    const { siteIds } = await publishTo(sql, me.organization, [site.url])
    const siteId = siteIds[0] ?? ''
    await sql`update public.sites set state_url = ${site.url} where id = ${siteId}`
    const id = await save({ kind: 'drift', all_sites: false, site_ids: siteIds })
    await tick()
    await seen(id, 'the schedule to be planned', isPlanned)
    await makeDue(id, '1 minute')
    await tick()
    await seen(id, 'the check', ({ last_run_at: last }) => last !== null)
    const state = await until(30_000, 'the site to be asked', async () => {
      await tick()
      const [row] = await sql<{ drift: string; drift_message: string | null }[]>`select drift, drift_message from public.site_states where site_id = ${siteId}`
      return row?.drift === 'unreachable' ? row : null
    })
    expect(state.drift_message).toBe('404 from destination')
    expect(site.requests.every(({ body }) => body === '')).toBe(true)
    expect(await jobsOf(id)).toHaveLength(0)
  })
})
