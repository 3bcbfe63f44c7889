/** A second person: under the rule a run by an editor needs an admin's approval of exactly what it sends. */
import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { actAs, expectRefusal, openDatabase, openWorld, read, rpc, type Member, type Organization, type Person } from '../support/actors.ts'
import { openTransaction, untilBlocked } from '../support/blocking.ts'
import { edit, json, newSitesWithItem, only } from '../support/fixtures.ts'
import { breaches } from '../support/invariants.ts'
import { startQuietStack } from '../support/quiet-stack.ts'
import { accepted, claim, deliveriesOf, logOf, planOf, record, refused, runToEnd, startSync } from '../support/runs.ts'

const stack = await startQuietStack()
const world = openWorld(stack)
const { sql } = world
const many = openDatabase(stack)
afterAll(async () => {
  await Promise.all([world.close(), many.end()])
  await stack.close()
})

let admin: Member
let editor: Member
let organization: Organization
let sites: string[]
let item: string
beforeEach(async () => {
  admin = await world.newAdmin()
  organization = admin.organization
  editor = await world.newMember(organization, 'editor')
  ;({ sites, item } = await newSitesWithItem(sql, organization, 2))
  await rpc(admin, 'set_approval_rule', { required: true })
})
afterEach(async () => {
  expect(await breaches(sql)).toEqual([])
  await sql`delete from public.organizations`
})

interface Asked {
  id: string
  state: string
}
const ask = async (who: Member = editor, chosen: readonly string[] | null = null, more: { note?: string; force?: boolean } = {}) =>
  rpc<Asked>(who, 'request_approval', { site_ids: chosen, plan_hash: (await planOf(who, chosen)).hash, ...more })
const decide = (id: string, approve = true, who: Person = admin, comment = '') => rpc<Asked>(who, 'decide_approval', { approval_id: id, approve, comment })
const approvalOf = async (id: string) =>
  only(await sql<{ state: string; title: string; note: string; comment: string; requested_by: string | null; decided_by: string | null; job_id: string | null; site_ids: string[]; site_hashes: string[] }[]>`
    select * from public.plan_approvals where id = ${id}`)
const jobs = async () => (await sql`select from public.sync_jobs where organization_id = ${organization.id}`).length
const finish = async (job: string) => record(sql, (await claim(sql, 'w', { job })).map(accepted))
const needsOne = (attempt: Promise<unknown>) => expectRefusal(attempt, 'DS098', /needs the approval of an admin/)

describe('the rule', () => {
  it('is an admin’s to set, and is in the audit log', async () => {
    await expectRefusal(rpc(editor, 'set_approval_rule', { required: false }), 'DS002', /role/)
    await expectRefusal(rpc(admin, 'set_approval_rule', { required: null }), 'DS103', /on or off/)
    const refusal = await admin.client.from('organizations').update({ approval_required: false }).eq('id', organization.id)
    expect(refusal.error?.code).toBe('42501')
    const entries = await sql<{ changes: unknown }[]>`
      select changes from public.audit_log where organization_id = ${organization.id} and subject_kind = 'organizations' and action = 'updated'`
    expect(entries.map(({ changes }) => changes)).toContainEqual([{ field: 'approval_required', before: false, after: true }])
  })

  it('refuses a run by an editor, whatever it names, and none by an admin', async () => {
    await needsOne(startSync(editor))
    await needsOne(startSync(editor, [sites[0] ?? '']))
    await needsOne(startSync(editor, null, { force: true }))
    await needsOne(startSync(editor, null, { expected_plan_hash: (await planOf(editor)).hash }))
    expect(await jobs()).toBe(0)
    expect((await startSync(admin)).status).toBe('queued')
  })

  it('lets editors run again as soon as it is off', async () => {
    await rpc(admin, 'set_approval_rule', { required: false })
    await expectRefusal(ask(), 'DS103', /need no approval/)
    expect((await startSync(editor)).status).toBe('queued')
  })

  it('leaves what is sent again to admins', async () => {
    const run = await runToEnd(sql, admin, { answer: refused })
    const [delivery] = await deliveriesOf(sql, run.job_id)
    const again = [
      () => rpc(editor, 'replay_delivery', { delivery_id: delivery?.id }),
      () => rpc(editor, 'replay_delivery', { delivery_id: delivery?.id, content: 'current' }),
      () => rpc(editor, 'retry_failed', { job_id: run.job_id }),
      () => rpc(editor, 'replay_deliveries', { filter: { statuses: ['failed'] } }),
    ]
    for (const attempt of again) await expectRefusal(attempt(), 'DS104', /only admins send again/)
    const good = await runToEnd(sql, admin, { run: { force: true } })
    const [sent] = await deliveriesOf(sql, good.job_id)
    await expectRefusal(rpc(editor, 'rollback_site', { site_id: sent?.site_id, delivery_id: sent?.id }), 'DS104', /only admins send again/)
    expect(await jobs()).toBe(2)
    await finish((await rpc<{ job_id: string }>(admin, 'retry_failed', { job_id: run.job_id, content: 'current' })).job_id)
    await rpc(admin, 'rollback_site', { site_id: sent?.site_id, delivery_id: sent?.id })
  })

  it('does not stop what an admin has set up: keys, and schedules where a first run was approved', async () => {
    const scheduled = () => sql`select * from private.start_unasked(${organization.id}, null, ${sites})`
    await scheduled()
    expect(await jobs()).toBe(0)
    await runToEnd(sql, admin)
    await edit(sql, item, { text: 'by time' })
    await scheduled()
    expect(await jobs()).toBe(2)
    const key = await sql<{ id: string }[]>`
      insert into public.api_keys (organization_id, name, prefix, scopes) values (${organization.id}, 'CI', 'ds_12345678', '{sync:run}') returning id`
    await edit(sql, item, { text: 'by key' })
    await sql`select public.api_start_sync(${only(key).id}, null, '{}', null, '')`
    expect(await jobs()).toBe(3)
  })
})

describe('while the rule holds', () => {
  it('an editor changes a site, and neither where it is sent nor the hold on it', async () => {
    const site = sites[0]!
    const change = (who: Member, fields: object) => read<unknown[]>(who.client.from('sites').update(fields as never).eq('id', site).select('id'))
    expect(await change(editor, { region: 'East' })).toHaveLength(1)
    await expectRefusal(change(editor, { destination_url: 'https://elsewhere.example/' }), 'DS113', /is for admins to change/)
    await expectRefusal(rpc(editor, 'lift_hold', { site_id: site }), 'DS104', /lifted by admins/)
    expect(await change(admin, { destination_url: 'https://elsewhere.example/' })).toHaveLength(1)
    await rpc(admin, 'lift_hold', { site_id: site })
  })
})

describe('a request', () => {
  it('names the plan that was looked at, as it is now', async () => {
    const { hash } = await planOf(editor)
    await edit(sql, item, { text: 'newer' })
    await expectRefusal(rpc(editor, 'request_approval', { plan_hash: hash }), 'DS012', /has changed/)
    const asked = await ask(editor, null, { note: '  For Monday  ' })
    expect(asked.state).toBe('pending')
    const kept = await approvalOf(asked.id)
    expect(kept).toMatchObject({ note: 'For Monday', requested_by: editor.userId, site_ids: [...sites].sort(), title: expect.stringMatching(/^Plan [0-9a-f]{8}… for 2 sites$/) as string })
    expect(kept.site_hashes).toHaveLength(2)
  })

  it('asked twice is asked once, also at the same moment', async () => {
    const [a, b, c] = await Promise.all([ask(), ask(), ask()])
    expect(new Set([a.id, b.id, c.id]).size).toBe(1)
  })

  it('for newer content takes the older one’s place', async () => {
    const older = await ask()
    const elsewhere = await ask(editor, [sites[0] ?? ''])
    await edit(sql, item, { text: 'newer' })
    const newer = await ask()
    expect(newer.id).not.toBe(older.id)
    expect((await approvalOf(older.id)).state).toBe('outdated')
    expect((await approvalOf(elsewhere.id)).state).toBe('pending')
  })

  it('has an end: 20 that wait for each person, and so many a minute', async () => {
    const mine = await ask(editor, [sites[0] ?? ''])
    await sql`
      insert into public.plan_approvals (organization_id, title, plan_hash, site_ids, site_hashes, requested_by)
      select ${organization.id}, 'Another', lpad(n::text, 64, '0'), array[gen_random_uuid()], array['x'], ${editor.userId} from generate_series(1, 19) n`
    await expectRefusal(ask(), 'DS103', '20 of your plans wait for an approval already.')
    // Asked for again is no further one, and a colleague has a score of their own.
    expect((await ask(editor, [sites[0] ?? ''])).id).toBe(mine.id)
    const colleague = await world.newMember(organization, 'editor')
    expect((await ask(colleague)).state).toBe('pending')
    await rpc(editor, 'withdraw_approval', { approval_id: mine.id })
    expect((await ask()).state).toBe('pending')
    const limit = only(await sql<{ n: number }[]>`select count(*)::integer as n from private.verb_limits where verb in ('request_approval', 'decide_approval')`)
    expect(limit.n).toBe(2)
    // The stack of the tests has other limits; what is counted is the same.
    await sql`
      update private.verb_uses set window_start = clock_timestamp(), used = (select requests from private.verb_limits where verb = 'request_approval')
      where user_id = ${editor.userId} and verb = 'request_approval'`
    await expectRefusal(ask(), 'PT429', 'Too many requests.')
  })

  it('is for editors, of sites of their own organization', async () => {
    const viewer = await world.newMember(organization, 'viewer')
    await expectRefusal(ask(viewer), 'DS002', /role/)
    const stranger = await world.newAdmin()
    await rpc(stranger, 'set_approval_rule', { required: true })
    await expectRefusal(rpc(stranger, 'request_approval', { site_ids: sites, plan_hash: 'x' }), 'DS032', /not in this organization/)
  })

  it('is read by members, written by nobody, and unknown elsewhere', async () => {
    const asked = await ask()
    const viewer = await world.newMember(organization, 'viewer')
    expect(await read(viewer.client.from('plan_approvals').select('id'))).toEqual([{ id: asked.id }])
    const update = await admin.client.from('plan_approvals').update({ state: 'approved' }).eq('id', asked.id)
    expect(update.error?.code).toBe('42501')
    const stranger = await world.newAdmin()
    expect(await read(stranger.client.from('plan_approvals').select('id'))).toEqual([])
    await expectRefusal(decide(asked.id, true, stranger), 'DS100', /no such request/)
    await expectRefusal(rpc(stranger, 'withdraw_approval', { approval_id: asked.id }), 'DS100', /no such request/)
    expect((await approvalOf(asked.id)).state).toBe('pending')
  })

  it('can be withdrawn by whoever asked, until it is used', async () => {
    const asked = await ask()
    const other = await world.newMember(organization, 'editor')
    await expectRefusal(rpc(other, 'withdraw_approval', { approval_id: asked.id }), 'DS099', /Somebody else/)
    await decide(asked.id)
    await rpc(editor, 'withdraw_approval', { approval_id: asked.id })
    await needsOne(startSync(editor))
    await expectRefusal(decide(asked.id), 'DS101', /withdrawn/)
  })
})

describe('an approval', () => {
  it('lets exactly its plan run, once, and the log says who', async () => {
    const asked = await ask()
    await expectRefusal(startSync(editor), 'DS098', /still waits/)
    expect(await decide(asked.id, true, admin, 'Go')).toEqual({ id: asked.id, state: 'approved' })
    const run = await startSync(editor, null, { expected_plan_hash: (await planOf(editor)).hash })
    expect(await approvalOf(asked.id)).toMatchObject({ state: 'used', job_id: run.job_id, decided_by: admin.userId, comment: 'Go' })
    expect((await logOf(sql, run.job_id)).map(({ message }) => message)).toContain(`Plan approved by ${admin.email}, asked for by ${editor.email}`)
    // Nothing has been accepted yet: the plan is the same, and its approval is spent.
    await needsOne(startSync(editor))
  })

  it('is for its set of sites only', async () => {
    const asked = await ask(editor, [sites[0] ?? ''])
    await decide(asked.id)
    await needsOne(startSync(editor))
    await needsOne(startSync(editor, [sites[1] ?? '']))
    expect((await startSync(editor, [sites[0] ?? ''])).total).toBe(1)
  })

  it('does not hold for more than was asked: sending also what has not changed', async () => {
    const asked = await ask()
    await decide(asked.id)
    await needsOne(startSync(editor, null, { force: true }))
    const forced = await ask(editor, null, { force: true })
    await decide(forced.id)
    expect((await startSync(editor, null, { force: true })).skipped).toBe(0)
  })

  it('is not given by whoever asked, also one who has become an admin', async () => {
    const asked = await ask()
    await rpc(admin, 'change_member_role', { user_id: editor.userId, role: 'admin' })
    await expectRefusal(decide(asked.id, true, editor), 'DS099', /yourself/)
    await expectRefusal(decide(asked.id, false, editor), 'DS099', /yourself/)
    const own = await ask(admin, [sites[0] ?? ''])
    await expectRefusal(decide(own.id, true, admin), 'DS099', /yourself/)
    expect((await decide(own.id, true, editor)).state).toBe('approved')
  })

  it('is not given by editors', async () => {
    const asked = await ask()
    const other = await world.newMember(organization, 'editor')
    await expectRefusal(decide(asked.id, true, other), 'DS002', /approve runs/)
  })

  it('is not given to what nobody has looked at: content that changed after it was asked', async () => {
    const asked = await ask()
    await edit(sql, item, { text: 'newer' })
    expect(await decide(asked.id)).toEqual({ id: asked.id, state: 'outdated' })
    await needsOne(startSync(editor))
  })

  it('ends with a site that is gone', async () => {
    const asked = await ask()
    await sql`delete from public.sites where id = ${sites[0] ?? ''}`
    expect((await decide(asked.id)).state).toBe('outdated')
  })

  it('does not hold for content that changed after it was given', async () => {
    const asked = await ask()
    await decide(asked.id)
    await edit(sql, item, { text: 'newer' })
    await expectRefusal(startSync(editor), 'DS102', /changed since this plan was approved/)
    expect(await approvalOf(asked.id)).toMatchObject({ state: 'approved', job_id: null })
    expect(await jobs()).toBe(0)
  })

  it('does not hold for content that changes between the check of the page and the start', async () => {
    await decide((await ask()).id)
    // Somebody is saving while the run is being started: whoever starts sees what is there once the sites are theirs.
    const { session, pid, commit } = await openTransaction(many)
    await session`select from public.site_states where site_id = any (${sites}::uuid[]) for update`
    const start = startSync(editor).then((run) => ({ run }), (error: unknown) => ({ error }))
    await untilBlocked(sql, pid, 1)
    await session`update public.content_items set data = data || '{"text": "in between"}' where id = ${item}`
    await commit()
    expect(await start).toMatchObject({ error: { code: 'DS102' } })
    expect(await jobs()).toBe(0)
  })

  it('is used once, also by two who start at the same moment', async () => {
    await decide((await ask()).id)
    const other = await world.newMember(organization, 'editor')
    const results = await Promise.allSettled([startSync(editor), startSync(other), startSync(editor)])
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(results.filter(({ status }) => status === 'rejected').map((result) => ((result as PromiseRejectedResult).reason as { code: string }).code)).toEqual(['DS098', 'DS098'])
    expect(await jobs()).toBe(1)
  })

  it('is taken back by an admin before it is used', async () => {
    const asked = await ask()
    await decide(asked.id)
    expect((await decide(asked.id, false, admin, 'Wait for legal')).state).toBe('rejected')
    await needsOne(startSync(editor))
  })

  it('is decided once by two admins at the same moment', async () => {
    const asked = await ask()
    const other = await world.newMember(organization, 'admin')
    const results = await Promise.allSettled([decide(asked.id), decide(asked.id, true, other)])
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(results.flatMap((result) => (result.status === 'rejected' ? [(result.reason as { code: string }).code] : []))).toEqual(['DS101'])
  })

  it('of somebody who was demoted or has left counts no more, and waits for another admin', async () => {
    const second = await world.newMember(organization, 'admin')
    const asked = await ask()
    await decide(asked.id, true, second)
    await rpc(admin, 'change_member_role', { user_id: second.userId, role: 'editor' })
    expect(await approvalOf(asked.id)).toMatchObject({ state: 'pending', decided_by: null })
    await expectRefusal(startSync(editor), 'DS098', /still waits/)
    await rpc(admin, 'change_member_role', { user_id: second.userId, role: 'admin' })
    await expectRefusal(startSync(editor), 'DS098', /still waits/)
    await decide(asked.id, true, second)
    await rpc(admin, 'remove_member', { user_id: second.userId })
    await expectRefusal(startSync(editor), 'DS098', /still waits/)
    await decide(asked.id)
    expect((await startSync(editor)).status).toBe('queued')
  })

  it('of an admin who is being demoted: either the run was first, or it is refused', async () => {
    const second = await world.newMember(organization, 'admin')
    const asked = await ask()
    await decide(asked.id, true, second)
    const { session, pid, commit } = await openTransaction(many)
    await session`update public.memberships set role = 'editor' where organization_id = ${organization.id} and user_id = ${second.userId}`
    const start = startSync(editor).then((run) => ({ run }), (error: unknown) => ({ error }))
    await untilBlocked(sql, pid, 1)
    await commit()
    expect(await start).toMatchObject({ error: { code: 'DS098' } })
  })

  it('asked for by somebody who leaves is withdrawn', async () => {
    const asked = await ask()
    await rpc(admin, 'remove_member', { user_id: editor.userId })
    expect((await approvalOf(asked.id)).state).toBe('withdrawn')
  })

  it('is what an admin gives who starts what somebody else waits for', async () => {
    const asked = await ask()
    const run = await startSync(admin)
    expect(await approvalOf(asked.id)).toMatchObject({ state: 'used', decided_by: admin.userId, job_id: run.job_id })
  })

  it('of an admin’s own request is not given by their own start', async () => {
    const asked = await ask(admin)
    const run = await startSync(admin)
    expect(await approvalOf(asked.id)).toMatchObject({ state: 'pending', job_id: null })
    expect((await logOf(sql, run.job_id)).filter(({ message }) => message.startsWith('Plan approved'))).toEqual([])
  })

  it('cannot be written as one’s own, even by whoever owns the tables', async () => {
    const asked = await ask()
    await expect(sql`update public.plan_approvals set state = 'approved', decided_by = requested_by where id = ${asked.id}`).rejects.toMatchObject({ code: '23514' })
  })
})

describe('a publishing time', () => {
  const due = () => sql`update private.engine_state set windows_checked_at = now() - interval '1 minute'`
  it('asks under the rule instead of running, once', async () => {
    await sql`update public.content_items set publish_at = now() - interval '30 seconds' where id = ${item}`
    for (let round = 0; round < 2; round += 1) {
      await due()
      await sql`select public.tick()`
    }
    expect(await jobs()).toBe(0)
    const asked = only(await sql<{ id: string; requested_by: string | null; state: string }[]>`select * from public.plan_approvals where organization_id = ${organization.id}`)
    expect(asked).toMatchObject({ requested_by: null, state: 'pending' })
    await decide(asked.id)
    expect((await startSync(editor)).total).toBe(2)
  })

  it('runs by itself without the rule', async () => {
    await rpc(admin, 'set_approval_rule', { required: false })
    await sql`update public.content_items set publish_at = now() - interval '30 seconds' where id = ${item}`
    await due()
    await sql`select public.tick()`
    expect(await jobs()).toBe(1)
    expect(await sql`select from public.plan_approvals where organization_id = ${organization.id}`).toHaveLength(0)
  })
})

describe('finding runs', () => {
  const find = (filter: unknown, who: Person = admin, more: { before?: number; count?: number } = {}) => rpc<number[]>(who, 'find_jobs', { filter, ...more })

  it('knows every filter, alone and together', async () => {
    const one = await runToEnd(sql, admin, { sites: [sites[0] ?? ''] })
    await edit(sql, item, { text: 'two' })
    const two = await runToEnd(sql, admin, { sites, answer: refused })
    await edit(sql, item, { text: 'three' })
    const three = await runToEnd(sql, admin, { sites: [sites[1] ?? ''] })
    const numbers = [three.number, two.number, one.number]
    expect(await find({})).toEqual(numbers)
    expect(await find({}, admin, { count: 1 })).toEqual([three.number])
    expect(await find({}, admin, { before: three.number })).toEqual([two.number, one.number])
    expect(await find({ status: 'failed' })).toEqual([two.number])
    expect(await find({ trigger: 'replay' })).toEqual([])
    expect(await find({ trigger: 'manual', status: 'success' })).toEqual([three.number, one.number])
    expect(await find({ site_id: sites[0] })).toEqual([two.number, one.number])
    expect(await find({ site_id: sites[0] }, admin, { before: two.number })).toEqual([one.number])
    expect(await find({ site_id: sites[1], status: 'success' })).toEqual([three.number])
    expect(await find({ site_id: sites[1], status: 'failed' })).toEqual([two.number])
    expect(await find({ site_id: sites[1], trigger: 'manual' })).toEqual([three.number, two.number])
    expect(await find({ text: String(two.number) })).toEqual([two.number])
    expect(await find({ text: `#${one.number}` })).toEqual([one.number])
    expect(await find({ text: '404 FROM' })).toEqual([two.number])
    expect(await find({ text: admin.email.slice(0, 12) })).toEqual(numbers)
    expect(await find({ text: admin.email.slice(0, 12), site_id: sites[0] })).toEqual([two.number, one.number])
    expect(await find({ text: '100%' })).toEqual([])
    await sql`update public.sync_jobs set created_at = created_at - interval '2 days' where id = ${one.job_id}`
    const yesterday = new Date(Date.now() - 86_400_000).toISOString()
    expect(await find({ from: yesterday })).toEqual([three.number, two.number])
    expect(await find({ to: yesterday })).toEqual([one.number])
    expect(await find({ from: yesterday, site_id: sites[1] })).toEqual([three.number, two.number])
    expect(await find({ to: yesterday, site_id: sites[1] })).toEqual([])
    expect(await find({ from: new Date(Date.now() + 86_400_000).toISOString() })).toEqual([])
  })

  it('shows nothing of another organization, and says what it cannot read', async () => {
    await runToEnd(sql, admin)
    const stranger = await world.newAdmin()
    expect(await find({ site_id: sites[0] }, stranger)).toEqual([])
    expect(await find({ text: admin.email }, stranger)).toEqual([])
    await expectRefusal(find({ colour: 'red' }), 'DS103', /not a filter/)
    await expectRefusal(find({ site_id: 'no id' }), 'DS103', /cannot be read/)
    await expectRefusal(find([]), 'DS103', /object/)
  })
})

describe('comparing what two runs sent', () => {
  it('is field by field, also where the later one was skipped as unchanged', async () => {
    const [site = ''] = sites
    const one = await runToEnd(sql, admin, { sites: [site] })
    await edit(sql, item, { text: 'two' })
    const two = await runToEnd(sql, admin, { sites: [site] })
    const three = await runToEnd(sql, admin, { sites: [site] })
    const ids = await Promise.all([one, two, three].map(async ({ job_id }) => only(await deliveriesOf(sql, job_id)).id))
    const compare = (a: string | undefined, b: string | undefined, who: Person = admin) => rpc<{ changes: { kind: string; fields: unknown[] }[]; before_kept: boolean; after_kept: boolean }>(who, 'compare_deliveries', { before_id: a, after_id: b })
    const difference = await compare(ids[0], ids[1])
    expect(difference).toMatchObject({ before_kept: true, after_kept: true, changes: [{ kind: 'changed', fields: [{ field: 'text', after: 'two' }] }] })
    expect((await compare(ids[1], ids[2])).changes).toEqual([])
    expect((await compare(ids[0], ids[2])).changes).toEqual(difference.changes)
    await sql`update public.sync_deliveries set body = null where id = ${ids[0] ?? ''}`
    expect(await compare(ids[0], ids[1])).toEqual({ before_kept: false, after_kept: true, changes: null })
    const stranger = await world.newAdmin()
    await expectRefusal(compare(ids[0], ids[1], stranger), 'DS037', /no such delivery/)
    await expectRefusal(compare(ids[0], randomUUID()), 'DS037', /no such delivery/)
  })
})

it('a run by hand inside somebody’s own transaction is held to the rule as well', async () => {
  await expect(
    sql.begin(async (transaction) => {
      await actAs(transaction, editor)
      await transaction`select public.start_sync(null, ${sql.json(json({}))})`
    }),
  ).rejects.toMatchObject({ code: 'DS098' })
})
