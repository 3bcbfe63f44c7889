/**
 * What happens when the connection to the database is cut, or the database restarts. Nobody else may notice, so these tests
 * have a server and an endpoint of their own.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { embeddedDir } from '../../embedded/lib/paths.ts'
import { startPostgres, superuser, type Postgres } from '../../embedded/postgres/server.ts'
import { createRealtime, type Realtime } from '../../embedded/realtime/realtime.ts'
import { REPLICATION_APPLICATION } from '../../embedded/realtime/replication.ts'
import type { Sql } from 'postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { broadcasts, connect, eventually, newClient, newTopic, subscribed, type BroadcastReceived, type Inbox, type StackUrls } from './support.ts'

const password = 'only for these tests'
const dataDir = mkdtempSync(join(tmpdir(), 'datasync-realtime-'))
const keys = { jwtSecret: 'a-secret-for-these-tests-with-enough-characters', publishableKey: 'sb_publishable_x', secretKey: 'sb_secret_x' }
const lines: string[] = []
let database: Postgres
let sql: Sql
let realtime: Realtime
let http: Server
let stack: StackUrls

beforeAll(async () => {
  database = await startPostgres(dataDir, password)
  sql = connect(database.url(superuser))
  await sql.unsafe(readFileSync(join(embeddedDir, 'postgres', 'roles.sql'), 'utf8'))
  const schema = readFileSync(join(embeddedDir, 'realtime', 'schema.sql'), 'utf8')
  await sql.unsafe(schema)
  await sql.unsafe(schema) // as at an upgrade
  await sql`
    insert into realtime.messages (topic, extension, event, payload, inserted_at)
    select 'old', 'broadcast', 'e', '{}', (now() at time zone 'utc') - age
    from unnest(array['4 days', '2 days']::interval[]) age`
  realtime = await createRealtime({ databaseUrl: database.url(superuser), ...keys, log: (line) => lines.push(line) })
  http = createServer()
  http.on('upgrade', (request, socket, head) => realtime.handleUpgrade(request, socket, head))
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const api_url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  stack = { api_url, db_url: database.url(superuser), publishable_key: keys.publishableKey, secret_key: keys.secretKey, jwt_secret: keys.jwtSecret }
})

afterAll(async () => {
  await realtime.close()
  http.closeAllConnections()
  await eventually(async () => (await sql`select from pg_replication_slots`).length === 0, 'no slot is left')
  await sql.end()
  await database.close()
  rmSync(dataDir, { recursive: true, force: true })
})

async function listen(topic: string): Promise<Inbox<BroadcastReceived>> {
  const channel = newClient(stack).channel(topic)
  const inbox = broadcasts(channel)
  await subscribed(channel)
  return inbox
}

const numbers = (inbox: Inbox<BroadcastReceived>) => inbox.all.map(({ payload }) => Number(payload.n))
const upTo = (count: number) => Array.from({ length: count }, (_, n) => n)
const send = (topic: string, n: number, by: Sql = sql) => by`select realtime.send(jsonb_build_object('n', ${n}::int), 'e', ${topic}, false)`

async function cutReplication(): Promise<void> {
  await sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = ${REPLICATION_APPLICATION}`
}

const streams = async () => (await sql`select from pg_stat_replication where application_name = ${REPLICATION_APPLICATION} and state = 'streaming'`).length

describe('the replication connection', () => {
  it('uses a slot that ends with it', async () => {
    await eventually(async () => (await streams()) === 1, 'a stream')
    const slots = await sql`select temporary from pg_replication_slots`
    expect(slots).toEqual([{ temporary: true }])
  })

  it('loses no message and repeats none when it is cut in mid-stream, again and again', async () => {
    const topic = newTopic()
    const inbox = await listen(topic)
    const total = 900
    let cuts = 0
    const cutter = (async () => {
      for (const seen of [50, 200, 400, 600, 800]) {
        await inbox.count(seen)
        await cutReplication()
        cuts += 1
      }
    })()
    await Promise.all([0, 1, 2].map(async (worker) => {
      for (let n = worker; n < total; n += 3) await send(topic, n)
    }))
    await Promise.all([cutter, inbox.count(total)])
    await eventually(async () => (await streams()) === 1, 'a stream again')
    // Whatever were delivered twice would be there before this one.
    await send(topic, total)
    await inbox.until(({ payload }) => payload.n === total)
    expect(cuts).toBe(5)
    expect(numbers(inbox).sort((a, b) => a - b)).toEqual(upTo(total + 1))
  })

  it('finds a row that was written before the cut and committed during it, and goes on while somebody keeps a transaction open', async () => {
    const topic = newTopic()
    const inbox = await listen(topic)
    const slow = connect(stack.db_url)
    await slow.begin(async (transaction) => {
      await send(topic, 0, transaction as unknown as Sql)
      await send(topic, 1)
      await inbox.count(1)
      await cutReplication()
      await eventually(async () => (await streams()) === 0, 'the cut')
      // A new stream cannot begin before this transaction has ended; messages come nevertheless.
      await sql`select realtime.send(jsonb_build_object('n', n), 'e', ${topic}, false) from generate_series(2, 499) n`
      await inbox.count(499)
      expect(await streams()).toBe(0)
    })
    await inbox.count(500)
    await eventually(async () => (await streams()) === 1, 'a stream again')
    await send(topic, 500)
    await inbox.count(501)
    expect(numbers(inbox)).toEqual([...upTo(500).slice(1), 0, 500])
    await slow.end()
  })

  it('can be given up while it waits for somebody else', async () => {
    const slow = connect(stack.db_url)
    await slow.begin(async (transaction) => {
      await send(newTopic(), 0, transaction as unknown as Sql)
      const second = await createRealtime({ databaseUrl: database.url(superuser), ...keys })
      await second.close()
    })
    await slow.end()
  })

  it('is needed once: without a database there is no endpoint', async () => {
    await expect(createRealtime({ databaseUrl: 'postgresql://nobody@127.0.0.1:1/postgres', ...keys })).rejects.toThrow()
  })

  it('comes back after the database was restarted, to sockets that stayed', async () => {
    const topic = newTopic()
    const inbox = await listen(topic)
    await send(topic, 0)
    await inbox.count(1)
    await database.close()
    const farewell = readFileSync(join(dataDir, 'postgres.log'), 'utf8').trimEnd().split('\n').at(-1)
    database = await startPostgres(dataDir, password)
    await send(topic, 1)
    await inbox.count(2)
    await eventually(async () => (await streams()) === 1, 'a stream again')
    await send(topic, 2)
    await inbox.count(3)
    expect(numbers(inbox)).toEqual([0, 1, 2])
    // It waits at its shutdown until a stream's reader has confirmed everything; one that waits too long is killed and says no such thing.
    expect(farewell).toContain('database system is shut down')
  })

  it('says once what has happened', () => {
    expect(lines.filter((line) => line.includes('connecting again')).length).toBeGreaterThan(0)
    expect(lines.length).toBeLessThan(40)
  })
})

describe('old messages', () => {
  it('are deleted after three days', async () => {
    await eventually(async () => (await sql`select from realtime.messages where topic = 'old'`).length === 1, 'the older one is gone')
  })
})
