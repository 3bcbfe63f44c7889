/** The audit log: what people, keys and schedules change is written down with who, what, when and from where, and stays written. */
import { randomUUID } from 'node:crypto'
import postgres from 'postgres'
import { afterAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { actAs, claimsOf, expectRefusal, openWorld, read, rpc } from '../support/actors.ts'
import { entriesOf, written, type Entry } from '../support/audit.ts'
import { json, mapItems, newItem, newSite, newSitesWithItem, newType, only } from '../support/fixtures.ts'
import { runToEnd } from '../support/runs.ts'

const stack = inject('stack')
const world = openWorld(stack)
const { sql } = world
afterAll(world.close)

const admin = await world.newAdmin()
const { organization } = admin
const editor = await world.newMember(organization, 'editor')
const type = await newType(sql, organization)
const log = (work: () => PromiseLike<unknown>): Promise<Entry[]> => written(sql, organization.id, work)

/** What is its own record, is written by the engine alone, or is nobody else's business (what somebody has not saved yet). */
const NOT_AUDITED = [
  'alert_events', 'alert_messages', 'alert_states', 'audit_log', 'content_item_revisions', 'content_type_revisions', 'delivery_attempts', 'destination_snapshot_history',
  'destination_snapshots', 'item_working_copies', 'job_logs', 'schedule_runs', 'site_states', 'site_tests', 'sync_deliveries', 'sync_jobs',
]
/** A profile comes and goes with the account, and its memberships say so; what a person changes in it is written down. A request for approval goes when its time is over. */
const PARTLY: Record<string, string[]> = { profiles: ['update'], plan_approvals: ['insert', 'update'] }

describe('every table that people change', () => {
  it('is audited for inserts, updates and deletes; the exceptions are these', async () => {
    const tables = await sql<{ name: string; events: string[] }[]>`
      select c.relname as name, coalesce(array_agg(e.event order by e.event) filter (where e.event is not null), '{}') as events
      from pg_class c
      left join lateral (
        select case t.tgtype::integer & 28 when 4 then 'insert' when 8 then 'delete' when 16 then 'update' end as event
        from pg_trigger t
        where t.tgrelid = c.oid and t.tgenabled in ('O', 'A') and t.tgfoid = 'private.audit_statement()'::regprocedure and t.tgtype::integer & 1 = 0) e on true
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
      group by c.relname order by c.relname`
    const unaudited = tables.filter(({ events }) => events.length === 0).map(({ name }) => name)
    expect(unaudited).toEqual(NOT_AUDITED)
    for (const { name, events } of tables) {
      if (!unaudited.includes(name)) expect([name, events]).toEqual([name, PARTLY[name] ?? ['delete', 'insert', 'update']])
    }
  })

  it('is every table that anybody but the engine may write to', async () => {
    const writable = await sql<{ name: string }[]>`
      select c.relname as name from pg_class c
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
        and (has_any_column_privilege('authenticated', c.oid, 'insert') or has_any_column_privilege('authenticated', c.oid, 'update') or has_table_privilege('authenticated', c.oid, 'delete'))
      order by 1`
    expect(writable.length).toBeGreaterThan(3)
    expect(writable.filter(({ name }) => NOT_AUDITED.includes(name))).toEqual([])
  })

  it('is not the engine’s: a run leaves no entry', async () => {
    const { sites } = await newSitesWithItem(sql, organization, 2)
    expect(await log(() => runToEnd(sql, admin, { sites, receive: true }))).toEqual([])
  })
})

describe('an entry', () => {
  it('says who, from where and in which request, and what was and is', async () => {
    const site = await newSite(sql, organization, { name: 'Facebook Campaign' })
    const requestId = randomUUID()
    const token = await admin.token()
    const [entry, ...others] = await log(async () => {
      const answer = await fetch(`${stack.api_url}/rest/v1/sites?id=eq.${site}`, {
        method: 'PATCH',
        headers: { apikey: stack.publishable_key, authorization: `Bearer ${token}`, 'content-type': 'application/json', 'user-agent': 'a browser of mine', 'x-request-id': requestId },
        body: JSON.stringify({ name: 'Facebook', destination_url: 'https://example.com/hook' }),
      })
      expect(answer.status).toBe(204)
    })
    expect(others).toEqual([])
    expect(entry).toMatchObject({
      actor_kind: 'user', actor_id: admin.userId, actor_name: admin.email, action: 'updated', subject_kind: 'sites', subject_id: site, subject_name: 'Facebook',
      ip: expect.stringMatching(/^(127\.0\.0\.1|::1)$/), user_agent: 'a browser of mine', request_id: requestId,
    })
    expect(entry?.changes).toEqual([
      { field: 'destination_url', after: 'https://example.com/hook' },
      { field: 'name', before: 'Facebook Campaign', after: 'Facebook' },
    ])
  })

  it('of something new has what is, of something deleted what was', async () => {
    let id = ''
    const [made] = await log(async () => {
      id = only(await read<{ id: string }[]>(editor.client.from('content_items').insert({ type_id: type, title: 'New', data: { headline: 'H', count: 3 } }).select('id'))).id
    })
    expect(made).toMatchObject({ action: 'created', subject_kind: 'content_items', subject_id: id, subject_name: 'New', actor_id: editor.userId })
    expect(made?.changes).toEqual(expect.arrayContaining([{ field: 'data.headline', after: 'H' }, { field: 'data.count', after: 3 }, { field: 'title', after: 'New' }]))
    expect(made?.changes.some((change) => 'before' in change)).toBe(false)
    const [gone] = await log(() => read(editor.client.from('content_items').delete().eq('id', id)))
    expect(gone).toMatchObject({ action: 'deleted', subject_id: id, subject_name: 'New' })
    expect(gone?.changes).toEqual(expect.arrayContaining([{ field: 'data.headline', before: 'H' }, { field: 'title', before: 'New' }]))
    expect(gone?.changes.some((change) => 'after' in change)).toBe(false)
  })

  it('goes into JSON one level deep, and says where a field began or ceased to exist', async () => {
    const item = await newItem(sql, organization, type, { data: { headline: 'H', text: 'old', tags: ['a'] } })
    const [entry] = await log(() => read(editor.client.from('content_items').update({ data: { headline: 'H', count: 1, tags: ['a', 'b'] } }).eq('id', item)))
    expect(entry?.changes).toEqual([
      { field: 'data.count', after: 1 },
      { field: 'data.tags', before: ['a'], after: ['a', 'b'] },
      { field: 'data.text', before: 'old' },
    ])
  })

  it('is one for each row of a statement, each with its own before and after', async () => {
    const [site, other] = [await newSite(sql, organization), await newSite(sql, organization)]
    const items = [await newItem(sql, organization, type, { title: 'A' }), await newItem(sql, organization, type, { title: 'B' }), await newItem(sql, organization, type, { title: 'C' })]
    await mapItems(sql, organization, items.flatMap((item_id, position) => [{ item_id, site_id: site, position }, { item_id, site_id: other, position: 10 + position }]))
    const renamed = await log(() => sql`update public.content_items set title = title || '!' where id = any (${items})`)
    expect(renamed.map(({ subject_id, changes }) => [subject_id, changes]).sort()).toEqual(
      items.map((id, index) => [id, [{ field: 'title', before: 'ABC'.charAt(index), after: `${'ABC'.charAt(index)}!` }]]).sort(),
    )
    const moved = await log(() => sql`update public.site_item_mappings set position = position + 100 where site_id in (${site}, ${other})`)
    expect(moved.map(({ subject_id, changes }) => [subject_id, changes]).sort()).toEqual(
      items.flatMap((id, index) => [
        [`${id}/${site}`, [{ field: 'position', before: index, after: index + 100 }]],
        [`${id}/${other}`, [{ field: 'position', before: 10 + index, after: index + 110 }]],
      ]).sort(),
    )
  })

  it('keeps the beginning of what is long, and how long it was', async () => {
    const item = await newItem(sql, organization, type)
    const [entry] = await log(() => read(editor.client.from('content_items').update({ data: { headline: 'H', text: 'ä'.repeat(60_000) } }).eq('id', item)))
    expect(entry?.changes).toContainEqual({ field: 'data.text', after: { truncated: true, characters: 60_000, start: 'ä'.repeat(500) } })
  })

  it('is not written where nothing changed, nor where the change was refused or rolled back', async () => {
    const item = await newItem(sql, organization, type, { title: 'Same' })
    expect(await log(() => read(editor.client.from('content_items').update({ title: 'Same' }).eq('id', item)))).toEqual([])
    expect(await log(() => sql.begin(async (transaction) => {
      await transaction`update public.content_items set title = 'Other' where id = ${item}`
      throw new Error('never mind')
    }).catch(() => undefined))).toEqual([])
    // What a savepoint took back was not; what came before and after it was.
    const kept = await log(() => sql.begin(async (transaction) => {
      await transaction`update public.content_items set title = 'First' where id = ${item}`
      await transaction.savepoint(async (inner) => {
        await inner`update public.content_items set title = 'Taken back' where id = ${item}`
        throw new Error('never mind')
      }).catch(() => undefined)
      await transaction`update public.content_items set title = 'Last' where id = ${item}`
    }))
    expect(kept.map(({ changes }) => changes)).toEqual([
      [{ field: 'title', before: 'Same', after: 'First' }],
      [{ field: 'title', before: 'First', after: 'Last' }],
    ])
  })

  it('is written by verbs in the name of whoever called them', async () => {
    const site = await newSite(sql, organization)
    const item = await newItem(sql, organization, type, { title: 'Offer' })
    const mapped = await log(() => rpc(editor, 'set_mappings', { cells: [{ site_id: site, item_id: item, mode: 'override', overrides: { text: 'here' } }] }))
    expect(mapped).toMatchObject([{ actor_id: editor.userId, action: 'created', subject_kind: 'site_item_mappings', subject_id: `${item}/${site}`, subject_name: expect.stringMatching(/^Offer on site/) }])
    expect(mapped[0]?.changes).toEqual(expect.arrayContaining([{ field: 'mode', after: 'override' }, { field: 'overrides.text', after: 'here' }]))
    const scheduled = await log(() => rpc(admin, 'save_schedule', { schedule: { name: 'Nightly', cron: '0 3 * * *', time_zone: 'UTC', all_sites: false, site_ids: [site], enabled: true } }))
    expect(scheduled.map(({ action, subject_kind, subject_name }) => [action, subject_kind, subject_name?.split(' for ')[0]])).toEqual([
      ['created', 'schedules', 'Nightly'],
      ['created', 'schedule_sites', 'Nightly'],
    ])
    expect(await log(() => rpc(admin, 'set_audit_retention', { days: 400 }))).toMatchObject([
      { action: 'updated', subject_kind: 'organizations', subject_id: organization.id, changes: [{ field: 'audit_retention_days', after: 400 }] },
    ])
    const member = await world.newMember(organization, 'viewer')
    expect(await log(() => rpc(admin, 'change_member_role', { user_id: member.userId, role: 'editor' }))).toMatchObject([
      { subject_kind: 'memberships', subject_id: member.userId, subject_name: member.email, changes: [{ field: 'role', before: 'viewer', after: 'editor' }] },
    ])
    expect(await log(() => read(member.client.from('profiles').update({ full_name: 'Ada' }).eq('id', member.userId)))).toMatchObject([
      { actor_id: member.userId, subject_kind: 'profiles', subject_name: member.email, changes: [{ field: 'full_name', after: 'Ada' }] },
    ])
    expect(await log(() => rpc(admin, 'remove_member', { user_id: member.userId }))).toMatchObject([{ action: 'deleted', subject_kind: 'memberships', subject_name: member.email }])
  })

  it('is written for what goes along with a deletion', async () => {
    const site = await newSite(sql, organization, { name: 'Going' })
    const items = [await newItem(sql, organization, type, { title: 'One' }), await newItem(sql, organization, type, { title: 'Two' })]
    await mapItems(sql, organization, items.map((item_id) => ({ item_id, site_id: site })))
    const gone = await log(() => read(admin.client.from('sites').delete().eq('id', site)))
    expect(gone.map(({ action, subject_kind, subject_name, actor_id }) => [action, subject_kind, subject_name, actor_id]).sort()).toEqual([
      ['deleted', 'site_item_mappings', 'One on a deleted site', admin.userId],
      ['deleted', 'site_item_mappings', 'Two on a deleted site', admin.userId],
      ['deleted', 'sites', 'Going', admin.userId],
    ])
  })

  it('a lifted hold is written down, though it changes no table of people', async () => {
    const { sites: [site = ''] } = await newSitesWithItem(sql, organization, 1)
    await sql`update public.site_states set on_hold = true, on_hold_since = now(), hold_reason = 'rolled back' where site_id = ${site}`
    expect(await log(() => rpc(editor, 'lift_hold', { site_id: site }))).toMatchObject([{ action: 'hold_lifted', subject_kind: 'sites', subject_id: site, actor_id: editor.userId }])
    expect(await log(() => rpc(editor, 'lift_hold', { site_id: site }))).toEqual([])
  })

  it('of thousands of cells costs what such a write may cost', async () => {
    const sites: string[] = []
    for (let index = 0; index < 50; index += 1) sites.push(await newSite(sql, organization))
    const items = [...await sql<{ id: string }[]>`
      insert into public.content_items (organization_id, type_id, title, data, status)
      select ${organization.id}, ${type}, 'Bulk ' || n, '{"headline": "H"}', 'published' from generate_series(1, 100) n returning id`].map(({ id }) => id)
    const cells = sites.flatMap((site_id) => items.map((item_id) => ({ site_id, item_id, mode: 'full' })))
    const began = performance.now()
    const entries = await log(() => rpc(editor, 'set_mappings', { cells }))
    console.log(`set_mappings of ${cells.length} cells, audited: ${Math.round(performance.now() - began)} ms`)
    expect(entries).toHaveLength(cells.length)
    expect(new Set(entries.map(({ subject_id }) => subject_id)).size).toBe(cells.length)
    expect(new Set(entries.map(({ request_id }) => request_id)).size).toBe(1)
  })
})

describe('who acts', () => {
  let item: string
  beforeEach(async () => {
    item = await newItem(sql, organization, type)
  })
  const retitle = (db: postgres.Sql | postgres.TransactionSql) => db`update public.content_items set title = ${randomUUID()} where id = ${item}`

  it('is the system where nobody is named', async () => {
    expect(await log(() => retitle(sql))).toMatchObject([{ actor_kind: 'system', actor_id: null, actor_name: null, ip: null, user_agent: null, request_id: null }])
  })

  it.each(['schedule', 'api_key', 'user'])('is the %s that a function names, in that transaction only', async (kind) => {
    const id = randomUUID()
    const actor = { kind, id, name: 'Nightly', ip: '203.0.113.7', user_agent: 'curl/8', request_id: 'req-1' }
    expect(await log(() => sql.begin(async (transaction) => {
      await transaction`select set_config('datasync.actor', ${JSON.stringify(actor)}, true)`
      await retitle(transaction)
    }))).toMatchObject([{ actor_kind: kind, actor_id: id, actor_name: 'Nightly', ip: '203.0.113.7', user_agent: 'curl/8', request_id: 'req-1' }])
    expect(await log(() => retitle(sql))).toMatchObject([{ actor_kind: 'system', actor_id: null }])
  })

  it('is not for a connection of the Data API to say', async () => {
    const url = new URL(stack.db_url)
    url.username = 'authenticator'
    const dataApi = postgres(url.href, { max: 1, onnotice: () => undefined })
    try {
      const entries = await log(() => dataApi.begin(async (transaction) => {
        await transaction`select set_config('datasync.actor', ${JSON.stringify({ kind: 'system' })}, true), set_config('request.jwt.claims', ${JSON.stringify(await claimsOf(editor))}, true)`
        await transaction`set local role authenticated`
        await retitle(transaction)
      }))
      expect(entries).toMatchObject([{ actor_kind: 'user', actor_id: editor.userId, actor_name: editor.email }])
    } finally {
      await dataApi.end()
    }
  })
})

describe('secrets', () => {
  it('that are made, rotated, revealed or ended are written down, and nothing of them', async () => {
    const site = await newSite(sql, organization, { name: 'Shop' })
    const bytes = (letter: string, length: number) => Buffer.from(letter.repeat(length))
    const entries = await log(async () => {
      await sql`select public.store_site_secret(${site}, 1, 1, ${bytes('n', 12)}, ${bytes('C', 48)})`
      await sql`select public.rotate_site_secret(${site}, 2, 1, ${bytes('m', 12)}, ${bytes('D', 48)}, ${'24 hours'}::text::interval)`
      await sql`select public.site_secret_event(${site}, 'revealed')`
      await sql`select public.end_secret_overlap(${site})`
    })
    expect(entries.map(({ action }) => action)).toEqual(['made', 'rotated', 'revealed', 'overlap_ended'])
    expect(entries.every(({ subject_kind, subject_id, subject_name }) => subject_kind === 'site_secrets' && subject_id === site && subject_name === 'Shop')).toBe(true)
    expect(entries.flatMap(({ changes }) => changes).every(({ field }) => field === 'version')).toBe(true)
  })

  it('keys and tokens, and their hashes, are nowhere in the log', async () => {
    const secrets: string[] = []
    const entries = await log(async () => {
      const key = await rpc<{ id: string; key: string; prefix: string }>(admin, 'create_api_key', { name: 'CI', scopes: ['sync:run'] })
      const invited = await rpc<{ id: string; token: string }>(admin, 'create_invitation', { email: 'ada@example.com', role: 'editor' })
      const renewed = await rpc<{ token: string }>(admin, 'renew_invitation', { invitation_id: invited.id })
      await rpc(admin, 'revoke_api_key', { key_id: key.id })
      await rpc(admin, 'revoke_invitation', { invitation_id: invited.id })
      // The key beyond the part that names it.
      secrets.push(key.key.slice(key.prefix.length + 1), invited.token, renewed.token)
      const hashes = await sql<{ hash: string }[]>`
        select encode(hash, 'hex') as hash from private.api_key_hashes where key_id = ${key.id}
        union all select encode(token_hash, 'hex') from private.invitation_tokens where invitation_id = ${invited.id}`
      expect(hashes.length).toBeGreaterThan(0)
      secrets.push(...hashes.flatMap(({ hash }) => [hash, Buffer.from(hash, 'hex').toString('base64')]))
    })
    expect(entries.map(({ action, subject_kind }) => `${action} ${subject_kind}`)).toEqual([
      'created api_keys', 'created invitations', 'updated invitations', 'updated api_keys', 'updated invitations',
    ])
    const text = JSON.stringify(await entriesOf(sql, organization.id))
    expect(secrets.filter((secret) => text.includes(secret))).toEqual([])
    // The claims of whoever acted, and the columns of the tables of secrets, neither.
    for (const word of ['ciphertext', 'nonce', 'token_hash', 'access_token', 'refresh_token', 'password']) expect(text).not.toContain(word)
  })
})

describe('the log', () => {
  it('is read by admins of its organization and by nobody else', async () => {
    const stranger = await world.newAdmin()
    const rows = (who: typeof editor) => read<object[]>(who.client.from('audit_log').select('seq').eq('organization_id', organization.id).limit(5))
    expect(await rows(admin)).toHaveLength(5)
    for (const who of [editor, stranger]) expect(await rows(who)).toEqual([])
    await expectRefusal(read(world.visitor().from('audit_log').select('seq')), '42501', /permission denied/)
    await expectRefusal(rpc(editor, 'verify_audit_log'), 'DS002', 'Your role does not allow you to verify the audit log.')
    expect(await rpc(admin, 'verify_audit_log')).toMatchObject({ ok: true, done: true, problem: null })
  })

  it('takes no entry, no change and no deletion from anybody through the API', async () => {
    const service = world.clientWith(stack.secret_key)
    const row = { organization_id: organization.id, seq: 1_000_000, at: new Date().toISOString(), actor_kind: 'user', action: 'created', subject_kind: 'sites', subject_id: 'x', changes: [], previous_hash: '0', hash: '0' }
    for (const client of [admin.client, service]) {
      await expectRefusal(read(client.from('audit_log').insert(row)), '42501', /permission denied/)
      await expectRefusal(read(client.from('audit_log').update({ actor_name: 'nobody' }).eq('organization_id', organization.id)), '42501', /permission denied/)
      await expectRefusal(read(client.from('audit_log').delete().eq('organization_id', organization.id)), '42501', /permission denied/)
    }
  })

  it('takes no change, no deletion and no truncation from the owner of the database either', async () => {
    const attempts = [
      sql`update public.audit_log set actor_name = 'nobody' where organization_id = ${organization.id} and seq = 1`,
      sql`delete from public.audit_log where organization_id = ${organization.id} and seq = 1`,
      sql`truncate public.audit_log`,
    ]
    for (const attempt of attempts) await expectRefusal(attempt, 'DS063', 'The audit log is append-only.')
    expect((await entriesOf(sql, organization.id))[0]).toMatchObject({ seq: 1 })
  })

  it('is not reached through a function that a person may call', async () => {
    await expect(sql.begin(async (transaction) => {
      await actAs(transaction, admin)
      await transaction`select private.write_audit(${organization.id}, 'created', 'sites', 'x', 'x', ${sql.json(json([]))})`
    })).rejects.toMatchObject({ code: '42501' })
  })
})
