import { Webhook } from 'standardwebhooks'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { open } from '../../functions/_shared/encryption.ts'
import { databaseOf, giveSecret, startOwnStack, type OwnStack } from './own-stack.ts'
import {
  as,
  call,
  jobEnd,
  openDatabase,
  openDestination,
  publishTo,
  signUp,
  startSync,
  type CapturedRequest,
  type Destination,
  type Organization,
  type Person,
  type Sql,
} from './support.ts'

/** Changing a site's signing secret: with an overlap in which both sign, at once, and by two people at the same moment. */

const overlapHours = 48

let own: OwnStack
let sql: Sql
let me: Person & { organization: Organization }
const destinations: Destination[] = []

beforeAll(async () => {
  process.env.DATASYNC_SECRET_OVERLAP_HOURS = String(overlapHours)
  own = await startOwnStack()
  sql = openDatabase(own.stack)
  me = await signUp(own.stack)
})
afterEach(async () => {
  await Promise.all(destinations.splice(0).map((one) => one.close()))
})
afterAll(async () => {
  delete process.env.DATASYNC_SECRET_OVERLAP_HOURS
  await sql.end()
  await own.close()
})

/** A site with a destination of its own and a secret that the test knows. */
async function newSite(): Promise<{ siteId: string; first: string; receiver: Destination }> {
  const receiver = await openDestination()
  destinations.push(receiver)
  const { siteIds } = await publishTo(sql, me.organization, [receiver.url])
  const siteId = siteIds[0] ?? ''
  return { siteId, first: await giveSecret(sql, own.ring, siteId), receiver }
}

interface Answer {
  status: number
  body: { version?: number; overlap_until?: string | null; error?: string; code?: string }
}

async function ask(body: object, person: Person = me): Promise<Answer> {
  const response = await call(own.stack, 'site-secret', body, as(person, own.stack))
  return { status: response.status, body: (await response.json()) as Answer['body'] }
}

/** The texts of the secrets that sign now, newest first. */
async function secretsOf(siteId: string): Promise<string[]> {
  const sealed = await databaseOf(sql).siteSecrets(siteId)
  return Promise.all(
    sealed.map(async (one) => {
      const opened = await open(own.ring, siteId, one)
      if (!opened.ok) throw new Error(opened.error.message)
      return opened.value
    }),
  )
}

/** What the site's destination is sent now, whether its content has changed or not. */
async function deliver(siteId: string, receiver: Destination): Promise<CapturedRequest> {
  await sql`update public.content_items set data = jsonb_set(data, '{text}', to_jsonb(gen_random_uuid()::text))
    where id in (select item_id from public.site_item_mappings where site_id = ${siteId})`
  const { job_id } = await startSync(me, [siteId])
  await call(own.stack, 'sync', { job_id }, as(me, own.stack))
  expect(await jobEnd(sql, job_id)).toMatchObject({ status: 'success' })
  const request = receiver.requests.at(-1)
  if (request === undefined) throw new Error('nothing was sent')
  return request
}

function isVerified(secret: string, { headers, body }: CapturedRequest): boolean {
  try {
    new Webhook(secret).verify(body, headers as Record<string, string>)
    return true
  } catch {
    return false
  }
}

async function join(role: string): Promise<Person> {
  const person = await signUp(own.stack)
  await sql`insert into public.memberships (organization_id, user_id, role) values (${me.organization.id}, ${person.userId}, ${role})`
  return person
}

describe('a rotation with an overlap', () => {
  it('signs with both, so that a receiver verifies with either by the published library', async () => {
    const { siteId, first, receiver } = await newSite()
    const before = Date.now()
    const { status, body } = await ask({ site_id: siteId, action: 'rotate' })
    expect([status, body]).toEqual([200, { version: 2, overlap_until: expect.any(String) as string }])
    // The hours come from the environment where the request names none; ten minutes are the machine's, not ours.
    const hours = (Date.parse(body.overlap_until ?? '') - before) / 3_600_000
    expect(Math.abs(hours - overlapHours)).toBeLessThan(1 / 6)

    const request = await deliver(siteId, receiver)
    expect(String(request.headers['webhook-signature']).split(' ')).toHaveLength(2)
    expect(String(request.headers['x-dsign']).split(' ')).toHaveLength(2)
    const [newest = '', old = ''] = await secretsOf(siteId)
    expect(old).toBe(first)
    expect([isVerified(newest, request), isVerified(first, request)]).toEqual([true, true])

    const [state] = await sql`select secret_version, secret_overlap_until from public.site_states where site_id = ${siteId}`
    expect(state).toEqual({ secret_version: 2, secret_overlap_until: new Date(body.overlap_until ?? '') })
  })

  it('ends when its time is over', async () => {
    const { siteId, first, receiver } = await newSite()
    await ask({ site_id: siteId, action: 'rotate', overlap_hours: 1 })
    await sql`update private.site_secrets set retired_at = now() - interval '1 second' where site_id = ${siteId} and version = 1`
    const request = await deliver(siteId, receiver)
    expect(String(request.headers['webhook-signature']).split(' ')).toHaveLength(1)
    expect(isVerified(first, request)).toBe(false)
  })

  it('is ended at once by end_overlap, which may come twice', async () => {
    const { siteId, first, receiver } = await newSite()
    await ask({ site_id: siteId, action: 'rotate', overlap_hours: 168 })
    for (let i = 0; i < 2; i++) {
      expect(await ask({ site_id: siteId, action: 'end_overlap' })).toEqual({ status: 200, body: { version: 2, overlap_until: null } })
    }
    const request = await deliver(siteId, receiver)
    const [newest = '', ...older] = await secretsOf(siteId)
    expect(older).toEqual([])
    expect([isVerified(newest, request), isVerified(first, request)]).toEqual([true, false])
  })

  it('is understood by the built-in receiver', async () => {
    const { siteIds } = await publishTo(sql, me.organization, [null])
    const siteId = siteIds[0] ?? ''
    await giveSecret(sql, own.ring, siteId)
    await ask({ site_id: siteId, action: 'rotate' })
    const { job_id } = await startSync(me, siteIds)
    await call(own.stack, 'sync', { job_id }, as(me, own.stack))
    expect(await jobEnd(sql, job_id)).toMatchObject({ status: 'success' })
  })
})

describe('a rotation at once', () => {
  it('leaves the old secret without a say from the next delivery on', async () => {
    const { siteId, first, receiver } = await newSite()
    expect(await ask({ site_id: siteId, action: 'rotate', overlap_hours: 0 })).toEqual({ status: 200, body: { version: 2, overlap_until: null } })
    const request = await deliver(siteId, receiver)
    const [newest = '', ...older] = await secretsOf(siteId)
    expect(older).toEqual([])
    expect([isVerified(newest, request), isVerified(first, request)]).toEqual([true, false])
  })

  it('makes the first secret where there is none', async () => {
    const { siteIds } = await publishTo(sql, me.organization, [null])
    expect(await ask({ site_id: siteIds[0], action: 'rotate' })).toEqual({ status: 200, body: { version: 1, overlap_until: null } })
  })
})

describe('two rotations at once', () => {
  it('from the same version: one is made, the others are told', async () => {
    const { siteId } = await newSite()
    const answers = await Promise.all(Array.from({ length: 6 }, () => ask({ site_id: siteId, action: 'rotate', from_version: 1 })))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409, 409, 409])
    for (const { status, body } of answers) {
      if (status === 409) expect(body).toEqual({ code: 'rotated_meanwhile', error: expect.stringContaining('somebody else has rotated this secret') as string })
    }
    const versions = await sql<{ version: number }[]>`select version from private.site_secrets where site_id = ${siteId} order by version`
    expect(versions.map(({ version }) => version)).toEqual([1, 2])
  })

  it('without saying from which: as many secrets as were answered with, and no version twice', async () => {
    const { siteId } = await newSite()
    const answers = await Promise.all(Array.from({ length: 6 }, () => ask({ site_id: siteId, action: 'rotate' })))
    const made = answers.filter(({ status }) => status === 200).map(({ body }) => body.version ?? 0)
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(6 - made.length)
    expect(made.sort((a, b) => a - b)).toEqual(made.map((_, n) => n + 2))
    const [row] = await sql<{ secrets: number }[]>`select count(*)::int as secrets from private.site_secrets where site_id = ${siteId}`
    expect(row?.secrets).toBe(1 + made.length)
  })
})

describe('who may', () => {
  it('an admin of the site’s organization, and the service', async () => {
    const { siteId } = await newSite()
    const [editor, viewer, stranger] = await Promise.all([join('editor'), join('viewer'), signUp(own.stack)])
    for (const action of ['rotate', 'end_overlap']) {
      const what = action === 'rotate' ? 'rotate signing secrets' : 'end the overlap of signing secrets'
      expect(await ask({ site_id: siteId, action }, editor)).toEqual({ status: 403, body: { code: 'forbidden', error: `an editor cannot ${what}; ask an admin` } })
      expect(await ask({ site_id: siteId, action }, viewer)).toEqual({ status: 403, body: { code: 'forbidden', error: `a viewer cannot ${what}; ask an admin` } })
      expect(await ask({ site_id: siteId, action }, stranger)).toMatchObject({ status: 404 })
      expect((await call(own.stack, 'site-secret', { site_id: siteId, action })).status).toBe(401)
    }
    expect(await databaseOf(sql).siteSecrets(siteId)).toHaveLength(1)
    // An editor may still ask for the first one, and is told which signs.
    expect(await ask({ site_id: siteId }, editor)).toMatchObject({ status: 200, body: { version: 1 } })
    const byService = await call(own.stack, 'site-secret', { site_id: siteId, action: 'rotate' }, { apikey: own.stack.secret_key })
    expect([byService.status, await byService.json()]).toMatchObject([200, { version: 2 }])
  })

  it('nobody, when the request makes no sense', async () => {
    const { siteId } = await newSite()
    for (const body of [
      { action: 'rotate' },
      { site_id: siteId, action: 'forget' },
      { site_id: siteId, action: 'rotate', overlap_hours: 169 },
      { site_id: siteId, action: 'rotate', overlap_hours: -1 },
      { site_id: siteId, action: 'rotate', overlap_hours: '1' },
      { site_id: siteId, action: 'rotate', from_version: 0 },
    ]) {
      expect(await ask(body)).toMatchObject({ status: 400, body: { code: 'bad_request' } })
    }
    expect(await databaseOf(sql).siteSecrets(siteId)).toHaveLength(1)
  })
})
