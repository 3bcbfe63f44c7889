import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import vectors from '../../functions/_shared/core/address.vectors.json' with { type: 'json' }
import { startOwnStack, type OwnStack } from './own-stack.ts'
import {
  accept,
  answer,
  as,
  call,
  hang,
  jobEnd,
  openDatabase,
  openDestination,
  publishTo,
  signUp,
  startSync,
  type Destination,
  type JobState,
  type Organization,
  type Person,
  type Sql,
} from './support.ts'

/**
 * Where the running functions do and do not send to, on a stack that is as strict as a hosted one: Deno's sockets and
 * resolver, the setting read from the environment, the reason read from the delivery.
 */

let own: OwnStack
let sql: Sql
let me: Person & { organization: Organization }
const destinations: Destination[] = []

beforeAll(async () => {
  process.env.DATASYNC_ALLOW_PRIVATE_DESTINATIONS = 'false'
  process.env.DATASYNC_ALLOWED_DESTINATIONS = 'localhost'
  own = await startOwnStack()
  sql = openDatabase(own.stack)
  me = await signUp(own.stack)
})
afterEach(async () => {
  await Promise.all(destinations.splice(0).map((one) => one.close()))
})
afterAll(async () => {
  delete process.env.DATASYNC_ALLOW_PRIVATE_DESTINATIONS
  delete process.env.DATASYNC_ALLOWED_DESTINATIONS
  await sql.end()
  await own.close()
})

/** A destination, and its address by the name that the stack allows. */
async function destination(...parameters: Parameters<typeof openDestination>): Promise<Destination & { byName: string }> {
  const opened = await openDestination(...parameters)
  destinations.push(opened)
  return { ...opened, byName: opened.url.replace('127.0.0.1', 'localhost') }
}

async function run(siteIds: readonly string[]): Promise<JobState & { id: string }> {
  const { job_id } = await startSync(me, siteIds)
  await call(own.stack, 'sync', { job_id }, as(me, own.stack))
  return { id: job_id, ...(await jobEnd(sql, job_id, 25_000)) }
}

const change = (siteId: string) => sql`
  update public.content_items set data = jsonb_set(data, '{text}', to_jsonb(gen_random_uuid()::text))
  where id in (select item_id from public.site_item_mappings where site_id = ${siteId})`

/** Of the table, what can be typed as a destination at all, and is not the name that this stack allows. */
function isLocalhost(url: string): boolean {
  try {
    return /^localhost\.*$/.test(new URL(url).hostname)
  } catch {
    return false
  }
}
const typed = vectors.refused.filter(({ url }) => /^https?:\/\/[^\s]+$/.test(url) && !isLocalhost(url))

describe('a destination that is not public', () => {
  it(`is refused in each of ${typed.length} spellings, once and with its reason, and is not connected to`, async () => {
    expect(typed.length).toBeGreaterThan(40)
    const { siteIds } = await publishTo(sql, me.organization, typed.map(({ url }) => url))
    const job = await run(siteIds)
    expect(job).toMatchObject({ status: 'failed', succeeded: 0, failed: typed.length })
    const bySite = new Map(job.deliveries.map((delivery) => [delivery.site_id, delivery]))
    for (const [index, { url, reason }] of typed.entries()) {
      const delivery = bySite.get(siteIds[index] ?? '')
      expect(delivery, url).toMatchObject({ status: 'failed', attempts: 1, status_code: null, reason: expect.stringMatching(/^refused: /) as string })
      expect(delivery?.reason, url).toContain(reason)
    }
    const [attempts] = await sql<{ connected: number }[]>`
      select count(a.connect_ms)::int as connected from public.delivery_attempts a
      join public.sync_deliveries d on d.id = a.delivery_id where d.job_id = ${job.id}`
    expect(attempts?.connected).toBe(0)
  })

  it('takes nothing by its address, while the name that is allowed reaches it', async () => {
    const site = await destination()
    const { siteIds } = await publishTo(sql, me.organization, [site.url, site.byName])
    const job = await run(siteIds)
    expect(job).toMatchObject({ status: 'partial', succeeded: 1, failed: 1 })
    const [byAddress, byName] = siteIds.map((siteId) => job.deliveries.find((delivery) => delivery.site_id === siteId))
    expect(byAddress).toMatchObject({ status: 'failed', reason: 'refused: the address 127.0.0.1 is not public (loopback)' })
    expect(byName).toMatchObject({ status: 'success' })
    expect(site.requests).toHaveLength(1)
  })

  it('is not reached by a redirect from one that is', async () => {
    const inside = await destination()
    const outside = await destination(answer(307, { location: inside.url }))
    const { siteIds } = await publishTo(sql, me.organization, [outside.byName])
    expect(await run(siteIds)).toMatchObject({
      status: 'failed',
      deliveries: [{ attempts: 1, status_code: 307, reason: '307 from destination: redirects are not followed' }],
    })
    expect(inside.requests).toHaveLength(0)
  })

  it('is not our own receiver, which is reached wherever it runs', async () => {
    const { siteIds } = await publishTo(sql, me.organization, [null])
    expect(await run(siteIds)).toMatchObject({ status: 'success' })
  })

  it('is not asked what it shows either', async () => {
    const site = await destination(answer(302, { location: 'http://169.254.169.254/latest/meta-data/' }))
    const { siteIds } = await publishTo(sql, me.organization, [null, null, null])
    const addresses = [site.url, 'http://169.254.169.254/latest/meta-data/', site.byName]
    for (const [index, siteId] of siteIds.entries()) {
      await sql`update public.sites set state_url = ${addresses[index] ?? ''} where id = ${siteId}`
    }
    const response = await call(own.stack, 'drift', { site_ids: siteIds }, as(me, own.stack))
    expect(await response.json()).toEqual({ checked: 3, drifted: 0, unreachable: 3, left: 0 })
    const states = await sql<{ site_id: string; drift_message: string }[]>`
      select site_id, drift_message from public.site_states where site_id = any (${siteIds}::uuid[])`
    expect(siteIds.map((siteId) => states.find(({ site_id }) => site_id === siteId)?.drift_message)).toEqual([
      'refused: the address 127.0.0.1 is not public (loopback)',
      'refused: the address 169.254.169.254 is not public (cloud metadata)',
      '302 from destination: redirects are not followed',
    ])
    expect(site.requests).toHaveLength(1)
  })
})

describe('what an attempt records', () => {
  it('is when the connection stood and when the first byte came, counted from its start', async () => {
    const site = await destination()
    const { siteIds } = await publishTo(sql, me.organization, [site.byName])
    const job = await run(siteIds)
    const [attempt] = await sql<{ connect_ms: number | null; first_byte_ms: number; duration_ms: number }[]>`
      select a.connect_ms, a.first_byte_ms, a.duration_ms from public.delivery_attempts a
      join public.sync_deliveries d on d.id = a.delivery_id where d.job_id = ${job.id}`
    // A destination on a new port: no connection can have been kept.
    expect(attempt?.connect_ms).toBeGreaterThanOrEqual(0)
    expect(attempt?.first_byte_ms).toBeGreaterThanOrEqual(attempt?.connect_ms ?? Infinity)
    expect(attempt?.duration_ms).toBeGreaterThanOrEqual(attempt?.first_byte_ms ?? Infinity)
  })
})

describe('a destination that hangs after it has answered before', () => {
  it('is sent as many requests as there are attempts, on a kept connection too', async () => {
    const site = await destination(accept)
    const { siteIds } = await publishTo(sql, me.organization, [site.byName])
    const siteId = siteIds[0] ?? ''
    await sql`update public.sites set timeout_seconds = 1, max_attempts = 2, first_retry_ms = 100 where id = ${siteId}`
    expect(await run(siteIds)).toMatchObject({ status: 'success' })
    site.behave(hang)
    await change(siteId)
    const job = await run(siteIds)
    const [delivery] = job.deliveries
    expect(delivery).toMatchObject({ status: 'failed', attempts: 2, reason: 'timed out after 1 s' })
    expect(site.requests.filter(({ headers }) => headers['webhook-id'] === delivery?.webhook_id)).toHaveLength(2)
  })
})
