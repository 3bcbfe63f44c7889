import postgres from 'postgres'
import type { Actor } from './actor.ts'
import { fromBase64 } from './core/bytes.ts'
import type { Sealed } from './encryption.ts'

/** The functions' own connection to the database, and the engine's verbs over it. */

export type Sql = postgres.Sql

/** Runs verbs in one transaction, which says who acts. Null: the system does. */
export type ActingAs = <T>(actor: Actor | null, work: (database: Database) => Promise<T>) => Promise<T>

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
  /** The pause before the second attempt; the site's own, like the timeout. */
  firstRetryMs: number
  timeoutMs: number
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
  connect_ms: number | null
  first_byte_ms: number | null
  status_code: number | null
  error: string | null
  request_headers: Record<string, string>
  response_headers: Record<string, string>
  response_body: string | null
  outcome: 'success' | 'retry' | 'failed'
  retry_in_ms: number | null
  reason: string
}

/** How much may be under way at once, over all invocations: the claim keeps it. */
export interface Caps {
  /** To one scheme, host and port; the built-in receiver is exempt. */
  hostConcurrency: number
  /** Of one run. */
  runConcurrency: number
}

export interface DueSchedule {
  id: string
  kind: 'publish' | 'drift'
  cron: string
  timeZone: string
  /** Null: it is only to be planned. As text, because it goes back to be compared, microseconds included. */
  nextRunAt: string | null
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
    // Seconds. The library's own pauses grow to 20 s, and a database that is back after a restart should not wait for us.
    backoff: (attempt) => Math.min(0.05 * 2 ** attempt, 1),
    // A pooler in transaction mode (port 6543) knows nothing of statements prepared on another connection.
    prepare: new URL(databaseUrl).port !== '6543',
    // Saves a round trip on each new connection; arrays are passed as text for it.
    fetch_types: false,
    connection: { application_name: 'datasync-functions', search_path: 'public' },
    onnotice: () => undefined,
  })
}

interface Recorded {
  jobs_finished: string[]
  rejected: string[]
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
  first_retry_ms: number
  timeout_ms: number
  lease_token: string
  secrets: unknown
}

export function createActingAs(sql: Sql): ActingAs {
  return async <T>(actor: Actor | null, work: (database: Database) => Promise<T>): Promise<T> => {
    const done = await sql.begin(async (transaction) => {
      if (actor !== null) await transaction`select set_config('datasync.actor', ${JSON.stringify(actor)}, true)`
      // Wrapped: the driver would wait for each member of a list as if it were a query.
      return { result: await work(createDatabase(transaction)) }
    })
    return done.result
  }
}

export function createDatabase(sql: Sql | postgres.TransactionSql) {
  return {
    /** Records what has ended and claims up to `limit` of what is due (0: nothing), in one transaction. */
    async exchange(
      results: readonly AttemptRecord[],
      worker: string,
      limit: number,
      jobId: string | null,
      caps: Caps,
    ): Promise<{ finishedJobs: string[]; rejected: string[]; claimed: ClaimedDelivery[] }> {
      const rows = await sql<(ClaimRow & { recorded: Recorded | null })[]>`
        select recorded, delivery_id, organization_id, job_id, site_id, target_slug, webhook_id, sequence, body, destination_url,
          attempt, max_attempts, first_retry_ms, timeout_ms, lease_token, secrets
        from public.exchange_deliveries(${JSON.stringify(results)}::text::jsonb, ${worker}, ${limit}, ${jobId}::uuid,
          ${caps.hostConcurrency}, ${caps.runConcurrency})`
      const recorded = results.length > 0 ? rows[0]?.recorded : null
      return {
        finishedJobs: recorded?.jobs_finished ?? [],
        rejected: recorded?.rejected ?? [],
        claimed: rows.slice(results.length > 0 ? 1 : 0).map(readClaim),
      }
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

    /** Writes an entry of the audit log about a site's secret. */
    async siteSecretEvent(siteId: string, action: 'revealed'): Promise<void> {
      await sql`select public.site_secret_event(${siteId}::uuid, ${action})`
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

    /** False when that version exists already: somebody else rotated just then. */
    async rotateSiteSecret(
      siteId: string,
      { version, keyVersion, nonce, ciphertext }: SealedSecret,
      overlapMs: number,
    ): Promise<{ stored: boolean; overlapUntil: string | null }> {
      const [row] = await sql<{ answer: { stored: boolean; overlap_until: string | null } }[]>`
        select public.rotate_site_secret(${siteId}::uuid, ${version}, ${keyVersion}, ${nonce}::bytea, ${ciphertext}::bytea,
          ${`${overlapMs} milliseconds`}::text::interval) as answer`
      return { stored: row?.answer.stored ?? false, overlapUntil: row?.answer.overlap_until ?? null }
    },

    /** The next secret of an alert rule's webhook. False when somebody else made it just then. */
    async storeAlertSecret(ruleId: string, { version, keyVersion, nonce, ciphertext }: SealedSecret, overlapMs: number): Promise<boolean> {
      const [row] = await sql<{ stored: boolean }[]>`
        select public.store_alert_secret(${ruleId}::uuid, ${version}, ${keyVersion}, ${nonce}::bytea, ${ciphertext}::bytea,
          ${`${overlapMs} milliseconds`}::text::interval) as stored`
      return row?.stored ?? false
    },

    async endSecretOverlap(siteId: string): Promise<void> {
      await sql`select public.end_secret_overlap(${siteId}::uuid)`
    },

    /** Records that the tick has come, and names the jobs that have work due and the sites to ask what they show. */
    async tick(): Promise<{ openJobs: string[]; driftSites: string[] }> {
      const [row] = await sql<{ answer: { open_jobs: string[]; drift_sites: string[] } }[]>`select public.tick() as answer`
      return { openJobs: row?.answer.open_jobs ?? [], driftSites: row?.answer.drift_sites ?? [] }
    },

    async dueSchedules(): Promise<DueSchedule[]> {
      const rows = await sql<{ id: string; kind: DueSchedule['kind']; cron: string; time_zone: string; next_run_at: string | null }[]>`
        select id, kind, cron, time_zone, next_run_at::text as next_run_at from public.due_schedules()`
      return rows.map(({ id, kind, cron, time_zone, next_run_at }) => ({ id, kind, cron, timeZone: time_zone, nextRunAt: next_run_at }))
    },

    /** Runs a schedule whose next time is still `seen`; `seen` null only plans it, a problem takes the place of a next time. */
    async runSchedule(
      id: string,
      seen: string | null,
      next: string | null,
      problem: string | null,
    ): Promise<{ ran: boolean; jobId: string | null }> {
      const [row] = await sql<{ answer: { ran: boolean; job_id: string | null } }[]>`
        select public.run_schedule(${id}::uuid, ${seen}::text::timestamptz, ${next}::text::timestamptz, ${problem}) as answer`
      return { ran: row?.answer.ran ?? false, jobId: row?.answer.job_id ?? null }
    },

    /** Where these sites say what they show; those that do not say are left out. */
    async sitesToAsk(siteIds: readonly string[]): Promise<{ siteId: string; stateUrl: string }[]> {
      const rows = await sql<{ site_id: string; state_url: string }[]>`
        select site_id, state_url from public.sites_to_ask(${`{${siteIds.join(',')}}`}::text::uuid[])`
      return rows.map(({ site_id, state_url }) => ({ siteId: site_id, stateUrl: state_url }))
    },

    /** What a site answered, or why it could not be asked. Returns the site's drift state. */
    async recordDrift(siteId: string, shown: string | null, error: string | null): Promise<string> {
      const [row] = await sql<{ drift: string }[]>`
        select public.record_drift(${siteId}::uuid, ${shown}, ${error}) as drift`
      return row?.drift ?? 'unknown'
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

    /** The sites with an address for drift checks in the user's active organization; none for a viewer. */
    async askableSites(userId: string): Promise<string[]> {
      const rows = await sql<{ id: string }[]>`
        select s.id from public.profiles p
        join public.memberships m on m.organization_id = p.organization_id and m.user_id = p.id and m.role in ('admin', 'editor')
        join public.sites s on s.organization_id = p.organization_id and s.state_url is not null
        where p.id = ${userId}::uuid order by s.id`
      return rows.map(({ id }) => id)
    },

    /** Where a test of the site goes, or how long this person waits until the next; null: there is no such site. */
    async beginSiteTest(
      siteId: string,
      userId: string,
    ): Promise<{ slug: string; name: string; destinationUrl: string | null; timeoutMs: number } | { waitSeconds: number } | null> {
      interface Begun { wait_seconds?: number; slug: string; name: string; destination_url: string | null; timeout_ms: number }
      const [row] = await sql<{ begun: Begun | null }[]>`select public.begin_site_test(${siteId}::uuid, ${userId}::uuid) as begun`
      if (row === undefined || row.begun === null) return null
      const { wait_seconds: waitSeconds, slug, name, destination_url: destinationUrl, timeout_ms: timeoutMs } = row.begun
      return waitSeconds === undefined ? { slug, name, destinationUrl, timeoutMs } : { waitSeconds }
    },

    /** What came of a test becomes the site's last one, and an entry of the audit log. */
    async recordSiteTest(siteId: string, userId: string, verdict: string, report: object): Promise<void> {
      await sql`select public.record_site_test(${siteId}::uuid, ${userId}::uuid, ${verdict}, ${JSON.stringify(report)}::text::jsonb)`
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

function readClaim(row: ClaimRow): ClaimedDelivery {
  return {
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
    firstRetryMs: row.first_retry_ms,
    timeoutMs: row.timeout_ms,
    leaseToken: Number(row.lease_token),
    secrets: readSecrets(row.secrets),
  }
}

/** SQL hands secrets over as a JSON list, with nonce and ciphertext in base64. */
export function readSecrets(value: unknown): SealedSecret[] {
  if (!Array.isArray(value)) return []
  return value.map((entry: { version: number; key_version: number; nonce: string; ciphertext: string }) => {
    // PostgreSQL's encode(…, 'base64') breaks lines after 76 characters.
    const nonce = fromBase64(entry.nonce.replace(/\s/g, ''))
    const ciphertext = fromBase64(entry.ciphertext.replace(/\s/g, ''))
    if (nonce === null || ciphertext === null) throw new Error(`secret ${entry.version} is not stored as base64`)
    return { version: entry.version, keyVersion: entry.key_version, nonce, ciphertext }
  })
}
