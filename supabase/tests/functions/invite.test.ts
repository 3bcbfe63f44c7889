import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { linkFromInbox } from '../../../e2e/support/inbox.ts'
import { createInviteHandler } from '../../functions/invite/handler.ts'
import { as, call, openDatabase, openDestination, rpc, signUp, type Behaviour, type Organization, type Person, type Sql } from './support.ts'

/** Inviting by mail: who may, what the mail leads to, and that an invitation stands without its mail. */

const stack = inject('stack')
// With `app: 'none'` the API is where the app would be, so this is an address that Auth leads back to.
const app_url = stack.api_url
let sql: Sql
let me: Person & { organization: Organization }

beforeAll(async () => {
  sql = openDatabase(stack)
  me = await signUp(stack)
})
afterAll(async () => {
  await sql.end()
})

interface Answer {
  invitation: { id: string; email: string; role: string; expires_at: string }
  link: string
  mail: 'sent' | 'not_sent'
  reason?: string
}

const someone = () => `${randomUUID().slice(0, 8)}@example.test`
const ask = (body: object | string, person: Person = me) => call(stack, 'invite', body, as(person, stack))
const ok = async (response: Response): Promise<Answer> => {
  const body = (await response.json()) as Answer
  expect(response.status, JSON.stringify(body)).toBe(200)
  return body
}
const said = async (response: Response) => ({ status: response.status, ...((await response.json()) as Record<string, unknown>) })
const tokenOf = (link: string) => new URL(link).searchParams.get('token') ?? ''

async function join(role: string): Promise<Person> {
  const person = await signUp(stack)
  await sql`insert into public.memberships (organization_id, user_id, role) values (${me.organization.id}, ${person.userId}, ${role})`
  await sql`update public.profiles set organization_id = ${me.organization.id} where id = ${person.userId}`
  const { data } = await person.client.auth.refreshSession()
  return { ...person, token: data.session?.access_token ?? '' }
}

/** Where the link of a mail leads, with the session that it brings. */
async function follow(link: string): Promise<{ to: URL; token: string | null }> {
  const answer = await fetch(link, { redirect: 'manual' })
  const to = new URL(answer.headers.get('location') ?? '', link)
  return { to, token: new URLSearchParams(to.hash.slice(1)).get('access_token') }
}

/** With the session that a mail has brought. */
async function accept(session: string | null, token: string | null): Promise<[number, unknown]> {
  const answer = await fetch(`${stack.api_url}/rest/v1/rpc/accept_invitation`, {
    method: 'POST',
    headers: { apikey: stack.publishable_key, authorization: `Bearer ${session ?? ''}`, 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  })
  return [answer.status, await answer.json()]
}

describe('an invitation by mail', () => {
  it('brings in somebody who has no account yet', async () => {
    const email = someone()
    const answer = await ok(await ask({ email, role: 'editor', app_url: `${app_url}/settings/members?x=1` }))
    expect(answer).toMatchObject({ invitation: { email, role: 'editor' }, mail: 'sent' })
    expect(Object.keys(answer.invitation).sort()).toEqual(['email', 'expires_at', 'id', 'role'])
    expect(answer.link).toBe(`${app_url}/invitation?token=${tokenOf(answer.link)}&email=${encodeURIComponent(email)}`)

    const { to, token } = await follow(await linkFromInbox(stack.inbox_url, email))
    expect(to.origin + to.pathname).toBe(`${app_url}/auth/callback`)
    const next = new URL(to.searchParams.get('next') ?? '', app_url)
    expect(next.href).toBe(answer.link)

    expect(await accept(token, next.searchParams.get('token'))).toEqual([
      200, { organization_id: me.organization.id, name: expect.any(String) as string, role: 'editor', password_removed: true },
    ])
    const [member] = await sql`
      select m.role from public.memberships m join public.profiles p on p.id = m.user_id where m.organization_id = ${me.organization.id} and p.email = ${email}`
    expect(member).toEqual({ role: 'editor' })
  })

  it('is sent again with another link, and the one before is worth nothing', async () => {
    const guest = await signUp(stack)
    const email = (await guest.client.auth.getUser()).data.user?.email ?? ''
    const first = await ok(await ask({ email, role: 'viewer', app_url }))
    const again = await ok(await ask({ invitation_id: first.invitation.id, app_url }))
    expect(again).toMatchObject({ invitation: { id: first.invitation.id, email, role: 'viewer' }, mail: 'sent' })
    await expect(rpc(guest.client, 'accept_invitation', { token: tokenOf(again.link) })).rejects.toThrow('Show that this address is yours.')
    const { to, token } = await follow(await linkFromInbox(stack.inbox_url, email, 1))
    expect(new URL(to.searchParams.get('next') ?? '', app_url).href).toBe(again.link)
    expect(await accept(token, tokenOf(first.link))).toMatchObject([400, { message: 'There is no such invitation.' }])
    // The account was there before, with a password that nobody had shown to be the address's own.
    expect(await accept(token, tokenOf(again.link))).toMatchObject([200, { role: 'viewer', password_removed: true }])
  })

  it('leads nowhere else, whatever address of the app it is told', async () => {
    const email = someone()
    await ok(await ask({ email, role: 'viewer', app_url: 'https://evil.example' }))
    const { to } = await follow(await linkFromInbox(stack.inbox_url, email))
    expect(to.origin).toBe(app_url)
  })

  it('is entered in the audit log as what the admin did', async () => {
    const email = someone()
    const { invitation } = await ok(await ask({ email, role: 'viewer', app_url }))
    const entries = await sql`
      select actor_kind, actor_id, action from public.audit_log where organization_id = ${me.organization.id} and subject_kind = 'invitations' and subject_id = ${invitation.id}`
    expect(entries).toEqual([{ actor_kind: 'user', actor_id: me.userId, action: 'created' }])
  })
})

describe('nobody invites', () => {
  it('without being an admin of the organization', async () => {
    const email = someone()
    for (const role of ['viewer', 'editor']) {
      expect(await said(await ask({ email, role: 'admin', app_url }, await join(role)))).toEqual({
        status: 403, code: 'DS002', error: 'Your role does not allow you to invite people.', hint: 'Ask an admin of the organization for the role "admin".',
      })
    }
    expect(await sql`select from public.invitations where email = ${email}`).toHaveLength(0)
  })

  it('into another organization, or again for it', async () => {
    const stranger = await signUp(stack)
    const { invitation } = await ok(await ask({ email: someone(), role: 'viewer', app_url }))
    const [theirs, nobodys] = await Promise.all([invitation.id, randomUUID()].map(async (invitation_id) => said(await ask({ invitation_id, app_url }, stranger))))
    expect(theirs).toMatchObject({ status: 404, code: 'DS046' })
    expect(theirs).toEqual(nobodys)
  })

  it('without a session, or as the service', async () => {
    const body = { email: someone(), role: 'viewer', app_url }
    expect((await call(stack, 'invite', body)).status).toBe(401)
    expect((await call(stack, 'invite', body, { apikey: stack.publishable_key, authorization: `Bearer ${stack.publishable_key}` })).status).toBe(401)
    const expired = `${me.token.slice(0, -4)}AAAA`
    expect((await call(stack, 'invite', body, { apikey: stack.publishable_key, authorization: `Bearer ${expired}` })).status).toBe(401)
    const service = await call(stack, 'invite', body, { apikey: stack.secret_key, authorization: `Bearer ${stack.secret_key}` })
    expect([401, 403]).toContain(service.status)
    expect(await sql`select from public.invitations where email = ${body.email}`).toHaveLength(0)
  })

  it('a member, an address that is none, or into a role that is none', async () => {
    const email = (await me.client.auth.getUser()).data.user?.email ?? ''
    expect(await said(await ask({ email, role: 'viewer', app_url }))).toMatchObject({ status: 409, code: 'DS045', error: `${email} is a member already.` })
    expect(await said(await ask({ email: 'ada', role: 'viewer', app_url }))).toMatchObject({ status: 400, code: 'DS044', error: '"ada" is not an e-mail address.' })
    expect(await said(await ask({ email: someone(), role: 'owner', app_url }))).toMatchObject({ status: 400, code: 'DS044', error: '"owner" is not a role.' })
  })

  it('by a body of another form', async () => {
    const email = someone()
    const bodies = [
      '', 'null', '[]', '{', {}, { email }, { email, role: 'viewer' }, { app_url }, { email: 1, role: 'viewer', app_url }, { invitation_id: 'x', app_url },
      { email, role: 'viewer', app_url: 'localhost' }, { email, role: 'viewer', app_url: 'javascript:alert(1)' }, { email: `${'a'.repeat(400)}@example.test`, role: 'viewer', app_url },
    ]
    for (const body of bodies) expect((await ask(body)).status, JSON.stringify(body)).toBe(400)
    expect((await ask({ email, role: 'viewer', app_url, filler: 'x'.repeat(20_000) })).status).toBe(413)
    expect((await fetch(`${stack.api_url}/functions/v1/invite`, { headers: as(me, stack) })).status).toBe(405)
    expect(await sql`select from public.invitations where email = ${email}`).toHaveLength(0)
  })
})

it.each([
  ['the embedded backend', 'the-secret', { 'x-forwarded-for': '203.0.113.7', 'x-datasync-forward': 'the-secret' }],
  ['hosted Supabase', undefined, {}],
])('to %s it says for whom it asks, where that is believed', async (_, forwardSecret, expected) => {
  const sent: Record<string, string>[] = []
  const handler = createInviteHandler({
    env: { supabaseUrl: stack.api_url, publishableKey: stack.publishable_key, forwardSecret },
    identify: () => Promise.resolve({ ok: true, value: { kind: 'user', userId: me.userId, signedInAt: null } }),
    log: () => undefined,
    fetch: (url, init) => {
      sent.push(Object.fromEntries(new Headers(init.headers)))
      return url.includes('/auth/v1/') ? Promise.resolve(Response.json({})) : fetch(url, init)
    },
  })
  const headers = { ...as(me, stack), 'x-forwarded-for': '203.0.113.7', 'x-datasync-forward': 'another' }
  await ok(await handler(new Request('http://functions.test/invite', { method: 'POST', headers, body: JSON.stringify({ email: someone(), role: 'viewer', app_url }) })))
  const names = ['x-forwarded-for', 'x-datasync-forward']
  const [, mail] = sent.map((one) => Object.fromEntries(Object.entries(one).filter(([name]) => names.includes(name))))
  expect(mail).toEqual(expected)
  expect(sent[0]?.['x-datasync-forward']).toBe(forwardSecret)
})

describe('when something behind it fails', () => {
  const nobody = 'http://127.0.0.1:1'
  /** The function with the stack's Data API, and with an Auth API that sends no mail and behaves as told. */
  async function withAuth(behaviour: Behaviour | null) {
    const auth = behaviour === null ? null : await openDestination(behaviour)
    const handler = createInviteHandler({
      env: { supabaseUrl: stack.api_url, publishableKey: stack.publishable_key },
      identify: () => Promise.resolve({ ok: true, value: { kind: 'user', userId: me.userId, signedInAt: null } }),
      log: () => undefined,
      fetch: (url, init) => fetch(url.includes('/auth/v1/') ? (auth?.url ?? nobody) : url, init),
    })
    const email = someone()
    const response = await handler(
      new Request('http://functions.test/invite', { method: 'POST', headers: as(me, stack), body: JSON.stringify({ email, role: 'viewer', app_url }) }),
    )
    await auth?.close()
    return { email, response }
  }
  const refusing = (status: number, body: object): Behaviour => (response) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))

  it.each([
    ['too many mails', refusing(429, { error_code: 'over_email_send_rate_limit', msg: 'x' }), /too many mails.*in a minute/],
    ['closed sign-up', refusing(422, { error_code: 'otp_disabled', msg: 'Signups not allowed for otp' }), /new accounts are switched off/],
    ['an address that is not accepted', refusing(400, { error_code: 'email_address_invalid', msg: 'x' }), /does not accept this address/],
    ['a mail server out of order', refusing(500, { error_code: 'unexpected_failure', msg: 'Error sending magic link email' }), /answered 500: Error sending magic link email/],
    ['no answer', null, /did not answer/],
  ])('%s: the invitation stands, and the link is to be handed over', async (_, behaviour, reason) => {
    const { email, response } = await withAuth(behaviour)
    const answer = await ok(response)
    expect(answer).toMatchObject({ mail: 'not_sent', reason: expect.stringMatching(reason) as string, invitation: { email } })
    expect(await sql`select from public.invitations where email = ${email} and revoked_at is null`).toHaveLength(1)
    const guest = await signUp(stack)
    await expect(rpc(guest.client, 'invitation', { token: tokenOf(answer.link) })).resolves.toMatchObject({ email, state: 'open', mine: false })
  })

  it('a Data API that is out of order is said so, and nothing is mailed', async () => {
    for (const behaviour of [refusing(503, {}), refusing(200, { odd: true }), null]) {
      const data = behaviour === null ? null : await openDestination(behaviour)
      const asked: string[] = []
      const handler = createInviteHandler({
        env: { supabaseUrl: 'http://data.test', publishableKey: 'key' },
        identify: () => Promise.resolve({ ok: true, value: { kind: 'user', userId: me.userId, signedInAt: null } }),
        log: () => undefined,
        fetch: (url, init) => {
          asked.push(url)
          return fetch(data?.url ?? nobody, init)
        },
      })
      const response = await handler(new Request('http://x.test/', { method: 'POST', body: JSON.stringify({ email: someone(), role: 'viewer', app_url }) }))
      expect(await said(response)).toMatchObject({ status: 503, code: 'database_unreachable' })
      expect(asked).toEqual(['http://data.test/rest/v1/rpc/create_invitation'])
      await data?.close()
    }
  })
})
