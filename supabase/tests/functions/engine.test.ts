import { randomBytes, randomUUID } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { Webhook } from 'standardwebhooks'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { signSequenced, importSecret } from '../../functions/_shared/core/signing.ts'
import type { Database } from '../../functions/_shared/database.ts'
import { defaultDrainLimits, drain, type DrainDependencies } from '../../functions/_shared/engine.ts'
import { createLog } from '../../functions/_shared/log.ts'
import { createSender, type Send } from '../../functions/_shared/send.ts'
import { databaseOf, giveSecret, startOwnStack, type OwnStack } from './own-stack.ts'
import {
  accept,
  answer,
  hang,
  inTurn,
  openDatabase,
  openDestination,
  publishTo,
  readJob,
  signUp,
  startSync,
  until,
  type Destination,
  type Organization,
  type Person,
  type Sql,
} from './support.ts'

/** The drain loop against the real database and real sockets. */

let own: OwnStack
let sql: Sql
let me: Person & { organization: Organization }
const destinations: Destination[] = []
const logged: string[] = []

beforeAll(async () => {
  own = await startOwnStack()
  sql = openDatabase(own.stack)
  me = await signUp(own.stack)
})
afterEach(async () => {
  await Promise.all(destinations.splice(0).map((one) => one.close()))
})
afterAll(async () => {
  await sql.end()
  await own.close()
})

async function destination(...parameters: Parameters<typeof openDestination>): Promise<Destination> {
  const opened = await openDestination(...parameters)
  destinations.push(opened)
  return opened
}

const send = createSender({ timeoutMs: 60_000, allowPrivate: true })

/** Gives up on these soon, and is as patient as ever with the others, so that a busy machine is not taken for a slow site. */
function givingUpOn(...hanging: Destination[]): Send {
  const urls = new Set(hanging.map(({ url }) => url))
  return (request) => send({ ...request, timeoutMs: urls.has(request.url) ? 400 : 60_000 })
}

function engine(changes: Partial<DrainDependencies> = {}): DrainDependencies {
  return {
    database: databaseOf(sql),
    keyRing: { ok: true, value: own.ring },
    send,
    builtInUrl: (siteId) => `${own.stack.api_url}/functions/v1/destination/${siteId}`,
    worker: `test-${randomUUID().slice(0, 8)}`,
    nowMs: () => Date.now(),
    random: Math.random,
    randomBytes: (length) => new Uint8Array(randomBytes(length)),
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, ms)
        signal.addEventListener('abort', () => {
          clearTimeout(timer)
          resolve()
        })
      }),
    log: createLog('test', (line) => logged.push(line)),
    limits: defaultDrainLimits,
    ...changes,
  }
}

async function start(urls: (string | null)[], maxAttempts = 4) {
  const { siteIds } = await publishTo(sql, me.organization, urls)
  const { job_id } = await startSync(me, siteIds)
  await sql`update public.sync_deliveries set max_attempts = ${maxAttempts} where job_id = ${job_id}`
  return { jobId: job_id, siteIds }
}

/** The real database, to which some of the engine's steps, counted from 0, do not get through. */
function faulty(steps: readonly number[]): Database {
  const real = databaseOf(sql)
  let step = 0
  const exchange: Database['exchange'] = (...parameters) =>
    steps.includes(step++) ? Promise.reject(new Error('the connection was cut')) : real.exchange(...parameters)
  return { ...real, exchange }
}

describe('what is sent', () => {
  it('is verified by npm standardwebhooks, and by X-DSIGN', async () => {
    const site = await destination()
    const { siteIds } = await publishTo(sql, me.organization, [site.url])
    const secret = await giveSecret(sql, own.ring, siteIds[0] ?? '')
    const { job_id: jobId } = await startSync(me, siteIds)
    await drain(jobId, engine())

    const [request] = site.requests
    const [delivery] = (await readJob(sql, jobId)).deliveries
    if (request === undefined || delivery === undefined) throw new Error('nothing was sent')
    const headers = request.headers as Record<string, string>
    expect(request.body).toBe(delivery.body)
    expect(new Webhook(secret).verify(request.body, headers)).toEqual(JSON.parse(delivery.body))
    expect(() => new Webhook(secret).verify(request.body.replace('Hello', 'Hallo'), headers)).toThrow()
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'webhook-id': delivery.webhook_id,
      'webhook-sequence': delivery.sequence,
      'content-length': String(Buffer.byteLength(delivery.body)),
    })
    const key = await importSecret(secret)
    if (!key.ok) throw new Error(key.error.message)
    const message = {
      id: delivery.webhook_id,
      sequence: Number(delivery.sequence),
      timestamp: Number(headers['webhook-timestamp']),
      body: request.body,
    }
    expect(headers['x-dsign']).toBe(await signSequenced([key.value], message))
    const recorded = await sql<{ request_headers: unknown }[]>`
      select request_headers from public.delivery_attempts where delivery_id = ${delivery.id}`
    expect(recorded[0]?.request_headers).toMatchObject({ 'webhook-signature': headers['webhook-signature'] })
    expect(JSON.stringify([recorded, logged])).not.toContain(secret.slice('whsec_'.length))
  })

  it('carries both signatures while a secret is rotated', async () => {
    const site = await destination()
    const { siteIds } = await publishTo(sql, me.organization, [site.url])
    const old = await giveSecret(sql, own.ring, siteIds[0] ?? '', 1)
    const fresh = await giveSecret(sql, own.ring, siteIds[0] ?? '', 2)
    const { job_id: jobId } = await startSync(me, siteIds)
    await drain(jobId, engine())
    const request = site.requests[0]
    const headers = request?.headers as Record<string, string>
    for (const secret of [old, fresh]) new Webhook(secret).verify(request?.body ?? '', headers)
    expect(headers['webhook-signature']?.split(' ')).toHaveLength(2)
  })

  it('is signed with a secret that is made on the way, once', async () => {
    const site = await destination()
    const { jobId, siteIds } = await start([site.url])
    await Promise.all([drain(jobId, engine()), drain(jobId, engine())])
    expect(await readJob(sql, jobId)).toMatchObject({ status: 'success' })
    expect(await sql`select version from private.site_secrets where site_id = ${siteIds[0] ?? ''}`).toHaveLength(1)
  })
})

describe('the caps', () => {
  /** Answers each request once all that may be under way are, or have been for a moment, and counts them. */
  async function crowded(atOnce: number): Promise<{ url: string; most: () => number }> {
    let most = 0
    const open: ServerResponse[] = []
    const site = await destination((response) => {
      open.push(response)
      most = Math.max(most, open.length)
      if (open.length >= atOnce) for (const one of open.splice(0)) accept(one, one.req, 0)
      else setTimeout(() => open.includes(response) && accept(open.splice(open.indexOf(response), 1)[0] ?? response, response.req, 0), 300)
    })
    return { url: site.url, most: () => most }
  }

  it.each([
    ['a run', { runConcurrency: 5, hostConcurrency: 1_000 }, 5],
    ['a host', { runConcurrency: 32, hostConcurrency: 3 }, 3],
  ])('of %s holds over all that drain it', async (_what, caps, most) => {
    const site = await crowded(most)
    const { jobId } = await start(Array<string>(40).fill(site.url))
    const limits = { ...defaultDrainLimits, ...caps }
    await Promise.all([1, 2, 3].map(() => drain(jobId, engine({ limits }))))
    expect(await readJob(sql, jobId)).toMatchObject({ status: 'success', succeeded: 40 })
    expect(site.most()).toBe(most)
  })
})

describe('slow and broken destinations', () => {
  it('a site that does not answer holds back neither the others nor their results', async () => {
    const unanswered: ServerResponse[] = []
    const [slow, quick] = await Promise.all([destination((response) => void unanswered.push(response)), destination()])
    const { jobId } = await start([slow.url, ...Array<string>(60).fill(quick.url)], 1)
    const draining = drain(jobId, engine())
    await until(60_000, 'the quick sites to be recorded', async () => {
      const { deliveries } = await readJob(sql, jobId)
      return deliveries.filter(({ status }) => status === 'success').length === 60 ? true : null
    })
    expect((await readJob(sql, jobId)).deliveries[0]?.status).toBe('sending')
    for (const response of unanswered) response.writeHead(200).end('{}')
    await draining
    expect(await readJob(sql, jobId)).toMatchObject({ status: 'success', succeeded: 61 })
  })

  it('a site that hangs times out, and fails alone', async () => {
    const [slow, quick] = await Promise.all([destination(hang), destination()])
    const { jobId } = await start([slow.url, quick.url, quick.url], 1)
    await drain(jobId, engine({ send: givingUpOn(slow) }))
    const job = await readJob(sql, jobId)
    expect(job).toMatchObject({ status: 'partial', succeeded: 2, failed: 1 })
    expect(job.deliveries[0]).toMatchObject({ status: 'failed', reason: 'timed out after 400 ms' })
  })

  it('more hanging sites than slots delay the rest, and lose nothing', async () => {
    const [slow, quick] = await Promise.all([destination(hang), destination()])
    const { jobId } = await start([...Array<string>(6).fill(slow.url), ...Array<string>(6).fill(quick.url)], 1)
    await drain(jobId, engine({ send: givingUpOn(slow), limits: { ...defaultDrainLimits, runConcurrency: 3 } }))
    expect(await readJob(sql, jobId)).toMatchObject({ status: 'partial', succeeded: 6, failed: 6 })
    expect(quick.requests).toHaveLength(6)
  })

  it('a retry that is due soon is waited for; one that is due later is left to the database', async () => {
    const [soon, later] = await Promise.all([
      destination(inTurn(answer(503), accept)),
      destination(inTurn(answer(503, { 'retry-after': '600' }), accept)),
    ])
    const { jobId } = await start([soon.url, later.url])
    const report = await drain(jobId, engine())
    expect(report).toEqual({ attempts: 3, workLeft: false })
    const job = await readJob(sql, jobId)
    expect(job).toMatchObject({ status: 'running', deliveries: [{ status: 'success' }, { status: 'retrying' }] })
    const [row] = await sql<{ wait: number }[]>`
      select extract(epoch from next_attempt_at - now())::float8 as wait from public.sync_deliveries
      where job_id = ${jobId} and status = 'retrying'`
    expect(row?.wait).toBeGreaterThan(300)
    await sql`update public.sync_deliveries set next_attempt_at = now() where job_id = ${jobId} and status = 'retrying'`
    await drain(jobId, engine())
    expect(await readJob(sql, jobId)).toMatchObject({ status: 'success', succeeded: 2 })
  })
})

describe('its own limits', () => {
  it('stops after its share of deliveries, and says that work is left', async () => {
    const site = await destination()
    const { jobId } = await start(Array<string>(12).fill(site.url))
    const limits = { ...defaultDrainLimits, maxDeliveries: 5 }
    expect(await drain(jobId, engine({ limits }))).toEqual({ attempts: 5, workLeft: true })
    expect((await readJob(sql, jobId)).deliveries.filter(({ status }) => status === 'queued')).toHaveLength(7)
    expect(await drain(jobId, engine({ limits }))).toEqual({ attempts: 5, workLeft: true })
    expect(await drain(jobId, engine({ limits }))).toEqual({ attempts: 2, workLeft: false })
    expect(await readJob(sql, jobId)).toMatchObject({ status: 'success', succeeded: 12 })
    expect(site.requests).toHaveLength(12)
  })

  it('claims nothing once its time is over', async () => {
    const site = await destination()
    const { jobId } = await start([site.url])
    const report = await drain(jobId, engine({ limits: { ...defaultDrainLimits, claimMs: 0 } }))
    expect(report).toEqual({ attempts: 0, workLeft: true })
    expect(site.requests).toHaveLength(0)
    await drain(jobId, engine())
  })
})

describe('faults of our own', () => {
  it.each([
    ['the keys are missing', () => ({ ok: false, error: { code: 'no_keys', message: 'DATASYNC_SECRET_KEYS is not set' } }) as const,
      'cannot sign: DATASYNC_SECRET_KEYS is not set'],
  ])('%s: the delivery fails, and says why', async (_, keyRing, reason) => {
    const site = await destination()
    const { jobId } = await start([site.url])
    await drain(jobId, engine({ keyRing: keyRing() }))
    const job = await readJob(sql, jobId)
    expect(job).toMatchObject({ status: 'failed', deliveries: [{ status: 'failed', attempts: 1, reason }] })
    expect(site.requests).toHaveLength(0)
  })

  it('a secret that does not open fails its own delivery and no other', async () => {
    const site = await destination()
    const { siteIds } = await publishTo(sql, me.organization, [site.url, site.url, site.url])
    const [damaged = '', orphaned = ''] = siteIds
    const junk = new Uint8Array(66)
    await databaseOf(sql).storeSiteSecret(damaged, { version: 1, keyVersion: 1, nonce: new Uint8Array(12), ciphertext: junk })
    await databaseOf(sql).storeSiteSecret(orphaned, { version: 1, keyVersion: 9, nonce: new Uint8Array(12), ciphertext: junk })
    const { job_id: jobId } = await startSync(me, siteIds)
    await drain(jobId, engine())
    expect(await readJob(sql, jobId)).toMatchObject({
      status: 'partial',
      deliveries: [
        { status: 'failed', reason: 'cannot sign: the secret does not open with key 1 of DATASYNC_SECRET_KEYS' },
        { status: 'failed', reason: 'cannot sign: the secret was sealed with key 9, which DATASYNC_SECRET_KEYS lacks' },
        { status: 'success' },
      ],
    })
  })

  it('an error that nobody foresaw gives the delivery back, uncounted', async () => {
    const site = await destination()
    const { jobId } = await start([site.url])
    const broken = () => Promise.reject(new Error('out of sockets'))
    const report = await drain(jobId, engine({ send: broken }))
    expect(report.attempts).toBe(1)
    expect(await readJob(sql, jobId)).toMatchObject({ deliveries: [{ status: 'queued', attempts: 0 }] })
    await drain(jobId, engine())
    expect(await readJob(sql, jobId)).toMatchObject({ status: 'success', deliveries: [{ attempts: 1 }] })
  })

  it.each([
    ['claim', [0, 1]],
    ['record', [1, 2]],
  ] as const)('a database that cannot be asked to %s for a moment costs time and nothing else', async (_what, steps) => {
    const site = await destination()
    const { jobId } = await start([site.url, site.url])
    await drain(jobId, engine({ database: faulty(steps) }))
    expect(await readJob(sql, jobId)).toMatchObject({ status: 'success', succeeded: 2 })
    expect(site.requests).toHaveLength(2)
  })
})
