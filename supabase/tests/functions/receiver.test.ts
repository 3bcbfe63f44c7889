import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { importSecret, signatureHeaders, type SigningKey } from '../../functions/_shared/core/signing.ts'
import { giveSecret, startOwnStack, type OwnStack } from './own-stack.ts'
import { expectBetween } from '../support/fixtures.ts'
import { openDatabase, publishTo, signUp, type Organization, type Sql } from './support.ts'

/** The built-in receiver, as a sender meets it who holds the secret, and one who does not. */

let own: OwnStack
let sql: Sql
let organization: Organization
let siteId: string
let key: SigningKey

beforeAll(async () => {
  own = await startOwnStack()
  sql = openDatabase(own.stack)
  organization = (await signUp(own.stack)).organization
})
afterAll(async () => {
  await sql.end()
  await own.close()
})
beforeEach(async () => {
  siteId = (await publishTo(sql, organization, [null])).siteIds[0] ?? ''
  key = await keyOf(await giveSecret(sql, own.ring, siteId))
})

async function keyOf(secret: string): Promise<SigningKey> {
  const imported = await importSecret(secret)
  if (!imported.ok) throw new Error(imported.error.message)
  return imported.value
}

function bodyWith(text: string): string {
  const item = { id: 'i', type: 'note', title: 'Hello', data: { text } }
  return JSON.stringify({ version: 1, site: { slug: 's', name: 'S' }, items: [item] })
}

interface Push {
  id?: string
  sequence?: number
  ageSeconds?: number
  body?: string
  keys?: SigningKey[]
}

async function signed({ id = 'msg_1', sequence = 1, ageSeconds = 0, body = bodyWith('one'), keys = [key] }: Push = {}) {
  const timestamp = Math.floor(Date.now() / 1000) - ageSeconds
  return { headers: { ...(await signatureHeaders(keys, { id, sequence, timestamp, body })) } as Record<string, string>, body }
}

const address = (site = siteId) => `${own.stack.api_url}/functions/v1/destination/${site}`

async function push({ headers, body }: { headers: Record<string, string>; body: string }, site = siteId) {
  const response = await fetch(address(site), { method: 'POST', headers, body })
  return { status: response.status, answer: (await response.json()) as Record<string, unknown> }
}

async function received(): Promise<{ snapshots: number; history: number; receipts: number; text: string | null }> {
  const [row] = await sql<{ snapshots: number; history: number; receipts: number; text: string | null }[]>`
    select (select count(*)::int from public.destination_snapshots where site_id = ${siteId}) as snapshots,
      (select count(*)::int from public.destination_snapshot_history where site_id = ${siteId}) as history,
      (select count(*)::int from private.destination_receipts where site_id = ${siteId}) as receipts,
      (select payload #>> '{items,0,data,text}' from public.destination_snapshots where site_id = ${siteId}) as text`
  return row ?? { snapshots: -1, history: -1, receipts: -1, text: null }
}

const nothing = { snapshots: 0, history: 0, receipts: 0, text: null }

describe('a genuine delivery', () => {
  it('is applied and answered', async () => {
    const before = Date.now()
    const { status, answer } = await push(await signed())
    expect(status).toBe(200)
    expect(answer).toEqual({ applied: true, receivedAt: expect.any(String) as string, itemCount: 1 })
    expectBetween(Date.parse(String(answer.receivedAt)), before, Date.now())
    expect(await received()).toEqual({ snapshots: 1, history: 1, receipts: 1, text: 'one' })
  })

  it('is applied once, and answered the same when it comes again', async () => {
    const delivery = await signed()
    const first = await push(delivery)
    const later = await signed({ ageSeconds: -1 })
    expect(await push(delivery)).toEqual(first)
    expect(await push(later)).toEqual(first)
    const crowd = await Promise.all(Array.from({ length: 5 }, () => push(delivery)))
    expect(crowd).toEqual(Array(5).fill(first))
    expect(await received()).toMatchObject({ history: 1, receipts: 1 })
  })

  it('never overwrites a newer one', async () => {
    await push(await signed({ id: 'msg_2', sequence: 5, body: bodyWith('newer') }))
    const late = await push(await signed({ id: 'msg_1', sequence: 4, body: bodyWith('older') }))
    expect(late).toMatchObject({ status: 200, answer: { applied: false } })
    const again = await push(await signed({ id: 'msg_3', sequence: 5, body: bodyWith('rival') }))
    expect(again).toMatchObject({ status: 200, answer: { applied: false } })
    expect(await received()).toMatchObject({ history: 1, text: 'newer' })
  })

  it('is accepted with either secret while they overlap, and no longer', async () => {
    const fresh = await keyOf(await giveSecret(sql, own.ring, siteId, 2))
    await sql`update private.site_secrets set retired_at = now() + interval '1 day' where site_id = ${siteId} and version = 1`
    expect((await push(await signed({ id: 'msg_1', sequence: 1, keys: [key] }))).status).toBe(200)
    expect((await push(await signed({ id: 'msg_2', sequence: 2, keys: [fresh, key] }))).status).toBe(200)
    await sql`update private.site_secrets set retired_at = now() where site_id = ${siteId} and version = 1`
    expect((await push(await signed({ id: 'msg_3', sequence: 3, keys: [key] }))).status).toBe(401)
    expect((await push(await signed({ id: 'msg_4', sequence: 4, keys: [fresh] }))).status).toBe(200)
  })

  it('that the site plays a failure for changes nothing, and succeeds the next time', async () => {
    await sql`update public.sites set fail_next = 1 where id = ${siteId}`
    const delivery = await signed()
    expect(await push(delivery)).toEqual({ status: 500, answer: { error: 'simulated failure' } })
    expect(await received()).toEqual(nothing)
    expect((await push(delivery)).status).toBe(200)
    await sql`update public.sites set failure_rate = 100 where id = ${siteId}`
    expect((await push(await signed({ id: 'msg_2', sequence: 2 }))).status).toBe(500)
  })
})

describe('a push that is refused changes nothing', () => {
  it('unsigned: 401', async () => {
    const { headers, body } = await signed()
    expect(await push({ headers: {}, body })).toMatchObject({ status: 401, answer: { code: 'missing_headers' } })
    for (const name of Object.keys(headers)) {
      const { [name]: _left, ...others } = headers
      expect(await push({ headers: others, body })).toMatchObject({ status: 401, answer: { code: 'missing_headers' } })
    }
    expect(await received()).toEqual(nothing)
  })

  it('tampered: 401', async () => {
    const { headers, body } = await signed()
    const flipped = { v: headers['x-dsign']?.replace(/.$/, (digit) => (digit === '0' ? '1' : '0')) ?? '' }
    const tampered = [
      { headers, body: body.replace('one', 'two') },
      { headers, body: `${body} ` },
      { headers: { ...headers, 'webhook-id': 'msg_9' }, body },
      { headers: { ...headers, 'webhook-sequence': '9' }, body },
      { headers: { ...headers, 'webhook-timestamp': String(Number(headers['webhook-timestamp']) + 1) }, body },
      { headers: { ...headers, 'webhook-signature': 'v1,AAAA' }, body },
      { headers: { ...headers, 'x-dsign': flipped.v }, body },
    ]
    for (const attempt of tampered) {
      expect(await push(attempt)).toEqual({ status: 401, answer: { error: 'no signature matches', code: 'signature_mismatch' } })
    }
    expect(await received()).toEqual(nothing)
  })

  it('stale, or from the future: 400', async () => {
    expect(await push(await signed({ ageSeconds: 301 }))).toEqual({
      status: 400,
      answer: { error: 'stale (over 5 minutes)', code: 'stale' },
    })
    expect(await push(await signed({ ageSeconds: -330 }))).toMatchObject({ status: 400, answer: { code: 'too_new' } })
    expect(await push(await signed({ ageSeconds: 290 }))).toMatchObject({ status: 200 })
  })

  it('oversized: 413, announced or not', async () => {
    const body = bodyWith('x'.repeat(1_000_001))
    const { headers } = await signed({ body })
    expect(await push({ headers, body })).toEqual({
      status: 413,
      answer: { error: 'the body is over 1,000,000 bytes', code: 'too_large' },
    })
    const stream = new Blob([body]).stream()
    const response = await fetch(address(), { method: 'POST', headers, body: stream, duplex: 'half' } as RequestInit)
    expect(response.status).toBe(413)
    expect(await received()).toEqual(nothing)
  })

  it('genuine, but no payload: 400', async () => {
    for (const [body, code] of [
      ['', 'not_json'],
      ['{"version":1', 'not_json'],
      ['[]', 'not_a_payload'],
      ['{"version":2}', 'not_a_payload'],
      [bodyWith('zero').replace('zero', 'zero \\u0000'), 'not_a_payload'],
    ] as const) {
      expect(await push(await signed({ body }))).toMatchObject({ status: 400, answer: { code } })
    }
    expect(await received()).toEqual(nothing)
  })

  it('to a site that does not exist: in the words of a bad signature', async () => {
    const forged = await signed({ keys: [await keyOf(await giveSecret(sql, own.ring, siteId, 2).then(() => 'whsec_AAAA'))] })
    const badSignature = await push(forged)
    const withoutSecret = (await publishTo(sql, organization, [null])).siteIds[0] ?? ''
    for (const site of ['00000000-0000-4000-8000-000000000000', 'facebook', withoutSecret]) {
      expect(await push(forged, site)).toEqual(badSignature)
    }
    expect(badSignature.status).toBe(401)
  })

  it('not a POST: 405', async () => {
    expect((await fetch(address())).status).toBe(405)
  })
})
