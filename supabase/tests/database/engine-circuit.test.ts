/** A destination that keeps failing: it is left alone for a while, then probed; one that is gone for good is left alone for ever. */
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openWorld, read } from '../support/actors.ts'
import { expectBetween, newSitesWithItem, only, startOver } from '../support/fixtures.ts'
import { breaches } from '../support/invariants.ts'
import { startQuietStack } from '../support/quiet-stack.ts'
import {
  accepted, claim, deliveryOf, gone, jobRow, logOf, planOf, record, refused, retried, startSync, type Claimed, type Result, type Started,
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

const newSite = async () => only((await newSitesWithItem(sql, organization, 1)).sites)
/** Without the way through the Data API: these tests need a hundred runs. */
const start = async (site: string) =>
  only(await sql<{ run: Started }[]>`select private.start_run(${organization.id}, ${admin.userId}, 'manual', ${[site]}::uuid[], '{"force": true}') as run`).run
const claimOne = async (job: string) => only(await claim(sql, 'w', { job }))

interface Circuit {
  circuit: string
  circuit_changed_at: Date | null
  not_before: Date | null
}
const stateOf = async (site: string) =>
  only(await sql<Circuit[]>`select circuit, circuit_changed_at, not_before from public.site_states where site_id = ${site}`)

/** One run of one attempt each, in this order. */
async function attempt(site: string, answers: readonly ((delivery: Claimed) => Result)[]): Promise<string> {
  let job = ''
  for (const answer of answers) {
    job = (await start(site)).job_id
    await record(sql, [answer(await claimOne(job))])
  }
  return job
}
const many = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value)

/** As if this much time had passed for a site. */
async function pass(site: string, seconds: number): Promise<void> {
  const ago = sql`make_interval(secs => ${seconds})`
  await sql`update public.delivery_attempts set created_at = created_at - ${ago} where site_id = ${site}`
  await sql`update public.site_states set circuit_changed_at = circuit_changed_at - ${ago}, not_before = not_before - ${ago} where site_id = ${site}`
  await sql`update public.sync_deliveries set next_attempt_at = next_attempt_at - ${ago} where target_id = ${site} and status in ('queued', 'retrying')`
}

const opening = (job: string) => logOf(sql, job).then((lines) => lines.filter(({ message }) => message.startsWith('Circuit')))

describe('the circuit of a site', () => {
  it('opens with the tenth attempt of which most failed, pauses what comes next, and says so', async () => {
    const site = await newSite()
    await attempt(site, many(9, refused))
    expect(await stateOf(site)).toMatchObject({ circuit: 'closed', not_before: null })
    const before = Date.now()
    const tenth = await attempt(site, [refused])
    const after = Date.now()
    const state = await stateOf(site)
    expect(state.circuit).toBe('open')
    expectBetween(state.circuit_changed_at?.getTime() ?? 0, before, after)
    expectBetween(state.not_before?.getTime() ?? 0, before + 30_000, after + 30_000)
    expect(await opening(tenth)).toMatchObject([
      { level: 'warn', site_id: site, message: 'Circuit open: 10 of 10 attempts in 5 minutes failed, one probe in 30.0 s' },
    ])
    const paused = await start(site)
    expect(await claim(sql, 'w', { job: paused.job_id })).toEqual([])
    expect((await logOf(sql, paused.job_id)).at(-1)).toMatchObject({ level: 'warn', message: expect.stringMatching(/^Waits (30\.0|[12]\d\.\d) s: circuit open, then one probe$/) as string })
    expect(only((await planOf(admin, [site])).sites).warnings).toContainEqual({
      code: 'circuit_open', message: 'The site is paused after failures; the delivery waits for the next probe.',
    })
  })

  it('pauses the retry of the delivery that opened it, and one that waits already behind it', async () => {
    const [retrying, waiting] = [await newSite(), await newSite()]
    for (const site of [retrying, waiting]) await attempt(site, many(9, refused))
    const { job_id } = await start(retrying)
    const before = Date.now()
    await record(sql, [retried(await claimOne(job_id), 500)])
    expectBetween((await deliveryOf(sql, job_id)).next_attempt_at?.getTime() ?? 0, before + 30_000, Date.now() + 30_000)
    const flying = await claimOne((await start(waiting)).job_id)
    const newer = await start(waiting)
    const again = Date.now()
    await record(sql, [refused(flying)])
    expectBetween((await deliveryOf(sql, newer.job_id)).next_attempt_at?.getTime() ?? 0, again + 30_000, Date.now() + 30_000)
    expect(await claim(sql, 'w', { job: newer.job_id })).toEqual([])
  })

  it('stays closed below ten attempts, and below seven failures of ten', async () => {
    const site = await newSite()
    await attempt(site, [...many(6, refused), ...many(4, accepted)])
    expect(await stateOf(site)).toMatchObject({ circuit: 'closed' })
    // 6 of 10 before, 7 of 11 with this one, 8 of 12 with the next: still under seven tenths.
    await attempt(site, [refused, refused])
    expect(await stateOf(site)).toMatchObject({ circuit: 'closed' })
    // 9 of 13 is not enough, 10 of 14 is.
    await attempt(site, [refused])
    expect(await stateOf(site)).toMatchObject({ circuit: 'closed' })
    const last = await attempt(site, [refused])
    expect(await stateOf(site)).toMatchObject({ circuit: 'open' })
    expect((await opening(last))[0]?.message).toBe('Circuit open: 10 of 14 attempts in 5 minutes failed, one probe in 30.0 s')
  })

  it('opens at exactly seven failures of ten', async () => {
    const site = await newSite()
    await attempt(site, [...many(3, accepted), ...many(7, refused)])
    expect(await stateOf(site)).toMatchObject({ circuit: 'open' })
  })

  it('forgets what is older than five minutes', async () => {
    const site = await newSite()
    await attempt(site, many(9, refused))
    await pass(site, 301)
    await attempt(site, many(9, refused))
    expect(await stateOf(site)).toMatchObject({ circuit: 'closed' })
    await attempt(site, [refused])
    expect(await stateOf(site)).toMatchObject({ circuit: 'open' })
  })

  it('counts attempts without an answer as failures, and those of other sites not at all', async () => {
    const [site, other] = [await newSite(), await newSite()]
    const timeout = (delivery: Claimed): Result => ({ ...refused(delivery), status_code: null, error: 'timeout', reason: 'No answer within 10.0 s' })
    await attempt(other, many(5, refused))
    await attempt(site, many(9, timeout))
    expect([(await stateOf(site)).circuit, (await stateOf(other)).circuit]).toEqual(['closed', 'closed'])
    await attempt(site, [timeout])
    expect([(await stateOf(site)).circuit, (await stateOf(other)).circuit]).toEqual(['open', 'closed'])
  })

  it('is half-open for one probe; with its success it closes and counts anew', async () => {
    const site = await newSite()
    await attempt(site, many(10, refused))
    const { job_id } = await start(site)
    expect(await claim(sql, 'w', { job: job_id })).toEqual([])
    await pass(site, 30)
    const probe = await claimOne(job_id)
    expect(await stateOf(site)).toMatchObject({ circuit: 'half_open' })
    const next = await start(site)
    expect(await claim(sql, 'w')).toEqual([])
    await record(sql, [accepted(probe)])
    expect(await stateOf(site)).toMatchObject({ circuit: 'closed' })
    expect((await opening(job_id)).map(({ level, message }) => [level, message])).toEqual([
      ['info', 'Circuit half-open, one probe: POST attempt 1 of 4, signed'],
      ['success', 'Circuit closed: the destination answers again'],
    ])
    await record(sql, [accepted(await claimOne(next.job_id))])
    expect(await opening(next.job_id)).toEqual([])
    // What failed before it closed is no reason to open it again: these are the second to the ninth attempt since.
    await attempt(site, many(8, refused))
    expect(await stateOf(site)).toMatchObject({ circuit: 'closed' })
    await attempt(site, [refused])
    expect(await stateOf(site)).toMatchObject({ circuit: 'open' })
  })

  it('opens again when the probe fails, for one more pause', async () => {
    const site = await newSite()
    await attempt(site, many(10, refused))
    const { job_id } = await start(site)
    for (const round of [1, 2]) {
      await pass(site, 30)
      const probe = await claimOne(job_id)
      expect(probe.attempt).toBe(round)
      const before = Date.now()
      await record(sql, [retried(probe, 500)])
      const { circuit, not_before } = await stateOf(site)
      expect(circuit).toBe('open')
      expectBetween(not_before?.getTime() ?? 0, before + 30_000, Date.now() + 30_000)
      expect((await opening(job_id)).at(-1)).toMatchObject({ level: 'warn', message: 'Circuit open again: the probe failed, next probe in 30.0 s' })
      expect(await claim(sql, 'w', { job: job_id })).toEqual([])
    }
  })

  it('keeps the longer of its own pause and what the destination asked for', async () => {
    const site = await newSite()
    await attempt(site, many(9, refused))
    const { job_id } = await start(site)
    const before = Date.now()
    await record(sql, [retried(await claimOne(job_id), 900_000)])
    expect(await stateOf(site)).toMatchObject({ circuit: 'open' })
    expectBetween((await deliveryOf(sql, job_id)).next_attempt_at?.getTime() ?? 0, before + 900_000, Date.now() + 900_000)
  })

  it('is one site’s own: a batch opens one and leaves the others as they are', async () => {
    const [bad, good] = [await newSite(), await newSite()]
    await attempt(bad, many(9, refused))
    const { job_id } = await startSync(admin, [bad, good], { force: true })
    const claimed = await claim(sql, 'w', { job: job_id })
    await record(sql, claimed.map((delivery) => (delivery.site_id === bad ? refused(delivery) : accepted(delivery))))
    expect([(await stateOf(bad)).circuit, (await stateOf(good)).circuit]).toEqual(['open', 'closed'])
    expect(await opening(job_id)).toMatchObject([{ site_id: bad }])
  })
})

describe('410', () => {
  const siteRow = async (site: string) =>
    only(await sql<{ enabled: boolean; disabled_reason: string | null }[]>`
      select s.enabled, st.disabled_reason from public.sites s join public.site_states st on st.site_id = s.id where s.id = ${site}`)

  it('disables the site with a reason, and ends the run', async () => {
    const site = await newSite()
    const { job_id } = await start(site)
    expect(await record(sql, [gone(await claimOne(job_id))])).toMatchObject({ jobs_finished: [job_id], rejected: [] })
    const row = await siteRow(site)
    expect(row.enabled).toBe(false)
    expect(row.disabled_reason).toMatch(/^The destination answered 410 Gone at \d{4}-\d\d-\d\d \d\d:\d\d UTC\.$/)
    expect((await logOf(sql, job_id)).find(({ level }) => level === 'error')).toMatchObject({ site_id: site, message: '410 from destination, the site is disabled now' })
    expect(await jobRow(sql, job_id)).toMatchObject({ status: 'failed', failed: 1 })
  })

  it('cancels what waits for the site, and ends the run that waited for nothing else', async () => {
    const site = await newSite()
    const flying = await claimOne((await start(site)).job_id)
    const newer = await start(site)
    await record(sql, [gone(flying)])
    expect(await deliveryOf(sql, newer.job_id)).toMatchObject({ status: 'cancelled', reason: 'the site was disabled' })
    expect(await jobRow(sql, newer.job_id)).toMatchObject({ status: 'success', message: 'Nothing to do: its sites were deleted or disabled', cancelled: 1 })
    expect(await claim(sql, 'w')).toEqual([])
  })

  it('concerns its own site alone in a batch of many', async () => {
    const { sites } = await newSitesWithItem(sql, organization, 3)
    const { job_id } = await startSync(admin, sites)
    const claimed = await claim(sql, 'w', { job: job_id })
    const [first] = sites
    await record(sql, claimed.map((delivery) => (delivery.site_id === first ? gone(delivery) : accepted(delivery))))
    expect(await Promise.all(sites.map(async (site) => (await siteRow(site)).enabled))).toEqual([false, true, true])
    expect(await jobRow(sql, job_id)).toMatchObject({ status: 'partial', succeeded: 2, failed: 1 })
  })

  it('is shown in the plan, and forgotten once somebody enables the site again', async () => {
    const site = await newSite()
    await record(sql, [gone(await claimOne((await start(site)).job_id))])
    const other = await newSite()
    const planned = (await planOf(admin, [site, other])).sites.find(({ site_id }) => site_id === site)
    expect(planned?.warnings).toEqual([{ code: 'site_disabled', message: expect.stringMatching(/^The site is disabled: a run skips it\. The destination answered 410 Gone at .+ UTC\.$/) as string }])
    await read(admin.client.from('sites').update({ region: 'North' }).eq('id', site))
    expect((await siteRow(site)).disabled_reason).not.toBeNull()
    await read(admin.client.from('sites').update({ enabled: true }).eq('id', site))
    expect(await siteRow(site)).toEqual({ enabled: true, disabled_reason: null })
    const { job_id } = await start(site)
    await record(sql, [accepted(await claimOne(job_id))])
    expect(await jobRow(sql, job_id)).toMatchObject({ status: 'success' })
  })
})

describe('a site that is disabled during a run', () => {
  const disable = (site: string) => read(admin.client.from('sites').update({ enabled: false }).eq('id', site))

  it('takes what waits with it and lets end what is in flight', async () => {
    const { sites: [waiting = '', flying = '', stays = ''] } = await newSitesWithItem(sql, organization, 3)
    const { job_id } = await startSync(admin, [waiting, flying, stays])
    const claimed = await claim(sql, 'w', { job: job_id })
    const of = (site: string) => claimed.find(({ site_id }) => site_id === site) as Claimed
    await record(sql, [retried(of(waiting), 60_000)])
    await disable(waiting)
    await disable(flying)
    expect(await record(sql, [accepted(of(flying)), accepted(of(stays))])).toEqual({ jobs_finished: [job_id], rejected: [] })
    expect(await jobRow(sql, job_id)).toMatchObject({ status: 'success', message: '2 of 2 sites accepted', succeeded: 2, cancelled: 1 })
  })

  it('gets no retry, and nothing that its worker gives back or loses', async () => {
    const { sites: [failing = '', returned = '', lost = ''] } = await newSitesWithItem(sql, organization, 3)
    const { job_id } = await startSync(admin, [failing, returned, lost])
    const claimed = await claim(sql, 'w', { job: job_id })
    const of = (site: string) => claimed.find(({ site_id }) => site_id === site) as Claimed
    for (const site of [failing, returned, lost]) await disable(site)
    await record(sql, [retried(of(failing), 1)])
    expect((await logOf(sql, job_id)).at(-1)?.message).toBe('500 from destination (simulated), not repeated: the site is disabled')
    await sql`select public.release_deliveries('w', ${[of(returned).lease_token]}::bigint[])`
    await sql`update public.sync_deliveries set lease_expires_at = clock_timestamp() where id = ${of(lost).delivery_id}`
    expect(await claim(sql, 'w')).toEqual([])
    expect(await sql`select status, reason from public.sync_deliveries where job_id = ${job_id} order by site_id = ${failing} desc`).toEqual([
      { status: 'cancelled', reason: '500 from destination (simulated)' },
      { status: 'cancelled', reason: 'the site was disabled' }, { status: 'cancelled', reason: 'the site was disabled' },
    ])
    expect(await jobRow(sql, job_id)).toMatchObject({ status: 'success', message: 'Nothing to do: its sites were deleted or disabled' })
  })
})
