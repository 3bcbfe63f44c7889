/** Schedules: who may write them, when they are due, and that a due time runs once. Cron itself is core/schedule.ts's; SQL keeps the next time. */
import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { expectRefusal, openDatabase, openWorld, read, rpc, type Member, type Organization } from '../support/actors.ts'
import { openTransaction, untilBlocked } from '../support/blocking.ts'
import { edit, expectBetween, mapItems, newItem, newSite, newSitesWithItem, newType, only } from '../support/fixtures.ts'
import { breaches } from '../support/invariants.ts'
import { startQuietStack } from '../support/quiet-stack.ts'
import { accepted, claim, deliveriesOf, jobRow, logOf, record, runToEnd } from '../support/runs.ts'

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
let sites: string[]
let item: string
beforeEach(async () => {
  admin = await world.newAdmin()
  organization = admin.organization
  ;({ sites, item } = await newSitesWithItem(sql, organization, 2))
})
afterEach(async () => {
  expect(await breaches(sql)).toEqual([])
  await sql`delete from public.organizations`
})

interface Schedule {
  id: string
  kind: string
  name: string
  cron: string
  time_zone: string
  all_sites: boolean
  enabled: boolean
  next_run_at: Date | null
  last_run_at: Date | null
  last_job_id: string | null
  last_outcome: string
  problem: string | null
  created_by: string | null
}

const hourly = { kind: 'publish', name: 'Every hour', cron: '0 * * * *', time_zone: 'Europe/Berlin', all_sites: true, enabled: true }
const save = (schedule: object, who: Member = admin) => rpc<string>(who, 'save_schedule', { schedule })
const rowOf = async (id: string) => only(await sql<Schedule[]>`select * from public.schedules where id = ${id}`)
const sitesOf = async (id: string) => (await sql<{ site: string }[]>`select site_id as site from public.schedule_sites where schedule_id = ${id} order by 1`).map(({ site }) => site)
const due = async () => await sql<{ id: string; kind: string; cron: string; time_zone: string; next_run_at: Date | null }[]>`select * from public.due_schedules()`

interface Ran {
  ran: boolean
  job_id: string | null
}
/** Times as text: a JavaScript date would lose the microseconds by which a tick knows what it has seen. */
const run = async (id: string, seen: string | null, next: string | null, problem: string | null = null, db = sql) =>
  only(await db<{ answer: Ran }[]>`select public.run_schedule(${id}, ${seen}::text::timestamptz, ${next}::text::timestamptz, ${problem}) as answer`).answer
const seenOf = async (id: string) => only(await sql<{ seen: string | null }[]>`select next_run_at::text as seen from public.schedules where id = ${id}`).seen
const inSeconds = async (seconds: number) => only(await sql<{ at: string }[]>`select (clock_timestamp() + make_interval(secs => ${seconds}))::text as at`).at
const makeDue = (id: string, secondsAgo = 1) => sql`update public.schedules set next_run_at = clock_timestamp() - make_interval(secs => ${secondsAgo}) where id = ${id}`

/** What a tick does with one due schedule: the next time comes from cron, here it is in an hour. */
async function runDue(id: string): Promise<Ran> {
  return run(id, await seenOf(id), await inSeconds(3_600))
}
const finish = async (job: string | null) => record(sql, (await claim(sql, 'w', { job })).map(accepted))
const jobCount = async () => (await sql`select from public.sync_jobs where organization_id = ${organization.id}`).length

describe('save_schedule', () => {
  it('makes a schedule that the next tick plans', async () => {
    const id = await save(hourly)
    expect(await rowOf(id)).toMatchObject({ ...hourly, next_run_at: null, last_run_at: null, last_job_id: null, last_outcome: '', problem: null, created_by: admin.userId })
    expect(await due()).toEqual([{ id, kind: 'publish', cron: '0 * * * *', time_zone: 'Europe/Berlin', next_run_at: null }])
    const next = await inSeconds(1_800)
    expect(await run(id, null, next)).toEqual({ ran: false, job_id: null })
    expect(await seenOf(id)).toBe(next)
    expect(await due()).toEqual([])
    expect(await jobCount()).toBe(0)
  })

  it('keeps the chosen sites, and changes them', async () => {
    const [one = '', two = ''] = sites
    const id = await save({ ...hourly, all_sites: false, site_ids: [one, one] })
    expect(await sitesOf(id)).toEqual([one])
    await save({ id, all_sites: false, site_ids: [two] })
    expect(await sitesOf(id)).toEqual([two])
    expect(await rowOf(id)).toMatchObject({ name: 'Every hour', cron: '0 * * * *', all_sites: false })
    await sql`delete from public.sites where id = ${two}`
    expect(await sitesOf(id)).toEqual([])
    await save({ id, all_sites: true })
    expect(await rowOf(id)).toMatchObject({ all_sites: true })
  })

  it('is planned anew when its time changes, and not when its name does', async () => {
    const id = await save(hourly)
    const planned = async () => {
      await sql`update public.schedules set next_run_at = now() + interval '1 hour', problem = 'an old problem' where id = ${id}`
    }
    for (const change of [{ cron: '30 * * * *' }, { time_zone: 'UTC' }, { enabled: false }, { enabled: true }]) {
      await planned()
      await save({ id, ...change })
      expect(await rowOf(id), JSON.stringify(change)).toMatchObject({ next_run_at: null, problem: null })
    }
    await planned()
    await save({ id, name: 'Renamed', kind: 'drift' })
    await save({ id, cron: '30 * * * *' })
    expect(await rowOf(id)).toMatchObject({ name: 'Renamed', kind: 'drift', next_run_at: expect.any(Date) as Date, problem: 'an old problem' })
  })

  it('refuses what is none, and writes nothing', async () => {
    const stranger = await world.newAdmin()
    const { sites: [foreign = ''] } = await newSitesWithItem(sql, stranger.organization, 1)
    await expectRefusal(save({ ...hourly, time_zone: 'Mars/Olympus' }), 'DS040', '"Mars/Olympus" is not a time zone.')
    await expectRefusal(save({ ...hourly, all_sites: false, site_ids: [] }), 'DS041', 'The schedule has no site.')
    await expectRefusal(save({ ...hourly, all_sites: false }), 'DS041', 'The schedule has no site.')
    for (const unknown of [foreign, randomUUID()]) {
      await expectRefusal(save({ ...hourly, all_sites: false, site_ids: [sites[0], unknown] }), 'DS032', 'One of the chosen sites is not in this organization.')
    }
    for (const bad of [{ cron: '* * * *' }, { cron: '* * * * * *' }, { name: ' ' }, { kind: 'backup' }]) {
      await expect(save({ ...hourly, ...bad }), JSON.stringify(bad)).rejects.toMatchObject({ code: '23514' })
    }
    expect(await sql`select from public.schedules`).toHaveLength(0)
    const id = await save(hourly)
    await expectRefusal(save({ id: randomUUID(), name: 'x' }), 'DS042', 'There is no such schedule in this organization.')
    await expectRefusal(save({ ...hourly, id }, stranger), 'DS042', 'There is no such schedule in this organization.')
  })

  it('is for admins: others read', async () => {
    const id = await save(hourly)
    for (const role of ['editor', 'viewer'] as const) {
      const member = await world.newMember(organization, role)
      await expectRefusal(save(hourly, member), 'DS002', 'Your role does not allow you to change schedules.')
      expect(await read(member.client.from('schedules').select('id'))).toEqual([{ id }])
      expect(await read(member.client.from('schedules').update({ name: 'Mine' }).eq('id', id).select())).toEqual([])
      expect(await read(member.client.from('schedules').delete().eq('id', id).select())).toEqual([])
      await expectRefusal(read(member.client.from('schedules').insert({ name: 'Mine', cron: '* * * * *' })), '42501', 'row-level security policy for table "schedules"')
      await expectRefusal(read(member.client.from('schedule_sites').insert({ schedule_id: id, site_id: sites[0], organization_id: organization.id })), '42501', 'permission denied for table schedule_sites')
    }
    expect(await read(admin.client.from('schedules').update({ enabled: false }).eq('id', id).select('enabled'))).toEqual([{ enabled: false }])
    await expectRefusal(read(admin.client.from('schedules').update({ next_run_at: '2026-01-01' }).eq('id', id)), '42501', 'permission denied for table schedules')
    expect(await read(admin.client.from('schedules').delete().eq('id', id).select('id'))).toEqual([{ id }])
  })
})

describe('a due schedule', () => {
  it('starts a run for every enabled site, marked as its own, and is due again at the next time', async () => {
    const resting = await newSite(sql, organization, { enabled: false })
    await mapItems(sql, organization, [{ site_id: resting, item_id: item }])
    const id = await save(hourly)
    await makeDue(id)
    expect((await due()).map((row) => row.id)).toEqual([id])
    const before = Date.now()
    const next = await inSeconds(3_600)
    const answer = await run(id, await seenOf(id), next)
    expect(answer).toEqual({ ran: true, job_id: expect.any(String) as string })
    expect(await jobRow(sql, answer.job_id ?? '')).toMatchObject({ trigger: 'schedule', schedule_id: id, status: 'queued', created_by: null, total: 2 })
    expect((await deliveriesOf(sql, answer.job_id ?? '')).map(({ site_id }) => site_id).sort()).toEqual([...sites].sort())
    const row = await rowOf(id)
    expect(row).toMatchObject({ last_job_id: answer.job_id, last_outcome: 'started' })
    expectBetween(row.last_run_at?.getTime() ?? 0, before, Date.now())
    expect(await seenOf(id)).toBe(next)
    expect(await due()).toEqual([])
    await finish(answer.job_id)
  })

  it('runs for the chosen sites alone, without those on hold or disabled', async () => {
    const [free = '', held = ''] = sites
    const { sites: [resting = '', unchosen = ''] } = await newSitesWithItem(sql, organization, 2)
    await sql`update public.sites set enabled = false where id = ${resting}`
    await sql`update public.site_states set on_hold = true, hold_reason = 'Rolled back' where site_id = ${held}`
    const id = await save({ ...hourly, all_sites: false, site_ids: [free, held, resting] })
    await makeDue(id)
    const { job_id } = await runDue(id)
    const outcome = Object.fromEntries((await deliveriesOf(sql, job_id ?? '')).map(({ site_id, status, reason }) => [site_id ?? '', [status, reason]]))
    expect(outcome).toEqual({ [free]: ['queued', ''], [held]: ['skipped', 'on hold after a rollback'], [resting]: ['skipped', 'the site is disabled'] })
    expect(Object.keys(outcome)).not.toContain(unchosen)
    expect(only(await sql`select on_hold from public.site_states where site_id = ${held}`)).toEqual({ on_hold: true })
    await finish(job_id)
  })

  it('leaves no run where there is nothing to do, and says so', async () => {
    const [one = '', two = ''] = sites
    const id = await save(hourly)
    await makeDue(id)
    const { job_id } = await runDue(id)
    await finish(job_id)
    const before = await jobCount()
    const nothing = async (what: string, schedule = id) => {
      await makeDue(schedule)
      expect(await runDue(schedule), what).toEqual({ ran: true, job_id: null })
      expect(await jobCount(), what).toBe(before)
      expect(await rowOf(schedule), what).toMatchObject({ last_outcome: 'nothing to do', last_job_id: schedule === id ? job_id : null, last_run_at: expect.any(Date) as Date })
    }
    await nothing('all is sent')
    await edit(sql, item, { text: 'new' })
    await sql`update public.site_states set on_hold = true where organization_id = ${organization.id}`
    await nothing('all is on hold')
    await sql`update public.sites set enabled = false where organization_id = ${organization.id}`
    await nothing('all is disabled')
    const chosen = await save({ ...hourly, all_sites: false, site_ids: [one, two] })
    await nothing('all that was chosen is disabled', chosen)
    await sql`delete from public.sites where organization_id = ${organization.id}`
    await nothing('all that was chosen is deleted', chosen)
    await nothing('there is no site')
  })

  it('runs once for all the times that were missed', async () => {
    const id = await save(hourly)
    await makeDue(id, 7 * 3_600)
    const seen = await seenOf(id)
    const { job_id } = await run(id, seen, await inSeconds(600))
    await finish(job_id)
    expect(await due()).toEqual([])
    expect(await jobCount()).toBe(1)
    // A tick that still holds the old time does nothing.
    await edit(sql, item, { text: 'new' })
    expect(await run(id, seen, await inSeconds(600))).toEqual({ ran: false, job_id: null })
    expect(await jobCount()).toBe(1)
  })

  it('is run by one of two ticks at once', async () => {
    const id = await save(hourly)
    await makeDue(id)
    const [seen, next] = [await seenOf(id), await inSeconds(3_600)]
    const first = await openTransaction(many)
    await first.session`select public.run_schedule(${id}, ${seen}::text::timestamptz, ${next}::text::timestamptz)`
    const second = run(id, seen, next, null, many)
    await untilBlocked(sql, first.pid, 1)
    await first.commit()
    expect(await second).toEqual({ ran: false, job_id: null })
    expect(await jobCount()).toBe(1)
  })

  it('is run by one of eight ticks at once, the same for several schedules', async () => {
    const ids = await Promise.all([1, 2, 3].map((n) => save({ ...hourly, name: `Schedule ${n}` })))
    for (const id of ids) await makeDue(id)
    const seen = new Map(await Promise.all(ids.map(async (id) => [id, await seenOf(id)] as const)))
    const next = await inSeconds(3_600)
    const answers = await Promise.all(Array.from({ length: 8 }, () => ids.map((id) => run(id, seen.get(id) ?? null, next, null, many))).flat())
    expect(answers.filter(({ ran }) => ran)).toHaveLength(3)
  })

  it('does not run when it was changed, disabled or deleted since the tick looked', async () => {
    const id = await save(hourly)
    await makeDue(id)
    const seen = await seenOf(id)
    await save({ id, cron: '15 * * * *' })
    expect(await run(id, seen, await inSeconds(60))).toEqual({ ran: false, job_id: null })
    expect(await rowOf(id)).toMatchObject({ next_run_at: null })
    await makeDue(id)
    await sql`update public.schedules set enabled = false where id = ${id}`
    await makeDue(id)
    expect(await due()).toEqual([])
    expect(await runDue(id)).toEqual({ ran: false, job_id: null })
    await sql`delete from public.schedules where id = ${id}`
    expect(await run(id, seen, null)).toEqual({ ran: false, job_id: null })
    expect(await jobCount()).toBe(0)
  })

  it('keeps a problem instead of a next time, until it is corrected', async () => {
    const id = await save({ ...hourly, cron: '0 0 31 2 *' })
    expect(await run(id, null, null, 'There is no such day.')).toEqual({ ran: false, job_id: null })
    expect(await rowOf(id)).toMatchObject({ problem: 'There is no such day.', next_run_at: null })
    expect(await due()).toEqual([])
    await save({ id, cron: '0 0 28 2 *' })
    expect(await rowOf(id)).toMatchObject({ problem: null })
    expect((await due()).map((row) => row.id)).toEqual([id])
    // A due one may turn out to have no further time: then it does not run half.
    await makeDue(id)
    expect(await run(id, await seenOf(id), null, 'Nothing more.')).toEqual({ ran: false, job_id: null })
    expect(await jobCount()).toBe(0)
  })

  it('skips a site whose payload is too large, says so as an error, and serves the others', async () => {
    const type = await newType(sql, organization)
    const [heavy = '', ...others] = sites
    for (let n = 0; n < 3; n += 1) {
      const item = await newItem(sql, organization, type)
      await sql`update public.content_items set data = jsonb_build_object('headline', 'x', 'text', repeat('x', 400000)) where id = ${item}`
      await mapItems(sql, organization, [{ site_id: heavy, item_id: item, position: n }])
    }
    const id = await save(hourly)
    await makeDue(id)
    const { job_id } = await runDue(id)
    const deliveries = await deliveriesOf(sql, job_id ?? '')
    expect(deliveries.find(({ target_id }) => target_id === heavy)).toMatchObject({ status: 'skipped', reason: 'its payload is larger than 1 MB' })
    expect(deliveries.filter(({ status }) => status === 'queued')).toHaveLength(others.length)
    expect(await logOf(sql, job_id ?? '')).toContainEqual(
      expect.objectContaining({ level: 'error', site_id: heavy, message: 'Skipped: its payload is larger than 1 MB (4 items)' }))
    await finish(job_id)
  })

  it('leaves one failed run with the reason where the only payload is too large, and not one each time', async () => {
    const type = await newType(sql, organization)
    const heavy = [await newItem(sql, organization, type), await newItem(sql, organization, type), await newItem(sql, organization, type)]
    for (const id of heavy) await sql`update public.content_items set data = jsonb_build_object('headline', 'x', 'text', repeat('x', 400000)) where id = ${id}`
    await mapItems(sql, organization, heavy.map((item_id, position) => ({ site_id: sites[0] ?? '', item_id, position })))
    const id = await save({ ...hourly, all_sites: false, site_ids: sites.slice(0, 1) })
    await makeDue(id)
    expect(await runDue(id)).toEqual({ ran: true, job_id: null })
    const job = (await rowOf(id)).last_job_id ?? ''
    expect(await rowOf(id)).toMatchObject({ last_outcome: expect.stringMatching(/^The payload of ".+" is 1\.2 MB;/) as string })
    expect(await jobRow(sql, job)).toMatchObject({ status: 'failed', schedule_id: id, trigger: 'schedule', total: 0 })
    expect((await logOf(sql, job)).map(({ level }) => level)).toEqual(['error'])
    for (let again = 0; again < 3; again += 1) {
      await makeDue(id)
      await runDue(id)
    }
    expect(await jobCount()).toBe(1)
    expect(await rowOf(id)).toMatchObject({ last_job_id: job })
    // Mended, it runs; and a second time it fails it says so again.
    await sql`update public.content_items set status = 'archived' where id = any (${heavy})`
    await makeDue(id)
    const { job_id } = await runDue(id)
    await finish(job_id)
    await sql`update public.content_items set status = 'published' where id = any (${heavy})`
    await makeDue(id)
    await runDue(id)
    expect(await jobCount()).toBe(3)
  })

  it('that checks for drift says what it found, and starts no run', async () => {
    await runToEnd(sql, admin, { receive: true })
    const id = await save({ ...hourly, kind: 'drift' })
    await sql`update public.destination_snapshots set body = replace(body, 'A note', 'Another') where site_id = ${sites[0] ?? ''}`
    await makeDue(id)
    expect(await runDue(id)).toEqual({ ran: true, job_id: null })
    expect(await rowOf(id)).toMatchObject({ last_outcome: '1 of 2 sites drifted', last_job_id: null })
    expect(await jobCount()).toBe(1)
  })

  it('outlives its run, and its run outlives it', async () => {
    const id = await save(hourly)
    await makeDue(id)
    const { job_id } = await runDue(id)
    await finish(job_id)
    await sql`delete from public.sync_jobs where id = ${job_id}`
    expect(await rowOf(id)).toMatchObject({ last_job_id: null, last_outcome: 'started' })
    await edit(sql, item, { text: 'new' })
    await makeDue(id)
    const next = await runDue(id)
    await finish(next.job_id)
    await sql`delete from public.schedules where id = ${id}`
    expect(await jobRow(sql, next.job_id ?? '')).toMatchObject({ schedule_id: null, status: 'success' })
    // Numbers of runs have no gap; this one was removed by hand.
    await sql`update public.sync_jobs set number = 1 where id = ${next.job_id}`
  })
})
