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
