import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import {
  accept,
  answer,
  as,
  call,
  jobEnd,
  openDatabase,
  openDestination,
  publishTo,
  signUp,
  startSync,
  type Behaviour,
  type Destination,
  type Organization,
  type Person,
  type Sql,
} from './support.ts'

/** What sites say they show, asked over HTTP and held against what they have accepted. */

const stack = inject('stack')
let sql: Sql
let me: Person & { organization: Organization }
const destinations: Destination[] = []

beforeAll(async () => {
  sql = openDatabase(stack)
  me = await signUp(stack)
})
afterEach(async () => {
  await Promise.all(destinations.splice(0).map((one) => one.close()))
})
afterAll(async () => {
  await sql.end()
})

/** Takes deliveries by POST, and says by GET what the behaviour has it say. */
const showing =
  (shows: Behaviour): Behaviour =>
  (response, request, nth) => (request.method === 'GET' ? shows : accept)(response, request, nth)

const json = (body: string): Behaviour => answer(200, { 'content-type': 'application/json' }, body)

interface Shown {
  siteId: string
  site: Destination
  /** The body that the site has accepted. */
  accepted: string
}

/** A site that has accepted one delivery and offers an address at which it says what it shows. */
async function newSite(person = me): Promise<Shown> {
  const site = await openDestination(accept)
  destinations.push(site)
  const { siteIds } = await publishTo(sql, person.organization, [site.url])
  const siteId = siteIds[0] ?? ''
  const { job_id } = await startSync(person, siteIds)
  await call(stack, 'sync', { job_id }, as(person, stack))
  const { deliveries } = await jobEnd(sql, job_id)
  await sql`update public.sites set state_url = ${`${site.url}/state`} where id = ${siteId}`
  return { siteId, site, accepted: deliveries[0]?.body ?? '' }
}

interface Report {
  checked: number
  drifted: number
  unreachable: number
  left: number
}

async function ask(body: object, headers = as(me, stack)): Promise<{ status: number; body: Report & { error?: string } }> {
  const response = await call(stack, 'drift', body, headers)
  return { status: response.status, body: (await response.json()) as Report }
}

async function stateOf(siteId: string) {
  const [row] = await sql<{ drift: string; drift_message: string | null; drift_changes: unknown; drift_checked_at: Date | null }[]>`
    select drift, drift_message, drift_changes, drift_checked_at from public.site_states where site_id = ${siteId}`
  return row
}

describe('a site that says what it shows', () => {
  it('is in sync when that is what it has accepted', async () => {
    const { siteId, site, accepted } = await newSite()
    site.behave(showing(json(accepted)))
    expect(await ask({ site_ids: [siteId, siteId] })).toEqual({ status: 200, body: { checked: 1, drifted: 0, unreachable: 0, left: 0 } })
    expect(await stateOf(siteId)).toMatchObject({ drift: 'in_sync', drift_message: null, drift_changes: null, drift_checked_at: expect.any(Date) as Date })
    const asked = site.requests.at(-1)
    expect(asked).toMatchObject({ path: '/hook/state', body: '', headers: { accept: 'application/json', 'accept-encoding': 'identity' } })
    expect(asked?.headers).not.toHaveProperty('webhook-signature')
  })

  it('has drifted when it is something else, and the difference is kept', async () => {
    const { siteId, site, accepted } = await newSite()
    site.behave(showing(json(accepted.replace('Hello', 'Goodbye'))))
    expect(await ask({ site_ids: [siteId] })).toMatchObject({ status: 200, body: { checked: 1, drifted: 1 } })
    const state = await stateOf(siteId)
    expect(state).toMatchObject({ drift: 'drifted' })
    expect(JSON.stringify(state?.drift_changes)).toContain('Goodbye')
    // Mended by the site: in sync again, and nothing is left of the difference.
    site.behave(showing(json(accepted)))
    await ask({ site_ids: [siteId] })
    expect(await stateOf(siteId)).toMatchObject({ drift: 'in_sync', drift_changes: null })
  })

  it.each<[string, Behaviour, string]>([
    ['is missing', answer(404), '404 from destination'],
    ['fails', answer(500, {}, '{"error":"out of order"}'), '500 from destination: out of order'],
    ['leads elsewhere', answer(302, { location: '/elsewhere' }), '302 from destination: redirects are not followed'],
    ['shows a page', answer(200, { 'content-type': 'text/html' }, '<html></html>'), 'the body is not JSON'],
    ['shows another form', json('{"items":[]}'), 'version must be 1'],
    ['shows too much', json(`"${'x'.repeat(1_000_001)}"`), 'what it shows is over 1 MB'],
    ['hangs up', (response) => response.destroy(), 'connection closed by destination before it answered'],
  ])('is unreachable, in words, when its address %s', async (_, shows, words) => {
    const { siteId, site } = await newSite()
    site.behave(showing(shows))
    expect(await ask({ site_ids: [siteId] })).toMatchObject({ status: 200, body: { checked: 1, drifted: 0, unreachable: 1 } })
    const state = await stateOf(siteId)
    expect(state).toMatchObject({ drift: 'unreachable', drift_changes: null })
    expect(state?.drift_message).toContain(words)
    expect(site.requests.map(({ path }) => path)).not.toContain('/elsewhere')
  })
})

describe('who may ask', () => {
  it('editors and admins of the site’s organization, and the service', async () => {
    const { siteId, site, accepted } = await newSite()
    site.behave(showing(json(accepted)))
    const [viewer, editor, stranger] = await Promise.all([signUp(stack), signUp(stack), signUp(stack)])
    for (const [person, role] of [[viewer, 'viewer'], [editor, 'editor']] as const) {
      await sql`insert into public.memberships (organization_id, user_id, role) values (${me.organization.id}, ${person.userId}, ${role})`
    }
    const before = site.requests.length
    expect(await ask({ site_ids: [siteId] }, as(viewer, stack))).toMatchObject({ status: 403, body: { error: 'a viewer cannot check sites for drift; ask an editor or an admin' } })
    const [theirs, nobodys] = await Promise.all([ask({ site_ids: [siteId] }, as(stranger, stack)), ask({ site_ids: [randomUUID()] }, as(stranger, stack))])
    expect(theirs.status).toBe(404)
    expect(theirs).toEqual(nobodys)
    expect((await ask({ site_ids: [siteId] }, { apikey: stack.publishable_key })).status).toBe(401)
    expect(site.requests.length).toBe(before)

    for (const headers of [as(editor, stack), { 'x-tick-secret': stack.tick_secret }, { apikey: stack.secret_key }] as Record<string, string>[]) {
      expect(await ask({ site_ids: [siteId] }, headers)).toMatchObject({ status: 200, body: { checked: 1 } })
    }
  })

  it('not for a site of another organization among one’s own: then nobody is asked', async () => {
    const mine = await newSite()
    const other = await signUp(stack)
    const theirs = await newSite(other)
    const before = mine.site.requests.length
    expect(await ask({ site_ids: [mine.siteId, theirs.siteId] })).toMatchObject({ status: 404 })
    expect(mine.site.requests.length).toBe(before)
    expect(await stateOf(mine.siteId)).toMatchObject({ drift: 'unknown', drift_checked_at: null })
  })

  it('without naming sites: all of one’s organization that say what they show', async () => {
    const person = await signUp(stack)
    const [first, second] = [await newSite(person), await newSite(person)]
    await publishTo(sql, person.organization, [null])
    first.site.behave(showing(json(first.accepted)))
    second.site.behave(showing(answer(404)))
    expect(await ask({}, as(person, stack))).toEqual({ status: 200, body: { checked: 2, drifted: 0, unreachable: 1, left: 0 } })
    expect(await ask({}, as(await signUp(stack), stack))).toEqual({ status: 200, body: { checked: 0, drifted: 0, unreachable: 0, left: 0 } })
    expect((await ask({}, { 'x-tick-secret': stack.tick_secret })).status).toBe(400)
  })

  it('not by nonsense', async () => {
    for (const body of [{ site_ids: 'all' }, { site_ids: ['x'] }, { site_ids: Array.from({ length: 301 }, () => randomUUID()) }, [], null]) {
      expect((await ask(body as object)).status).toBe(400)
    }
  })
})
