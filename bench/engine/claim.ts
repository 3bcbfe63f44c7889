import postgres from 'postgres'
import { withThrowawayDatabase } from '../../supabase/embedded/cli/throwaway-database.ts'
import { superuser } from '../../supabase/embedded/postgres/cluster.ts'
import { median, percentile, printRow } from '../lib/figures.ts'
import { concurrency } from './delivery.ts'

/**
 * How long a claim takes when few and when very many deliveries wait, in a database of its own: whatever drains a
 * stack's deliveries would take these for work.
 */

const waiting = [10_000, 100_000, 1_000_000]
const sites = 10_000
const samples = 50
const flatWithin = 2

/** What the waiting ones look like; a third of them each. */
const jobs = {
  built_in: `''`,
  many_hosts: `'http://host-' || n % 200 || ':80'`,
  /** The older half all wait for one host, which has room for four. */
  behind_a_full_host: `case when n <= last / 2 then 'http://busy:80' else 'http://host-' || n % 200 || ':80' end`,
}

type JobName = keyof typeof jobs

export async function benchClaim(): Promise<void> {
  const medians = new Map<string, number[]>()
  await withThrowawayDatabase(async (databaseUrl) => {
    const sql = postgres(databaseUrl.replace('//postgres:', `//${superuser}:`).replace(/\?.*$/, ''), { max: 1, onnotice: () => undefined, idle_timeout: 0 })
    try {
      const jobIds = await prepare(sql)
      let done = 0
      for (const count of waiting) {
        for (const name of Object.keys(jobs) as JobName[]) await addWaiting(sql, jobIds[name], jobs[name], Math.floor(done / 3), Math.floor(count / 3))
        done = count
        await sql.unsafe('vacuum analyze')
        for (const [name, jobId] of [...Object.entries(jobIds), ['any_job', null] as const]) {
          const times = await sample(sql, jobId)
          medians.set(name, [...(medians.get(name) ?? []), median(times)])
          printRow({ bench: 'claim', name, waiting: count, claimed: concurrency, samples, median_ms: tenth(median(times)), p95_ms: tenth(percentile(times, 0.95)) })
        }
      }
    } finally {
      await sql.end()
    }
  })
  for (const [name, values] of medians) {
    const ratio = (values.at(-1) ?? NaN) / (values[0] ?? NaN)
    printRow({ bench: 'claim', name: `summary ${name}`, ratio_1m_to_10k: Math.round(ratio * 100) / 100, aim: flatWithin, met: ratio <= flatWithin })
  }
}

/** Rows go in without triggers and foreign keys: what is measured is how they are found. */
async function prepare(sql: postgres.Sql): Promise<Record<JobName, string>> {
  await sql`set session_replication_role = replica`
  const [organization] = await sql<{ id: string }[]>`insert into public.organizations (name, slug) values ('Bench', 'bench') returning id`
  if (organization === undefined) throw new Error('there is no organization')
  await sql`
    with site as (
      insert into public.sites (organization_id, name, slug)
      select ${organization.id}::uuid, 'Site ' || n, 'site-' || n from generate_series(1, ${sites}::integer) n returning id, organization_id
    )
    insert into public.site_states (site_id, organization_id) select id, organization_id from site`
  const ids = {} as Record<JobName, string>
  for (const [index, name] of (Object.keys(jobs) as JobName[]).entries()) {
    const [job] = await sql<{ id: string }[]>`
      insert into public.sync_jobs (organization_id, number, status) values (${organization.id}, ${index + 1}, 'running') returning id`
    ids[name] = job?.id ?? ''
  }
  return ids
}

async function addWaiting(sql: postgres.Sql, jobId: string, origin: string, from: number, to: number): Promise<void> {
  await sql.unsafe(
    `with site as (select array_agg(id) as ids from public.sites)
     insert into public.sync_deliveries (organization_id, job_id, target_id, target_name, target_slug, site_id, destination_origin, sequence,
       body, body_hash, body_bytes, item_count, status, next_attempt_at)
     select j.organization_id, j.id, gen_random_uuid(), 'Site ' || n, 'site-' || n, site.ids[1 + n % ${sites}], ${origin}, 1,
       '{"version":1,"items":[]}', 'hash', 24, 0, 'queued', now() - interval '2 hours' + n * interval '1 millisecond'
     from public.sync_jobs j, site, (select n, max(n) over () as last from generate_series($2::integer + 1, $3::integer) n) n
     where j.id = $1::uuid`,
    [jobId, from, to],
  )
}

/** Each claim is undone, so that all find the same. */
async function sample(sql: postgres.Sql, jobId: string | null): Promise<number[]> {
  const times: number[] = []
  for (let n = 0; n < samples; n++) {
    await sql
      .begin(async (tx) => {
        const started = performance.now()
        const claimed = await tx`select delivery_id from public.claim_deliveries('bench', ${concurrency}::integer, ${jobId}::uuid, 4, ${concurrency}::integer)`
        times.push(performance.now() - started)
        if (claimed.length !== concurrency) throw new Error(`${claimed.length} deliveries were claimed instead of ${concurrency}`)
        throw new Undo()
      })
      .catch((error: unknown) => {
        if (!(error instanceof Undo)) throw error
      })
  }
  return times
}

class Undo extends Error {}

const tenth = (ms: number): number => Math.round(ms * 10) / 10
