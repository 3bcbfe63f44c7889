/** The figures of the home page: what they count, and over which runs. */
import { afterAll, describe, expect, inject, it } from 'vitest'
import { openWorld, rpc, type Member } from '../support/actors.ts'
import { edit, newItem, newSite, newSitesWithItem } from '../support/fixtures.ts'
import { refused, runToEnd } from '../support/runs.ts'

const world = openWorld(inject('stack'))
const { sql } = world
afterAll(world.close)

interface Figures {
  sites: number
  sites_up_to_date: number
  sites_behind: { id: string; name: string }[]
  published: number
  drafts: number
  last_job: Record<string, unknown> | null
  success_rate: number | null
  jobs_counted: number
  jobs_not_whole: number
  median_ms: number | null
  durations: { id: string; number: number; status: string; ms: number }[]
  next_runs: { kind: string; name: string; at: string | null }[]
}

const figures = (who: Member) => rpc<Figures>(who, 'dashboard')

describe('dashboard', () => {
  it('of a new organization is all zero, and says nothing about runs', async () => {
    expect(await figures(await world.newAdmin())).toEqual({
      sites: 0, sites_up_to_date: 0, sites_behind: [], sites_unhealthy: 0, attention: [], attention_count: 0, published: 0, drafts: 0, last_job: null, success_rate: null,
      jobs_counted: 0, jobs_not_whole: 0, median_ms: null, durations: [], next_runs: [], firing: [],
      steps: {
        dismissed: false, type: false, item: false, site: false, mapping: false, review: false, run: false, landing: false,
        organization_slug: expect.stringMatching(/^organization-/) as string, site_slug: null,
      },
    })
  })

  it('counts enabled sites, names the first five that are behind, and follows what they accept', async () => {
    const admin = await world.newAdmin()
    const { sites, item, type } = await newSitesWithItem(sql, admin.organization, 6)
    for (const [index, id] of sites.entries()) await sql`update public.sites set name = ${`Site ${index}`} where id = ${id}`
    await newSite(sql, admin.organization, { name: 'Resting', enabled: false })
    await newItem(sql, admin.organization, type, { status: 'draft' })
    await newItem(sql, admin.organization, type, { status: 'archived' })
    const before = await figures(admin)
    expect(before).toMatchObject({ sites: 6, sites_up_to_date: 0, published: 1, drafts: 1 })
    expect(before.sites_behind.map(({ name }) => name)).toEqual(['Site 0', 'Site 1', 'Site 2', 'Site 3', 'Site 4'])
    await runToEnd(sql, admin, { sites: sites.slice(0, 5) })
    expect(await figures(admin)).toMatchObject({ sites_up_to_date: 5, sites_behind: [{ id: sites[5], name: 'Site 5' }] })
    await edit(sql, item, { text: 'edited' })
    expect(await figures(admin)).toMatchObject({ sites_up_to_date: 0 })
  })

  it('rates the runs that sent something, of the last 30 days, and shows the last one whatever it was', async () => {
    const admin = await world.newAdmin()
    const viewer = await world.newMember(admin.organization, 'viewer')
    const { sites, item } = await newSitesWithItem(sql, admin.organization, 1)
    const good = await runToEnd(sql, admin)
    await edit(sql, item, { text: 'refused' })
    const bad = await runToEnd(sql, admin, { answer: refused })
    const old = await runToEnd(sql, admin, { run: { force: true }, answer: refused })
    const idle = await runToEnd(sql, admin, { sites })
    expect(idle).toMatchObject({ skipped: 0 })
    const nothing = await runToEnd(sql, admin)
    expect(nothing).toMatchObject({ skipped: 1, status: 'success' })
    const times: [string, number, number][] = [[good.job_id, 1, 100], [bad.job_id, 2, 300], [old.job_id, 31, 9_000], [idle.job_id, 3, 200]]
    for (const [job, days, ms] of times) {
      await sql`
        update public.sync_jobs set created_at = now() - make_interval(days => ${days}::int),
          finished_at = now() - make_interval(days => ${days}::int) + make_interval(secs => ${ms / 1000}::float8) where id = ${job}`
    }
    const seen = await figures(viewer)
    expect(seen).toMatchObject({ jobs_counted: 3, jobs_not_whole: 1, median_ms: 200, last_job: { id: nothing.job_id, number: 5, status: 'success' } })
    expect(seen.success_rate).toBeCloseTo(2 / 3)
    // Oldest first, as a sparkline reads.
    expect(seen.durations.map(({ ms, status }) => [ms, status])).toEqual([[200, 'success'], [300, 'failed'], [100, 'success']])
    expect(seen.last_job).not.toHaveProperty('organization_id')
  })

  it('names what runs next, also a schedule whose first time the tick has still to work out', async () => {
    const admin = await world.newAdmin()
    const save = (name: string) => rpc<string>(admin, 'save_schedule', { schedule: { name, cron: '0 9 * * 1', time_zone: 'UTC' } })
    const [planned] = [await save('Planned'), await save('New')]
    await sql`update public.schedules set next_run_at = '2999-01-07T09:00Z' where id = ${planned}`
    await sql`update public.schedules set next_run_at = null where name = 'New' and organization_id = ${admin.organization.id}`
    expect((await figures(admin)).next_runs.map(({ name, at }) => [name, at === null])).toEqual([['Planned', false], ['New', true]])
  })
})
