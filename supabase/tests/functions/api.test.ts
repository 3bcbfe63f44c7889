import { createHash, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { checkAnswer, fits, resolved, type ApiDocument } from './api-document.ts'
import { call, jobEnd, openDatabase, publishTo, rpc, signUp, type Organization, type Person, type Sql } from './support.ts'

/** The public API from outside, as a program with a key sees it. Every answer is held against the OpenAPI document. */

const stack = inject('stack')
const base = `${stack.api_url}/functions/v1/api`
let sql: Sql
let document: ApiDocument
let me: Person & { organization: Organization }
let stranger: Person & { organization: Organization }
let site: { id: string; slug: string; itemId: string }
let theirs: { slug: string; key: string }

async function newSite(organization: Organization): Promise<{ id: string; slug: string; itemId: string }> {
  const { siteIds, itemId } = await publishTo(sql, organization, [null])
  const [row] = await sql<{ id: string; slug: string }[]>`select id, slug from public.sites where id in ${sql(siteIds)}`
  if (row === undefined) throw new Error('the site was not made')
  return { ...row, itemId }
}

interface NewKey {
  id: string
  key: string
  prefix: string
}

const both = ['content:read', 'sync:run']
const newKey = (scopes: readonly string[] = both, person: Person = me): Promise<NewKey> =>
  rpc<NewKey>(person.client, 'create_api_key', { name: `Key ${randomUUID().slice(0, 8)}`, scopes })

let key: NewKey

beforeAll(async () => {
  sql = openDatabase(stack)
  ;[me, stranger] = await Promise.all([signUp(stack), signUp(stack)])
  site = await newSite(me.organization)
  theirs = { slug: (await newSite(stranger.organization)).slug, key: (await newKey(both, stranger)).key }
  document = resolved(await (await fetch(`${base}/openapi.json`)).json())
})
// A key of each test's own: its requests are counted.
beforeEach(async () => {
  key = await newKey()
})
afterAll(async () => {
  await sql.end()
})

interface Answer {
  status: number
  headers: Headers
  text: string
  body: Record<string, unknown>
}

async function ask(method: string, path: string, init: { key?: string | null; headers?: Record<string, string>; body?: unknown } = {}): Promise<Answer> {
  const { key: given = key.key, headers = {}, body } = init
  const response = await fetch(`${base}${path}`, {
    method,
    headers: {
      ...(given === null ? {} : { authorization: `Bearer ${given}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  const answer = { status: response.status, headers: response.headers, text }
  checkAnswer(document, method, path, answer)
  expect(response.headers.get('access-control-allow-origin')).toBe('*')
  return { ...answer, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) }
}

const read = (slug: string, init: Parameters<typeof ask>[2] = {}) => ask('GET', `/content/${slug}`, init)
const start = (body?: unknown, headers: Record<string, string> = {}, given = key.key) => ask('POST', '/syncs', { key: given, headers, ...(body === undefined ? {} : { body }) })

function expectProblem(answer: Answer, status: number, code: string): void {
  expect(answer.headers.get('content-type')).toBe('application/problem+json')
  expect(answer.body).toMatchObject({ status, code, title: expect.any(String) as string, detail: expect.any(String) as string, type: expect.any(String) as string })
  expect(answer.status).toBe(status)
}

const edit = (text: string) => sql`update public.content_items set data = ${sql.json({ text })} where id = ${site.itemId}`

describe('GET /content/:site', () => {
  it('is byte for byte what a run would send, tagged by its hash', async () => {
    const preview = await rpc<{ body: string; hash: string }>(me.client, 'preview_payload', { site_id: site.id })
    const answer = await read(site.slug)
    expect([answer.status, answer.text]).toEqual([200, preview.body])
    expect(answer.headers.get('etag')).toBe(`"${preview.hash}"`)
    expect(createHash('sha256').update(answer.text).digest('hex')).toBe(preview.hash)
    expect(answer.headers.get('content-type')).toBe('application/json')
    expect(answer.headers.get('cache-control')).toBe('private, no-cache')
  })

  it('answers 304 to whoever has it already, until it changes', async () => {
    const tag = (await read(site.slug)).headers.get('etag') ?? ''
    for (const field of [tag, `W/${tag}`, '*', `"other", ${tag}`, `W/"other",W/${tag}`]) {
      const answer = await read(site.slug, { headers: { 'if-none-match': field } })
      expect([field, answer.status, answer.text]).toEqual([field, 304, ''])
      expect([answer.headers.get('etag'), answer.headers.get('cache-control')]).toEqual([tag, 'private, no-cache'])
      expect(answer.headers.get('ratelimit')).toMatch(/^"per-key";r=\d+;t=\d+$/)
    }
    for (const field of ['"other"', tag.replaceAll('"', ''), '']) expect((await read(site.slug, { headers: { 'if-none-match': field } })).status).toBe(200)
    await edit(`changed ${randomUUID()}`)
    const changed = await read(site.slug, { headers: { 'if-none-match': tag } })
    expect(changed.status).toBe(200)
    expect(changed.headers.get('etag')).not.toBe(tag)
  })

  it('answers HEAD with the same headers and nothing else', async () => {
    const [got, head] = [await read(site.slug), await ask('HEAD', `/content/${site.slug}`)]
    for (const name of ['etag', 'content-type', 'cache-control', 'content-length']) expect([name, head.headers.get(name)]).toEqual([name, got.headers.get(name)])
    expect([head.status, head.text]).toEqual([200, ''])
    const unchanged = await ask('HEAD', `/content/${site.slug}`, { headers: { 'if-none-match': got.headers.get('etag') ?? '' } })
    expect(unchanged.status).toBe(304)
  })

  it('is there before anything was sent, drafts left out, and without items too', async () => {
    const [empty] = await sql<{ slug: string }[]>`
      insert into public.sites (organization_id, name, slug) values (${me.organization.id}, 'Empty “one”', ${`empty-${randomUUID().slice(0, 8)}`}) returning slug`
    const answer = await read(empty?.slug ?? '')
    expect(answer.body).toEqual({ version: 1, site: { slug: empty?.slug, name: 'Empty “one”' }, items: [] })
    await sql`update public.content_items set status = 'draft' where id = ${site.itemId}`
    expect((await read(site.slug)).body).toMatchObject({ items: [] })
    await sql`update public.content_items set status = 'published' where id = ${site.itemId}`
  })

  it('answers for another organization’s site as for none', async () => {
    expect((await read(theirs.slug, { key: theirs.key })).status).toBe(200)
    const answers = await Promise.all(
      [theirs.slug, 'no-such-site', 'No%20Slug', '%', '%00', '..', 'x'.repeat(64), "'; select 1 --"].map((slug) => read(slug.includes('%') ? slug : encodeURIComponent(slug))),
    )
    const missing = answers[1]
    for (const answer of answers.filter(({ body }) => body['detail'] !== 'There is no such path. /openapi.json says which there are.')) {
      expectProblem(answer, 404, 'not_found')
      expect(answer.text).toBe(missing?.text)
    }
    expect(answers[0]?.text).toBe(missing?.text)
  })

  it('can be read by pages of any origin', async () => {
    const preflight = await fetch(`${base}/content/${site.slug}`, {
      method: 'OPTIONS',
      headers: { origin: 'https://shop.example', 'access-control-request-method': 'GET', 'access-control-request-headers': 'authorization,if-none-match' },
    })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-methods')).toBe('GET, HEAD')
    expect(preflight.headers.get('access-control-allow-headers')).toMatch(/authorization.*if-none-match/)
    const exposed = (await read(site.slug)).headers.get('access-control-expose-headers')?.split(', ')
    expect(exposed).toEqual(expect.arrayContaining(['ETag', 'RateLimit', 'RateLimit-Policy', 'Retry-After', 'Location', 'Idempotency-Replayed']))
  })
})

describe('a key', () => {
  const challenge = (answer: Answer) => answer.headers.get('www-authenticate')

  it('is needed, and has to be one', async () => {
    const none = await read(site.slug, { key: null })
    expectProblem(none, 401, 'missing_key')
    expect(challenge(none)).toBe('Bearer realm="DataSync API"')
    const wrong = [`ds_00000000_${'0'.repeat(48)}`, 'ds_', `${key.key}0`, key.prefix, key.key.toUpperCase(), me.token, stack.secret_key, stack.publishable_key]
    for (const given of wrong) {
      const answer = await read(site.slug, { key: given })
      expect(['missing_key', 'unknown_key']).toContain(answer.body['code'])
      expect(answer.status).toBe(401)
      expect(answer.headers.has('ratelimit')).toBe(false)
    }
    const unknown = await read(site.slug, { key: wrong[0] ?? '' })
    expectProblem(unknown, 401, 'unknown_key')
    expect(challenge(unknown)).toContain('error="invalid_token"')
    const basic = await read(site.slug, { key: null, headers: { authorization: `Basic ${btoa(`${key.key}:`)}` } })
    expectProblem(basic, 401, 'missing_key')
  })

  it('opens no other door', async () => {
    const asKey = { authorization: `Bearer ${key.key}`, apikey: stack.publishable_key }
    expect((await call(stack, 'sync', { job_id: randomUUID() }, asKey)).status).toBe(401)
    expect((await call(stack, 'tick', {}, asKey)).status).toBe(401)
    const rows = await fetch(`${stack.api_url}/rest/v1/sites?select=id`, { headers: asKey })
    expect(rows.status === 401 || (await rows.text()) === '[]').toBe(true)
  })

  it('ends at once when it is revoked', async () => {
    expect((await read(site.slug)).status).toBe(200)
    await rpc(me.client, 'revoke_api_key', { key_id: key.id })
    const answer = await read(site.slug)
    expectProblem(answer, 401, 'revoked_key')
    expect(challenge(answer)).toContain('error="invalid_token"')
    expectProblem(await start(), 401, 'revoked_key')
  })

  it('ends when its time is over', async () => {
    await sql`update public.api_keys set expires_at = now() + interval '1 hour' where id = ${key.id}`
    expect((await read(site.slug)).status).toBe(200)
    await sql`update public.api_keys set expires_at = now() - interval '1 second' where id = ${key.id}`
    expectProblem(await read(site.slug), 401, 'expired_key')
  })

  it('does what its scopes say', async () => {
    const [reader, runner] = [await newKey(['content:read']), await newKey(['sync:run'])]
    expect((await read(site.slug, { key: reader.key })).status).toBe(200)
    const refused = await start(undefined, {}, reader.key)
    expectProblem(refused, 403, 'insufficient_scope')
    expect(challenge(refused)).toMatch(/error="insufficient_scope".*scope="sync:run"/)
    expectProblem(await ask('GET', `/syncs/${randomUUID()}`, { key: reader.key }), 403, 'insufficient_scope')
    const content = await read(site.slug, { key: runner.key })
    expectProblem(content, 403, 'insufficient_scope')
    expect(challenge(content)).toContain('scope="content:read"')
    // No scope: no hint at what there is.
    expect((await read('no-such-site', { key: runner.key })).text).toBe(content.text)
  })

  it('goes with its organization', async () => {
    const leaving = await signUp(stack)
    const { key: last } = await newKey(both, leaving)
    await sql`delete from public.organizations where id = ${leaving.organization.id}`
    expectProblem(await read(site.slug, { key: last }), 401, 'unknown_key')
  })

  it('is seen to be used, to ten seconds', async () => {
    const lastUse = async () => (await sql<{ at: Date | null }[]>`select last_used_at as at from public.api_keys where id = ${key.id}`)[0]?.at ?? null
    expect(await lastUse()).toBeNull()
    await read(site.slug)
    expect((await lastUse())?.getTime()).toBeGreaterThan(Date.now() - 60_000)
  })
})

describe('60 requests a minute', () => {
  const left = (answer: Answer) => Number(/;r=(\d+);/.exec(answer.headers.get('ratelimit') ?? '')?.[1])
  /** The minute began this long ago. */
  const windowBegan = (secondsAgo: number) =>
    sql`update private.api_key_hashes set window_start = clock_timestamp() - make_interval(secs => ${secondsAgo}) where key_id = ${key.id}`

  it('are told with every answer, and the next one is refused', async () => {
    const first = await read(site.slug)
    expect(first.headers.get('ratelimit-policy')).toBe('"per-key";q=60;w=60')
    expect(first.headers.get('ratelimit')).toBe('"per-key";r=59;t=60')
    // However many come at once, and whatever they are answered.
    const paths = ['/content/no-such-site', `/syncs/${randomUUID()}`, `/content/${site.slug}`]
    const more = await Promise.all(Array.from({ length: 70 }, (_, index) => ask('GET', paths[index % 3] ?? '')))
    const allowed = more.filter(({ status }) => status !== 429)
    expect(allowed.map(left).sort((a, b) => b - a)).toEqual(Array.from({ length: 59 }, (_, index) => 58 - index))
    const refused = more.filter(({ status }) => status === 429)
    expect(refused).toHaveLength(11)
    for (const answer of refused) {
      expectProblem(answer, 429, 'rate_limited')
      expect(answer.body).toMatchObject({ type: 'https://iana.org/assignments/http-problem-types#quota-exceeded', 'violated-policies': ['per-key'] })
      expect(left(answer)).toBe(0)
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
      expect(Number(answer.headers.get('retry-after'))).toBeLessThanOrEqual(60)
    }
    expectProblem(await start(), 429, 'rate_limited')
    // Of another key's quota nothing is gone.
    expect(left(await read(site.slug, { key: (await newKey()).key }))).toBe(59)

    await windowBegan(61)
    expect(left(await read(site.slug))).toBe(59)
  })

  it('count from the first request of the minute', async () => {
    await read(site.slug)
    await windowBegan(50)
    const answer = await read(site.slug)
    expect(left(answer)).toBe(58)
    const [, seconds] = /;t=(\d+)/.exec(answer.headers.get('ratelimit') ?? '') ?? []
    expect(Number(seconds)).toBeLessThanOrEqual(10)
  })

  it('are told beside refusals, too', async () => {
    const answers = [await start('{'), await read('no-such-site'), await ask('GET', '/syncs/7')]
    expect(answers.map(({ status }) => status)).toEqual([400, 404, 404])
    expect(answers.map(left)).toEqual([59, 58, 57])
    const reader = await newKey(['content:read'])
    expect(left(await start(undefined, {}, reader.key))).toBe(59)
  })
})

interface SyncBody {
  id: string
  number: number
  status: string
  total: number
  skipped: number
}

const jobOf = (answer: Answer): SyncBody => answer.body as unknown as SyncBody
const follow = async (id: string) => {
  await jobEnd(sql, id)
  return (await ask('GET', `/syncs/${id}`)).body
}
const jobCount = async () => (await sql`select 1 from public.sync_jobs where organization_id = ${me.organization.id}`).length

describe('POST /syncs, GET /syncs/:id', () => {
  it('starts a run that goes on by itself, and can be followed to its end', async () => {
    await edit(`run ${randomUUID()}`)
    const started = await start({ sites: [site.slug] })
    expect(started.status).toBe(202)
    const job = jobOf(started)
    expect(job).toMatchObject({ status: 'queued', total: 1, skipped: 0 })
    expect(started.headers.get('location')).toBe(`/functions/v1/api/syncs/${job.id}`)
    expect(started.headers.has('idempotency-replayed')).toBe(false)

    const ended = await follow(job.id)
    const { headers } = await read(site.slug)
    expect(ended).toMatchObject({
      id: job.id,
      number: job.number,
      status: 'success',
      trigger: 'api',
      succeeded: 1,
      finished_at: expect.any(String) as string,
      sites: [{ slug: site.slug, name: 'Site 0', status: 'success', status_code: 200, attempts: 1, item_count: 1, hash: headers.get('etag')?.replaceAll('"', '') }],
    })
    const [row] = await sql`select j.trigger, j.created_by, j.api_key_id, j.api_key_name, k.name from public.sync_jobs j join public.api_keys k on k.id = j.api_key_id where j.id = ${job.id}`
    expect(row).toMatchObject({ trigger: 'api', created_by: null, api_key_id: key.id, api_key_name: row?.['name'] as string })
    // Whoever is in the organization sees it, whatever they started it with.
    const { data } = await me.client.from('sync_jobs').select('api_key_name').eq('id', job.id).single()
    expect(data).toEqual({ api_key_name: row?.['name'] })
  })

  it('sends to all sites without a body, and again only when it is forced to', async () => {
    const other = await newSite(me.organization)
    await edit(`all ${randomUUID()}`)
    const enabled = (await sql`select 1 from public.sites where organization_id = ${me.organization.id} and enabled`).length
    const all = jobOf(await start())
    expect(all.total).toBe(enabled)
    await jobEnd(sql, all.id)
    const slugs = [site.slug, other.slug, site.slug]
    const again = jobOf(await start({ sites: slugs }))
    expect(again).toMatchObject({ status: 'success', total: 2, skipped: 2 })
    expect(await follow(again.id)).toMatchObject({ message: 'Nothing to do: every site is up to date', succeeded: 0, skipped: 2 })
    const forced = jobOf(await start({ sites: slugs, force: true }))
    expect(await follow(forced.id)).toMatchObject({ status: 'success', succeeded: 2 })
  })

  it('says what cannot be started, and starts nothing', async () => {
    const before = await jobCount()
    const [unknown, foreign] = [await start({ sites: [site.slug, 'no-such-site'] }), await start({ sites: [site.slug, theirs.slug] })]
    expectProblem(unknown, 422, 'unknown_site')
    expectProblem(foreign, 422, 'unknown_site')
    expect(foreign.text.replaceAll(theirs.slug, 'no-such-site')).toBe(unknown.text)

    const off = await newSite(me.organization)
    await sql`update public.sites set enabled = false where id = ${off.id}`
    expectProblem(await start({ sites: [off.slug] }), 409, 'site_disabled')
    expect(await jobCount()).toBe(before)

    const newcomer = await signUp(stack)
    const { key: lonely } = await newKey(both, newcomer)
    expectProblem(await start(undefined, {}, lonely), 409, 'nothing_to_sync')
    await sql`insert into public.sites (organization_id, name, slug) values (${newcomer.organization.id}, 'Bare', 'bare')`
    expectProblem(await start(undefined, {}, lonely), 409, 'nothing_published')
  })

  it('reads a body of the form it asks for', async () => {
    const before = await jobCount()
    const malformed: [unknown, string][] = [
      ['{', ''],
      ['null', ''],
      ['[]', ''],
      [{ sites: [] }, '/sites'],
      [{ sites: 'facebook' }, '/sites'],
      [{ sites: ['facebook', 'Not A Slug'] }, '/sites/1'],
      [{ sites: ['facebook', "x'; --"] }, '/sites/1'],
      [{ force: 'yes' }, '/force'],
      [{ site: ['facebook'] }, ''],
      [{ sites: Array.from({ length: 1_001 }, (_, index) => `s${index}`) }, '/sites'],
    ]
    for (const [body, pointer] of malformed) {
      const answer = await start(body)
      expectProblem(answer, 400, 'bad_request')
      const errors = answer.body['errors'] as { pointer: string }[] | undefined
      if (errors !== undefined) expect(errors.map((error) => error.pointer)).toContain(pointer)
    }
    const asText = await start('{}', { 'content-type': 'text/plain' })
    expectProblem(asText, 415, 'unsupported_media_type')
    expectProblem(await start('sites=facebook', { 'content-type': 'application/x-www-form-urlencoded' }), 415, 'unsupported_media_type')
    expectProblem(await start({ sites: ['x'.repeat(120_000)] }), 413, 'too_large')
    expect(await jobCount()).toBe(before)
  })

  it('answers for another organization’s run as for none', async () => {
    const { id } = jobOf(await start({ sites: [site.slug], force: true }))
    const [foreign, none, nonsense] = await Promise.all([id, randomUUID(), 'latest'].map((one) => ask('GET', `/syncs/${one}`, { key: theirs.key })))
    for (const answer of [foreign, none, nonsense]) {
      if (answer !== undefined) expectProblem(answer, 404, 'not_found')
      expect(answer?.text).toBe(none?.text)
    }
    await jobEnd(sql, id)
  })

  it('lifts a hold, like any run by hand', async () => {
    await edit(`hold ${randomUUID()}`)
    await follow(jobOf(await start({ sites: [site.slug] })).id)
    await sql`update public.site_states set on_hold = true, on_hold_since = now(), hold_reason = 'rolled back' where site_id = ${site.id}`
    await follow(jobOf(await start({ sites: [site.slug], force: true })).id)
    const [state] = await sql`select on_hold from public.site_states where site_id = ${site.id}`
    expect(state).toEqual({ on_hold: false })
  })
})

describe('Idempotency-Key', () => {
  const under = (idempotencyKey: string, body: unknown = { sites: [site.slug], force: true }, given = key.key) =>
    start(body, { 'idempotency-key': idempotencyKey }, given)

  it('starts one run, however often and in whatever words the same is asked', async () => {
    const before = await jobCount()
    const first = await under('deploy-1')
    await jobEnd(sql, jobOf(first).id)
    const again = [await under('deploy-1'), await under('"deploy-1"'), await under('deploy-1', `{ "force":true,\n"sites":["${site.slug}","${site.slug}"] }`)]
    for (const answer of again) {
      expect([answer.status, answer.text]).toEqual([202, first.text])
      expect(answer.headers.get('location')).toBe(first.headers.get('location'))
      expect(answer.headers.get('idempotency-replayed')).toBe('true')
    }
    expect(await jobCount()).toBe(before + 1)
  })

  it('starts one run when many ask at once', async () => {
    const before = await jobCount()
    const answers = await Promise.all(Array.from({ length: 8 }, () => under('at-once')))
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
    expect(answers.filter(({ headers }) => headers.get('idempotency-replayed') === 'true')).toHaveLength(7)
    expect(await jobCount()).toBe(before + 1)
    await jobEnd(sql, jobOf(answers[0] as Answer).id)
  })

  it('is refused for another request, and starts nothing', async () => {
    await jobEnd(sql, jobOf(await under('once')).id)
    const before = await jobCount()
    expectProblem(await under('once', { sites: [site.slug] }), 422, 'idempotency_key_reused')
    expectProblem(await under('once', {}), 422, 'idempotency_key_reused')
    expect(await jobCount()).toBe(before)
  })

  it('belongs to one API key', async () => {
    const first = jobOf(await under('shared'))
    const other = jobOf(await under('shared', undefined, (await newKey()).key))
    expect(other.id).not.toBe(first.id)
    await Promise.all([jobEnd(sql, first.id), jobEnd(sql, other.id)])
  })

  it('is free again after a refusal, and after a day', async () => {
    expectProblem(await under('late', { sites: ['no-such-site'] }), 422, 'unknown_site')
    const first = jobOf(await under('late'))
    await sql`update private.idempotency_keys set created_at = now() - interval '25 hours' where key_id = ${key.id}`
    const next = jobOf(await under('late', { sites: [site.slug] }))
    expect(next.id).not.toBe(first.id)
    await Promise.all([jobEnd(sql, first.id), jobEnd(sql, next.id)])
  })

  it.each([[''], ['""'], ['a b'], ['"unfinished'], ['x'.repeat(256)]])('is malformed: %s', async (idempotencyKey) => {
    expectProblem(await under(idempotencyKey), 400, 'bad_idempotency_key')
  })
})

describe('paths and methods', () => {
  it('that there are not', async () => {
    for (const path of ['', '/', '/content', '/content/', '/content/a/b', '/syncs/', '/sync', '/openapi.yaml']) {
      const answer = await ask('GET', path, { key: null })
      if (path === '') expect(answer.status).toBe(404)
      else expectProblem(answer, 404, 'not_found')
    }
    for (const [method, path, allow] of [
      ['POST', `/content/${site.slug}`, 'GET, HEAD, OPTIONS'],
      ['DELETE', '/syncs', 'POST, OPTIONS'],
      ['GET', '/syncs', 'POST, OPTIONS'],
      ['PUT', '/openapi.json', 'GET, HEAD, OPTIONS'],
    ] as const) {
      const answer = await ask(method, path)
      expectProblem(answer, 405, 'method_not_allowed')
      expect(answer.headers.get('allow')).toBe(allow)
    }
  })

  it('carry the id under which the audit log knows them', async () => {
    expect((await read(site.slug, { headers: { 'x-request-id': 'build-7' } })).headers.get('x-request-id')).toBe('build-7')
    expect((await read(site.slug)).headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
  })
})

describe('GET /openapi.json', () => {
  it('needs no key, and its examples fit its schemas', () => {
    expect(document.openapi).toBe('3.1.0')
    expect(document.servers[0]?.url).toBe('/functions/v1/api')
    let seen = 0
    for (const operations of Object.values(document.paths)) {
      for (const { requestBody, responses } of Object.values(operations)) {
        for (const { content = {} } of [...Object.values(responses), ...(requestBody === undefined ? [] : [requestBody])]) {
          for (const { schema, example, examples = {} } of Object.values(content)) {
            for (const value of [...(example === undefined ? [] : [example]), ...Object.values(examples).map((one) => one.value)]) {
              fits(schema, value)
              seen += 1
            }
          }
        }
      }
    }
    expect(seen).toBeGreaterThan(40)
  })

  it('says of every problem what it means, where its type points to', async () => {
    const answer = await read('no-such-site')
    const [path, pointer] = String(answer.body['type']).split('#')
    expect(path).toBe('/functions/v1/api/openapi.json')
    expect(document.components.responses[pointer?.split('/').at(-1) ?? '']?.description).toMatch(/Not found/)
  })
})
