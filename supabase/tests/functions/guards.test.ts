import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import {
  as,
  call,
  jobEnd,
  openDatabase,
  publishTo,
  signUp,
  startSync,
  type Organization,
  type Person,
  type Sql,
} from './support.ts'

/** site-secret, tick and health: who may call them, and what they do and do not say. */

const stack = inject('stack')
let sql: Sql
let me: Person & { organization: Organization }

beforeAll(async () => {
  sql = openDatabase(stack)
  me = await signUp(stack)
})
afterAll(async () => {
  await sql.end()
})

const newSite = async () => {
  const { siteIds } = await publishTo(sql, me.organization, [null])
  return siteIds[0] ?? ''
}

async function join(role: string): Promise<Person> {
  const person = await signUp(stack)
  await sql`
    insert into public.memberships (organization_id, user_id, role)
    values (${me.organization.id}, ${person.userId}, ${role})`
  return person
}

describe('site-secret', () => {
  it('makes one secret, however often and by however many it is asked, and never shows it', async () => {
    const site_id = await newSite()
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => call(stack, 'site-secret', { site_id }, as(me, stack))),
    )
    const bodies = await Promise.all(answers.map((response) => response.json() as Promise<Record<string, unknown>>))
    expect(answers.map(({ status }) => status)).toEqual(Array(6).fill(200))
    for (const body of bodies) expect(body).toEqual({ version: 1, created_at: bodies[0]?.created_at })
    expect(Date.parse(String(bodies[0]?.created_at))).toBeGreaterThan(Date.now() - 60_000)

    const rows = await sql<{ ciphertext: Buffer; nonce: Buffer }[]>`
      select ciphertext, nonce from private.site_secrets where site_id = ${site_id}`
    expect(rows).toHaveLength(1)
    // "whsec_" and 44 characters of base64, and GCM's tag of 16 bytes.
    expect(rows[0]?.ciphertext).toHaveLength(50 + 16)
    expect(rows[0]?.ciphertext.toString('latin1')).not.toContain('whsec_')
    expect(rows[0]?.nonce).toHaveLength(12)
    const [state] = await sql`select secret_set_at from public.site_states where site_id = ${site_id}`
    expect(state?.secret_set_at).toBeInstanceOf(Date)
  })

  it('uses a fresh nonce for every record', async () => {
    const sites = await Promise.all([newSite(), newSite(), newSite()])
    for (const site_id of sites) await call(stack, 'site-secret', { site_id }, as(me, stack))
    const nonces = await sql<{ nonce: Buffer }[]>`select nonce from private.site_secrets where site_id in ${sql(sites)}`
    expect(new Set(nonces.map(({ nonce }) => nonce.toString('hex'))).size).toBe(3)
  })

  it('is for editors and admins of the site’s organization', async () => {
    const site_id = await newSite()
    const [viewer, editor, stranger] = await Promise.all([join('viewer'), join('editor'), signUp(stack)])
    const asked = (person: Person, id = site_id) => call(stack, 'site-secret', { site_id: id }, as(person, stack))

    const refused = await asked(viewer)
    expect([refused.status, await refused.json()]).toEqual([
      403,
      { error: 'a viewer cannot make signing secrets; ask an editor or an admin', code: 'forbidden' },
    ])
    const [theirs, nobodys] = await Promise.all([asked(stranger), asked(stranger, randomUUID())])
    expect([theirs.status, nobodys.status]).toEqual([404, 404])
    expect(await theirs.json()).toEqual(await nobodys.json())
    expect((await call(stack, 'site-secret', { site_id })).status).toBe(401)
    expect(await sql`select 1 from private.site_secrets where site_id = ${site_id}`).toHaveLength(0)
    expect((await asked(editor)).status).toBe(200)
  })

  it('answers nonsense with 400', async () => {
    for (const body of ['', '{}', '{"site_id":"facebook"}', 'null']) {
      expect((await call(stack, 'site-secret', body, as(me, stack))).status).toBe(400)
    }
  })
})

describe('tick', () => {
  it.each([
    ['without a secret', () => ({})],
    ['with a wrong one', () => ({ 'x-tick-secret': `${stack.tick_secret}x` })],
    ['with an empty one', () => ({ 'x-tick-secret': '' })],
    ['with a user’s token', () => as(me, stack)],
    ['with the publishable key', () => ({ apikey: stack.publishable_key })],
  ])('refuses a call %s, and does nothing', async (_, headers) => {
    const response = await call(stack, 'tick', {}, headers())
    expect(response.status).toBe(401)
    expect(await response.json()).toMatchObject({ code: 'unauthenticated' })
  })

  it('drains what nobody drains', async () => {
    const { siteIds } = await publishTo(sql, me.organization, [null, null])
    const { job_id } = await startSync(me, siteIds)
    const response = await call(stack, 'tick', {}, { 'x-tick-secret': stack.tick_secret })
    expect(response.status).toBe(202)
    expect(await jobEnd(sql, job_id)).toMatchObject({ status: 'success', succeeded: 2 })
  })

  it('takes over from a worker that was lost', async () => {
    const { siteIds } = await publishTo(sql, me.organization, [null])
    const { job_id } = await startSync(me, siteIds)
    // A worker claims, and is never heard of again.
    await sql`select 1 from public.claim_deliveries('lost-worker', 1, ${job_id})`
    await sql`update public.sync_deliveries set lease_expires_at = now() - interval '1 second' where job_id = ${job_id}`
    await call(stack, 'tick', {}, { 'x-tick-secret': stack.tick_secret })
    expect(await jobEnd(sql, job_id)).toMatchObject({ status: 'success', deliveries: [{ attempts: 1 }] })
  })
})

describe('health', () => {
  const ask = (headers: Record<string, string> = {}) => fetch(`${stack.api_url}/functions/v1/health`, { headers })

  it('tells everybody whether it works, and no more', async () => {
    const response = await ask()
    expect([response.status, await response.json()]).toEqual([200, { ok: true }])
    expect(await (await ask(as(me, stack))).json()).toEqual({ ok: true })
    expect(await (await ask({ 'x-tick-secret': 'guess' })).json()).toEqual({ ok: true })
  })

  it('tells the service how the engine is doing', async () => {
    const services: Record<string, string>[] = [{ 'x-tick-secret': stack.tick_secret }, { apikey: stack.secret_key }]
    for (const headers of services) {
      expect(await (await ask(headers)).json()).toMatchObject({
        ok: true,
        signing: 'ready',
        queued: expect.any(Number) as number,
        expired_leases: expect.any(Number) as number,
      })
    }
  })

  it('is read only', async () => {
    expect((await call(stack, 'health', {})).status).toBe(405)
  })
})
