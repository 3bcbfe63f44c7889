import type { Actor } from './actor.ts'
import type { Sql } from './database.ts'

/** The verbs of the public API, for the function `api` alone. SQL knows a key by its hash, and decides what it reaches. */

export type Scope = 'content:read' | 'sync:run'

export interface ApiKey {
  id: string
  name: string
}

export interface KeyUse {
  outcome: 'ok' | 'unknown' | 'expired' | 'revoked' | 'scope' | 'limited'
  /** Null for a key that nobody knows; so is its quota. */
  key: ApiKey | null
  quota: { limit: number; remaining: number; resetS: number } | null
}

export interface EffectiveContent {
  /** Exact text. */
  body: string
  hash: string
}

export interface SyncOrder {
  /** Slugs; null is every enabled site. */
  sites: readonly string[] | null
  force: boolean
  idempotencyKey: string | null
  /** Of what was asked for: the same key with another hash is a conflict. */
  requestHash: string
}

/** A run as it was when it started. */
export interface StartedJob {
  job_id: string
  number: number
  status: string
  total: number
  skipped: number
}

export type SyncAnswer = { kind: 'started' | 'replayed'; job: StartedJob } | { kind: 'conflict' }

interface KeyRow {
  outcome: KeyUse['outcome']
  key_id?: string
  key_name?: string
  limit?: number
  remaining?: number
  reset_s?: number
}

export function createApiDatabase(sql: Sql) {
  return {
    /** Counts a request against the key's quota, and says whether it may go on. */
    async takeRequest(hash: string, scope: Scope): Promise<KeyUse> {
      const [row] = await sql<{ answer: KeyRow }[]>`select public.take_api_request(${hash}, ${scope}) as answer`
      if (row === undefined) throw new Error('take_api_request answered nothing')
      const { outcome, key_id, key_name = '', limit, remaining = 0, reset_s = 0 } = row.answer
      return {
        outcome,
        key: key_id === undefined ? null : { id: key_id, name: key_name },
        quota: limit === undefined ? null : { limit, remaining, resetS: reset_s },
      }
    },

    /** What a site of the key's organization should show now; null when it has no such site. */
    async content(keyId: string, site: string): Promise<EffectiveContent | null> {
      const [row] = await sql<{ content: { body: string; hash: string } | null }[]>`
        select public.api_content(${keyId}::uuid, ${site}) as content`
      return row?.content ?? null
    },

    /** Starts a run, or finds the one that was started under this idempotency key. */
    async startSync(keyId: string, actor: Actor, { sites, force, idempotencyKey, requestHash }: SyncOrder): Promise<SyncAnswer> {
      const [, [row]] = await sql.begin((transaction) => [
        transaction`select set_config('datasync.actor', ${JSON.stringify(actor)}, true)`,
        transaction<{ answer: { replayed: boolean; conflict: boolean; job: StartedJob } }[]>`
          select public.api_start_sync(${keyId}::uuid, ${sites === null ? null : `{${sites.join(',')}}`}::text::text[],
            ${JSON.stringify({ force })}::text::jsonb, ${idempotencyKey}, ${requestHash}) as answer`,
      ])
      if (row === undefined) throw new Error('api_start_sync answered nothing')
      const { replayed, conflict, job } = row.answer
      return conflict ? { kind: 'conflict' } : { kind: replayed ? 'replayed' : 'started', job }
    },

    /** A run of the key's organization with its sites; null when it has no such run. */
    async sync(keyId: string, jobId: string): Promise<unknown> {
      const [row] = await sql<{ job: unknown }[]>`select public.api_sync(${keyId}::uuid, ${jobId}::uuid) as job`
      return row?.job ?? null
    },
  }
}

export type ApiDatabase = ReturnType<typeof createApiDatabase>
