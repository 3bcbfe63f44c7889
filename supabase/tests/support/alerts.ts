/** Alert rules and what came of them, by the database's own verbs. */
import type { Sql } from 'postgres'
import { rpc, type Member } from './actors.ts'

export interface Rule {
  kind: 'run' | 'site' | 'silence' | 'schedule'
  name?: string
  threshold_minutes?: number
  partial?: boolean
  enabled?: boolean
  muted_until?: string | null
  member_ids?: string[]
  emails?: string[]
  webhook_url?: string | null
}

export function newRule(admin: Member, rule: Rule): Promise<string> {
  return rpc<string>(admin, 'save_alert_rule', { rule: { name: `${rule.kind} rule`, emails: ['ops@example.com'], ...rule } })
}

export const changeRule = (admin: Member, id: string, changes: Partial<Rule>) => rpc<string>(admin, 'save_alert_rule', { rule: { id, ...changes } })

export async function evaluate(sql: Sql): Promise<number> {
  const [row] = await sql<{ events: number }[]>`select public.evaluate_alerts() as events`
  return row?.events ?? 0
}

/** As if so much time had gone by since all that alerts remember. */
export async function letPass(sql: Sql, minutes: number): Promise<void> {
  await sql`update public.alert_states set condition_since = condition_since - make_interval(mins => ${minutes}), since = since - make_interval(mins => ${minutes})`
  await sql`update public.alert_events set at = at - make_interval(mins => ${minutes})`
  await sql`update public.memberships set created_at = created_at - make_interval(mins => ${minutes})`
  await sql`update public.alert_rules set watching_since = watching_since - make_interval(mins => ${minutes})`
}

/** What rules say again within a minute they say together; a test has no minute to wait. */
export const aMinute = (sql: Sql) => letPass(sql, 2)

export interface EventRow {
  id: string
  rule_id: string | null
  state: string
  title: string
  detail: string
  subjects: { kind: string; id: string; name: string; detail: string }[]
  subject_count: number
  job_id: string | null
  muted: boolean
}

/** What the inbox of an organization got, the oldest first. */
export async function eventsOf(sql: Sql, { organization }: Pick<Member, 'organization'>): Promise<EventRow[]> {
  return await sql<EventRow[]>`
    select id, rule_id, state, title, detail, subjects, subject_count, job_id, muted from public.alert_events where organization_id = ${organization.id} order by seq`
}

export const titlesOf = async (sql: Sql, who: Pick<Member, 'organization'>) => (await eventsOf(sql, who)).map(({ state, title }) => `${state}: ${title}`)

export async function messagesOf(sql: Sql, { organization }: Pick<Member, 'organization'>): Promise<{ id: string; event_id: string; channel: string; recipient: string; status: string; error: string | null; attempts: number }[]> {
  return await sql<{ id: string; event_id: string; channel: string; recipient: string; status: string; error: string | null; attempts: number }[]>`
    select m.id, m.event_id, m.channel, m.recipient, m.status, m.error, m.attempts from public.alert_messages m join public.alert_events e on e.id = m.event_id
    where m.organization_id = ${organization.id} order by e.seq, m.channel, m.recipient`
}
