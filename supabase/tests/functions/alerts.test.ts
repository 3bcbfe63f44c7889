import { Webhook } from 'standardwebhooks'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { startOwnStack, type OwnStack } from './own-stack.ts'
import { answer, as, call, hang, jobEnd, openDatabase, openDestination, publishTo, rpc, signUp, startSync, until, type Destination, type Organization, type Person, type Sql } from './support.ts'

/** What rules have to tell, from a run's end to the mail and the webhook, on a stack that is as strict as a hosted one. */

let own: OwnStack
let sql: Sql
let me: Person & { organization: Organization }
let email: string
const destinations: Destination[] = []

beforeAll(async () => {
  process.env.DATASYNC_ALLOW_PRIVATE_DESTINATIONS = 'false'
  process.env.DATASYNC_ALLOWED_DESTINATIONS = 'localhost'
  own = await startOwnStack()
  sql = openDatabase(own.stack)
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

/** Somebody new, so that no test sees another's messages. */
async function begin(): Promise<void> {
  me = await signUp(own.stack)
  const [profile] = await sql<{ email: string }[]>`select email from public.profiles where id = ${me.userId}`
  email = profile?.email ?? ''
}

async function destination(...parameters: Parameters<typeof openDestination>): Promise<Destination & { byName: string }> {
  const opened = await openDestination(...parameters)
  destinations.push(opened)
  return { ...opened, byName: opened.url.replace('127.0.0.1', 'localhost') }
}

interface Mail { id: string; to: string; from: string; subject: string; text: string; html: string; links: string[] }
async function mailsTo(address: string): Promise<Mail[]> {
  const { messages } = (await (await fetch(`${own.stack.api_url}/inbox/api/messages`)).json()) as { messages: Mail[] }
  return messages.filter(({ to, subject }) => to === address && subject.startsWith('['))
}

const saveRule = (rule: object) => rpc<string>(me.client, 'save_alert_rule', { rule })
const ask = (body: object, who: Person = me) => call(own.stack, 'alerts', body, as(who, own.stack))

async function makeSecret(rule_id: string, from_version = 0, more: object = {}): Promise<string> {
  const response = await ask({ rule_id, action: 'secret', from_version, ...more })
  expect(response.status).toBe(200)
  const { secret, version } = (await response.json()) as { secret: string; version: number }
  expect(version).toBe(from_version + 1)
  return secret
}

async function run(siteIds: readonly string[]): Promise<string> {
  const { job_id } = await rpc<{ job_id: string }>(me.client, 'start_sync', { site_ids: siteIds, options: { force: true } })
  await call(own.stack, 'sync', { job_id }, as(me, own.stack))
  return (await jobEnd(sql, job_id, 30_000)).status
}

const messages = () => sql<{ channel: string; status: string; attempts: number; error: string | null; status_code: number | null }[]>`
  select channel, status, attempts, error, status_code from public.alert_messages where organization_id = ${me.organization.id} order by created_at, channel`
const told = (count: number) => until(30_000, `${count} messages to be sent`, async () => {
  const rows = await messages()
  return rows.length === count && rows.every(({ status }) => status === 'sent' || status === 'failed') ? rows : null
})

describe('a run that fails', () => {
  it('is a mail in the inbox and a signed webhook, once, and so is its recovery', async () => {
    await begin()
    const hook = await destination()
    const site = await destination(answer(404))
    const rule = await saveRule({ kind: 'run', name: 'Runs', emails: [email], webhook_url: hook.byName })
    const secret = await makeSecret(rule)
    const { siteIds } = await publishTo(sql, me.organization, [site.byName])
    expect(await run(siteIds)).toBe('failed')
    expect(await told(2)).toMatchObject([{ status: 'sent', attempts: 1, error: null }, { status: 'sent', status_code: 200 }])

    const [mail] = await mailsTo(email)
    const [job] = await sql<{ id: string; number: number }[]>`select id, number from public.sync_jobs where organization_id = ${me.organization.id}`
    expect(mail).toMatchObject({ from: 'DataSync <alerts@datasync.localhost>', subject: expect.stringMatching(/^\[Firing\] Run 1 failed: Site 0 \(Org /), text: expect.stringContaining('404 from destination') })
    expect(mail?.links).toEqual([`${own.stack.app_url}/jobs/${job?.id}`, `${own.stack.app_url}/settings/alerts`])
    expect(mail?.html).toContain(`href="${own.stack.app_url}/jobs/${job?.id}"`)

    const [received] = hook.requests
    const body = new Webhook(secret).verify(received?.body ?? '', received?.headers as Record<string, string>)
    expect(body).toMatchObject({
      type: 'alert.firing',
      data: { rule: { id: rule, name: 'Runs', kind: 'run' }, organization: { slug: me.organization.slug }, title: 'Run 1 failed: Site 0', subjects: [{ kind: 'site', id: siteIds[0], detail: '404 from destination' }], run: { number: 1 } },
    })

    // Failing again says nothing new; what is told meanwhile would be in the outbox, so that is looked at too.
    expect(await run(siteIds)).toBe('failed')
    await until(10_000, 'the run to be looked at', async () => ((await sql`select 1 from private.alert_queue`).length === 0 ? true : null))
    expect(await messages()).toHaveLength(2)

    site.behave(answer(200))
    expect(await run(siteIds)).toBe('success')
    await told(4)
    expect((await mailsTo(email)).map(({ subject }) => subject.replace(/ \(.*/, ''))).toEqual(['[Recovered] Delivered again: Site 0', '[Firing] Run 1 failed: Site 0'])
    expect(hook.requests.map((request) => (JSON.parse(request.body) as { type: string }).type)).toEqual(['alert.firing', 'alert.recovered'])
    expect(new Set(hook.requests.map(({ headers }) => headers['webhook-id'])).size).toBe(2)
  })
})

describe('a webhook', () => {
  it('that fails is tried again with the same id and bytes, and given up when it says no', async () => {
    await begin()
    const hook = await destination(answer(503))
    const rule = await saveRule({ kind: 'run', name: 'Runs', webhook_url: hook.byName })
    await makeSecret(rule)
    expect(await (await ask({ rule_id: rule, action: 'test' })).json()).toMatchObject({ told: [{ channel: 'webhook', outcome: 'retry', reason: '503 from destination' }] })
    expect(await messages()).toMatchObject([{ status: 'queued', attempts: 1, error: '503 from destination', status_code: 503 }])
    hook.behave(answer(403))
    await sql`update public.alert_messages set next_attempt_at = now() where organization_id = ${me.organization.id}`
    await call(own.stack, 'tick', {}, { 'x-tick-secret': own.stack.tick_secret })
    expect(await told(1)).toMatchObject([{ status: 'failed', attempts: 2, error: '403 from destination' }])
    const [first, second] = hook.requests
    expect(second).toMatchObject({ body: first?.body, headers: { 'webhook-id': first?.headers['webhook-id'] } })
  })

  it('is signed with the old secret too for a while after a rotation, and never without one', async () => {
    await begin()
    const hook = await destination()
    const rule = await saveRule({ kind: 'run', name: 'Runs', webhook_url: hook.byName })
    expect(await (await ask({ rule_id: rule, action: 'test' })).json()).toMatchObject({ told: [{ outcome: 'failed', reason: expect.stringContaining('no signing secret yet') }] })
    expect(hook.requests).toEqual([])
    const old = await makeSecret(rule)
    const fresh = await makeSecret(rule, 1)
    await ask({ rule_id: rule, action: 'test' })
    const last = () => hook.requests.at(-1)
    for (const secret of [old, fresh]) expect(new Webhook(secret).verify(last()?.body ?? '', last()?.headers as Record<string, string>)).toMatchObject({ type: 'alert.test' })
    const newest = await makeSecret(rule, 2, { overlap_hours: 0 })
    await ask({ rule_id: rule, action: 'test' })
    expect(new Webhook(newest).verify(last()?.body ?? '', last()?.headers as Record<string, string>)).toMatchObject({ type: 'alert.test' })
    expect(() => new Webhook(fresh).verify(last()?.body ?? '', last()?.headers as Record<string, string>)).toThrow(/No matching signature/)
    // Of two who rotate from the same version one has.
    expect((await ask({ rule_id: rule, action: 'secret', from_version: 2 })).status).toBe(409)
    expect((await ask({ rule_id: rule, action: 'secret', from_version: 3 })).status).toBe(200)
  })

  it.each([
    ['http://127.0.0.1:1/', /not public \(loopback\)/],
    ['https://169.254.169.254/latest/meta-data', /not public/],
    ['http://[::1]:1/', /not public/],
    ['https://10.0.0.8/', /not public/],
    ['http://example.com/', /must begin with https/],
    ['https://user:word@example.com/', /must not carry a user name/],
  ])('to %s is refused and not tried again', async (webhook_url, reason) => {
    await begin()
    const rule = await saveRule({ kind: 'run', name: 'Runs', webhook_url })
    await makeSecret(rule)
    expect(await (await ask({ rule_id: rule, action: 'test' })).json()).toMatchObject({ told: [{ outcome: 'failed', reason: expect.stringMatching(reason) }] })
  })

  it('that hangs holds up no mail and no other webhook', async () => {
    await begin()
    const stuck = await destination(hang)
    const quick = await destination()
    const rules = await Promise.all(Array.from({ length: 5 }, (_, n) => saveRule({ kind: 'run', name: `Hangs ${n}`, webhook_url: stuck.byName })))
    rules.push(await saveRule({ kind: 'run', name: 'Quick', emails: [email], webhook_url: quick.byName }))
    for (const rule of rules) await makeSecret(rule)
    const site = await destination(answer(404))
    const { siteIds } = await publishTo(sql, me.organization, [site.byName])
    const started = Date.now()
    expect(await run(siteIds)).toBe('failed')
    await until(8_000, 'the mail and the quick webhook', async () => (quick.requests.length === 1 && (await mailsTo(email)).length === 1 ? true : null))
    expect(Date.now() - started).toBeLessThan(8_000)
    stuck.behave(answer(200))
  })
})

describe('the function alerts', () => {
  it('tells a secret once, writes down who made it, and keeps it sealed', async () => {
    await begin()
    const rule = await saveRule({ kind: 'run', name: 'Runs', webhook_url: 'https://hooks.example.com/' })
    const secret = await makeSecret(rule)
    expect(secret).toMatch(/^whsec_/)
    const rows = await sql<{ text: string }[]>`select t::text as text from private.alert_secrets t where rule_id = ${rule} union all select t::text from public.alert_rules t where id = ${rule}`
    expect(rows).toHaveLength(2)
    expect(JSON.stringify(rows)).not.toContain(secret.slice('whsec_'.length, 20))
    const entries = await sql<{ actor_kind: string; actor_id: string; changes: unknown }[]>`
      select actor_kind, actor_id, changes from public.audit_log where organization_id = ${me.organization.id} and subject_kind = 'alert_rules' and action = 'updated'`
    expect(entries).toMatchObject([{ actor_kind: 'user', actor_id: me.userId, changes: expect.arrayContaining([{ field: 'secret_version', after: 1 }]) }])
  })

  it('is for admins of the organization, and knows no rule of another', async () => {
    await begin()
    const rule = await saveRule({ kind: 'run', name: 'Runs' })
    const stranger = await signUp(own.stack)
    for (const body of [{ rule_id: rule, action: 'test' }, { rule_id: rule, action: 'secret', from_version: 0 }]) {
      expect((await ask(body, stranger)).status).toBe(404)
      await sql`update public.memberships set role = 'editor', is_owner = false where user_id = ${stranger.userId}`.catch(() => undefined)
      expect((await call(own.stack, 'alerts', body)).status).toBe(401)
    }
    const [other] = await sql<{ id: string }[]>`select id from public.organizations where id = ${me.organization.id}`
    await sql`insert into public.memberships (organization_id, user_id, role) values (${other?.id ?? ''}, ${stranger.userId}, 'editor')`
    expect((await ask({ rule_id: rule, action: 'test' }, stranger)).status).toBe(403)
    expect((await ask({ rule_id: 'x', action: 'test' })).status).toBe(400)
  })
})

it('nobody but the functions puts a mail into the inbox', async () => {
  for (const authorization of ['', 'Bearer nonsense', `Bearer ${own.stack.secret_key}`]) {
    const response = await fetch(`${own.stack.api_url}/inbox/api/send`, {
      method: 'POST', headers: { 'content-type': 'application/json', authorization }, body: JSON.stringify({ from: 'a@b.c', to: 'x@example.com', subject: '[x]', text: 'x' }),
    })
    expect(response.status).toBe(401)
  }
  expect(await mailsTo('x@example.com')).toEqual([])
})

it('the run itself is started as ever', async () => {
  await begin()
  const { siteIds } = await publishTo(sql, me.organization, [null])
  const { job_id } = await startSync(me, siteIds)
  await call(own.stack, 'sync', { job_id }, as(me, own.stack))
  expect((await jobEnd(sql, job_id)).status).toBe('success')
})
