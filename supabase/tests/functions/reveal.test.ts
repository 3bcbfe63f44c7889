import { randomUUID } from 'node:crypto'
import { SignJWT, decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { giveSecret, startOwnStack, type OwnStack } from './own-stack.ts'
import { as, call, openDatabase, publishTo, signUp, type Organization, type Person, type Sql } from './support.ts'

/** The one answer that holds a signing secret: to whom it is given, and that it is written down. */

let own: OwnStack
let sql: Sql
let me: Person & { organization: Organization }

beforeAll(async () => {
  own = await startOwnStack()
  sql = openDatabase(own.stack)
  me = await signUp(own.stack)
})
afterAll(async () => {
  await sql.end()
  await own.close()
})

async function newSite(): Promise<{ siteId: string; secret: string }> {
  const { siteIds } = await publishTo(sql, me.organization, [null])
  const siteId = siteIds[0] ?? ''
  return { siteId, secret: await giveSecret(sql, own.ring, siteId) }
}

const reveal = (siteId: string, person: Person = me, headers: Record<string, string> = {}) =>
  call(own.stack, 'site-secret', { site_id: siteId, action: 'reveal' }, { ...as(person, own.stack), ...headers })

async function refused(response: Response): Promise<unknown[]> {
  const body = (await response.json()) as { code: string }
  expect(JSON.stringify(body)).not.toContain('whsec_')
  return [response.status, body.code]
}

async function join(role: string): Promise<Person> {
  const person = await signUp(own.stack)
  await sql`insert into public.memberships (organization_id, user_id, role) values (${me.organization.id}, ${person.userId}, ${role})`
  return person
}

/** The same session, as if its owner had signed in so many seconds ago; the token itself is new. */
async function signedInAgo(person: Person, seconds: number): Promise<Person> {
  const claims = decodeJwt(person.token)
  const amr = [{ method: 'password', timestamp: Math.floor(Date.now() / 1_000) - seconds }, { method: 'token_refresh', timestamp: Math.floor(Date.now() / 1_000) }]
  const token = await new SignJWT({ ...claims, amr }).setProtectedHeader({ alg: 'HS256', typ: 'JWT' }).sign(new TextEncoder().encode(own.stack.jwt_secret))
  return { ...person, token }
}

interface Entry {
  action: string
  actor_kind: string
  actor_id: string | null
  actor_name: string | null
  subject_kind: string
  subject_name: string | null
  changes: unknown
  ip: string | null
  user_agent: string | null
  request_id: string | null
}

/** What the audit log has on the secrets of a site, from the first on. */
const entries = (siteId: string) => sql<Entry[]>`
  select action, actor_kind, actor_id, actor_name, subject_kind, subject_name, changes, ip, user_agent, request_id
  from public.audit_log where subject_kind = 'site_secrets' and subject_id = ${siteId} order by seq`

describe('a reveal', () => {
  it('gives an admin who has just signed in the secret that signs, and nothing on the way keeps it', async () => {
    const { siteId, secret } = await newSite()
    const response = await reveal(siteId)
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect([response.status, await response.json()]).toEqual([
      200, { version: 1, secret, created_at: expect.stringMatching(/^2\d{3}-.*Z$/) as string },
    ])
    await call(own.stack, 'site-secret', { site_id: siteId, action: 'rotate' }, as(me, own.stack))
    const newest = (await (await reveal(siteId)).json()) as { version: number; secret: string }
    expect(newest.version).toBe(2)
    expect(newest.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    expect(newest.secret).not.toBe(secret)
  })

  it('is in the audit log by the time it is answered: who, from where, with which request, and no secret', async () => {
    const { siteId, secret } = await newSite()
    const { email } = (await me.client.auth.getUser()).data.user ?? {}
    await reveal(siteId, me, { 'user-agent': 'a test', 'x-request-id': 'the-request-of-the-test' })
    expect((await entries(siteId)).at(-1)).toEqual({
      action: 'revealed', actor_kind: 'user', actor_id: me.userId, actor_name: email, subject_kind: 'site_secrets', subject_name: 'Site 0',
      changes: expect.anything() as unknown, ip: expect.stringMatching(/^(127\.0\.0\.1|::1)$/) as string, user_agent: 'a test', request_id: 'the-request-of-the-test',
    })
    expect(JSON.stringify(await sql`select * from public.audit_log where subject_id = ${siteId}`)).not.toContain(secret)
  })

  it('gives nothing away that cannot be written down', async () => {
    const { siteId } = await newSite()
    await sql`alter function public.site_secret_event(uuid, text) rename to site_secret_event_away`
    try {
      const response = await reveal(siteId)
      expect(await refused(response)).toEqual([500, 'internal'])
    } finally {
      await sql`alter function public.site_secret_event_away(uuid, text) rename to site_secret_event`
    }
    expect((await entries(siteId)).filter(({ action }) => action === 'revealed')).toEqual([])
    expect((await reveal(siteId)).status).toBe(200)
  })

  it('writes nothing down where there is nothing to give', async () => {
    const { siteIds } = await publishTo(sql, me.organization, [null])
    const without = siteIds[0] ?? ''
    expect(await refused(await reveal(without))).toEqual([404, 'no_secret'])
    const { siteId } = await newSite()
    await sql`update private.site_secrets set key_version = 9 where site_id = ${siteId}`
    expect(await refused(await reveal(siteId))).toEqual([503, 'unknown_key'])
    for (const id of [without, siteId]) expect((await entries(id)).map(({ action }) => action)).not.toContain('revealed')
  })
})

describe('a recent sign-in', () => {
  it('is asked for after ten minutes, whether the token was renewed since or not', async () => {
    const { siteId, secret } = await newSite()
    const response = await reveal(siteId, await signedInAgo(me, 601))
    expect([response.status, await response.json()]).toEqual([403, {
      code: 'reauthentication_needed', error: 'sign in again to reveal a signing secret: your last sign-in is more than 10 minutes ago',
    }])
    expect(await (await reveal(siteId, await signedInAgo(me, 570))).json()).toMatchObject({ secret })
    const { amr: _, ...claims } = decodeJwt(me.token)
    const token = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256', typ: 'JWT' }).sign(new TextEncoder().encode(own.stack.jwt_secret))
    expect(await refused(await reveal(siteId, { ...me, token }))).toEqual([403, 'reauthentication_needed'])
  })

  it('is not asked for by what gives no secret away', async () => {
    const { siteId } = await newSite()
    const long = await signedInAgo(me, 3_000)
    for (const action of ['make', 'rotate', 'end_overlap']) {
      expect((await call(own.stack, 'site-secret', { site_id: siteId, action }, as(long, own.stack))).status).toBe(200)
    }
  })

  it('is believed of nobody whom the auth server does not know', async () => {
    const { siteId } = await newSite()
    const forged = await new SignJWT(decodeJwt(me.token)).setProtectedHeader({ alg: 'HS256', typ: 'JWT' }).sign(new TextEncoder().encode('x'.repeat(48)))
    expect((await reveal(siteId, { ...me, token: forged })).status).toBe(401)
    const gone = await join('admin')
    await gone.client.auth.signOut({ scope: 'global' })
    expect((await reveal(siteId, gone)).status).toBe(401)
  })
})

describe('who may', () => {
  it('an admin of the site’s organization and nobody else, not even the service', async () => {
    const { siteId } = await newSite()
    const [admin, editor, viewer, stranger] = await Promise.all([join('admin'), join('editor'), join('viewer'), signUp(own.stack)])
    expect((await reveal(siteId, admin)).status).toBe(200)
    for (const [person, article] of [[editor, 'an editor'], [viewer, 'a viewer']] as const) {
      const response = await reveal(siteId, person)
      expect([response.status, await response.json()]).toEqual([403, { code: 'forbidden', error: `${article} cannot reveal signing secrets; ask an admin` }])
    }
    expect(await refused(await reveal(siteId, stranger))).toEqual([404, 'not_found'])
    expect(await refused(await reveal(randomUUID()))).toEqual([404, 'not_found'])
    const service = await call(own.stack, 'site-secret', { site_id: siteId, action: 'reveal' }, { apikey: own.stack.secret_key })
    expect(await refused(service)).toEqual([403, 'forbidden'])
    expect((await entries(siteId)).filter(({ action }) => action === 'revealed').map(({ actor_id }) => actor_id)).toEqual([admin.userId])
  })

  it('is told at once when the role has gone, whatever the token still says', async () => {
    const { siteId } = await newSite()
    const admin = await join('admin')
    expect((await reveal(siteId, admin)).status).toBe(200)
    await sql`update public.memberships set role = 'editor' where user_id = ${admin.userId} and organization_id = ${me.organization.id}`
    expect((await reveal(siteId, admin)).status).toBe(403)
    await sql`delete from public.memberships where user_id = ${admin.userId} and organization_id = ${me.organization.id}`
    expect((await reveal(siteId, admin)).status).toBe(404)
  })
})

describe('making, rotating and ending', () => {
  it('name the person in the audit log as well', async () => {
    const { siteIds } = await publishTo(sql, me.organization, [null])
    const siteId = siteIds[0] ?? ''
    const editor = await join('editor')
    await call(own.stack, 'site-secret', { site_id: siteId }, { ...as(editor, own.stack), 'user-agent': "the editor's browser" })
    await call(own.stack, 'site-secret', { site_id: siteId, action: 'rotate' }, as(me, own.stack))
    await call(own.stack, 'site-secret', { site_id: siteId, action: 'end_overlap' }, as(me, own.stack))
    const seen = await entries(siteId)
    expect(seen.map(({ action, actor_kind, actor_id }) => [action, actor_kind, actor_id])).toEqual([
      ['made', 'user', editor.userId], ['rotated', 'user', me.userId], ['overlap_ended', 'user', me.userId],
    ])
    expect(seen[0]?.user_agent).toBe("the editor's browser")
  })

  it('name the system where the service or a first delivery acts', async () => {
    const { siteIds } = await publishTo(sql, me.organization, [null])
    const siteId = siteIds[0] ?? ''
    await call(own.stack, 'site-secret', { site_id: siteId }, { apikey: own.stack.secret_key })
    expect((await entries(siteId)).map(({ action, actor_kind, actor_id }) => [action, actor_kind, actor_id])).toEqual([['made', 'system', null]])
  })
})
