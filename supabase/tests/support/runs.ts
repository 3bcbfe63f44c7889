/** A run by hand: the test is the worker, with the engine's own verbs. */
import { randomUUID } from 'node:crypto'
import type { Sql, TransactionSql } from 'postgres'
import { actAs, rpc, type Member } from './actors.ts'
import { json, only, type Data } from './fixtures.ts'

type Db = Sql | TransactionSql

export interface Started {
  job_id: string
  number: number
  total: number
  skipped: number
  status: string
}

export interface RunOptions {
  force?: boolean
  expected_plan_hash?: string
}

export function startSync(member: Member, sites: readonly string[] | null = null, options: RunOptions = {}): Promise<Started> {
  return rpc<Started>(member, 'start_sync', { site_ids: sites, options })
}

export interface PayloadItem {
  id: string
  type: string
  title: string
  data: Data
}

export interface Change {
  kind: 'site' | 'added' | 'removed' | 'changed' | 'moved'
  item_id?: string
  title?: string
  /** `own` marks what belongs to the item itself, its title or type, and is no field of its data. */
  fields: { field: string; before: unknown; after: unknown; own?: true }[]
  from?: number | null
  to?: number | null
}

export interface Counts {
  added: number
  changed: number
  removed: number
  reordered: number
  unchanged: number
}

export interface PlanSite {
  site_id: string
  name: string
  hash: string
  item_count: number
  bytes: number
  accepted_hash: string | null
  accepted_at: string | null
  accepted_item_count: number | null
  unchanged: boolean
  on_hold: boolean
  counts: Counts
  changes: Change[]
  warnings: { code: string; message: string }[]
}

export interface Plan {
  hash: string
  drafts: number
  scheduled_items: number
  sites: PlanSite[]
}

export function planOf(member: Member, sites: readonly string[] | null = null): Promise<Plan> {
  return rpc<Plan>(member, 'plan_sync', { site_ids: sites })
}

export interface Payload {
  version: number
  site: Data
  items: PayloadItem[]
}

export interface Preview {
  body: string
  hash: string
  item_count: number
  bytes: number
  payload: Payload
}

export function previewOf(member: Member, site: string): Promise<Preview> {
  return rpc<Preview>(member, 'preview_payload', { site_id: site })
}

export interface Claimed {
  delivery_id: string
  organization_id: string
  job_id: string
  site_id: string
  target_slug: string
  webhook_id: string
  sequence: string
  body: string
  destination_url: string | null
  attempt: number
  max_attempts: number
  first_retry_ms: number
  timeout_ms: number
  lease_token: string
  lease_expires_at: Date
  secrets: unknown[]
}

/** Sent when called: a query of postgres.js by itself waits until somebody awaits it. */
export async function claim(
  sql: Db, worker: string, { limit = 100, job = null, perHost = 4, perRun = 100 }: { limit?: number; job?: string | null; perHost?: number; perRun?: number } = {},
): Promise<Claimed[]> {
  return await sql<Claimed[]>`select * from public.claim_deliveries(${worker}, ${limit}, ${job}, ${perHost}, ${perRun})`
}

export interface Result {
  delivery_id: string
  lease_token: string
  worker: string
  started_at: string
  duration_ms: number
  connect_ms: number | null
  first_byte_ms: number | null
  status_code: number | null
  outcome: 'success' | 'retry' | 'failed'
  retry_in_ms: number | null
  reason: string
  error: string | null
  request_headers: Record<string, string>
  response_headers: Record<string, string>
  response_body: string
}

function result(delivery: Claimed, parts: Pick<Result, 'outcome' | 'status_code' | 'reason'> & Partial<Result>): Result {
  return {
    delivery_id: delivery.delivery_id,
    lease_token: delivery.lease_token,
    worker: 'worker',
    started_at: new Date().toISOString(),
    duration_ms: 12,
    connect_ms: 2,
    first_byte_ms: 10,
    retry_in_ms: null,
    error: null,
    request_headers: { 'webhook-id': delivery.webhook_id },
    response_headers: { 'content-type': 'application/json' },
    response_body: '',
    ...parts,
  }
}

export const accepted = (delivery: Claimed): Result =>
  result(delivery, { outcome: 'success', status_code: 200, reason: '200 applied', response_body: '{"applied":true}' })

export const retried = (delivery: Claimed, retryInMs = 0): Result =>
  result(delivery, { outcome: 'retry', status_code: 500, retry_in_ms: retryInMs, reason: '500 from destination (simulated)' })

export const refused = (delivery: Claimed): Result =>
  result(delivery, { outcome: 'failed', status_code: 404, reason: '404 from destination' })

/** The destination is gone for good, which disables its site. */
export const gone = (delivery: Claimed): Result =>
  result(delivery, { outcome: 'failed', status_code: 410, reason: '410 from destination' })

export interface Recorded {
  jobs_finished: string[]
  rejected: string[]
}

export async function record(sql: Db, results: readonly Result[]): Promise<Recorded> {
  return only(await sql<{ recorded: Recorded }[]>`
    select public.record_attempts(${sql.json(json(results))}) as recorded`).recorded
}

/** What a worker does all the time: records what has ended and takes what there is room for, in one transaction. */
export async function exchange(
  sql: Db, worker: string, results: readonly Result[], { limit = 100, job = null }: { limit?: number; job?: string | null } = {},
): Promise<{ recorded: Recorded | null; claimed: Claimed[] }> {
  const rows = await sql<(Claimed & { recorded: Recorded | null })[]>`
    select * from public.exchange_deliveries(${sql.json(json(results))}, ${worker}, ${limit}, ${job}, 4, 100)`
  return { recorded: rows.find(({ recorded }) => recorded !== null)?.recorded ?? null, claimed: rows.filter(({ recorded }) => recorded === null) }
}

/**
 * Starts a run and carries it to its end in one transaction: where functions are running too, none of them ever sees
 * its deliveries waiting.
 */
export function runToEnd(
  sql: Sql,
  member: Member,
  options: { sites?: readonly string[]; run?: RunOptions; answer?: (delivery: Claimed) => Result; receive?: boolean } = {},
): Promise<Started> {
  return sql.begin(async (transaction) => {
    await actAs(transaction, member)
    const { started } = only(await transaction<{ started: Started }[]>`
      select public.start_sync(${options.sites ? [...options.sites] : null}::uuid[], ${sql.json(json(options.run ?? {}))}) as started`)
    await transaction`reset role`
    const claimed = await claim(transaction, `worker-${randomUUID()}`, { job: started.job_id })
    if (options.receive) {
      for (const { site_id, webhook_id, sequence, body } of claimed) {
        await transaction`select public.receive_delivery(${site_id}, ${webhook_id}, ${sequence}, ${body})`
      }
    }
    await record(transaction, claimed.map(options.answer ?? accepted))
    return started
  })
}

/** Whatever is open, to its end, however long it would have waited. */
export async function drain(sql: Sql, worker = 'drain'): Promise<void> {
  await sql`update public.sync_deliveries set lease_expires_at = clock_timestamp() where status = 'sending'`
  await sql`update public.site_states set not_before = clock_timestamp() where not_before > clock_timestamp()`
  await sql`update public.sync_deliveries set next_attempt_at = clock_timestamp() where status in ('queued', 'retrying')`
  for (let claimed = await claim(sql, worker); claimed.length > 0; claimed = await claim(sql, worker)) await record(sql, claimed.map(accepted))
}

/** The lease of a worker that died 30 seconds ago, without waiting for it. */
export async function expireLease(sql: Db, delivery: string): Promise<void> {
  await sql`
    update public.sync_deliveries set lease_expires_at = clock_timestamp() - interval '1 second'
    where id = ${delivery} and status = 'sending'`
}

export interface JobRow {
  status: string
  message: string
  total: number
  succeeded: number
  failed: number
  skipped: number
  superseded: number
  cancelled: number
  attempts: number
  p50_ms: number | null
  p95_ms: number | null
  trigger: string
  schedule_id: string | null
  options: Data
  log_seq: string
  logs_removed_at: Date | null
  started_at: Date | null
  finished_at: Date | null
}

export async function jobRow(sql: Db, job: string): Promise<JobRow> {
  return only(await sql<JobRow[]>`select * from public.sync_jobs where id = ${job}`)
}

export interface DeliveryRow {
  id: string
  job_id: string
  target_id: string
  site_id: string | null
  sequence: string | null
  status: string
  reason: string
  attempts: number
  next_attempt_at: Date | null
  lease_token: string | null
  leases_lost: number
  superseded_by: string | null
  retry_of: string | null
  webhook_id: string
  destination_origin: string
  item_count: number
  /** Null for what was never to be sent, and once retention has removed it. */
  body: string | null
  body_hash: string
  finished_at: Date | null
}

export async function deliveriesOf(sql: Db, job: string): Promise<DeliveryRow[]> {
  return await sql<DeliveryRow[]>`select * from public.sync_deliveries where job_id = ${job} order by target_name, id`
}

export async function deliveryOf(sql: Db, job: string): Promise<DeliveryRow> {
  return only(await deliveriesOf(sql, job))
}

export interface LogRow {
  seq: number
  level: string
  message: string
  site_id: string | null
  item_id: string | null
  delivery_id: string | null
}

export async function logOf(sql: Db, job: string): Promise<LogRow[]> {
  return await sql<LogRow[]>`
    select seq::integer, level, message, site_id, item_id, delivery_id from public.job_logs where job_id = ${job} order by seq`
}
