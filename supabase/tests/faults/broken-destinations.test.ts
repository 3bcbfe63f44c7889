import { createServer } from 'node:http'
import { createServer as createTcpServer, type AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { as, call, openDatabase, publishTo, signUp, startSync, type Organization, type Person, type Sql } from '../functions/support.ts'
import { answers, answersInTurn, habits, openBrokenSite, type BrokenSite, type Habit } from './broken-sites.ts'
import { startFaultStack, type FaultStack } from './processes.ts'
import { countAtReceivers, figures, seconds, untilEnded } from './proof.ts'
import { openReceiver, type Receiver } from './receivers.ts'
import { signInToApp } from './terminal.ts'

/** One run to sites that break in every way we know of, and to healthy ones beside them, through the real function. */

interface Expected {
  habit: Habit
  status: 'success' | 'failed'
  /** What the delivery, its attempt and the log say. */
  reason: RegExp
  attempts: number
  level?: 'success' | 'error'
  /** Slow ones hold a slot until their time is over. */
  slow?: true
}

const timeoutSeconds = 8
const timedOut = { status: 'failed', reason: new RegExp(`^timed out after ${timeoutSeconds}(\\.0)? s$`), attempts: 2, slow: true } as const
const closed = { status: 'failed', reason: /^connection closed by destination before it (had )?answered$/, attempts: 2 } as const
const notHttp = { status: 'failed', reason: /^destination did not answer in HTTP/, attempts: 2 } as const
const failing = '500 Internal Server Error'
const burst = `HTTP/1.1 ${failing}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`
const fine = 'HTTP/1.1 200 OK\r\nContent-Length: 16\r\nConnection: close\r\n\r\n{"applied":true}'

const cases: Record<string, Expected> = {
  'hangs after the request': { habit: habits['hangs after the request'], ...timedOut },
  'accepts the connection and reads nothing': { habit: habits['accepts the connection and reads nothing'], ...timedOut },
  'sends its body a byte a second': { habit: habits['sends its body a byte a second'], ...timedOut },
  'sends its headers a byte a second': { habit: habits['sends its headers a byte a second'], ...timedOut },
  'says "early hints" for ever': { habit: habits['says "early hints" for ever'], ...timedOut },
  'resets the connection': { habit: habits['resets the connection'], ...closed },
  'closes without an answer': { habit: habits['closes without an answer'], ...closed },
  'breaks off in the middle of its answer': { habit: habits['breaks off in the middle of its answer'], ...closed },
  'answers in another protocol': { habit: habits['answers in another protocol'], ...notHttp },
  'has headers without an end': { habit: habits['has headers without an end'], ...notHttp },
  'answers 500 again and again': { habit: answers(failing), status: 'failed', reason: /^500 from destination$/, attempts: 2 },
  'redirects with 302': { habit: answers('302 Found', '', { Location: 'REDIRECTED' }), status: 'failed', reason: /^302 from destination: redirects are not followed$/, attempts: 1 },
  'redirects with 308': { habit: answers('308 Permanent Redirect', '', { Location: 'REDIRECTED' }), status: 'failed', reason: /^308 from destination: redirects are not followed$/, attempts: 1 },
  'is gone': { habit: answers('410 Gone'), status: 'failed', reason: /^410 from destination$/, attempts: 1 },
  'answers 500 in a burst': { habit: answersInTurn(burst, fine), status: 'success', reason: /^200 applied/, attempts: 2 },
  'asks to come again later': {
    habit: answersInTurn('HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n', fine),
    status: 'success', reason: /^200 applied/, attempts: 2,
  },
  'has a body without an end': { habit: habits['has a body without an end'], status: 'success', reason: /^200 accepted/, attempts: 1 },
  'answers with more than is kept': { habit: habits['answers with more than is kept'], status: 'success', reason: /^200 accepted/, attempts: 1 },
  'answers before it has read the request': { habit: habits['answers before it has read the request'], status: 'success', reason: /^200 applied/, attempts: 1 },
}

interface Seen {
  id: string
  site_id: string
  status: string
  reason: string
  attempts: number
  finished_at: Date
}

let stack: FaultStack
let sql: Sql
let me: Person & { organization: Organization }
const sites = new Map<string, BrokenSite>()
const receivers: Receiver[] = []
const seen = new Map<string, Seen>()
let jobId: string
let redirected = 0

beforeAll(async () => {
  stack = await startFaultStack()
  sql = openDatabase(stack)
  me = await signUp(stack)
  const elsewhere = createServer((_, response) => {
    redirected += 1
    response.end()
  })
  await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve))
  const target = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`
  for (const [name, { habit }] of Object.entries(cases)) {
    sites.set(name, await openBrokenSite(name.startsWith('redirects') ? redirectTo(name.slice(-3), target) : habit))
  }
  for (let count = 0; count < 5; count += 1) receivers.push(await openReceiver({ holdMs: 20 }))

  const healthy = [...receivers.flatMap((receiver) => ['a', 'b', 'c', 'd'].map((site) => receiver.url(site))), ...Array<null>(6).fill(null)]
  const closedPort = await unusedPort()
  const plain = receivers[0]?.url('tls').replace('http:', 'https:') ?? ''
  const extra = { 'is not there': `http://127.0.0.1:${closedPort}/`, 'has no TLS': plain }
  const names = [...sites.keys(), ...Object.keys(extra)]
  const urls = [...[...sites.values()].map(({ url }) => url), ...Object.values(extra), ...healthy]
  const { siteIds } = await publishTo(sql, me.organization, urls)
  await sql`update public.sites set max_attempts = 2, timeout_seconds = ${timeoutSeconds}, first_retry_ms = 300 where id in ${sql(siteIds)}`
  const openTerminal = await signInToApp(stack, stack.api_url, me)
  jobId = (await startSync(me, siteIds)).job_id
  const terminal = openTerminal(jobId)
  const began = Date.now()
  await call(stack, 'sync', { job_id: jobId }, as(me, stack))
  const job = await untilEnded(sql, jobId, 120_000)

  const rows = await sql<Seen[]>`select id, site_id, status, reason, attempts, finished_at from public.sync_deliveries where job_id = ${jobId}`
  for (const [index, id] of siteIds.entries()) {
    const row = rows.find(({ site_id }) => site_id === id)
    if (row) seen.set(names[index] ?? `healthy ${index - names.length}`, row)
  }
  await terminal.whole(60_000)
  const lines = await terminal.expectAllLines(sql, jobId)
  terminal.close()
  const healthyOnes = [...seen].filter(([name]) => name.startsWith('healthy')).map(([, row]) => row.finished_at.getTime())
  figures('destinations that break', {
    sites: siteIds.length, status: job.status, succeeded: job.succeeded, failed: job.failed, lines,
    secondsToLastHealthy: seconds(Math.max(...healthyOnes) - began), secondsToEnd: seconds(job.finished_at.getTime() - began),
  })
  await new Promise((resolve) => elsewhere.close(resolve))
}, 240_000)
afterAll(async () => {
  await Promise.all([...sites.values(), ...receivers].map((one) => one.close()))
  await sql.end()
  await stack.close()
})

function redirectTo(status: string, target: string): Habit {
  return answers(`${status} Elsewhere`, '', { Location: target })
}

async function unusedPort(): Promise<number> {
  const server = createTcpServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

function delivery(name: string): Seen {
  const row = seen.get(name)
  if (row === undefined) throw new Error(`no delivery went to the site that ${name}`)
  return row
}

interface Attempt {
  number: number
  status_code: number | null
  error: string | null
  bytes: number | null
}

const attemptsOf = async ({ id }: Seen): Promise<Attempt[]> =>
  [...(await sql<Attempt[]>`
    select number, status_code, error, octet_length(response_body) as bytes from public.delivery_attempts where delivery_id = ${id} order by number`)]

const lastLineOf = async ({ id }: Seen): Promise<{ level: string; message: string } | undefined> =>
  (await sql<{ level: string; message: string }[]>`
    select level, message from public.job_logs where delivery_id = ${id} order by seq desc limit 1`)[0]

describe('a site that', () => {
  it.each(Object.entries(cases))('%s', async (name, { status, reason, attempts }) => {
    const row = delivery(name)
    expect(row).toMatchObject({ status, reason: expect.stringMatching(reason) as string, attempts })
    const tries = await attemptsOf(row)
    expect(tries.map(({ number }) => number)).toEqual(Array.from({ length: attempts }, (_, index) => index + 1))
    // A response has a status, everything else has words.
    for (const { status_code, error } of tries) expect(status_code === null).toBe(error !== null)
    const line = await lastLineOf(row)
    expect(line?.level).toBe(status === 'success' ? 'success' : 'error')
    expect(line?.message).toContain(row.reason)
    if (status === 'failed' && attempts === 2) expect(line?.message).toContain('giving up after attempt 2 of 2')
  })

  it('is not there', async () => {
    expect(delivery('is not there')).toMatchObject({ status: 'failed', reason: 'refused: connection refused', attempts: 2 })
  })

  it('has no TLS', async () => {
    expect(delivery('has no TLS')).toMatchObject({ status: 'failed', reason: expect.stringMatching(/^TLS failed: ./) as string, attempts: 2 })
  })

  it('is gone is disabled, with the reason on the site', async () => {
    const row = delivery('is gone')
    const [site] = await sql<{ enabled: boolean; disabled_reason: string | null }[]>`
      select s.enabled, st.disabled_reason from public.sites s join public.site_states st on st.site_id = s.id where s.id = ${row.site_id}`
    expect(site).toMatchObject({ enabled: false, disabled_reason: expect.stringContaining('410') as string })
    expect((await lastLineOf(row))?.message).toContain('disabled')
  })

  it('redirects sends nobody anywhere', () => {
    expect(redirected).toBe(0)
  })

  it('talks without end is kept to 20 kB of each answer', async () => {
    for (const name of ['has a body without an end', 'answers with more than is kept']) {
      const [attempt] = await attemptsOf(delivery(name))
      expect(attempt?.bytes).toBe(20_000)
    }
  })
})

describe('beside them', () => {
  it('healthy sites are accepted before the first slow one gives up', async () => {
    const healthy = [...seen].filter(([name]) => name.startsWith('healthy')).map(([, row]) => row)
    expect(healthy).toHaveLength(26)
    expect(new Set(healthy.map(({ status, attempts }) => `${status} ${attempts}`))).toEqual(new Set(['success 1']))
    const slow = Object.entries(cases).flatMap(([name, expected]) => (expected.slow ? [delivery(name).id] : []))
    const [first] = await sql<{ at: Date }[]>`select min(created_at) as at from public.delivery_attempts where delivery_id in ${sql(slow)} and number = 1`
    const last = Math.max(...healthy.map(({ finished_at }) => finished_at.getTime()))
    expect(last).toBeLessThan(first?.at.getTime() ?? 0)
  })

  it('nothing is applied twice', async () => {
    const { appliedTwice, duplicatesSent } = await countAtReceivers(sql, jobId, receivers)
    expect({ appliedTwice, duplicatesSent }).toEqual({ appliedTwice: 0, duplicatesSent: 0 })
  })
})
