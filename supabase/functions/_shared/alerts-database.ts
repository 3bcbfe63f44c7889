import { readSecrets, type SealedSecret, type Sql } from './database.ts'

/** The alerts' verbs over the functions' own connection. */

export type AlertState = 'firing' | 'recovered' | 'test'

export interface AlertSubject {
  kind: 'site' | 'schedule' | 'organization'
  id: string
  name: string
  detail: string
}

export interface AlertEvent {
  id: string
  rule_id: string | null
  rule_name: string
  kind: 'run' | 'site' | 'silence' | 'schedule'
  state: AlertState
  title: string
  detail: string
  /** The first twenty. */
  subjects: AlertSubject[]
  subject_count: number
  job_id: string | null
  job_number: number | null
  at: string
}

export interface AlertMessage {
  id: string
  leaseToken: number
  channel: 'email' | 'webhook'
  recipient: string
  /** From 1. */
  attempt: number
  organization: { name: string; slug: string }
  event: AlertEvent
  /** Newest first; empty for mails, and where none was made. */
  secrets: SealedSecret[]
}

/** `release` gives a message back that was not tried. */
export type MessageOutcome = 'success' | 'retry' | 'failed' | 'release'

type ClaimedMessage = Omit<AlertMessage, 'leaseToken' | 'secrets'> & { lease_token: number; secrets: unknown }

export function createAlertsDatabase(sql: Sql) {
  return {
    /** Looks at everything that rules watch; how many entries of inboxes it wrote. */
    async evaluate(): Promise<number> {
      const [row] = await sql<{ events: number }[]>`select public.evaluate_alerts() as events`
      return row?.events ?? 0
    },

    /** Whether a run has ended since rules looked last. */
    async runsEnded(): Promise<boolean> {
      return (await sql`select 1 from private.alert_queue limit 1`).length > 0
    },

    /** Leases messages that are due, of one entry or of all. */
    async claim(limit: number, eventId: string | null): Promise<AlertMessage[]> {
      const rows = await sql<{ message: ClaimedMessage }[]>`select m as message from public.claim_alert_messages(${limit}, ${eventId}::uuid) m`
      return rows.map(({ message: { lease_token, secrets, ...message } }) => ({ ...message, leaseToken: lease_token, secrets: readSecrets(secrets) }))
    },

    /** False when the lease is somebody else's by now. */
    async record(
      { id, leaseToken }: Pick<AlertMessage, 'id' | 'leaseToken'>,
      outcome: MessageOutcome,
      { retryInMs = null, statusCode = null, error = null }: { retryInMs?: number | null; statusCode?: number | null; error?: string | null },
    ): Promise<boolean> {
      const [row] = await sql<{ recorded: boolean }[]>`
        select public.record_alert_message(${id}::uuid, ${leaseToken}::bigint, ${outcome}, ${retryInMs}::integer, ${statusCode}::integer, ${error}) as recorded`
      return row?.recorded ?? false
    },

    /** The user's role in the rule's organization, and what its webhook is signed with; null when there is no such rule or the user is no member. */
    async ruleFor(ruleId: string, userId: string): Promise<{ role: string; name: string; secretVersion: number; email: string } | null> {
      const [row] = await sql<{ role: string; name: string; secret_version: number | null; email: string }[]>`
        select m.role, r.name, r.secret_version, p.email from public.alert_rules r
        join public.memberships m on m.organization_id = r.organization_id and m.user_id = ${userId}::uuid
        join public.profiles p on p.id = m.user_id
        where r.id = ${ruleId}::uuid`
      return row === undefined ? null : { role: row.role, name: row.name, secretVersion: row.secret_version ?? 0, email: row.email }
    },

    /** The entry of a test; null when the rule has gone. */
    async queueTest(ruleId: string, by: string): Promise<string | null> {
      const [row] = await sql<{ event: string | null }[]>`select public.queue_alert_test(${ruleId}::uuid, ${by}) as event`
      return row?.event ?? null
    },
  }
}

export type AlertsDatabase = ReturnType<typeof createAlertsDatabase>
