/** Alerts: what each rule sees, that every change of state is told once, and what ends one. */
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { openWorld, rpc, type Member } from '../support/actors.ts'
import { aMinute, changeRule, evaluate, eventsOf, letPass, messagesOf, newRule, titlesOf } from '../support/alerts.ts'
import { edit, newSitesWithItem, only } from '../support/fixtures.ts'
import { startQuietStack } from '../support/quiet-stack.ts'
import { accepted, claim, record, refused, retried, runToEnd, startSync, type Claimed, type Result } from '../support/runs.ts'

const stack = await startQuietStack()
const world = openWorld(stack)
const { sql } = world
afterAll(async () => {
  await world.close()
  await stack.close()
})

let admin: Member
let sites: string[]
let names: Map<string, string>
let item: string

beforeEach(async () => {
  admin = await world.newAdmin()
  await setUp(2)
})

async function setUp(count: number): Promise<void> {
  const made = await newSitesWithItem(sql, admin.organization, count)
  sites = made.sites
  item = made.item
  for (const [n, id] of sites.entries()) await sql`update public.sites set name = ${`Site ${String.fromCharCode(65 + n)}`} where id = ${id}`
  names = new Map(sites.map((id, n) => [id, `Site ${String.fromCharCode(65 + n)}`]))
}

/** A run over everything in which these sites refuse. */
const run = (...failing: (string | undefined)[]) =>
  runToEnd(sql, admin, { run: { force: true }, answer: (delivery: Claimed): Result => (failing.includes(delivery.site_id) ? refused(delivery) : accepted(delivery)) })
const titles = () => titlesOf(sql, admin)

describe('a rule for runs', () => {
  it('tells once that a site failed, however often it fails again, and once that it was reached', async () => {
    const rule = await newRule(admin, { kind: 'run' })
    const first = await run(sites[0])
    expect(await evaluate(sql)).toBe(1)
    expect(await evaluate(sql)).toBe(0)
    await aMinute(sql)
    await run(sites[0])
    await evaluate(sql)
    await aMinute(sql)
    expect(await titles()).toEqual([`firing: Run ${first.number} was partial: Site A`])
    const last = await run()
    await evaluate(sql)
    await aMinute(sql)
    await run()
    await evaluate(sql)
    expect(await titles()).toEqual([`firing: Run ${first.number} was partial: Site A`, 'recovered: Delivered again: Site A'])
    const [firing, recovered] = await eventsOf(sql, admin)
    expect(firing).toMatchObject({ rule_id: rule, job_id: first.job_id, detail: '404 from destination', subjects: [{ kind: 'site', id: sites[0], name: 'Site A' }], subject_count: 1 })
    expect(recovered).toMatchObject({ job_id: last.job_id, detail: `run ${last.number} reached it` })
    expect(await messagesOf(sql, admin)).toMatchObject([
      { event_id: firing?.id, channel: 'email', recipient: 'ops@example.com', status: 'queued' }, { event_id: recovered?.id, recipient: 'ops@example.com', status: 'queued' },
    ])
  })

  it('is silent where nothing has failed', async () => {
    await newRule(admin, { kind: 'run' })
    await run()
    expect(await evaluate(sql)).toBe(0)
    expect(await sql`select from public.alert_states where organization_id = ${admin.organization.id}`).toEqual([])
  })

  it('says all sites that failed in one message, and what fails later in another', async () => {
    await newRule(admin, { kind: 'run' })
    const { number } = await run(...sites)
    await evaluate(sql)
    expect(await titles()).toEqual([`firing: Run ${number} failed: Site A and Site B`])
    expect(await messagesOf(sql, admin)).toHaveLength(1)
  })

  it('keeps sites apart: one that goes through does not end another’s failure', async () => {
    await newRule(admin, { kind: 'run' })
    await run(...sites)
    await evaluate(sql)
    await aMinute(sql)
    await run(sites[0])
    await evaluate(sql)
    expect((await titles()).slice(1)).toEqual(['recovered: Delivered again: Site B'])
    expect(await sql`select subject_id from public.alert_states where organization_id = ${admin.organization.id} and state = 'firing'`).toEqual([{ subject_id: sites[0] }])
  })

  it('leaves partial runs alone where it is told to', async () => {
    await newRule(admin, { kind: 'run', partial: false })
    await run(sites[0])
    expect(await evaluate(sql)).toBe(0)
    const { number } = await run(...sites)
    await evaluate(sql)
    await aMinute(sql)
    expect(await titles()).toEqual([`firing: Run ${number} failed: Site A and Site B`])
    // Failing in a partial run is no recovery.
    await run(sites[0])
    await evaluate(sql)
    expect((await titles()).slice(1)).toEqual(['recovered: Delivered again: Site B'])
  })

  it('holds what comes within a minute, and then says it together or, where it is over by then, not at all', async () => {
    await newRule(admin, { kind: 'run' })
    await run(sites[0])
    await evaluate(sql)
    await run(sites[1])
    // A recovery is another kind of news and comes at once; a second failure waits.
    await evaluate(sql)
    expect((await titles()).slice(1)).toEqual(['recovered: Delivered again: Site A'])
    await run(sites[0])
    await evaluate(sql)
    await run()
    await evaluate(sql)
    await aMinute(sql)
    await evaluate(sql)
    expect(await titles()).toHaveLength(2)
  })

  it('tells when a run could not even start, and when one does again', async () => {
    await newRule(admin, { kind: 'run' })
    const failed = only(await sql<{ id: string }[]>`select private.failed_start(${admin.organization.id}, null, 'The payload of a site is too large.', null) as id`)
    await evaluate(sql)
    await aMinute(sql)
    const [event] = await eventsOf(sql, admin)
    expect(event).toMatchObject({ title: expect.stringMatching(/^Run \d+ could not start$/), detail: 'The payload of a site is too large.', job_id: failed.id, subjects: [{ kind: 'organization' }] })
    await run()
    await evaluate(sql)
    expect((await titles())[1]).toBe('recovered: Runs start again')
  })

  it('keeps runs that cannot start and a site apart, even if the two have the same id', async () => {
    const { id } = admin.organization
    await sql`insert into public.sites (id, organization_id, slug, name) values (${id}, ${id}, 'twin', 'Twin')`
    await sql`insert into public.site_item_mappings (organization_id, site_id, item_id, mode) values (${id}, ${id}, ${item}, 'full')`
    await newRule(admin, { kind: 'run' })
    await sql`select private.failed_start(${id}, null, 'The payload of a site is too large.', null)`
    await evaluate(sql)
    await aMinute(sql)
    await run(id)
    await evaluate(sql)
    expect((await titles()).slice(1).sort()).toEqual(['firing: Run 2 was partial: Twin', 'recovered: Runs start again'])
    await aMinute(sql)
    await run()
    await evaluate(sql)
    expect((await titles()).slice(3)).toEqual(['recovered: Delivered again: Twin'])
  })

  it('does not wait for the end of a transaction that ends a run, nor makes it wait', async () => {
    await newRule(admin, { kind: 'run' })
    const { job_id } = await startSync(admin, sites)
    const claimed = await claim(sql, 'w', { job: job_id })
    await sql.begin(async (transaction) => {
      await record(transaction, claimed.map(refused))
      expect(await evaluate(sql)).toBe(0)
    })
    expect(await evaluate(sql)).toBe(1)
  })

  it('is told nothing by cancelled, skipped and superseded deliveries', async () => {
    await newRule(admin, { kind: 'run' })
    await run(sites[0])
    await evaluate(sql)
    await aMinute(sql)
    const { job_id } = await rpc<{ job_id: string }>(admin, 'start_sync', { site_ids: sites, options: { force: true } })
    await rpc(admin, 'cancel_sync', { job_id })
    await evaluate(sql)
    expect(await titles()).toHaveLength(1)
  })
})

describe('a rule for sites', () => {
  const failing = (site: string | undefined) => sql`update public.site_states set last_status = 'failed', last_error = '503 from destination' where site_id = ${site ?? ''}`
  const well = (site: string | undefined) => sql`update public.site_states set last_status = 'success', last_error = null, circuit = 'closed', drift = 'in_sync' where site_id = ${site ?? ''}`

  it('waits for as long as it says, and tells once; it waits again before it believes that all is well', async () => {
    await newRule(admin, { kind: 'site', threshold_minutes: 10 })
    await failing(sites[0])
    await evaluate(sql)
    await letPass(sql, 9)
    expect(await evaluate(sql)).toBe(0)
    await letPass(sql, 1)
    expect(await evaluate(sql)).toBe(1)
    expect(await evaluate(sql)).toBe(0)
    expect(await eventsOf(sql, admin)).toMatchObject([{ state: 'firing', title: 'Site A is unhealthy', detail: '503 from destination' }])
    await well(sites[0])
    await evaluate(sql)
    await letPass(sql, 4)
    expect(await evaluate(sql)).toBe(0)
    await letPass(sql, 1)
    expect(await evaluate(sql)).toBe(1)
    expect((await titles())[1]).toBe('recovered: Site A is healthy again')
    await letPass(sql, 60)
    expect(await evaluate(sql)).toBe(0)
  })

  it('says nothing of a site that comes and goes', async () => {
    await newRule(admin, { kind: 'site', threshold_minutes: 10 })
    for (let round = 0; round < 4; round += 1) {
      await failing(sites[0])
      await evaluate(sql)
      await letPass(sql, 8)
      await evaluate(sql)
      await well(sites[0])
      await evaluate(sql)
      await letPass(sql, 3)
    }
    expect(await titles()).toEqual([])
    // And once it fires, a short recovery is none.
    await failing(sites[0])
    await evaluate(sql)
    await letPass(sql, 10)
    await evaluate(sql)
    for (let round = 0; round < 3; round += 1) {
      await well(sites[0])
      await evaluate(sql)
      await letPass(sql, 2)
      await failing(sites[0])
      await evaluate(sql)
      await letPass(sql, 12)
      await evaluate(sql)
    }
    expect(await titles()).toEqual(['firing: Site A is unhealthy'])
  })

  it.each([
    ['an open circuit', sql`circuit = 'open', last_error = '503 from destination'`, 'paused after failures: 503 from destination'],
    ['drift', sql`drift = 'drifted', drift_message = '2 differences from what the site accepted.'`, '2 differences from what the site accepted.'],
    ['retries', sql`last_status = 'retrying', last_error = 'timed out after 10 s'`, 'timed out after 10 s'],
  ])('counts %s', async (_, change, detail) => {
    await newRule(admin, { kind: 'site', threshold_minutes: 1 })
    await sql`update public.site_states set ${change} where site_id = ${sites[0] ?? ''}`
    await evaluate(sql)
    await letPass(sql, 1)
    await evaluate(sql)
    expect(await eventsOf(sql, admin)).toMatchObject([{ detail }])
  })

  it('passes sites by that a person disabled, and not those that the engine did', async () => {
    await newRule(admin, { kind: 'site', threshold_minutes: 1 })
    await failing(sites[0])
    await sql`update public.sites set enabled = false where id = ${sites[0] ?? ''}`
    await sql`update public.sites set enabled = false where id = ${sites[1] ?? ''}`
    await sql`update public.site_states set disabled_reason = 'The destination answered 410 Gone.' where site_id = ${sites[1] ?? ''}`
    await evaluate(sql)
    await letPass(sql, 1)
    await evaluate(sql)
    expect(await eventsOf(sql, admin)).toMatchObject([{ title: 'Site B is unhealthy', detail: 'The destination answered 410 Gone.' }])
  })

  it.each([
    ['disabled', () => sql`update public.sites set enabled = false where id = ${sites[0] ?? ''}`, 'the site is disabled'],
    ['deleted', () => sql`delete from public.sites where id = ${sites[0] ?? ''}`, 'the site was deleted'],
    ['no longer watched because the rule is paused', async () => changeRule(admin, only(await sql<{ id: string }[]>`select id from public.alert_rules where organization_id = ${admin.organization.id}`).id, { enabled: false }), 'the rule was paused'],
  ])('ends what it said, at once, when the site is %s', async (_, end, detail) => {
    await newRule(admin, { kind: 'site', threshold_minutes: 30 })
    await failing(sites[0])
    await evaluate(sql)
    await letPass(sql, 30)
    await evaluate(sql)
    await end()
    await evaluate(sql)
    await evaluate(sql)
    const events = await eventsOf(sql, admin)
    expect(events.map(({ state, title, detail: said }) => [state, title, said])).toEqual([['firing', 'Site A is unhealthy', '503 from destination'], ['recovered', 'No longer watched: Site A', detail]])
    expect(await messagesOf(sql, admin)).toHaveLength(2)
  })

  it('begins anew when it is switched on again, and follows a longer time at once', async () => {
    const rule = await newRule(admin, { kind: 'site', threshold_minutes: 10 })
    await failing(sites[0])
    await evaluate(sql)
    await letPass(sql, 10)
    await changeRule(admin, rule, { threshold_minutes: 20 })
    expect(await evaluate(sql)).toBe(0)
    await changeRule(admin, rule, { enabled: false })
    await evaluate(sql)
    await letPass(sql, 30)
    await changeRule(admin, rule, { enabled: true })
    await evaluate(sql)
    expect(await titles()).toEqual([])
    await letPass(sql, 20)
    await evaluate(sql)
    expect(await titles()).toEqual(['firing: Site A is unhealthy'])
  })

  it('makes one message of a thousand sites, and one of their recovery', async () => {
    await sql`insert into public.sites (organization_id, name, slug) select ${admin.organization.id}, 'Many ' || lpad(n::text, 4, '0'), 'many-' || n from generate_series(1, 1000) n`
    await newRule(admin, { kind: 'site', threshold_minutes: 10, webhook_url: 'https://hooks.example.com/' })
    await sql`update public.site_states st set last_status = 'failed', last_error = '503' from public.sites s where s.id = st.site_id and s.organization_id = ${admin.organization.id} and s.slug like 'many-%'`
    await evaluate(sql)
    await letPass(sql, 10)
    const started = Date.now()
    expect(await evaluate(sql)).toBe(1)
    const took = Date.now() - started
    const [event] = await eventsOf(sql, admin)
    expect(event).toMatchObject({ title: '1000 sites are unhealthy: Many 0001, Many 0002, Many 0003 and 997 more', subject_count: 1000 })
    expect(event?.subjects).toHaveLength(20)
    expect(await messagesOf(sql, admin)).toMatchObject([{ channel: 'email' }, { channel: 'webhook', recipient: 'https://hooks.example.com/' }])
    await sql`update public.site_states set last_status = 'success', last_error = null where organization_id = ${admin.organization.id}`
    await evaluate(sql)
    await letPass(sql, 5)
    expect(await evaluate(sql)).toBe(1)
    expect(await messagesOf(sql, admin)).toHaveLength(4)
    // A tick comes every ten seconds.
    expect(took).toBeLessThan(5_000)
  })
})

describe('a rule for silence', () => {
  it('tells when nothing went through for as long as it says, counted from when it watches, and when something does', async () => {
    await newRule(admin, { kind: 'silence', threshold_minutes: 120 })
    expect(await evaluate(sql)).toBe(0)
    await letPass(sql, 119)
    expect(await evaluate(sql)).toBe(0)
    await letPass(sql, 2)
    expect(await evaluate(sql)).toBe(1)
    expect(await eventsOf(sql, admin)).toMatchObject([{ title: 'Nothing was synced for 2 hours', detail: 'no run has gone through yet', subjects: [{ kind: 'organization' }] }])
    // One that fails altogether is no sign of life.
    await run(...sites)
    await aMinute(sql)
    expect(await evaluate(sql)).toBe(0)
    await run()
    expect(await evaluate(sql)).toBe(1)
    expect((await titles())[1]).toBe('recovered: Syncing again')
  })

  it('takes a schedule that found every site up to date for a sign of life, and is silent without sites', async () => {
    await newRule(admin, { kind: 'silence', threshold_minutes: 60 })
    await sql`insert into public.schedules (organization_id, name, cron, last_run_at, last_outcome) values (${admin.organization.id}, 'Hourly', '0 * * * *', now(), 'nothing to do')`
    await letPass(sql, 120)
    expect(await evaluate(sql)).toBe(0)
    await sql`update public.schedules set last_run_at = now() - interval '61 minutes' where organization_id = ${admin.organization.id}`
    await sql`update public.sites set enabled = false where organization_id = ${admin.organization.id}`
    expect(await evaluate(sql)).toBe(0)
    await sql`update public.sites set enabled = true where organization_id = ${admin.organization.id}`
    expect(await evaluate(sql)).toBe(1)
    await sql`update public.sites set enabled = false where organization_id = ${admin.organization.id}`
    await evaluate(sql)
    expect(await titles()).toEqual(['firing: Nothing was synced for 1 hour', 'recovered: No longer watched: syncing'])
  })
})

describe('a rule for schedules', () => {
  const newSchedule = async (next: string, more: Record<string, unknown> = {}) =>
    only(await sql<{ id: string }[]>`
      insert into public.schedules ${sql({ organization_id: admin.organization.id, name: 'Nightly', cron: '0 3 * * *', ...more })} returning id`
      .then(async (rows) => {
        await sql`update public.schedules set next_run_at = now() + ${next}::interval where id = ${rows[0]?.id ?? ''}`
        return rows
      })).id

  it('tells that one is late, and that it ran', async () => {
    await newRule(admin, { kind: 'schedule', threshold_minutes: 5 })
    const schedule = await newSchedule('-4 minutes')
    expect(await evaluate(sql)).toBe(0)
    await sql`update public.schedules set next_run_at = now() - interval '6 minutes' where id = ${schedule}`
    expect(await evaluate(sql)).toBe(1)
    expect(await evaluate(sql)).toBe(0)
    expect(await eventsOf(sql, admin)).toMatchObject([{ title: 'Missed: Nightly', detail: expect.stringMatching(/^it was due \d{4}-\d\d-\d\d \d\d:\d\d UTC$/), subjects: [{ kind: 'schedule', id: schedule }] }])
    await sql`update public.schedules set next_run_at = now() + interval '1 day', last_run_at = now(), last_outcome = 'nothing to do' where id = ${schedule}`
    expect(await evaluate(sql)).toBe(1)
    expect(await eventsOf(sql, admin)).toMatchObject([{}, { title: 'Running again: Nightly', detail: expect.stringMatching(/^it ran /) }])
  })

  it('tells that one cannot be planned, or that its run could not start', async () => {
    await newRule(admin, { kind: 'schedule' })
    await newSchedule('1 day', { name: 'Never', problem: 'this time never comes' })
    await newSchedule('1 day', { name: 'Stuck', last_outcome: 'The payload of a site is too large.', last_run_at: new Date() })
    await evaluate(sql)
    expect(await eventsOf(sql, admin)).toMatchObject([{
      title: 'Missed: Never and Stuck',
      subjects: [{ name: 'Never', detail: 'it cannot be planned: this time never comes' }, { name: 'Stuck', detail: 'The payload of a site is too large.' }],
    }])
  })

  it('passes paused ones by, and ends what it said when one is paused or deleted', async () => {
    await newRule(admin, { kind: 'schedule' })
    await newSchedule('-1 hour', { name: 'Paused', enabled: false })
    const [a, b] = [await newSchedule('-1 hour', { name: 'A' }), await newSchedule('-1 hour', { name: 'B' })]
    await evaluate(sql)
    await sql`update public.schedules set enabled = false where id = ${a}`
    await sql`delete from public.schedules where id = ${b}`
    await evaluate(sql)
    expect(await titles()).toEqual(['firing: Missed: A and B', 'recovered: No longer watched: A and B'])
    expect((await eventsOf(sql, admin))[1]?.subjects).toMatchObject([{ detail: 'the schedule is paused' }, { detail: 'the schedule was deleted' }])
  })
})

describe('telling', () => {
  /** Of this organization; earlier tests leave messages that nobody sends. */
  const claimable = async () =>
    (await sql<{ slug: string }[]>`select m -> 'organization' ->> 'slug' as slug from public.claim_alert_messages(1000) m`).filter(({ slug }) => slug === admin.organization.slug)

  it('happens once, however many look at the same time', async () => {
    await newRule(admin, { kind: 'run' })
    await newRule(admin, { kind: 'run', name: 'another', emails: ['other@example.com'] })
    await run(...sites)
    const counts = await Promise.all(Array.from({ length: 8 }, () => evaluate(sql)))
    expect(counts.reduce((a, b) => a + b, 0)).toBe(2)
    expect((await messagesOf(sql, admin)).map(({ recipient }) => recipient).sort()).toEqual(['ops@example.com', 'other@example.com'])
  })

  it('twice of the same change is refused by the database itself', async () => {
    await newRule(admin, { kind: 'run' })
    await run(sites[0])
    await evaluate(sql)
    const again = sql`insert into private.alert_transitions select * from private.alert_transitions where organization_id = ${admin.organization.id}`
    await expect(again).rejects.toMatchObject({ code: '23505', constraint_name: 'alert_transitions_pkey' })
    const twice = sql`insert into public.alert_messages (organization_id, event_id, channel, recipient) select organization_id, event_id, channel, recipient from public.alert_messages where organization_id = ${admin.organization.id}`
    await expect(twice).rejects.toMatchObject({ code: '23505' })
  })

  it('goes to each address once, to members who are members still, and to nobody outside while it is muted', async () => {
    const colleague = await world.newMember(admin.organization, 'viewer')
    const leaving = await world.newMember(admin.organization, 'editor')
    const rule = await newRule(admin, { kind: 'run', member_ids: [colleague.userId, leaving.userId], emails: [colleague.email.toUpperCase(), 'ops@example.com'] })
    await rpc(admin, 'remove_member', { user_id: leaving.userId })
    await run(sites[0])
    await evaluate(sql)
    expect((await messagesOf(sql, admin)).map(({ recipient }) => recipient).sort()).toEqual([colleague.email, 'ops@example.com'].sort())
    await aMinute(sql)
    await changeRule(admin, rule, { muted_until: new Date(Date.now() + 3_600_000).toISOString() })
    await run()
    await evaluate(sql)
    expect(await eventsOf(sql, admin)).toMatchObject([{ muted: false }, { state: 'recovered', muted: true }])
    expect(await messagesOf(sql, admin)).toHaveLength(2)
  })

  it('of one organization that cannot be looked at stops no other’s, and happens when it can', async () => {
    const other = await world.newAdmin()
    await newSitesWithItem(sql, other.organization, 1)
    for (const who of [admin, other]) await newRule(who, { kind: 'run' })
    await sql.unsafe(`
      create function private.break_alerts() returns trigger language plpgsql as $$ begin raise exception 'broken for the test'; end $$;
      create trigger break_alerts before insert on public.alert_states for each row when (new.organization_id = '${admin.organization.id}') execute function private.break_alerts()`)
    try {
      await run(...sites)
      await runToEnd(sql, other, { run: { force: true }, answer: refused })
      expect(await evaluate(sql)).toBe(1)
      expect(await titlesOf(sql, other)).toEqual([expect.stringMatching(/^firing: Run 1 failed/)])
      expect(await titles()).toEqual([])
    } finally {
      await sql.unsafe('drop trigger break_alerts on public.alert_states; drop function private.break_alerts()')
    }
    expect(await evaluate(sql)).toBe(1)
    expect(await titles()).toEqual([expect.stringMatching(/^firing: Run 1 failed/)])
  })

  it('ends with the rule: what waits is not sent, and the inbox closes what was open', async () => {
    const rule = await newRule(admin, { kind: 'run', name: 'Watch' })
    await run(sites[0])
    await evaluate(sql)
    await rpc(admin, 'delete_alert_rule', { rule_id: rule })
    expect(await titles()).toEqual([expect.stringMatching(/^firing/), 'recovered: No longer watched: "Watch"'])
    expect(await messagesOf(sql, admin)).toMatchObject([{ status: 'failed', error: 'the rule was deleted' }])
    expect(await evaluate(sql)).toBe(0)
    expect(await claimable()).toEqual([])
  })

  it('is kept as long as the organization keeps its history, but for what still fires', async () => {
    await newRule(admin, { kind: 'run' })
    await run(sites[0])
    await evaluate(sql)
    await aMinute(sql)
    await run(sites[1])
    await evaluate(sql)
    await aMinute(sql)
    await evaluate(sql)
    expect(await titles()).toHaveLength(3)
    await letPass(sql, 91 * 24 * 60)
    await sql`select private.trim_alerts()`
    expect((await titles()).map((title) => title.split(':')[0])).toEqual(['firing'])
  })

  it('goes with the organization', async () => {
    await newRule(admin, { kind: 'run', webhook_url: 'https://hooks.example.com/' })
    await run(sites[0])
    await evaluate(sql)
    const id = admin.organization.id
    expect(await rpc<{ deleted: boolean }>(admin, 'delete_organization', { confirmation: admin.organization.slug })).toEqual({ deleted: true })
    for (const table of ['public.alert_rules', 'public.alert_states', 'public.alert_events', 'public.alert_messages', 'private.alert_transitions']) {
      expect(await sql`select from ${sql(table)} where organization_id = ${id}`, table).toEqual([])
    }
  })

  it('says nothing of an organization that is closed and not erased yet', async () => {
    await newRule(admin, { kind: 'run' })
    await run(sites[0])
    await evaluate(sql)
    await sql`select private.close_organization(${admin.organization.id}, ${admin.userId})`
    expect(await claimable()).toEqual([])
    await aMinute(sql)
    expect(await evaluate(sql)).toBe(0)
  })
})

it('content that changes alone is nobody’s alert', async () => {
  for (const kind of ['run', 'site', 'schedule'] as const) await newRule(admin, { kind, threshold_minutes: 1 })
  await run()
  await edit(sql, item, { text: 'changed' })
  await evaluate(sql)
  await letPass(sql, 60)
  expect(await evaluate(sql)).toBe(0)
  // Retries within a run are no end of it.
  await rpc(admin, 'start_sync', { site_ids: sites, options: {} })
  await record(sql, (await claim(sql, 'w')).map((delivery) => retried(delivery, 60_000)))
  expect(await evaluate(sql)).toBe(0)
  expect(names.size).toBe(2)
})
