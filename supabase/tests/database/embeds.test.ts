/** Embeds that name their reference, because there are two: each row with its own, though every reference begins with the organization. */
import { afterAll, expect, inject, it } from 'vitest'
import { openWorld, read } from '../support/actors.ts'
import { newSitesWithItem } from '../support/fixtures.ts'
import { runToEnd } from '../support/runs.ts'

const world = openWorld(inject('stack'))
afterAll(() => world.close())

it('a run names the schedule that started it and a schedule its last run, also where there are several of both', async () => {
  const { sql } = world
  const admin = await world.newAdmin()
  await newSitesWithItem(sql, admin.organization, 1)
  const schedules = await sql<{ id: string; name: string }[]>`
    insert into public.schedules (organization_id, name, cron, enabled) select ${admin.organization.id}, n, '0 3 * * *', false from unnest(array['A', 'B', 'C']) n returning id, name`
  const jobs: string[] = []
  for (const schedule of schedules.slice(0, 2)) {
    const { job_id } = await runToEnd(sql, admin, { run: { force: true } })
    await sql`update public.sync_jobs set schedule_id = ${schedule.id} where id = ${job_id}`
    await sql`update public.schedules set last_job_id = ${job_id} where id = ${schedule.id}`
    jobs.push(job_id)
  }
  expect(await read(admin.client.from('sync_jobs').select('id, schedule:schedules!sync_jobs_organization_id_schedule_id_fkey(name)').order('number'))).toEqual([
    { id: jobs[0], schedule: { name: 'A' } }, { id: jobs[1], schedule: { name: 'B' } },
  ])
  expect(await read(admin.client.from('schedules').select('name, last:sync_jobs!schedules_organization_id_last_job_id_fkey(id)').order('name'))).toEqual([
    { name: 'A', last: { id: jobs[0] } }, { name: 'B', last: { id: jobs[1] } }, { name: 'C', last: null },
  ])
  // The other way round a reference has many, and each only its own.
  expect(await read(admin.client.from('schedules').select('name, runs:sync_jobs!sync_jobs_organization_id_schedule_id_fkey(id)').order('name'))).toEqual([
    { name: 'A', runs: [{ id: jobs[0] }] }, { name: 'B', runs: [{ id: jobs[1] }] }, { name: 'C', runs: [] },
  ])
})
