/**
 * Reads what a `START_REPLICATION ... pgoutput (proto_version 1)` stream carries, as far as inserts need it.
 * Formats: PostgreSQL documentation, "Streaming Replication Protocol" and "Logical Replication Message Formats".
 */

/** Microseconds from 1970 to 2000, where PostgreSQL's clock starts. */
const EPOCH_SHIFT_US = 946_684_800_000_000n

export type ReplicationMessage =
  | { kind: 'keepalive'; walEnd: bigint; replyRequested: boolean }
  | { kind: 'data'; walStart: bigint; change: Change | null }

export type Change =
  | { kind: 'commit'; endLsn: bigint; committedAtMs: number }
  /** Values as PostgreSQL prints them; null is SQL's null. */
  | { kind: 'insert'; table: string; values: Map<string, Buffer | null> }

interface Relation {
  table: string
  columns: string[]
}

export class PgOutputReader {
  readonly #relations = new Map<number, Relation>()

  read(message: Buffer): ReplicationMessage | null {
    switch (message[0]) {
      case 0x6b: // 'k'
        return { kind: 'keepalive', walEnd: message.readBigUInt64BE(1), replyRequested: message[17] === 1 }
      case 0x77: // 'w': start, end and send time precede the change
        return { kind: 'data', walStart: message.readBigUInt64BE(1), change: this.#change(message.subarray(25)) }
      default:
        return null
    }
  }

  #change(data: Buffer): Change | null {
    switch (data[0]) {
      case 0x43: // 'C'
        return { kind: 'commit', endLsn: data.readBigUInt64BE(10), committedAtMs: timestampMs(data.readBigInt64BE(18)) }
      case 0x52: // 'R'
        this.#remember(data)
        return null
      case 0x49: // 'I'
        return this.#insert(data)
      default:
        return null
    }
  }

  #remember(data: Buffer): void {
    const id = data.readUInt32BE(1)
    const cursor = { offset: 5 }
    const schema = readText(data, cursor) || 'pg_catalog'
    const table = `${schema}.${readText(data, cursor)}`
    cursor.offset += 1 // replica identity
    const count = data.readUInt16BE(cursor.offset)
    cursor.offset += 2
    const columns: string[] = []
    for (let index = 0; index < count; index += 1) {
      cursor.offset += 1 // flags
      columns.push(readText(data, cursor))
      cursor.offset += 8 // type and its modifier
    }
    this.#relations.set(id, { table, columns })
  }

  #insert(data: Buffer): Change {
    const relation = this.#relations.get(data.readUInt32BE(1))
    if (!relation) throw new Error('pgoutput: a row of a relation that was not announced')
    let offset = 6 // after the relation and the letter N
    const count = data.readUInt16BE(offset)
    offset += 2
    const values = new Map<string, Buffer | null>()
    for (let index = 0; index < count; index += 1) {
      const kind = data[offset]
      offset += 1
      let value: Buffer | null = null
      if (kind === 0x74) {
        // 't'
        const length = data.readUInt32BE(offset)
        offset += 4
        value = data.subarray(offset, offset + length)
        offset += length
      }
      const name = relation.columns[index]
      if (name !== undefined) values.set(name, value)
    }
    return { kind: 'insert', table: relation.table, values }
  }
}

function readText(data: Buffer, cursor: { offset: number }): string {
  const end = data.indexOf(0, cursor.offset)
  const text = data.toString('utf8', cursor.offset, end)
  cursor.offset = end + 1
  return text
}

function timestampMs(microseconds: bigint): number {
  return Number((microseconds + EPOCH_SHIFT_US) / 1000n)
}

/** The receiver's report: everything up to `lsn` may be forgotten by the server. `askBack` makes the server answer. */
export function standbyStatus(lsn: bigint, nowMs: number, askBack: boolean): Buffer {
  const message = Buffer.alloc(34)
  message[0] = 0x72 // 'r'
  for (const offset of [1, 9, 17]) message.writeBigUInt64BE(lsn, offset)
  message.writeBigInt64BE(BigInt(nowMs) * 1000n - EPOCH_SHIFT_US, 25)
  message[33] = askBack ? 1 : 0
  return message
}
