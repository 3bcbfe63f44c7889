import postgres from 'postgres'
import { fromBase64 } from './core/bytes.ts'
import type { Sealed } from './encryption.ts'

/** The functions' own connection to the database, and the engine's verbs over it. */

export type Sql = postgres.Sql

export interface SealedSecret extends Sealed {
  version: number
}

export interface ClaimedDelivery {
  deliveryId: string
  organizationId: string
  jobId: string
  siteId: string
  targetSlug: string
  webhookId: string
  sequence: number
  body: string
  /** Null: the built-in receiver. */
  destinationUrl: string | null
  /** From 1. */
  attempt: number
  maxAttempts: number
  /** Fencing: what a worker records under a token that is no longer the delivery's is rejected. */
  leaseToken: number
  /** Newest first; empty when the site has none yet. */
  secrets: SealedSecret[]
}

/** In the words of `record_attempts`, which reads it as it is. */
export interface AttemptRecord {
  delivery_id: string
  lease_token: number
  worker: string
  started_at: string
  duration_ms: number
  status_code: number | null
  error: string | null
  request_headers: Record<string, string>
  response_headers: Record<string, string>
  response_body: string | null
  outcome: 'success' | 'retry' | 'failed'
  retry_in_ms: number | null
  reason: string
}

export interface Receipt {
  applied: boolean
  duplicate: boolean
  receivedAt: string
  itemCount: number
}

/**
 * Connections open when they are needed and close after a while without work: an Edge Function's worker may sit idle
 * for minutes, and a small database has few connections to give.
 */
export function connect(databaseUrl: string): Sql {
  return postgres(databaseUrl, {
    max: 4,
    idle_timeout: 20,
    connect_timeout: 10,
    // A pooler in transaction mode (port 6543) knows nothing of statements prepared on another connection.
    prepare: new URL(databaseUrl).port !== '6543',
    // Saves a round trip on each new connection; arrays are passed as text for it.
    fetch_types: false,
    connection: { application_name: 'datasync-functions', search_path: 'public' },
    onnotice: () => undefined,
  })
}

interface ClaimRow {
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
  lease_token: string
  secrets: unknown
}

export function createDatabase(sql: Sql) {
  return {
    async claim(worker: string, limit: number, jobId: string | null): Promise<ClaimedDelivery[]> {
      const rows = await sql<ClaimRow[]>`
        select delivery_id, organization_id, job_id, site_id, target_slug, webhook_id, sequence, body, destination_url,
          attempt, max_attempts, lease_token, secrets
        from public.claim_deliveries(${worker}, ${limit}, ${jobId}::uuid)`
      return rows.map((row) => ({
        deliveryId: row.delivery_id,
        organizationId: row.organization_id,
        jobId: row.job_id,
        siteId: row.site_id,
        targetSlug: row.target_slug,
        webhookId: row.webhook_id,
        sequence: Number(row.sequence),
        body: row.body,
        destinationUrl: row.destination_url,
        attempt: row.attempt,
        maxAttempts: row.max_attempts,
        leaseToken: Number(row.lease_token),
        secrets: readSecrets(row.secrets),
      }))
    },

    async record(results: readonly AttemptRecord[]): Promise<{ finishedJobs: string[]; rejected: string[] }> {
      const text = JSON.stringify(results)
      const [row] = await sql<{ answer: { jobs_finished: string[] | null; rejected: string[] | null } }[]>`
        select public.record_attempts(${text}::text::jsonb) as answer`
      return { finishedJobs: row?.answer.jobs_finished ?? [], rejected: row?.answer.rejected ?? [] }
    },

    /** Gives claims back that were not sent. */
    async release(worker: string, leaseTokens: readonly number[]): Promise<void> {
      await sql`select public.release_deliveries(${worker}, ${`{${leaseTokens.join(',')}}`}::text::bigint[])`
    },

    /** Keeps leases of what is still being sent. */
    async renew(worker: string, leaseTokens: readonly number[]): Promise<void> {
      await sql`select public.renew_leases(${worker}, ${`{${leaseTokens.join(',')}}`}::text::bigint[])`
    },

    /** Milliseconds until something is due; null when nothing is open. */
    async nextWaitMs(jobId: string | null): Promise<number | null> {
      const [row] = await sql<{ wait: number | null }[]>`select public.next_wait_ms(${jobId}::uuid)::float8 as wait`
      return row?.wait ?? null
    },

    async siteSecrets(siteId: string): Promise<SealedSecret[]> {
      const [row] = await sql<{ secrets: unknown }[]>`select public.site_signing_secrets(${siteId}::uuid) as secrets`
      return readSecrets(row?.secrets)
    },

    /** False when that version exists already. */
    async storeSiteSecret(siteId: string, { version, keyVersion, nonce, ciphertext }: SealedSecret): Promise<boolean> {
      const [row] = await sql<{ stored: boolean }[]>`
        select public.store_site_secret(${siteId}::uuid, ${version}, ${keyVersion}, ${nonce}::bytea, ${ciphertext}::bytea) as stored`
      return row?.stored ?? false
    },

    async takeSimulatedFailure(siteId: string): Promise<boolean> {
      const [row] = await sql<{ fails: boolean }[]>`select public.take_simulated_failure(${siteId}::uuid) as fails`
      return row?.fails ?? false
    },

    async receive(siteId: string, webhookId: string, sequence: number, body: string): Promise<Receipt> {
      const [row] = await sql<{ receipt: Receipt }[]>`
        select public.receive_delivery(${siteId}::uuid, ${webhookId}, ${sequence}::bigint, ${body}) as receipt`
      if (row === undefined) throw new Error('receive_delivery answered nothing')
      return row.receipt
    },

    /** Records that the tick has come, and names the jobs that have work due. */
    async tick(): Promise<{ openJobs: string[] }> {
      const [row] = await sql<{ answer: { open_jobs: string[] | null } }[]>`select public.tick() as answer`
      return { openJobs: row?.answer.open_jobs ?? [] }
    },

    async ping(): Promise<void> {
      await sql`select 1`
    },

    async engineHealth(): Promise<Record<string, unknown>> {
      const [row] = await sql<{ health: Record<string, unknown> }[]>`select public.engine_health() as health`
      return row?.health ?? {}
    },

    /** Whether there is such a job, as far as this user may know. A null user is the service, which may know all. */
    async mayDrain(jobId: string, userId: string | null): Promise<boolean> {
      const rows = await sql`
        select 1 from public.sync_jobs j
        where j.id = ${jobId}::uuid and (${userId}::uuid is null or exists (
          select 1 from public.memberships m where m.organization_id = j.organization_id and m.user_id = ${userId}::uuid))`
      return rows.length > 0
    },

    /** The user's role in the site's organization; null when there is no such site or the user is no member. */
    async roleForSite(siteId: string, userId: string): Promise<string | null> {
      const [row] = await sql<{ role: string }[]>`
        select m.role from public.sites s
        join public.memberships m on m.organization_id = s.organization_id and m.user_id = ${userId}::uuid
        where s.id = ${siteId}::uuid`
      return row?.role ?? null
    },

    async siteExists(siteId: string): Promise<boolean> {
      return (await sql`select 1 from public.sites where id = ${siteId}::uuid`).length > 0
    },

    /** The newest secret that is in use, without its text. */
    async currentSecret(siteId: string): Promise<{ version: number; createdAt: string } | null> {
      const [row] = await sql<{ version: number; created_at: Date }[]>`
        select version, created_at from private.site_secrets
        where site_id = ${siteId}::uuid and retired_at is null order by version desc limit 1`
      return row === undefined ? null : { version: row.version, createdAt: row.created_at.toISOString() }
    },
  }
}

export type Database = ReturnType<typeof createDatabase>

/** SQL hands secrets over as a JSON list, with nonce and ciphertext in base64. */
function readSecrets(value: unknown): SealedSecret[] {
  if (!Array.isArray(value)) return []
  return value.map((entry: { version: number; key_version: number; nonce: string; ciphertext: string }) => {
    // PostgreSQL's encode(…, 'base64') breaks lines after 76 characters.
    const nonce = fromBase64(entry.nonce.replace(/\s/g, ''))
    const ciphertext = fromBase64(entry.ciphertext.replace(/\s/g, ''))
    if (nonce === null || ciphertext === null) throw new Error(`secret ${entry.version} is not stored as base64`)
    return { version: entry.version, keyVersion: entry.key_version, nonce, ciphertext }
  })
}
