/** What the Realtime tests share: real clients against the running stack, tokens, policies, and waiting for conditions. */
import { randomUUID } from 'node:crypto'
import { createClient, type RealtimeChannel, type SupabaseClient } from '@supabase/supabase-js'
import { SignJWT } from 'jose'
import postgres, { type Sql } from 'postgres'
import { inject, onTestFinished } from 'vitest'
import ws from 'ws'

export interface StackUrls {
  api_url: string
  db_url: string
  publishable_key: string
  secret_key: string
  jwt_secret: string
}

/** The stack that vitest's global setup has started. */
export function runningStack(): StackUrls {
  return inject('stack')
}

/** A busy machine is slow; what never comes is rare, and is named all the same. */
const TIMEOUT_MS = 30_000

/** Things as they arrive, and a way to wait for the one that is wanted. */
export class Inbox<T> {
  readonly all: T[] = []
  readonly #watchers = new Set<() => void>()

  readonly push = (item: T): void => {
    this.all.push(item)
    for (const check of [...this.#watchers]) check()
  }

  /** Resolves with the first item, past or future, that matches. */
  async until(matches: (item: T) => boolean, what = 'the expected item', timeoutMs = TIMEOUT_MS): Promise<T> {
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void) => {
        clearTimeout(timer)
        this.#watchers.delete(check)
        settle()
      }
      const check = () => {
        const found = this.all.find(matches)
        if (found !== undefined) finish(() => resolve(found))
      }
      const timer = setTimeout(
        () => finish(() => reject(new Error(`${what} did not arrive within ${timeoutMs} ms; there were ${this.all.length}: ${JSON.stringify(this.all.slice(-5))}`))),
        timeoutMs,
      )
      this.#watchers.add(check)
      check()
    })
  }

  async count(wanted: number, timeoutMs = TIMEOUT_MS): Promise<T[]> {
    if (this.all.length < wanted) await this.until(() => this.all.length >= wanted, `item ${wanted}`, timeoutMs)
    return this.all
  }
}

/** For states that nothing announces: asks again until it is so. */
export async function eventually(isTrue: () => Promise<boolean> | boolean, what: string, timeoutMs = TIMEOUT_MS): Promise<void> {
  const deadline = performance.now() + timeoutMs
  while (!(await isTrue())) {
    if (performance.now() > deadline) throw new Error(`${what}: not within ${timeoutMs} ms`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

export interface Claims {
  role?: string
  sub?: string
  /** Topics that the tests' policies let this token read or write. */
  rt_read?: string[]
  rt_write?: string[]
}

/** `expiresIn` in seconds from now; null leaves the claim out. */
export async function signToken(secret: string, claims: Claims = {}, expiresIn: number | null = 3600): Promise<string> {
  const nowSeconds = Math.floor(Date.now() / 1000)
  const token = new SignJWT({ role: 'authenticated', sub: randomUUID(), jti: randomUUID(), ...claims }).setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
  if (expiresIn !== null) token.setExpirationTime(nowSeconds + expiresIn)
  return token.sign(new TextEncoder().encode(secret))
}

/** Remembers the connections that a client has made, so that a test can cut them. */
export function watchedTransport(): { transport: Transport; connections: ws[] } {
  const connections: ws[] = []
  class Watched extends ws {
    constructor(address: string | URL, protocols?: string | string[]) {
      super(address, protocols)
      connections.push(this)
    }
  }
  return { transport: Watched, connections }
}

type Transport = new (address: string | URL, protocols?: string | string[]) => ws

/** A client of its own for one test, disconnected when the test ends. */
export function newClient(stack: StackUrls, transport: Transport = ws): SupabaseClient {
  const client = createClient(stack.api_url, stack.publishable_key, {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
    // Node 20 has no WebSocket of its own.
    realtime: { transport: transport as unknown as typeof WebSocket, timeout: TIMEOUT_MS },
  })
  onTestFinished(() => void client.realtime.disconnect())
  return client
}

/** The same, signed in. Realtime is told before anything is joined: a client that joins first is refused and tries again a second later. */
export async function clientWith(stack: StackUrls, claims: Claims): Promise<SupabaseClient> {
  const client = newClient(stack)
  await client.realtime.setAuth(await signToken(stack.jwt_secret, claims))
  return client
}

export function newTopic(): string {
  return `rt-test:${randomUUID()}`
}

export interface Status {
  status: string
  error: string | null
}

/** Subscribes and collects what happens to the subscription. */
export function subscribe(channel: RealtimeChannel): Inbox<Status> {
  const statuses = new Inbox<Status>()
  channel.subscribe((status, error) => statuses.push({ status, error: error?.message ?? null }))
  return statuses
}

export async function subscribed(channel: RealtimeChannel): Promise<Inbox<Status>> {
  const statuses = subscribe(channel)
  await statuses.until(({ status }) => status === 'SUBSCRIBED', 'SUBSCRIBED')
  return statuses
}

export interface BroadcastReceived {
  event: string
  payload: Record<string, unknown>
  meta?: Record<string, unknown>
}

export function broadcasts(channel: RealtimeChannel): Inbox<BroadcastReceived> {
  const inbox = new Inbox<BroadcastReceived>()
  channel.on('broadcast', { event: '*' }, (message) => inbox.push(message as unknown as BroadcastReceived))
  return inbox
}

export interface SystemMessage {
  extension: string
  status: string
  message: string
  channel: string
}

export function systemMessages(channel: RealtimeChannel): Inbox<SystemMessage> {
  const inbox = new Inbox<SystemMessage>()
  channel.on('system', {}, (message: SystemMessage) => inbox.push(message))
  return inbox
}

/** A connection with the rights of `postgres`, as an application's migrations have them. */
export function connect(databaseUrl: string): Sql {
  return postgres(databaseUrl, { max: 3, onnotice: () => undefined })
}

/**
 * Policies that let a token read and write the topics that it names itself, for topics of these tests only.
 * Returns how to remove them.
 */
export async function allowTestTopics(sql: Sql): Promise<() => Promise<void>> {
  const name = `realtime tests ${randomUUID()}`
  const named = (claim: string) =>
    `(select realtime.topic()) like 'rt-test:%' and coalesce(current_setting('request.jwt.claims', true)::jsonb -> '${claim}' ? (select realtime.topic()), false)`
  await sql.unsafe(`create policy "${name} read" on realtime.messages for select to anon, authenticated using (${named('rt_read')})`)
  await sql.unsafe(`create policy "${name} write" on realtime.messages for insert to anon, authenticated with check (${named('rt_write')})`)
  return async () => {
    await sql.unsafe(`drop policy "${name} read" on realtime.messages; drop policy "${name} write" on realtime.messages`)
  }
}
