/**
 * One logical replication session: a temporary slot and the stream of inserts that follows its consistent point.
 *
 * A temporary slot lives and dies with its connection, so whatever happens to this process the server keeps no WAL for it.
 * The price is that a new session starts at "now"; whoever uses it catches up from the table (see feed.ts).
 * Streaming, not polling: the server pushes a row within about a millisecond of its commit.
 */
import { randomBytes } from 'node:crypto'
import type { Duplex } from 'node:stream'
import postgres from 'postgres'
import { PgOutputReader, standbyStatus } from './pgoutput.ts'

export interface ReplicationOptions {
  databaseUrl: string
  publication: string
  /** Gives up waiting for the slot. */
  signal: AbortSignal
  onInsert: (table: string, values: Map<string, Buffer | null>) => void
  onCommit: (committedAtMs: number) => void
}

export interface ReplicationSession {
  /** Starts the stream. Rows that were committed before the session was opened are not in it. */
  start(): Promise<void>
  /** Settles when the session has ended, for whatever reason; null when `close` ended it. */
  ended: Promise<Error | null>
  close(): Promise<void>
}

export const REPLICATION_APPLICATION = 'realtime_replication'

/**
 * Since PostgreSQL 16 a WAL sender that is about to sleep can miss a commit's wake-up: it looks for new WAL before it
 * queues for the next signal, so a commit in between is not sent until something else wakes it. On a busy machine 7 of 12,650
 * messages were seen waiting for up to ten seconds. Any message from this side wakes it, so the report of progress is
 * sent often enough that nobody notices, and more often when there was traffic, which is when the gap is hit. It costs
 * 34 bytes and some microseconds.
 */
const BUSY_NUDGE_MS = 20
const IDLE_NUDGE_MS = 100
const ACTIVE_MS = 2_000
/** How often the server is asked for a sign of life; one that has not answered three times is gone, whatever its socket says. */
const ASK_BACK_MS = 10_000
const SILENCE_LIMIT_MS = 3 * ASK_BACK_MS

/** Connects and creates the slot. Waits for transactions that are open in the database at that moment to end. */
export async function openReplication(options: ReplicationOptions): Promise<ReplicationSession> {
  let finish: (error: Error | null) => void = () => undefined
  const ended = new Promise<Error | null>((resolve) => (finish = resolve))

  const sql = postgres(options.databaseUrl, {
    max: 1,
    fetch_types: false,
    prepare: false,
    idle_timeout: undefined,
    max_lifetime: null,
    connect_timeout: 10,
    onnotice: () => undefined,
    onclose: () => finish(new Error('the replication connection was closed')),
    // `replication` is a startup parameter that the driver passes on; its types list ordinary settings only.
    connection: { application_name: REPLICATION_APPLICATION, ...({ replication: 'database' } as Record<string, string>) },
  })

  const slot = `realtime_${randomBytes(8).toString('hex')}`
  let consistentPoint: string
  const giveUp = () => void sql.end({ timeout: 0 })
  options.signal.addEventListener('abort', giveUp, { once: true })
  try {
    options.signal.throwIfAborted()
    // Replication commands are the one place where PostgreSQL's keywords must be upper case.
    const [created] = await sql.unsafe(`CREATE_REPLICATION_SLOT ${slot} TEMPORARY LOGICAL pgoutput NOEXPORT_SNAPSHOT`)
    consistentPoint = String(created?.consistent_point)
  } catch (error) {
    await sql.end({ timeout: 0 })
    throw error
  } finally {
    options.signal.removeEventListener('abort', giveUp)
  }

  let stopStatus: () => void = () => undefined
  const close = async () => {
    finish(null)
    stopStatus()
    await sql.end({ timeout: 0 })
  }
  void ended.then(() => stopStatus())

  return {
    ended,
    close,
    async start() {
      const stream = (await sql
        .unsafe(`START_REPLICATION SLOT ${slot} LOGICAL ${consistentPoint} (proto_version '1', publication_names '${options.publication}')`)
        .writable()) as unknown as Duplex
      stopStatus = follow(stream, parseLsn(consistentPoint), options, finish)
    },
  }
}

function follow(stream: Duplex, startLsn: bigint, options: ReplicationOptions, finish: (error: Error | null) => void): () => void {
  const reader = new PgOutputReader()
  let received = startLsn
  let heardAtMs = performance.now()
  let askedAtMs = heardAtMs
  let activeAtMs = Number.NEGATIVE_INFINITY
  let timer: NodeJS.Timeout

  const advance = (lsn: bigint) => {
    if (lsn <= received) return
    received = lsn
    activeAtMs = heardAtMs
  }
  const report = (askBack: boolean) => {
    if (!stream.destroyed) stream.write(standbyStatus(received, Date.now(), askBack))
  }
  const nudge = () => {
    const nowMs = performance.now()
    if (nowMs - heardAtMs > SILENCE_LIMIT_MS) return finish(new Error('the database has fallen silent'))
    const askBack = nowMs - askedAtMs > ASK_BACK_MS
    if (askBack) askedAtMs = nowMs
    report(askBack)
    schedule(nowMs)
  }
  const schedule = (nowMs: number) => {
    timer = setTimeout(nudge, nowMs - activeAtMs < ACTIVE_MS ? BUSY_NUDGE_MS : IDLE_NUDGE_MS)
    timer.unref()
  }
  schedule(heardAtMs)

  // The driver pushes each CopyData message as one chunk, and a flowing stream hands chunks on one by one.
  stream.on('data', (chunk: Buffer) => {
    heardAtMs = performance.now()
    try {
      const message = reader.read(chunk)
      if (message?.kind === 'keepalive') {
        advance(message.walEnd)
        // At a shutdown the server waits for exactly this answer.
        if (message.replyRequested) report(false)
      } else if (message?.change?.kind === 'insert') {
        options.onInsert(message.change.table, message.change.values)
      } else if (message?.change?.kind === 'commit') {
        advance(message.change.endLsn)
        options.onCommit(message.change.committedAtMs)
      }
    } catch (error) {
      finish(error instanceof Error ? error : new Error(String(error)))
    }
  })
  stream.on('error', (error: Error) => finish(error))
  stream.on('close', () => finish(new Error('the replication stream was closed')))
  return () => clearTimeout(timer)
}

function parseLsn(text: string): bigint {
  const [high = '0', low = '0'] = text.split('/')
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`)
}
