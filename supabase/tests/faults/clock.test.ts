import { randomBytes, randomUUID } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Stack } from '../../embedded/stack.ts'
import { createDestinationHandler } from '../../functions/destination/handler.ts'
import { createDatabase } from '../../functions/_shared/database.ts'
import { parseKeyRing, type KeyRing } from '../../functions/_shared/encryption.ts'
import { defaultDrainLimits, drain, type DrainDependencies } from '../../functions/_shared/engine.ts'
import { createSender } from '../../functions/_shared/send.ts'
import { openDatabase, publishTo, signUp, startSync, type Organization, type Person, type Sql } from '../functions/support.ts'
import { startQuietStack } from '../support/quiet-stack.ts'
import { countAtReceivers, endedJob, eventually, figures } from './proof.ts'
import { openReceiver } from './receivers.ts'

/** Clocks that are ten minutes off: a worker's, a receiver's, and one that is put right in the middle of a run. */

const off = 600_000
const directions: [string, number][] = [['behind', -off], ['ahead', off]]

let stack: Stack
let sql: Sql
let me: Person & { organization: Organization }
let ring: KeyRing
const servers: Server[] = []

beforeAll(async () => {
  stack = await startQuietStack()
  sql = openDatabase(stack)
  me = await signUp(stack)
  const parsed = await parseKeyRing(JSON.stringify({ '1': randomBytes(32).toString('base64') }))
  if (!parsed.ok) throw new Error(parsed.error.message)
  ring = parsed.value
}, 180_000)
afterAll(async () => {
  for (const server of servers) {
    server.closeAllConnections()
    server.close()
  }
  await sql.end()
  await stack.close()
})

const bytes = (length: number) => new Uint8Array(randomBytes(length))

/** The built-in receiver with a clock of its own; resolves to where it takes deliveries for a site. */
async function receiverWithClock(offset: number): Promise<(siteId: string) => string> {
  const handler = createDestinationHandler({
    database: createDatabase(sql), keyRing: { ok: true, value: ring }, nowMs: () => Date.now() + offset, randomBytes: bytes, log: () => undefined,
  })
  const listener = getRequestListener(handler, { overrideGlobalObjects: false })
  const server = createServer((request, response) => void listener(request, response))
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return (siteId) => `http://127.0.0.1:${port}/destination/${siteId}`
}

function worker(nowMs: () => number, builtInUrl: (siteId: string) => string = () => 'http://127.0.0.1:1/'): DrainDependencies {
  return {
    database: createDatabase(sql),
    keyRing: { ok: true, value: ring },
    send: createSender({ timeoutMs: 10_000, allowPrivate: true }),
    builtInUrl,
    worker: `clock-${randomUUID().slice(0, 8)}`,
    nowMs,
    random: Math.random,
    randomBytes: bytes,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, ms)
        signal.addEventListener('abort', () => {
          clearTimeout(timer)
          resolve()
        })
      }),
    log: () => undefined,
    limits: defaultDrainLimits,
  }
}

async function start(destinations: (string | null)[]): Promise<{ jobId: string; siteIds: string[] }> {
  const { siteIds } = await publishTo(sql, me.organization, destinations)
  const { job_id } = await startSync(me, siteIds)
  return { jobId: job_id, siteIds }
}

/** What the receiver said, in the delivery and in the log. */
async function saidOf(jobId: string): Promise<{ reasons: string[]; attempts: number[]; log: string }> {
  const deliveries = await sql<{ reason: string; attempts: number }[]>`select reason, attempts from public.sync_deliveries where job_id = ${jobId}`
  const lines = await sql<{ message: string }[]>`select message from public.job_logs where job_id = ${jobId} order by seq`
  return { reasons: deliveries.map(({ reason }) => reason), attempts: deliveries.map(({ attempts }) => attempts), log: lines.map(({ message }) => message).join('\n') }
}

const words = (offset: number) => (offset < 0 ? 'stale (over 5 minutes)' : 'the timestamp is over 5 minutes ahead')

describe('a worker whose clock is ten minutes off', () => {
  it.each(directions)('%s: the built-in receiver says so, nothing is applied, and a worker with the right time delivers it', async (direction, offset) => {
    const builtInUrl = await receiverWithClock(0)
    const { jobId, siteIds } = await start([null, null, null])
    await drain(jobId, worker(() => Date.now() + offset, builtInUrl))
    expect(await endedJob(sql, jobId)).toMatchObject({ status: 'failed', succeeded: 0, failed: 3 })
    const said = await saidOf(jobId)
    expect(new Set(said.reasons)).toEqual(new Set([`400 from destination: ${words(offset)}`]))
    expect(said.attempts).toEqual([1, 1, 1])
    expect(said.log).toContain(words(offset))
    expect(await sql`select from public.destination_snapshots where site_id in ${sql(siteIds)}`).toHaveLength(0)

    const { job_id: again } = await startSync(me, siteIds)
    await drain(again, worker(() => Date.now(), builtInUrl))
    expect(await endedJob(sql, again)).toMatchObject({ status: 'success', succeeded: 3 })
    const counts = await countAtReceivers(sql, again, [])
    expect(counts).toEqual({ lost: 0, appliedTwice: 0, duplicatesSent: 0, deliveries: 3 })
    figures(`a worker's clock ten minutes ${direction}`, counts)
  })

  it.each(directions)('%s: it holds its leases by the database\'s clock, and nobody takes what it is sending', async (direction, offset) => {
    const held: (() => void)[] = []
    const receivers = await Promise.all(
      Array.from({ length: 3 }, () => openReceiver({ answer: (response) => held.push(() => response.writeHead(200).end('{"applied":true}')) })),
    )
    const { jobId } = await start(receivers.flatMap((receiver) => [receiver.url('a'), receiver.url('b')]))
    const draining = drain(jobId, worker(() => Date.now() + offset))
    await eventually(60_000, 'six requests', () => (held.length === 6 ? true : null))
    const others = await Promise.all([-off, 0, off].map((other) => drain(jobId, worker(() => Date.now() + other))))
    expect(others.map(({ attempts }) => attempts)).toEqual([0, 0, 0])
    for (const release of held) release()
    await draining
    expect(await endedJob(sql, jobId)).toMatchObject({ status: 'success', succeeded: 6, leases_lost: 0 })
    const counts = await countAtReceivers(sql, jobId, receivers)
    expect(counts).toEqual({ lost: 0, appliedTwice: 0, duplicatesSent: 0, deliveries: 6 })
    figures(`leases of a worker whose clock is ten minutes ${direction}`, counts)
    await Promise.all(receivers.map((receiver) => receiver.close()))
  })
})

describe('a receiver whose clock is ten minutes off', () => {
  it.each(directions)('%s: its refusal is final and in its own words', async (_direction, offset) => {
    const urlOf = await receiverWithClock(offset)
    const { siteIds } = await publishTo(sql, me.organization, ['http://127.0.0.1:1/', 'http://127.0.0.1:1/'])
    for (const id of siteIds) await sql`update public.sites set destination_url = ${urlOf(id)} where id = ${id}`
    const { job_id: jobId } = await startSync(me, siteIds)
    await drain(jobId, worker(() => Date.now()))
    expect(await endedJob(sql, jobId)).toMatchObject({ status: 'failed', failed: 2 })
    const said = await saidOf(jobId)
    // Seen from there it is the others who are off.
    expect(new Set(said.reasons)).toEqual(new Set([`400 from destination: ${words(-offset)}`]))
    expect(said.attempts).toEqual([1, 1])
  })
})

describe('a clock that is set in the middle of a run', () => {
  it.each(directions)('by ten minutes, to %s: the run goes on and ends', async (direction, step) => {
    let offset = 0
    let arrived = 0
    const onRequest = () => {
      arrived += 1
      if (arrived === 15) offset = step
    }
    const receivers = await Promise.all(Array.from({ length: 4 }, () => openReceiver({ holdMs: 20, onRequest })))
    const { jobId } = await start(receivers.flatMap((receiver) => Array.from({ length: 20 }, (_, index) => receiver.url(`site-${index}`))))
    const nowMs = () => Date.now() + offset
    // A worker may take the jump for the end of its time and hand on; the next one takes the rest.
    const began = Date.now()
    for (let workers = 1, left = true; left && workers <= 3; workers += 1) left = (await drain(jobId, worker(nowMs))).workLeft
    const job = await endedJob(sql, jobId)
    expect(job).toMatchObject({ status: 'success', succeeded: 80, leases_lost: 0 })
    const counts = await countAtReceivers(sql, jobId, receivers)
    expect(counts).toEqual({ lost: 0, appliedTwice: 0, duplicatesSent: 0, deliveries: 80 })
    figures(`a clock set ten minutes ${direction} in mid-run`, { ...counts, seconds: (Date.now() - began) / 1_000 })
    await Promise.all(receivers.map((receiver) => receiver.close()))
  })

  it.each(directions)('by ten minutes, to %s, while it waits for a retry: the retry comes when it should', async (_direction, step) => {
    let offset = 0
    const receiver = await openReceiver({
      answer: (response, { requests }) => void (requests === 1 ? response.writeHead(503, { 'retry-after': '3' }) : response.writeHead(200)).end(),
    })
    const { jobId } = await start([receiver.url('a')])
    const nowMs = () => Date.now() + offset
    const draining = drain(jobId, worker(nowMs))
    await eventually(60_000, 'half of the wait to be over', async () =>
      (await sql`
        select from public.sync_deliveries
        where job_id = ${jobId} and status = 'retrying' and next_attempt_at < clock_timestamp() + interval '1.5 seconds'`).length > 0 ? true : null)
    offset = step
    const report = await eventually(60_000, 'the worker to end', () => Promise.race([draining, new Promise<null>((resolve) => setTimeout(() => resolve(null), 25))]))
    // One that takes the jump for the end of its time hands on.
    if (report.workLeft) await drain(jobId, worker(nowMs))
    expect(await endedJob(sql, jobId)).toMatchObject({ status: 'success', succeeded: 1 })
    await receiver.close()
  })
})
