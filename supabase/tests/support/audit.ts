/** The audit log as tests read it: with the rights of `postgres`, oldest first. */
import type { Sql } from 'postgres'
import { only } from './fixtures.ts'

export interface Entry {
  seq: number
  at: Date
  actor_kind: string
  actor_id: string | null
  actor_name: string | null
  action: string
  subject_kind: string
  subject_id: string
  subject_name: string | null
  changes: { field: string; before?: unknown; after?: unknown }[]
  ip: string | null
  user_agent: string | null
  request_id: string | null
  previous_hash: string
  hash: string
}

export async function entriesOf(sql: Sql, organization: string, after = 0): Promise<Entry[]> {
  return await sql<Entry[]>`
    select seq::integer, at, actor_kind, actor_id, actor_name, action, subject_kind, subject_id, subject_name, changes, ip, user_agent, request_id, previous_hash, hash
    from public.audit_log where organization_id = ${organization} and seq > ${after} order by seq`
}

export async function lastSeq(sql: Sql, organization: string): Promise<number> {
  return only(await sql<{ seq: number }[]>`select coalesce(max(seq), 0)::integer as seq from public.audit_log where organization_id = ${organization}`).seq
}

/** What `work` has written into the log of the organization. */
export async function written(sql: Sql, organization: string, work: () => PromiseLike<unknown>): Promise<Entry[]> {
  const before = await lastSeq(sql, organization)
  await work()
  return entriesOf(sql, organization, before)
}

export interface Verdict {
  ok: boolean
  checked: number
  last_seq: number
  done: boolean
  problem: { seq: number; kind: string; message: string } | null
}

export async function verify(sql: Sql, organization: string, after = 0, limit = 100_000): Promise<Verdict> {
  return only(await sql<{ verdict: Verdict }[]>`select private.verify_audit(${organization}, ${after}, ${limit}) as verdict`).verdict
}
