/**
 * What the endpoint asks of realtime.messages over an ordinary connection.
 *
 * All rows of a transaction have the same inserted_at; within it they are ordered by the number of the command that
 * wrote them (cmin) and then by place (ctid), which is how they were sent.
 */
import type { Sql } from 'postgres'
import { toStoredMessage, type StoredMessage } from './stored-message.ts'

export interface KnownId {
  id: string
  insertedAtMs: number
}

interface StoredRow {
  id: string
  inserted_at: string
  topic: string
  extension: string
  event: string | null
  private: boolean | null
  payload: string | null
  binary_payload: Buffer | null
}

const DELETE_BATCH = 5_000

export class MessageStore {
  readonly #sql: Sql

  constructor(sql: Sql) {
    this.#sql = sql
  }

  async nowMs(): Promise<number> {
    const [row] = await this.#sql<{ now_ms: string }[]>`select (extract(epoch from clock_timestamp()) * 1000)::bigint::text as now_ms`
    return Number(row?.now_ms)
  }

  /** Ids of rows inserted since `sinceMs`, oldest first; at most `limit`, the youngest. */
  async idsSince(sinceMs: number, limit: number): Promise<KnownId[]> {
    const rows = await this.#sql<{ id: string; inserted_ms: string }[]>`
      select id, (extract(epoch from inserted_at) * 1000)::bigint::text as inserted_ms
      from realtime.messages
      where inserted_at >= ${utc(sinceMs)}::timestamp
      order by inserted_at desc, cmin::text::bigint desc, ctid desc
      limit ${limit}`
    return rows.map((row) => ({ id: row.id, insertedAtMs: Number(row.inserted_ms) })).reverse()
  }

  async byIds(ids: string[]): Promise<StoredMessage[]> {
    const rows = await this.#sql<StoredRow[]>`
      select id, inserted_at::text, topic, extension, event, private, payload::text, binary_payload
      from realtime.messages
      where id = any (${ids}::uuid[])
      order by inserted_at, cmin::text::bigint, ctid`
    return rows.flatMap((row) => read(row) ?? [])
  }

  /** The last private broadcasts of a topic since a time, oldest first. */
  async replay(topic: string, sinceMs: number, limit: number): Promise<StoredMessage[]> {
    const rows = await this.#sql<StoredRow[]>`
      select id, inserted_at::text, topic, extension, event, private, payload::text, binary_payload
      from realtime.messages
      where topic = ${topic} and private and extension = 'broadcast' and inserted_at >= ${utc(sinceMs)}::timestamp
      order by inserted_at desc, cmin::text::bigint desc, ctid desc
      limit ${limit}`
    return rows.flatMap((row) => read(row) ?? []).reverse()
  }

  /** Deletes rows older than `days` in batches, so that no single transaction is long. Returns their number. */
  async deleteOlderThan(days: number): Promise<number> {
    let deleted = 0
    for (;;) {
      const { count } = await this.#sql`
        delete from realtime.messages
        where (id, inserted_at) in (
          select id, inserted_at from realtime.messages
          where inserted_at < (now() at time zone 'utc') - make_interval(days => ${days})
          limit ${DELETE_BATCH})`
      deleted += count
      if (count < DELETE_BATCH) return deleted
    }
  }
}

function read(row: StoredRow): StoredMessage | null {
  return toStoredMessage({ ...row, payload: row.payload === null ? null : Buffer.from(row.payload) })
}

/** A timestamp without time zone in UTC, which is what the table holds. */
function utc(ms: number): string {
  return new Date(ms).toISOString().replace('T', ' ').replace('Z', '')
}
