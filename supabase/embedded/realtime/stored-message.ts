import type { Broadcast } from './frames.ts'

/** A row of realtime.messages that is a broadcast. */
export interface StoredMessage {
  id: string
  insertedAtMs: number
  topic: string
  private: boolean
  broadcast: Broadcast
}

export interface StoredColumns {
  id: string
  inserted_at: string
  topic: string
  extension: string
  event: string | null
  private: boolean | null
  /** JSON text: it is relayed, never parsed. */
  payload: Buffer | null
  binary_payload: Buffer | null
}

export const MESSAGES_TABLE = 'realtime.messages'

/** Null for a row that is no broadcast (Realtime ignores those too). */
export function toStoredMessage(row: StoredColumns): StoredMessage | null {
  if (row.extension !== 'broadcast' || row.event === null) return null
  const body = row.payload ?? row.binary_payload
  if (body === null) return null
  const insertedAtMs = Date.parse(`${row.inserted_at.replace(' ', 'T')}Z`)
  return {
    id: row.id,
    insertedAtMs: Number.isFinite(insertedAtMs) ? insertedAtMs : Date.now(),
    topic: row.topic,
    private: row.private === true,
    broadcast: { event: row.event, encoding: row.payload ? 'json' : 'binary', body, meta: { id: row.id } },
  }
}

/** The same from the text values of a replication stream. */
export function fromReplication(values: Map<string, Buffer | null>): StoredMessage | null {
  const text = (name: string) => values.get(name)?.toString('utf8') ?? null
  const binary = text('binary_payload')
  return toStoredMessage({
    id: text('id') ?? '',
    inserted_at: text('inserted_at') ?? '',
    topic: text('topic') ?? '',
    extension: text('extension') ?? '',
    event: text('event'),
    private: text('private') === 't',
    payload: values.get('payload') ?? null,
    // bytea prints as \x and hexadecimal digits
    binary_payload: binary === null ? null : Buffer.from(binary.slice(2), 'hex'),
  })
}
