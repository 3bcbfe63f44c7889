/** Alerts: who may read and change what, the inbox of each member, and the outbox that workers share. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { expectRefusal, openWorld, read, rpc, type Member } from '../support/actors.ts'
import { aMinute, changeRule, evaluate, eventsOf, messagesOf, newRule } from '../support/alerts.ts'
import { newSitesWithItem, only } from '../support/fixtures.ts'
import { startQuietStack } from '../support/quiet-stack.ts'
import { accepted, refused, runToEnd } from '../support/runs.ts'

const stack = await startQuietStack()
const world = openWorld(stack)
const { sql } = world
afterAll(async () => {
  await world.close()
  await stack.close()
})

let admin: Member
let viewer: Member
beforeEach(async () => {
  admin = await world.newAdmin()
  viewer = await world.newMember(admin.organization, 'viewer')
  await newSitesWithItem(sql, admin.organization, 2)
  await sql`delete from public.alert_messages`
})

const fail = (who: Member = admin) => runToEnd(sql, who, { run: { force: true }, answer: refused })
const pass = (who: Member = admin) => runToEnd(sql, who, { run: { force: true }, answer: accepted })

interface Page {
  more: boolean
  events: { id: string; seq: number; state: string; title: string; read: boolean; open: boolean; messages: { waiting: number; sent: number; failed: unknown[] } | null }[]
}
const inbox = (who: Member, filter: object = {}) => rpc<Page>(who, 'alert_inbox', { filter })
const summary = (who: Member) => rpc<{ unread: number; firing: { rule_name: string; count: number; subjects: unknown[] }[]; approvals: { state: string; title: string }[] }>(who, 'alert_summary')

/** A failure and its recovery. */
async function twoEvents(): Promise<void> {
  await newRule(admin, { kind: 'run', name: 'Runs' })
  await fail()
  await evaluate(sql)
  await aMinute(sql)
  await pass()
  await evaluate(sql)
}

describe('rules', () => {
  it('are written by admins, with words for what is wrong', async () => {
    const rule = await newRule(admin, { kind: 'site', name: '  Sites  ', threshold_minutes: 15, member_ids: [viewer.userId, randomUUID()], emails: ['B@example.com', ' a@example.com ', 'b@example.com'] })
    expect(only(await sql`select name, threshold_minutes, member_ids, emails, enabled, created_by from public.alert_rules where id = ${rule}`)).toEqual({
      name: 'Sites', threshold_minutes: 15, member_ids: [viewer.userId], emails: ['a@example.com', 'b@example.com'], enabled: true, created_by: admin.userId,
    })
    await changeRule(admin, rule, { webhook_url: 'https://hooks.example.com/a' })
    expect(only(await sql`select name, webhook_url from public.alert_rules where id = ${rule}`)).toEqual({ name: 'Sites', webhook_url: 'https://hooks.example.com/a' })
    for (const [change, message] of [
      [{ name: ' ' }, /needs a name/], [{ threshold_minutes: 0 }, /waits for 1 minute to 30 days/], [{ emails: ['ada@example'] }, /"ada@example" is not an e-mail address/],
      [{ emails: ['a@example.com, b@example.com'] }, /is not an e-mail address/], [{ webhook_url: 'ftp://example.com' }, /must begin with https/],
    ] as const) await expectRefusal(changeRule(admin, rule, { ...change, emails: 'emails' in change ? [...change.emails] : [] }), 'DS105', message)
    await expectRefusal(rpc(admin, 'save_alert_rule', { rule: { kind: 'weather', name: 'Rain' } }), 'DS105', /not something that a rule can watch/)
    await expectRefusal(rpc(admin, 'save_alert_rule', { rule: { id: randomUUID(), name: 'x' } }), 'DS106', /no such alert rule/)
    await expectRefusal(rpc(admin, 'delete_alert_rule', { rule_id: randomUUID() }), 'DS106', /no such alert rule/)
  })

  it('are nobody else’s to write, and only admins read them and the outbox', async () => {
    const editor = await world.newMember(admin.organization, 'editor')
    const stranger = await world.newAdmin()
    await twoEvents()
    const [rule] = await read<{ id: string }[]>(admin.client.from('alert_rules').select('id, webhook_url, emails'))
    for (const who of [viewer, editor]) {
      await expectRefusal(newRule(who, { kind: 'run' }), 'DS002', /change alert rules/)
      await expectRefusal(rpc(who, 'delete_alert_rule', { rule_id: rule?.id }), 'DS002', /delete alert rules/)
      expect(await read(who.client.from('alert_rules').select('id'))).toEqual([])
      expect(await read(who.client.from('alert_messages').select('id'))).toEqual([])
      expect(await read<unknown[]>(who.client.from('alert_events').select('id'))).toHaveLength(2)
    }
    await expectRefusal(rpc(stranger, 'save_alert_rule', { rule: { id: rule?.id, name: 'Mine' } }), 'DS106', /no such alert rule/)
    for (const table of ['alert_rules', 'alert_events', 'alert_states', 'alert_messages']) expect(await read(stranger.client.from(table).select('*')), table).toEqual([])
    expect((await inbox(stranger)).events).toEqual([])
    for (const table of ['alert_rules', 'alert_events', 'alert_states', 'alert_messages']) {
      await expectRefusal(read(admin.client.from(table).update({ organization_id: admin.organization.id }).eq('organization_id', admin.organization.id)), '42501', /permission denied/)
    }
  })

  it('are at most fifty, and every change of one is in the audit log', async () => {
    const rule = await newRule(admin, { kind: 'run', name: 'Runs' })
    await changeRule(admin, rule, { muted_until: '2030-01-01T00:00:00Z', emails: ['c@example.com'] })
    const entries = await sql<{ action: string; subject_name: string; changes: { field: string }[] }[]>`
      select action, subject_name, changes from public.audit_log where organization_id = ${admin.organization.id} and subject_kind = 'alert_rules' order by seq`
    expect(entries.map(({ action, subject_name }) => `${action} ${subject_name}`)).toEqual(['created Runs', 'updated Runs'])
    expect(entries[1]?.changes.map(({ field }) => field)).toEqual(['emails', 'muted_until'])
    await sql`insert into public.alert_rules (organization_id, kind, name) select ${admin.organization.id}, 'run', 'n' from generate_series(1, 49)`
    await expectRefusal(newRule(admin, { kind: 'run' }), 'DS107', /50 alert rules already/)
  })
})

describe('the inbox', () => {
  it('is each member’s own to read: all, one, or none of it', async () => {
    await twoEvents()
    expect(await summary(viewer)).toMatchObject({ unread: 2, firing: [] })
    const { events } = await inbox(viewer)
    expect(events.map(({ state, read: seen }) => [state, seen])).toEqual([['recovered', false], ['firing', false]])
    expect(await rpc(viewer, 'mark_alerts', { event_ids: [events[0]?.id, randomUUID()] })).toEqual([events[0]?.id])
    expect((await summary(viewer)).unread).toBe(1)
    expect((await summary(admin)).unread).toBe(2)
    expect((await inbox(viewer, { unread: true })).events.map(({ state }) => state)).toEqual(['firing'])
    const changed = await rpc<string[]>(viewer, 'mark_alerts', { event_ids: null })
    expect(changed).toEqual([events[1]?.id])
    expect((await summary(viewer)).unread).toBe(0)
    // What was marked is told, so that it can be undone.
    await rpc(viewer, 'mark_alerts', { event_ids: changed, read: false })
    expect((await summary(viewer)).unread).toBe(1)
  })

  it('is no news of before somebody joined', async () => {
    await twoEvents()
    const late = await world.newMember(admin.organization, 'editor')
    await sql`update public.alert_events set at = at - interval '1 hour'`
    expect((await summary(late)).unread).toBe(0)
    expect((await inbox(late)).events.every(({ read: seen }) => seen)).toBe(true)
  })

  it('comes in pages, by state, and says what still fires', async () => {
    await twoEvents()
    await aMinute(sql)
    await fail()
    await evaluate(sql)
    const first = await inbox(viewer, { limit: 2 })
    expect(first).toMatchObject({ more: true, events: [{ state: 'firing', open: true }, { state: 'recovered', open: false }] })
    const rest = await inbox(viewer, { limit: 2, before: first.events[1]?.seq })
    expect(rest).toMatchObject({ more: false, events: [{ state: 'firing', open: false }] })
    expect((await inbox(viewer, { state: 'recovered' })).events).toHaveLength(1)
    expect(await summary(viewer)).toMatchObject({ firing: [{ rule_name: 'Runs', count: 2 }] })
  })

  it('of five thousand entries is read in few pages, each once', async () => {
    await sql`
      insert into public.alert_events (organization_id, rule_name, kind, state, title)
      select ${admin.organization.id}, 'Runs', 'run', 'firing', 'Entry ' || n from generate_series(1, 5000) n`
    const seen: number[] = []
    let pages = 0
    let before: number | undefined
    for (let more = true; more; pages++) {
      const page = await inbox(viewer, { limit: 500, ...(before === undefined ? {} : { before }) })
      seen.push(...page.events.map(({ seq }) => seq))
      ;({ more } = page)
      before = page.events.at(-1)?.seq
    }
    expect(pages).toBe(10)
    expect(new Set(seen).size).toBe(5000)
    expect(seen).toEqual([...seen].sort((x, y) => y - x))
    // All of them, and back: what one call marks is what comes back.
    const marked = await rpc<string[]>(viewer, 'mark_alerts', { event_ids: null, read: true })
    expect(marked).toHaveLength(5000)
    expect((await summary(viewer)).unread).toBe(0)
    expect(await rpc<string[]>(viewer, 'mark_alerts', { event_ids: marked, read: false })).toHaveLength(5000)
    expect((await inbox(viewer, { limit: 1000 })).events).toHaveLength(500)
  })

  it('tells admins, and no one else, what became of mails', async () => {
    await twoEvents()
    await sql`update public.alert_messages m set status = 'failed', next_attempt_at = null, error = '550 no such mailbox' from public.alert_events e where e.id = m.event_id and e.state = 'firing' and m.organization_id = ${admin.organization.id}`
    expect((await inbox(admin)).events.map(({ messages }) => messages)).toEqual([
      { waiting: 1, sent: 0, failed: [] }, { waiting: 0, sent: 0, failed: [{ channel: 'email', recipient: 'ops@example.com', error: '550 no such mailbox' }] },
    ])
    expect((await inbox(viewer)).events.every(({ messages }) => messages === null)).toBe(true)
  })

  it('shows a run that waits for approval to other admins, and the decision to whoever asked', async () => {
    const editor = await world.newMember(admin.organization, 'editor')
    await sql`
      insert into public.plan_approvals (organization_id, title, plan_hash, site_ids, site_hashes, requested_by)
      select ${admin.organization.id}, 'Plan 12345678… for 1 site', repeat('a', 64), array[gen_random_uuid()], array['x'], ${editor.userId}`
    expect(await summary(admin)).toMatchObject({ approvals: [{ state: 'pending', title: 'Plan 12345678… for 1 site' }] })
    expect((await summary(editor)).approvals).toEqual([])
    await sql`update public.plan_approvals set state = 'approved', decided_by = ${admin.userId}, decided_at = now() where organization_id = ${admin.organization.id}`
    expect((await summary(admin)).approvals).toEqual([])
    expect(await summary(editor)).toMatchObject({ approvals: [{ state: 'approved' }] })
  })
})

describe('the outbox', () => {
  interface Claimed { id: string; lease_token: number; attempt: number; recipient: string; event: { title: string } }
  const claim = async (limit = 100) => (await sql<{ m: Claimed }[]>`select m from public.claim_alert_messages(${limit}) m`).map(({ m }) => m)
  const recordIt = async ({ id, lease_token }: Claimed, outcome: string, more: { retry?: number; error?: string } = {}) =>
    only(await sql<{ recorded: boolean }[]>`select public.record_alert_message(${id}, ${lease_token}, ${outcome}, ${more.retry ?? null}, 500, ${more.error ?? null}) as recorded`).recorded

  beforeEach(async () => {
    await newRule(admin, { kind: 'run', emails: ['a@example.com', 'b@example.com'], webhook_url: 'https://hooks.example.com/' })
    await fail()
    await evaluate(sql)
  })

  it('gives each message to one worker, and again when its lease is over', async () => {
    const [mine, yours] = await Promise.all([claim(), claim()])
    expect([...mine, ...yours].map(({ recipient }) => recipient).sort()).toEqual(['a@example.com', 'b@example.com', 'https://hooks.example.com/'])
    expect(await claim()).toEqual([])
    const [one] = [...mine, ...yours]
    if (one === undefined) throw new Error('nothing was claimed')
    await sql`update public.alert_messages set lease_expires_at = now() - interval '1 second' where id = ${one.id}`
    const [again] = await claim()
    expect(again).toMatchObject({ id: one.id, attempt: 2 })
    // Whoever comes late records nothing.
    expect(await recordIt(one, 'success')).toBe(false)
    expect(again && (await recordIt(again, 'success'))).toBe(true)
    expect((await messagesOf(sql, admin)).find(({ id }) => id === one.id)).toMatchObject({ status: 'sent', attempts: 2 })
  })

  it('waits before it tries again, gives back what was not tried, and keeps what failed for good', async () => {
    const [a, b, hook] = (await claim()).sort((x, y) => x.recipient.localeCompare(y.recipient))
    if (!a || !b || !hook) throw new Error('three were expected')
    await recordIt(a, 'retry', { retry: 60_000, error: '500 from destination' })
    await recordIt(b, 'release')
    await recordIt(hook, 'failed', { error: '404 from destination' })
    expect((await claim()).map(({ id, attempt }) => [id, attempt])).toEqual([[b.id, 1]])
    await sql`update public.alert_messages set next_attempt_at = now() where id = ${a.id}`
    expect((await claim()).map(({ id, attempt }) => [id, attempt])).toEqual([[a.id, 2]])
    expect((await messagesOf(sql, admin)).find(({ id }) => id === hook.id)).toMatchObject({ status: 'failed', error: '404 from destination', attempts: 1 })
  })

  it('tells a test at once, muted or not, and changes no state', async () => {
    const rule = only(await sql<{ id: string }[]>`select id from public.alert_rules where organization_id = ${admin.organization.id}`).id
    await changeRule(admin, rule, { muted_until: '2100-01-01T00:00:00Z' })
    const { event } = only(await sql<{ event: string }[]>`select public.queue_alert_test(${rule}, 'ada@example.com') as event`)
    expect((await sql<{ m: Claimed }[]>`select m from public.claim_alert_messages(10, ${event}) m`).map(({ m }) => m.event.title)).toEqual(Array(3).fill('Test message of "run rule"'))
    expect((await eventsOf(sql, admin)).map(({ state }) => state)).toEqual(['firing', 'test'])
  })
})

describe('what is told', () => {
  interface Claimed { recipient: string; organization: { slug: string } }
  const claim = async (limit: number) => (await sql<{ m: Claimed }[]>`select m from public.claim_alert_messages(${limit}) m`).map(({ m }) => m)
  const ruleOf = async (who: Member) => only(await sql<{ id: string }[]>`select id from public.alert_rules where organization_id = ${who.organization.id}`).id
  const channels = async (event: string) =>
    Object.fromEntries((await sql<{ channel: string; n: number }[]>`select channel, count(*)::integer as n from public.alert_messages where event_id = ${event} group by 1`).map(({ channel, n }) => [channel, n]))
  const sendTest = async (rule: string) => only(await sql<{ event: string }[]>`select public.queue_alert_test(${rule}, 'ada@example.com') as event`).event

  it('does not go to an address that was taken out of the rule since, nor to the webhook of before', async () => {
    const rule = await newRule(admin, { kind: 'run', member_ids: [viewer.userId], emails: ['a@example.com', 'b@example.com'], webhook_url: 'https://hooks.example.com/' })
    await fail()
    await evaluate(sql)
    // One of them was on its way when its worker died.
    await sql`
      update public.alert_messages set status = 'sending', attempts = 1, next_attempt_at = null, lease_token = 1, lease_expires_at = now() - interval '1 second'
      where organization_id = ${admin.organization.id} and recipient = 'a@example.com'`
    await changeRule(admin, rule, { member_ids: [], emails: ['b@example.com', 'c@example.com'], webhook_url: 'https://hooks.example.com/new' })
    expect((await claim(100)).map(({ recipient }) => recipient)).toEqual(['b@example.com'])
    const error = 'the rule no longer names this address'
    expect((await messagesOf(sql, admin)).map(({ recipient, status, error: why }) => [recipient, status, why])).toEqual([
      ...[['a@example.com', 'failed', error], ['b@example.com', 'sending', null], [viewer.email, 'failed', error]].sort((x, y) => ((x[0] ?? '') < (y[0] ?? '') ? -1 : 1)),
      ['https://hooks.example.com/', 'failed', error],
    ])
    expect(await claim(100)).toEqual([])
  })

  it('is 300 mails an hour for an organization, whoever is named how often; the inbox and webhooks are told on', async () => {
    const emails = Array.from({ length: 20 }, (_, n) => `n${n}@example.com`)
    for (const name of ['One', 'Two']) await newRule(admin, { kind: 'run', name, emails, webhook_url: `https://hooks.example.com/${name}` })
    const other = await world.newAdmin()
    await newSitesWithItem(sql, other.organization, 1)
    await newRule(other, { kind: 'run', emails })
    const before = only(await sql<{ id: string }[]>`
      insert into public.alert_events (organization_id, rule_name, kind, state, title) values (${admin.organization.id}, 'Before', 'run', 'firing', 'Before') returning id`).id
    await sql`
      insert into public.alert_messages (organization_id, event_id, channel, recipient, status, next_attempt_at)
      select ${admin.organization.id}, ${before}, 'email', n || '@example.com', 'sent', null from generate_series(1, 275) n`
    // Forty mails at once where twenty-five are left.
    for (const who of [admin, other]) await fail(who)
    await evaluate(sql)
    const told = (who: Member) => sql<{ channel: string; n: number }[]>`
      select channel, count(*)::integer as n from public.alert_messages where organization_id = ${who.organization.id} and event_id <> ${before} group by 1 order by 1`
    expect([...await told(admin)]).toEqual([{ channel: 'email', n: 25 }, { channel: 'webhook', n: 2 }])
    expect([...await told(other)]).toEqual([{ channel: 'email', n: 20 }])
    expect((await eventsOf(sql, admin)).filter(({ title }) => title !== 'Before')).toHaveLength(2)

    const rule = only(await sql<{ id: string }[]>`select id from public.alert_rules where organization_id = ${admin.organization.id} and name = 'One'`).id
    expect(await channels(await sendTest(rule))).toEqual({ webhook: 1 })
    await sql`update public.alert_messages set created_at = created_at - interval '61 minutes' where organization_id = ${admin.organization.id}`
    expect(await channels(await sendTest(rule))).toEqual({ email: 20, webhook: 1 })
  })

  it('is claimed a dozen of each organization at a time: one with many does not keep the others waiting', async () => {
    const other = await world.newAdmin()
    await newSitesWithItem(sql, other.organization, 1)
    for (const who of [admin, other]) await newRule(who, { kind: 'run', emails: ['a@example.com', 'b@example.com'] })
    for (const who of [admin, other]) await fail(who)
    await evaluate(sql)
    // Sixty more that have waited for an hour.
    await sql`
      with event as (
        insert into public.alert_events (organization_id, rule_id, rule_name, kind, state, title)
        select ${admin.organization.id}, ${await ruleOf(admin)}, 'Before', 'run', 'firing', 'Before' from generate_series(1, 30) returning id)
      insert into public.alert_messages (organization_id, event_id, channel, recipient, next_attempt_at)
      select ${admin.organization.id}, e.id, 'email', r, now() - interval '1 hour' from event e, unnest(array['a@example.com', 'b@example.com']) r`
    const claimed = await claim(64)
    const of = (who: Member) => claimed.filter(({ organization }) => organization.slug === who.organization.slug).length
    expect([of(admin), of(other)]).toEqual([12, 2])
    expect(await claim(64)).toHaveLength(12)
  })

  it('as a test has an end, ten of an organization in ten minutes, and so has deleting rules', async () => {
    const rule = await newRule(admin, { kind: 'run' })
    const another = await newRule(admin, { kind: 'site', name: 'Another', threshold_minutes: 5 })
    for (let n = 0; n < 10; n += 1) await sendTest(rule)
    for (const one of [rule, another]) await expect(sendTest(one)).rejects.toMatchObject({ code: 'PT429', message: 'Ten test messages were sent in the last ten minutes.' })
    await sendTest(await newRule(await world.newAdmin(), { kind: 'run' }))
    await sql`update public.alert_events set at = at - interval '11 minutes' where organization_id = ${admin.organization.id}`
    await sendTest(rule)

    await rpc(admin, 'delete_alert_rule', { rule_id: another })
    // The stack of the tests has other limits; what is counted is the same.
    const spent = await sql`
      update private.verb_uses u set window_start = clock_timestamp(), used = l.requests from private.verb_limits l
      where l.verb = u.verb and u.user_id = ${admin.userId} and u.verb in ('delete_alert_rule', 'save_alert_rule') returning u.verb`
    expect(spent).toHaveLength(2)
    await expectRefusal(rpc(admin, 'delete_alert_rule', { rule_id: rule }), 'PT429', 'Too many requests.')
    await expectRefusal(changeRule(admin, rule, { name: 'Once more' }), 'PT429', 'Too many requests.')
    await sql`update private.verb_uses set window_start = clock_timestamp() - interval '61 seconds' where user_id = ${admin.userId}`
    await rpc(admin, 'delete_alert_rule', { rule_id: rule })
  })
})

describe('the first steps', () => {
  interface Steps { dismissed: boolean; type: boolean; item: boolean; site: boolean; mapping: boolean; review: boolean; run: boolean; landing: boolean; site_slug: string | null }
  const steps = async (who: Member) => (await rpc<{ steps: Steps }>(who, 'dashboard')).steps

  it('show in the data, and what is looked at is noted for each person', async () => {
    const fresh = await world.newAdmin()
    expect(await steps(fresh)).toMatchObject({ dismissed: false, type: false, item: false, site: false, mapping: false, review: false, run: false, landing: false, site_slug: null })
    await rpc(fresh, 'load_demo_data')
    expect(await steps(fresh)).toMatchObject({ type: true, item: true, site: true, mapping: true, review: false, run: false })
    await rpc(fresh, 'note_first_step', { step: 'review' })
    expect(await steps(fresh)).toMatchObject({ review: true, run: false })
    await runToEnd(sql, fresh, { receive: true })
    await rpc(fresh, 'note_first_step', { step: 'landing' })
    expect(await steps(fresh)).toMatchObject({ run: true, landing: true })
    const colleague = await world.newMember(fresh.organization, 'editor')
    expect(await steps(colleague)).toMatchObject({ run: true, landing: false, dismissed: false })
    await rpc(colleague, 'note_first_step', { step: 'dismiss' })
    expect([(await steps(colleague)).dismissed, (await steps(fresh)).dismissed]).toEqual([true, false])
    await rpc(colleague, 'note_first_step', { step: 'resume' })
    expect((await steps(colleague)).dismissed).toBe(false)
    await expectRefusal(rpc(fresh, 'note_first_step', { step: 'dance' }), 'DS109', /not one of the first steps/)
  })
})

describe('the dashboard', () => {
  it('names what needs a look: unhealthy sites first, then those behind; and what runs next', async () => {
    const { sites } = await newSitesWithItem(sql, admin.organization, 1)
    await pass()
    await sql`update public.site_states set last_status = 'failed', last_error = '503 from destination' where site_id = ${sites[0] ?? ''}`
    const [behind] = (await newSitesWithItem(sql, admin.organization, 1)).sites
    const [schedule] = await sql<{ id: string }[]>`insert into public.schedules (organization_id, name, cron) values (${admin.organization.id}, 'Nightly', '0 3 * * *') returning id`
    await sql`update public.schedules set next_run_at = now() + interval '3 hours' where id = ${schedule?.id ?? ''}`
    await sql`update public.content_items set publish_at = now() + interval '1 hour', title = 'Sale' where id = (select id from public.content_items where organization_id = ${admin.organization.id} and status = 'published' limit 1)`
    const figures = await rpc<Record<string, unknown>>(viewer, 'dashboard')
    expect(figures).toMatchObject({
      sites_unhealthy: 1,
      attention: [{ id: sites[0], trouble: '503 from destination' }, { id: behind, trouble: null, behind: true, accepted_at: null }],
      next_runs: [{ kind: 'window', name: 'Sale', what: 'opens' }, { kind: 'schedule', id: schedule?.id, name: 'Nightly', what: 'publish', sites: null }],
      durations: [{ number: expect.any(Number), status: 'success', ms: expect.any(Number) }],
    })
  })
})
