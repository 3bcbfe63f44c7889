import { median, percentile, printRow } from '../lib/figures.ts'
import { createOrganization, fill, invokeSync, jobEnd, rpc, type StartedJob } from '../lib/organization.ts'
import type { Ground } from './ground.ts'

/** One of 100 sites takes the request and never answers: what do the other 99 notice? Runs with and without it, in turn. */

const sites = 100
const aim = 1.2

export async function benchNeighbour({ stack, sql, sink }: Ground, rounds: number): Promise<void> {
  const organization = await createOrganization(stack)
  await fill(sql, organization, { sites, items: 1, letters: 1_800, destination: sink.url })
  await sql`update public.sites set timeout_seconds = 30 where organization_id = ${organization.id}`
  const silent = '/site/50'

  async function run(hanging: boolean): Promise<number> {
    await sink.reset(hanging ? [silent] : [])
    const job = await rpc<StartedJob>(organization.client, 'start_sync', { options: { force: true } })
    await invokeSync(stack, organization, job.job_id)
    const times = await acceptedAfterMs(job.job_id, sites - Number(hanging))
    // It answers after all, so that nobody waits for its 30 s.
    await sink.release()
    await jobEnd(sql, job.job_id)
    return percentile(times, 0.99)
  }

  /** Milliseconds from the start of the run to the acceptance, for the sites that answer. */
  async function acceptedAfterMs(jobId: string, answering: number): Promise<number[]> {
    const deadline = performance.now() + 25_000
    for (;;) {
      const rows = await sql<{ ms: number }[]>`
        select (extract(epoch from d.finished_at - j.created_at) * 1000)::float8 as ms
        from public.sync_deliveries d join public.sync_jobs j on j.id = d.job_id where j.id = ${jobId} and d.status = 'success'`
      if (rows.length >= answering) return rows.map(({ ms }) => ms)
      if (performance.now() > deadline) throw new Error(`only ${rows.length} of ${answering} sites had accepted after 25 s`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  // Compilers, caches and the sites' secrets.
  await run(false)
  const without: number[] = []
  const beside: number[] = []
  for (let round = 0; round < 2 * rounds; round++) {
    without.push(await run(false))
    beside.push(await run(true))
  }
  const ratio = median(beside) / median(without)
  printRow({
    bench: 'neighbour',
    name: 'one of 100 sites hangs',
    rounds: without.length,
    p99_without_ms: Math.round(median(without)),
    p99_beside_ms: Math.round(median(beside)),
    range_without_ms: range(without),
    range_beside_ms: range(beside),
    ratio: Math.round(ratio * 100) / 100,
    aim,
    met: ratio <= aim,
  })
}

const range = (values: readonly number[]): number[] => [Math.round(Math.min(...values)), Math.round(Math.max(...values))]
