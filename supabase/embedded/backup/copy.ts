import { once } from 'node:events'
import { finished } from 'node:stream/promises'
import type { TransactionSql } from 'postgres'

/** The text of a table as it comes; the driver stops reading while nobody takes it. */
export async function* copyOut(transaction: TransactionSql, statement: string): AsyncGenerator<Buffer> {
  const stream = await transaction.unsafe(statement).readable()
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) yield chunk
  } finally {
    // postgres.js 3.4.9 goes on reading its socket when more of the stream is asked for. When the end comes together with more
    // than is held at a time nobody asks again, and the connection would never answer another query.
    stream._read(0)
  }
}

export interface CopyIn {
  write(bytes: Buffer): Promise<void>
  /** Resolves when the server has taken all of it. */
  end(): Promise<void>
  /** Gives up: the server is told, and the transaction can only be rolled back. */
  abandon(error: Error): void
}

export async function copyIn(transaction: TransactionSql, statement: string): Promise<CopyIn> {
  const query = transaction.unsafe(statement)
  const target = await query.writable()
  // The driver takes the query for done once data may flow, and what the server says of the data afterwards reaches nobody:
  // postgres.js 3.4.9 calls `reject` of a promise that is settled. So we are there instead.
  const refused = new Promise<never>((_, reject) => {
    void Object.assign(query, { reject })
    target.once('error', reject)
  })
  void refused.catch(() => undefined)
  return {
    write: async (bytes) => {
      if (target.destroyed) await refused
      if (!target.write(bytes)) await Promise.race([once(target, 'drain'), refused])
    },
    end: async () => {
      const done = finished(target)
      void done.catch(() => undefined)
      target.end()
      await Promise.race([done, refused])
    },
    abandon: (error) => target.destroy(error),
  }
}
