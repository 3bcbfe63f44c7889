/** What is shown after every fault: nothing lost, nothing applied twice, the run ended, its log without gaps. */
import type { Sql } from 'postgres'
import { expect } from 'vitest'
import { breaches } from '../support/invariants.ts'
import type { Receiver } from './receivers.ts'

export interface Counts {
  /** Sites that do not hold what their delivery says, by the receiver's own account. */
  lost: number
  /** Payloads that were applied once more than they should. */
  appliedTwice: number
  /** Requests that the receivers knew already and dropped. */
  duplicatesSent: number
  deliveries: number
}

interface SentDelivery {
  site_id: string
  webhook_id: string
  body: string
  destination_url: string | null
}

/** Of a run in which every site should have accepted its payload. */
export async function countAtReceivers(sql: Sql, jobId: string, receivers: readonly Receiver[]): Promise<Counts> {
  const deliveries = await sql<SentDelivery[]>`
    select d.site_id, d.webhook_id, d.body, s.destination_url
    from public.sync_deliveries d join public.sites s on s.id = d.site_id where d.job_id = ${jobId}`
  const counts: Counts = { lost: 0, appliedTwice: 0, duplicatesSent: 0, deliveries: deliveries.length }
  const count = (delivery: SentDelivery, applied: readonly { id: string; body: string }[], duplicates: number) => {
    if (!applied.some(({ id, body }) => id === delivery.webhook_id && body === delivery.body)) counts.lost += 1
    counts.appliedTwice += Math.max(0, applied.length - 1)
    counts.duplicatesSent += duplicates
  }
  for (const delivery of deliveries.filter(({ destination_url }) => destination_url !== null)) {
    const { origin, pathname } = new URL(delivery.destination_url ?? '')
    const site = receivers.find((receiver) => receiver.url('') === `${origin}/`)?.sites.get(pathname)
    count(delivery, site?.applied ?? [], site?.duplicates ?? 0)
  }
  const builtIn = deliveries.filter(({ destination_url }) => destination_url === null)
  const history = await sql<{ site_id: string; id: string; body: string }[]>`
    select site_id, webhook_id as id, body from public.destination_snapshot_history where site_id in ${sql(['00000000-0000-0000-0000-000000000000', ...builtIn.map(({ site_id }) => site_id)])}`
  const receipts = await sql<{ site_id: string; duplicates: number }[]>`
    select site_id, sum(duplicates)::integer as duplicates from private.destination_receipts
    where site_id in ${sql(['00000000-0000-0000-0000-000000000000', ...builtIn.map(({ site_id }) => site_id)])} group by site_id`
  for (const delivery of builtIn) {
    const applied = history.filter(({ site_id }) => site_id === delivery.site_id)
    count(delivery, applied, receipts.find(({ site_id }) => site_id === delivery.site_id)?.duplicates ?? 0)
  }
  return counts
}

export interface EndedJob {
  status: string
  succeeded: number
  failed: number
  log_seq: number
  finished_at: Date
  leases_lost: number
}

/** The job as it ended, with everything in the database that must be true of it. */
export async function endedJob(sql: Sql, jobId: string): Promise<EndedJob> {
  const [job] = await sql<EndedJob[]>`
    select status, succeeded, failed, log_seq::integer, finished_at,
      (select coalesce(sum(d.leases_lost), 0)::integer from public.sync_deliveries d where d.job_id = j.id) as leases_lost
    from public.sync_jobs j where id = ${jobId} and finished_at is not null`
  if (job === undefined) throw new Error(`job ${jobId} has not ended`)
  expect(await breaches(sql)).toEqual([])
  const [lines] = await sql<{ count: number; last: number }[]>`
    select count(*)::integer, max(seq)::integer as last from public.job_logs where job_id = ${jobId}`
  expect(lines).toEqual({ count: job.log_seq, last: job.log_seq })
  return job
}

/** Asks again while the answer is null or the database is away, which it is at times in these tests. */
export async function eventually<T>(withinMs: number, what: string, look: () => Promise<T | null> | T | null): Promise<T> {
  const deadline = Date.now() + withinMs
  for (;;) {
    const seen = await Promise.resolve().then(look).catch((error: unknown) => {
      if (Date.now() > deadline) throw error
      return null
    })
    if (seen !== null) return seen
    if (Date.now() > deadline) throw new Error(`waited ${withinMs} ms for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}

export async function untilEnded(sql: Sql, jobId: string, withinMs: number): Promise<EndedJob> {
  await eventually(withinMs, `job ${jobId} to end`, async () => {
    const rows = await sql`select from public.sync_jobs where id = ${jobId} and finished_at is not null`
    return rows.length > 0 ? true : null
  })
  return endedJob(sql, jobId)
}

export const seconds = (ms: number): number => Math.round(ms / 100) / 10

/** The figures of a fault, for whoever asks for them with DATASYNC_FIGURES=1. */
export function figures(name: string, values: object): void {
  if (process.env.DATASYNC_FIGURES === '1') console.info(`fault ${name}: ${JSON.stringify(values)}`)
}
