/**
 * Every broadcast that is committed to realtime.messages, delivered once, through cuts of the connection and restarts
 * of the server.
 *
 * The stream starts anew at "now" after each cut, so rows committed in between are read from the table. Which ones?
 * Neither id nor inserted_at follows the order of commits: inserted_at is the start of the transaction that wrote the
 * row, so a row with an earlier time can appear after one with a later time. "Younger than the last one delivered"
 * would miss it. So the ids of the last OVERLAP_MS are remembered, and catching up reads all ids from the last commit seen minus
 * that overlap and delivers those that are not remembered. A row is missed only if its transaction was open for
 * longer than the overlap and committed during the cut; two minutes is hosted Supabase's statement limit.
 * A client that needs more than "delivered while connected" backfills from its own tables, as ours does.
 *
 * Opening a stream waits for transactions that are open at that moment. Until it is there, the table is read at intervals.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { DeliveredIds } from './delivered-ids.ts'
import type { MessageStore } from './message-store.ts'
import { openReplication, type ReplicationSession } from './replication.ts'
import { fromReplication, MESSAGES_TABLE, type StoredMessage } from './stored-message.ts'

export interface FeedOptions {
  databaseUrl: string
  publication: string
  store: MessageStore
  deliver: (message: StoredMessage) => void
  log: (line: string) => void
}

const OVERLAP_MS = 120_000
const MAX_REMEMBERED = 100_000
const FETCH_BATCH = 200
const POLL_MS = 200
const MAX_BACKOFF_MS = 1_000
/** A stream that lived this long was healthy: the next attempt is immediate. */
const HEALTHY_MS = 1_000

export class MessageFeed {
  readonly #options: FeedOptions
  readonly #delivered = new DeliveredIds(MAX_REMEMBERED)
  readonly #abort = new AbortController()
  readonly #waiting = new Set<(streaming: boolean) => void>()
  /** The server's clock at the last commit that was seen. */
  #frontierMs = 0
  #streaming = false
  #reported = ''
  #catchingUp: Promise<void> = Promise.resolve()
  #running: Promise<void> = Promise.resolve()

  constructor(options: FeedOptions) {
    this.#options = options
  }

  /** Resolves when rows committed from now on will be delivered; rejects when the database cannot be read. */
  async start(): Promise<void> {
    const { store } = this.#options
    this.#frontierMs = await store.nowMs()
    for (const { id, insertedAtMs } of await store.idsSince(this.#frontierMs - OVERLAP_MS, MAX_REMEMBERED)) {
      this.#delivered.add(id, insertedAtMs)
    }
    await new Promise<void>((resolve) => {
      this.#running = this.#run(resolve)
    })
  }

  get streaming(): boolean {
    return this.#streaming
  }

  /** True as soon as the stream is established, false when that takes longer than `timeoutMs`. */
  async whenStreaming(timeoutMs: number): Promise<boolean> {
    if (this.#streaming) return true
    return new Promise((resolve) => {
      const settle = (streaming: boolean) => {
        clearTimeout(timer)
        this.#waiting.delete(settle)
        resolve(streaming)
      }
      const timer = setTimeout(() => settle(false), timeoutMs)
      this.#waiting.add(settle)
    })
  }

  async close(): Promise<void> {
    this.#abort.abort()
    for (const settle of [...this.#waiting]) settle(false)
    await this.#running
    await this.#catchingUp.catch(() => undefined)
  }

  async #run(onReady: () => void): Promise<void> {
    let failures = 0
    while (!this.#isClosing()) {
      let session: ReplicationSession | null = null
      const startedAtMs = performance.now()
      const stop = () => void session?.close()
      try {
        session = await this.#open(onReady)
        this.#abort.signal.addEventListener('abort', stop, { once: true })
        if (this.#isClosing()) stop()
        await this.#catchUp()
        await Promise.race([session.start(), session.ended])
        this.#setStreaming(true)
        onReady()
        const error = await session.ended
        if (error) this.#report(error)
      } catch (error) {
        this.#report(error)
        await this.#catchUp().then(onReady, () => undefined)
      } finally {
        this.#setStreaming(false)
        this.#abort.signal.removeEventListener('abort', stop)
        await session?.close()
      }
      failures = performance.now() - startedAtMs > HEALTHY_MS ? 0 : failures + 1
      const backoff = failures <= 1 ? 0 : Math.min(MAX_BACKOFF_MS, 25 * 2 ** failures)
      await delay(backoff, undefined, { signal: this.#abort.signal }).catch(() => undefined)
    }
    onReady()
  }

  /** Opens a session; while that waits for somebody's transaction, messages come from the table. */
  async #open(onReady: () => void): Promise<ReplicationSession> {
    const opening = openReplication({
      databaseUrl: this.#options.databaseUrl,
      publication: this.#options.publication,
      signal: this.#abort.signal,
      onInsert: (table, values) => this.#onInsert(table, values),
      onCommit: (committedAtMs) => this.#onCommit(committedAtMs),
    })
    const settled = opening.then(
      () => true,
      () => true,
    )
    for (;;) {
      const isSettled = await Promise.race([settled, delay(POLL_MS, false)])
      if (isSettled || this.#isClosing()) return opening
      await this.#catchUp().then(onReady, () => undefined)
    }
  }

  #onInsert(table: string, values: Map<string, Buffer | null>): void {
    if (table !== MESSAGES_TABLE) return
    const message = fromReplication(values)
    if (message && this.#delivered.add(message.id, message.insertedAtMs)) this.#options.deliver(message)
  }

  #onCommit(committedAtMs: number): void {
    this.#frontierMs = committedAtMs
    this.#delivered.forgetBefore(committedAtMs - OVERLAP_MS)
  }

  #catchUp(): Promise<void> {
    this.#catchingUp = this.#catchingUp.catch(() => undefined).then(() => this.#readMissed())
    return this.#catchingUp
  }

  async #readMissed(): Promise<void> {
    const { store, deliver } = this.#options
    const sinceMs = Math.max(this.#frontierMs - OVERLAP_MS, this.#delivered.forgottenUpToMs + 1)
    const known = await store.idsSince(sinceMs, MAX_REMEMBERED)
    const missed = known.filter(({ id }) => !this.#delivered.has(id))
    for (let index = 0; index < missed.length; index += FETCH_BATCH) {
      const batch = missed.slice(index, index + FETCH_BATCH)
      const messages = await store.byIds(batch.map(({ id }) => id))
      for (const message of messages) {
        if (this.#delivered.add(message.id, message.insertedAtMs)) deliver(message)
      }
      // Rows that are no broadcasts, so that the next reading does not fetch them again.
      for (const { id, insertedAtMs } of batch) this.#delivered.add(id, insertedAtMs)
    }
  }

  /** Once for a failure that repeats itself. */
  #report(error: unknown): void {
    const reason = error instanceof Error ? error.message || error.name : String(error)
    if (this.#isClosing() || reason === this.#reported) return
    this.#reported = reason
    this.#options.log(`replication: ${reason}; connecting again`)
  }

  #isClosing(): boolean {
    return this.#abort.signal.aborted
  }

  #setStreaming(streaming: boolean): void {
    this.#streaming = streaming
    if (!streaming) return
    this.#reported = ''
    for (const settle of [...this.#waiting]) settle(true)
  }
}
