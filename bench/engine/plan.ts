import { cpuWithChildrenMs } from '../lib/cpu.ts'
import { median, printRow } from '../lib/figures.ts'
import { createOrganization, fill, invokeSync, jobEnd, rpc, type Organization, type StartedJob } from '../lib/organization.ts'
import type { Ground } from './ground.ts'

/** 1,000 sites x 100 items: planned and started as the app does, over the Data API, as a signed-in editor. Then the delta. */

const sites = 1_000
const items = 100
const aimMs = 3_000

export async function benchPlan(ground: Ground, rounds: number): Promise<void> {
  const { stack, sql, sink } = ground
  const organization = await createOrganization(stack)
  await fill(sql, organization, { sites, items, letters: 200, destination: sink.url })

  const first = await planAndStart(ground, organization)
  await invokeSync(stack, organization, first.job.job_id)
  await jobEnd(sql, first.job.job_id)
  report('first run', [first])

  const changed: Planned[] = []
  for (let round = 0; round < Math.min(rounds, 3); round++) {
    await sql`
      update public.content_items set data = data || jsonb_build_object('text', ${`Changed in round ${round}`}::text)
      where id = (select id from public.content_items where organization_id = ${organization.id} order by id limit 1)`
    const planned = await planAndStart(ground, organization)
    changed.push(planned)
    await invokeSync(stack, organization, planned.job.job_id)
    await jobEnd(sql, planned.job.job_id)
  }
  report('one item changed everywhere', changed)

  await benchDelta(ground, organization)
}

interface Planned {
  planMs: number
  startMs: number
  /** PostgreSQL's processor time for both. */
  cpuMs: number
  job: StartedJob
}

async function planAndStart({ postgresPid }: Ground, { client }: Organization): Promise<Planned> {
  const cpu = cpuWithChildrenMs(postgresPid)
  const started = performance.now()
  const plan = await rpc<{ hash: string }>(client, 'plan_sync', { detail: false })
  const planMs = performance.now() - started
  const job = await rpc<StartedJob>(client, 'start_sync', { options: { expected_plan_hash: plan.hash } })
  if (job.total !== sites) throw new Error(`the run has ${job.total} sites instead of ${sites}`)
  return { planMs, startMs: performance.now() - started - planMs, cpuMs: cpuWithChildrenMs(postgresPid) - cpu, job }
}

function report(name: string, planned: readonly Planned[]): void {
  const plan = median(planned.map(({ planMs }) => planMs))
  const start = median(planned.map(({ startMs }) => startMs))
  printRow({
    bench: 'plan',
    name,
    sites,
    items,
    samples: planned.length,
    plan_ms: Math.round(plan),
    start_ms: Math.round(start),
    sum_ms: Math.round(plan + start),
    postgres_cpu_ms: Math.round(median(planned.map(({ cpuMs }) => cpuMs))),
    aim_ms: aimMs,
    met: plan + start < aimMs,
  })
}

/** One site in a hundred gets something of its own; the others have it already and are asked nothing. */
async function benchDelta({ stack, sql, sink }: Ground, organization: Organization): Promise<void> {
  const share = sites / 100
  await sql`
    update public.site_item_mappings m set mode = 'override', overrides = jsonb_build_object('text', 'Only here')
    where m.organization_id = ${organization.id}
      and m.site_id in (select id from public.sites where organization_id = ${organization.id} order by id limit ${share})
      and m.item_id = (select id from public.content_items where organization_id = ${organization.id} order by id limit 1)`
  await sink.reset()
  const job = await rpc<StartedJob>(organization.client, 'start_sync')
  await invokeSync(stack, organization, job.job_id)
  const status = await jobEnd(sql, job.job_id)
  const { requests } = await sink.count()
  printRow({ bench: 'delta', name: '1 % changed', sites, changed: share, skipped: job.skipped, requests, status, aim_requests: share, met: requests === share })
}
