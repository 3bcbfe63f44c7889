import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import {
  answer,
  as,
  call,
  inTurn,
  accept,
  jobEnd,
  openDatabase,
  openDestination,
  publishTo,
  signUp,
  startSync,
  type Destination,
  type Organization,
  type Person,
  type Sql,
} from './support.ts'

/** The sync function from outside: a run is started, the function is called, and the destinations say what they saw. */

const stack = inject('stack')
let sql: Sql
let me: Person & { organization: Organization }
const open: Destination[] = []

async function destination(...parameters: Parameters<typeof openDestination>): Promise<Destination> {
  const opened = await openDestination(...parameters)
  open.push(opened)
  return opened
}

beforeAll(async () => {
  sql = openDatabase(stack)
  me = await signUp(stack)
})
afterAll(async () => {
  await Promise.all(open.map((one) => one.close()))
  await sql.end()
})

async function run(destinations: (string | null)[]) {
  const { siteIds } = await publishTo(sql, me.organization, destinations)
  const { job_id } = await startSync(me, siteIds)
  const response = await call(stack, 'sync', { job_id }, as(me, stack))
  expect(response.status).toBe(202)
  expect(await response.json()).toEqual({ accepted: true, job_id })
  return { job: await jobEnd(sql, job_id), jobId: job_id, siteIds }
}

const logOf = async (jobId: string) =>
  (await sql<{ level: string; message: string }[]>`
    select level, message from public.job_logs where job_id = ${jobId} order by seq`).map((line) => `${line.level} ${line.message}`)

describe('a run', () => {
  it('reaches three sites with the built-in receiver, byte for byte', async () => {
    const { job, siteIds } = await run([null, null, null])
    expect(job).toMatchObject({ status: 'success', succeeded: 3, failed: 0 })
    const snapshots = await sql<{ site_id: string; body: string; sequence: string }[]>`
      select site_id, body, sequence from public.destination_snapshots where site_id in ${sql(siteIds)}`
    expect(snapshots).toHaveLength(3)
    for (const delivery of job.deliveries) {
      const { site_id, body, sequence } = delivery
      expect(snapshots).toContainEqual({ site_id, body, sequence })
      expect(JSON.parse(delivery.response_body ?? '')).toEqual({
        applied: true,
        receivedAt: expect.any(String) as string,
        itemCount: 1,
      })
    }
  })

  it('heals a failure by trying again, with the same id and body', async () => {
    const site = await destination(inTurn(answer(500, {}, '{"error":"simulated failure"}'), accept))
    const { job, jobId } = await run([site.url])
    expect(job).toMatchObject({ status: 'success', deliveries: [{ status: 'success', attempts: 2 }] })
    expect(site.requests).toHaveLength(2)
    const [first, second] = site.requests
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id'])
    expect(second?.body).toBe(first?.body)
    expect((await logOf(jobId)).join('\n')).toMatch(/warn 500 from destination \(simulated\), retry in \d+ ms/)
  })

  it('heals the one failure that the demo plays', async () => {
    const { siteIds } = await publishTo(sql, me.organization, [null])
    await sql`update public.sites set fail_next = 1 where id in ${sql(siteIds)}`
    const { job_id } = await startSync(me, siteIds)
    await call(stack, 'sync', { job_id }, as(me, stack))
    expect(await jobEnd(sql, job_id)).toMatchObject({ status: 'success', deliveries: [{ attempts: 2 }] })
  })

  it.each([
    [answer(404), '404 from destination'],
    [answer(422, {}, '{"error":"no such theme"}'), '422 from destination: no such theme'],
    [answer(302, { location: '/elsewhere' }), '302 from destination: redirects are not followed'],
  ])('ends at once where trying again is of no use (%#)', async (behaviour, reason) => {
    const site = await destination(behaviour)
    const { job } = await run([site.url])
    expect(job).toMatchObject({ status: 'failed', deliveries: [{ status: 'failed', attempts: 1, reason }] })
    expect(site.requests.map(({ path }) => path)).toEqual(['/hook'])
  })

  it('waits as long as Retry-After asks', async () => {
    const site = await destination(inTurn(answer(429, { 'retry-after': '2' }), answer(204)))
    const { job, jobId } = await run([site.url])
    expect(job).toMatchObject({ status: 'success', deliveries: [{ attempts: 2, status_code: 204 }] })
    expect(await logOf(jobId)).toContain('warn 429 from destination, retry in 2.0 s')
  })

  it('gives up after four attempts, and one failed site does not fail the others', async () => {
    const closed = await openDestination()
    await closed.close()
    const { job, jobId } = await run([closed.url, null])
    expect(job).toMatchObject({ status: 'partial', succeeded: 1, failed: 1 })
    expect(job.deliveries[0]).toMatchObject({ attempts: 4, reason: 'refused: connection refused', status_code: null })
    expect((await logOf(jobId)).join('\n')).toContain('giving up after attempt 4 of 4')
  })

  it('records what a destination says, whatever characters it says it with', async () => {
    const site = await destination(answer(400, { 'x-odd': 'ÿ' }, '{"error":"zero \\u0000 half \\ud83d","raw":"\0"}'))
    const { job } = await run([site.url, null])
    expect(job).toMatchObject({ status: 'partial', deliveries: [{ reason: '400 from destination' }, { status: 'success' }] })
    site.behave(answer(400, {}, '{"error":"zero \\u0000 half \\ud83d"}'))
    const again = await run([site.url])
    expect(again.job.deliveries[0]?.reason).toBe('400 from destination: zero \ufffd half \ufffd')
  })

  it('can be drained by any number of callers at once, and each site is sent to once', async () => {
    const site = await destination()
    const { siteIds } = await publishTo(sql, me.organization, Array<string>(25).fill(site.url))
    const { job_id } = await startSync(me, siteIds)
    await Promise.all(Array.from({ length: 5 }, () => call(stack, 'sync', { job_id }, as(me, stack))))
    expect(await jobEnd(sql, job_id)).toMatchObject({ status: 'success', succeeded: 25 })
    expect(site.requests).toHaveLength(25)
    expect(new Set(site.requests.map(({ headers }) => headers['webhook-id'])).size).toBe(25)
  })
})

describe('who may call sync', () => {
  const noRun = '00000000-0000-4000-8000-000000000000'

  it('not somebody who is not signed in', async () => {
    const calls = [{}, { apikey: stack.publishable_key }, { authorization: 'Bearer not-a-token' }]
    for (const headers of calls) {
      const response = await call(stack, 'sync', { job_id: noRun }, headers as Record<string, string>)
      expect(response.status).toBe(401)
      expect(await response.json()).toMatchObject({ code: 'unauthenticated' })
      expect(response.headers.get('access-control-allow-origin')).toBe('*')
    }
  })

  it('not a member of another organization, who learns as much as of a run that does not exist', async () => {
    const site = await destination()
    const { siteIds } = await publishTo(sql, me.organization, [site.url])
    const { job_id } = await startSync(me, siteIds)
    const stranger = await signUp(stack)
    const theirs = await call(stack, 'sync', { job_id }, as(stranger, stack))
    const nobodys = await call(stack, 'sync', { job_id: noRun }, as(stranger, stack))
    expect([theirs.status, nobodys.status]).toEqual([404, 404])
    expect(await theirs.json()).toEqual(await nobodys.json())
    // To its end, whoever drains it first: this call or the tick.
    await call(stack, 'sync', { job_id }, as(me, stack))
    await jobEnd(sql, job_id)
  })

  it.each([
    ['the secret key', () => ({ apikey: stack.secret_key })],
    ['the tick secret', () => ({ 'x-tick-secret': stack.tick_secret })],
  ])('the service itself, with %s', async (_, headers) => {
    const { siteIds } = await publishTo(sql, me.organization, [null])
    const { job_id } = await startSync(me, siteIds)
    expect((await call(stack, 'sync', { job_id }, headers() as Record<string, string>)).status).toBe(202)
    expect(await jobEnd(sql, job_id)).toMatchObject({ status: 'success' })
    expect((await call(stack, 'sync', { job_id: noRun }, headers() as Record<string, string>)).status).toBe(404)
  })

  it('in the form it asks for', async () => {
    for (const body of ['', '{', '[]', '{}', '{"job_id":"7"}', '{"job_id":7}']) {
      expect((await call(stack, 'sync', body, as(me, stack))).status).toBe(400)
    }
    expect((await call(stack, 'sync', { job_id: 'x'.repeat(50_000) }, as(me, stack))).status).toBe(413)
    const got = await fetch(`${stack.api_url}/functions/v1/sync`, { headers: as(me, stack) })
    expect(got.status).toBe(405)
  })

  it('from a browser', async () => {
    const response = await fetch(`${stack.api_url}/functions/v1/sync`, {
      method: 'OPTIONS',
      headers: { origin: 'https://app.example', 'access-control-request-method': 'POST' },
    })
    expect(response.status).toBe(204)
    expect(response.headers.get('access-control-allow-headers')).toContain('authorization')
  })
})
