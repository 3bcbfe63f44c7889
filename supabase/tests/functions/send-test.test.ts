import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { importSecret, verifySequenced } from '../../functions/_shared/core/signing.ts'
import type { TestReport } from '../../functions/send-test/handler.ts'
import { giveSecret, startOwnStack, type OwnStack } from './own-stack.ts'
import {
  answer, as, call, hang, jobEnd, openDatabase, openDestination, publishTo, signUp, startSync,
  type Behaviour, type Destination, type Organization, type Person, type Sql,
} from './support.ts'

/** A test request: what it says, that it changes nothing anywhere, and what is made of every answer there is. */

let own: OwnStack
let sql: Sql
let me: Person & { organization: Organization }
let destination: Destination

beforeAll(async () => {
  own = await startOwnStack()
  sql = openDatabase(own.stack)
  me = await signUp(own.stack)
  destination = await openDestination()
})
afterAll(async () => {
  await destination.close()
  await sql.end()
  await own.close()
})

async function newSite(url: string | null = destination.url, withSecret = true): Promise<{ siteId: string; secret: string }> {
  const { siteIds } = await publishTo(sql, me.organization, [url])
  const siteId = siteIds[0] ?? ''
  return { siteId, secret: withSecret ? await giveSecret(sql, own.ring, siteId) : '' }
}

const ask = (siteId: string, person: Person = me) => call(own.stack, 'send-test', { site_id: siteId }, as(person, own.stack))

async function test(siteId: string): Promise<TestReport> {
  const response = await ask(siteId)
  const text = await response.text()
  expect([response.status, text]).toEqual([200, expect.any(String)])
  return JSON.parse(text) as TestReport
}

async function judged(behaviour: Behaviour): Promise<TestReport['judgement'] & { report: TestReport }> {
  destination.behave(behaviour)
  const { siteId } = await newSite()
  const report = await test(siteId)
  return { ...report.judgement, report }
}

async function join(role: string): Promise<Person> {
  const person = await signUp(own.stack)
  await sql`insert into public.memberships (organization_id, user_id, role) values (${me.organization.id}, ${person.userId}, ${role})`
  return person
}

describe('what is sent', () => {
  it('is signed as a delivery is, in both ways, and cannot be taken for one', async () => {
    destination.behave(answer(200, {}, ''))
    const { siteId, secret } = await newSite()
    const report = await test(siteId)
    const sent = destination.requests.at(-1)
    expect(report.request_headers).toMatchObject({
      'webhook-id': expect.stringMatching(/^test_[0-9a-f]{32}$/) as string, 'webhook-sequence': '0', 'content-type': 'application/json',
    })
    expect(sent?.headers).toMatchObject(report.request_headers)
    expect(sent?.body).toBe(report.request_body)
    const body = JSON.parse(report.request_body) as Record<string, unknown>
    expect(body).toEqual({ version: 1, test: true, site: { slug: expect.stringMatching(/^site-0-/) as string, name: 'Site 0' } })
    expect(new Webhook(secret).verify(report.request_body, report.request_headers)).toEqual(body)
    const key = await importSecret(secret)
    if (!key.ok) throw new Error(key.error.message)
    const headers = report.request_headers
    expect(await verifySequenced([key.value], {
      id: headers['webhook-id'] ?? null, timestamp: headers['webhook-timestamp'] ?? null, sequence: headers['webhook-sequence'] ?? null,
      signature: headers['x-dsign'] ?? null, body: report.request_body,
    }, Date.now())).toEqual({ ok: true })
    expect(JSON.stringify(report)).not.toContain(secret)
  })

  it('is signed by both secrets of a rotation', async () => {
    const { siteId, secret } = await newSite()
    await call(own.stack, 'site-secret', { site_id: siteId, action: 'rotate', overlap_hours: 1 }, as(me, own.stack))
    const report = await test(siteId)
    expect(report.request_headers['webhook-signature']?.split(' ')).toHaveLength(2)
    expect(new Webhook(secret).verify(report.request_body, report.request_headers)).toMatchObject({ test: true })
    expect(report.secret_version).toBe(2)
  })

  it('makes the first secret, and says that nobody knows it yet', async () => {
    destination.behave(answer(401, {}, '{"error":"no"}'))
    const { siteId } = await newSite(destination.url, false)
    const { judgement } = await test(siteId)
    expect(judgement).toMatchObject({ verdict: 'signature_refused', advice: expect.stringContaining('made for this test') as string })
    expect(await sql`select version from private.site_secrets where site_id = ${siteId}`).toHaveLength(1)
  })
})

describe('the built-in receiver', () => {
  it('verifies and acknowledges it, and everything stays as it was', async () => {
    const { siteId } = await newSite(null)
    const { job_id } = await startSync(me, [siteId])
    await call(own.stack, 'sync', { job_id }, as(me, own.stack))
    await jobEnd(sql, job_id)
    await sql`update public.sites set fail_next = 2, failure_rate = 100 where id = ${siteId}`
    const everything = async () => JSON.stringify([
      await sql`select * from public.destination_snapshots where site_id = ${siteId}`,
      await sql`select * from public.destination_snapshot_history where site_id = ${siteId}`,
      await sql`select * from private.destination_receipts where site_id = ${siteId}`,
      await sql`select * from public.site_states where site_id = ${siteId}`,
      await sql`select id, fail_next, failure_rate from public.sites where id = ${siteId}`,
      await sql`select count(*) from public.sync_jobs where organization_id = ${me.organization.id}`,
      await sql`select count(*) from public.sync_deliveries where site_id = ${siteId}`,
    ])
    const before = await everything()
    const report = await test(siteId)
    expect(report).toMatchObject({ destination: null, status_code: 200, judgement: { verdict: 'understood', tone: 'success', signature: 'accepted' } })
    expect(JSON.parse(report.response_excerpt ?? '')).toEqual({ applied: false, test: true, receivedAt: expect.any(String) as string, itemCount: 0 })
    expect(await everything()).toBe(before)
  })

  it('refuses one that somebody else has signed, or that is old', async () => {
    const { siteId, secret } = await newSite(null)
    const post = (headers: Record<string, string>, body: string) =>
      fetch(`${own.stack.api_url}/functions/v1/destination/${siteId}`, { method: 'POST', headers, body })
    const { request_headers, request_body } = await test(siteId)
    expect((await post(request_headers, request_body)).status).toBe(200)
    expect((await post({ ...request_headers, 'webhook-sequence': '7' }, request_body)).status).toBe(401)
    expect((await post(request_headers, request_body.replace('true', 'false'))).status).toBe(401)
    const old = new Webhook(secret).sign('test_old', new Date(Date.now() - 400_000), request_body)
    expect((await post({ ...request_headers, 'webhook-id': 'test_old', 'webhook-timestamp': String(Math.floor((Date.now() - 400_000) / 1000)), 'webhook-signature': old }, request_body)).status).toBe(400)
  })
})

describe('what is made of an answer', () => {
  const asJson = (status: number, body: object, headers: Record<string, string> = {}) => answer(status, { 'content-type': 'application/json', ...headers }, JSON.stringify(body))

  it.each<[string, Behaviour, object]>([
    ['one that knows tests', asJson(200, { applied: false, test: true }), { verdict: 'understood', tone: 'success', signature: 'accepted' }],
    ['one that says nothing', answer(204), { verdict: 'accepted', tone: 'success', signature: 'unknown' }],
    ['one that applies it', asJson(200, { applied: true }), { verdict: 'applied', tone: 'warning' }],
    ['a refused signature', answer(401, {}, 'Unauthorized'), { verdict: 'signature_refused', tone: 'failure', signature: 'refused', advice: expect.stringContaining('version 1') as string }],
    ['a refused signature, in our words', asJson(400, { code: 'signature_mismatch' }), { verdict: 'signature_refused' }],
    ['headers lost on the way', asJson(401, { code: 'missing_headers' }), { verdict: 'signature_refused', title: expect.stringContaining('headers') as string }],
    ['a clock that is wrong', asJson(400, { code: 'stale' }), { verdict: 'clock', signature: 'accepted' }],
    ['a firewall', answer(403, { server: 'cloudflare' }, '<html>'), { verdict: 'forbidden', advice: expect.stringContaining('cloudflare') as string }],
    ['an older receiver', asJson(400, { error: 'items must be a list', code: 'not_a_payload' }), { verdict: 'body_refused', tone: 'success', signature: 'accepted' }],
    ['one that refuses the body', asJson(422, { message: 'items is required' }), { verdict: 'body_refused', tone: 'warning', advice: expect.stringContaining('“items is required”') as string }],
    ['a wrong path', answer(404), { verdict: 'not_found' }],
    ['no POST', answer(405, { allow: 'GET, HEAD' }), { verdict: 'method_refused', advice: expect.stringContaining('GET, HEAD') as string }],
    ['too many requests', answer(429, { 'retry-after': '30' }), { verdict: 'too_many', tone: 'warning', advice: expect.stringContaining('retry-after: 30') as string }],
    ['a redirect', answer(308, { location: 'https://www.example.com/hook' }), { verdict: 'redirected', advice: expect.stringContaining('https://www.example.com/hook') as string }],
    ['an error', answer(503, {}, 'busy'), { verdict: 'receiver_failed' }],
    ['another refusal', answer(418), { verdict: 'refused' }],
    ['a connection that ends', (response) => response.socket?.destroy(), { verdict: 'connection_closed' }],
  ])('%s', async (_, behaviour, expected) => {
    expect(await judged(behaviour)).toMatchObject(expected)
  })

  it('shows the head and the first bytes of an answer, and no session that it hands out', async () => {
    const { report } = await judged(answer(200, { 'x-powered-by': 'PHP', 'set-cookie': 'session=abc' }, `\u0000${'ü'.repeat(6_000)}`))
    expect(report.response_headers).toMatchObject({ 'x-powered-by': 'PHP' })
    expect(JSON.stringify(report)).not.toContain('session=abc')
    expect(report.response_excerpt).toBe(`\ufffd${'ü'.repeat(1_999)}`)
    expect(report.truncated).toBe(true)
    expect(report.duration_ms).toBeGreaterThanOrEqual(report.first_byte_ms ?? Infinity)
  })

  it('a receiver that does not answer in the site’s own time', async () => {
    destination.behave(hang)
    const { siteId } = await newSite()
    await sql`update public.sites set timeout_seconds = 1 where id = ${siteId}`
    const report = await test(siteId)
    expect(report).toMatchObject({ status_code: null, error: 'timed out after 1 s', judgement: { verdict: 'timed_out', title: 'No answer within 1 s' } })
    expect(report.duration_ms).toBeLessThan(5_000)
  })

  it('a port on which nothing listens, and a name that nobody has', async () => {
    const closed = createServer()
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve))
    const { port } = closed.address() as AddressInfo
    await new Promise((resolve) => closed.close(resolve))
    expect((await test((await newSite(`http://127.0.0.1:${port}/`)).siteId)).judgement.verdict).toBe('connection_refused')
    expect((await test((await newSite('https://no-such-host.invalid/hook')).siteId)).judgement.verdict).toBe('host_not_found')
  })

  it('a port that speaks no TLS, and one that speaks no HTTP', async () => {
    const sockets: Socket[] = []
    const mail = createTcpServer((socket) => {
      sockets.push(socket)
      socket.end('220 mail ready\r\n')
    })
    const port = await new Promise<number>((resolve) => mail.listen(0, '127.0.0.1', () => resolve((mail.address() as AddressInfo).port)))
    try {
      expect((await test((await newSite(destination.url.replace('http:', 'https:'))).siteId)).judgement).toMatchObject({ verdict: 'tls', tone: 'failure' })
      expect((await test((await newSite(`http://127.0.0.1:${port}/`)).siteId)).judgement.verdict).toBe('not_http')
    } finally {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => mail.close(resolve))
    }
  })
})

describe('what is kept', () => {
  it('the last test of the site, for its members, and each in the audit log', async () => {
    destination.behave(answer(500))
    const { siteId } = await newSite()
    await test(siteId)
    destination.behave(answer(200, {}, '{"applied":false,"test":true}'))
    const report = await test(siteId)
    const viewer = await join('viewer')
    const { data } = await me.client.from('site_tests').select('*').eq('site_id', siteId)
    expect(data).toEqual([expect.objectContaining({ verdict: 'understood', tested_by: me.userId, result: report })])
    await viewer.client.rpc('switch_organization', { organization_id: me.organization.id })
    await viewer.client.auth.refreshSession()
    expect((await viewer.client.from('site_tests').select('verdict').eq('site_id', siteId)).data).toEqual([{ verdict: 'understood' }])
    const stranger = await signUp(own.stack)
    expect((await stranger.client.from('site_tests').select('verdict').eq('site_id', siteId)).data).toEqual([])
    const entries = await sql<{ actor_id: string; changes: { after: string }[] }[]>`select actor_id, changes from public.audit_log where subject_id = ${siteId} and action = 'tested' order by seq`
    expect(entries.map(({ actor_id, changes }) => [actor_id, changes[1]?.after])).toEqual([[me.userId, 'receiver_failed'], [me.userId, 'understood']])
  })
})

describe('who may', () => {
  it('editors and admins of the site’s organization, and nobody else', async () => {
    destination.behave(answer(200))
    const { siteId } = await newSite()
    const [editor, viewer, stranger] = await Promise.all([join('editor'), join('viewer'), signUp(own.stack)])
    expect((await ask(siteId, editor)).status).toBe(200)
    const before = destination.requests.length
    const refused = await ask(siteId, viewer)
    expect([refused.status, await refused.json()]).toEqual([403, { code: 'forbidden', error: 'a viewer cannot send tests; ask an editor or an admin' }])
    for (const response of [await ask(siteId, stranger), await ask(randomUUID())]) expect([response.status, await response.json()]).toEqual([404, expect.objectContaining({ code: 'not_found' })])
    expect((await call(own.stack, 'send-test', { site_id: siteId })).status).toBe(401)
    expect((await call(own.stack, 'send-test', { site_id: siteId }, { apikey: own.stack.secret_key })).status).toBe(403)
    for (const body of ['', '{}', '{"site_id":"x"}']) expect((await call(own.stack, 'send-test', body, as(me, own.stack))).status).toBe(400)
    expect(destination.requests.length).toBe(before)
  })

  it('so many times a minute', async () => {
    destination.behave(answer(200))
    const { siteId } = await newSite()
    const editor = await join('editor')
    const [limit] = await sql<{ requests: number }[]>`select requests from private.verb_limits where verb = 'send_test'`
    expect(limit?.requests).toBeGreaterThan(0)
    expect((await ask(siteId, editor)).status).toBe(200)
    await sql`update private.verb_uses set window_start = clock_timestamp(), used = ${limit?.requests ?? 0} where user_id = ${editor.userId} and verb = 'send_test'`
    const before = destination.requests.length
    const refused = await ask(siteId, editor)
    expect([refused.status, (await refused.json() as { code: string }).code]).toEqual([429, 'too_many_requests'])
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(destination.requests.length).toBe(before)
    expect((await ask(siteId)).status).toBe(200)
    await sql`update private.verb_uses set window_start = clock_timestamp() - interval '61 seconds' where user_id = ${editor.userId}`
    expect((await ask(siteId, editor)).status).toBe(200)
  })
})
