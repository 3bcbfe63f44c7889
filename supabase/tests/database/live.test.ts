/** What the triggers say to open pages: every log line once and in order, states without bodies, snapshots without content. */
import { afterAll, describe, expect, it } from 'vitest'
import { join, listen, openWorld, read, rpc } from '../support/actors.ts'
import { edit, newItem, newSite, newSitesWithItem, newType, only } from '../support/fixtures.ts'
import { startQuietStack } from '../support/quiet-stack.ts'
import { accepted, claim, record, retried, startSync, type LogRow } from '../support/runs.ts'

const stack = await startQuietStack()
const world = openWorld(stack)
const { sql } = world
afterAll(async () => {
  await world.close()
  await stack.close()
})

const admin = await world.newAdmin()
const { organization } = admin

interface Line extends LogRow {
  job_id: string
  at: string
  payload: unknown
}
type Lines = { lines: Line[] } | { from_seq: number; to_seq: number }
interface JobState {
  job?: Record<string, unknown>
  deliveries?: Record<string, unknown>[]
}

/** What was sent to a topic. Messages of one transaction bear the same time, so their order is a listener's to tell. */
async function sent<T = Record<string, unknown>>(topic: string, event: string): Promise<T[]> {
  const rows = await sql<{ payload: T; private: boolean }[]>`
    select payload - 'id' as payload, private from realtime.messages where topic = ${topic} and event = ${event} order by inserted_at`
  for (const row of rows) expect(row.private).toBe(true)
  return rows.map(({ payload }) => payload)
}

const tablesOf = (messages: readonly Record<string, unknown>[]) => [...new Set(messages.map(({ table }) => String(table)))].sort()

describe('one run', () => {
  it('tells every log line once and in order, to whom listens and in what is stored', async () => {
    const { sites } = await newSitesWithItem(sql, organization, 2)
    const { job_id } = await startSync(admin, sites)
    const channel = admin.client.channel(`job:${job_id}`, { config: { private: true } })
    const inbox = listen(channel)
    expect(await join(channel)).toBe('SUBSCRIBED')
    const missed = Number(only(await sql<{ log_seq: string }[]>`select log_seq from public.sync_jobs where id = ${job_id}`).log_seq)

    const [healed, fine] = await claim(sql, 'w', { job: job_id })
    if (!healed || !fine) throw new Error('both sites are due')
    await record(sql, [accepted(fine), retried(healed)])
    await record(sql, (await claim(sql, 'w', { job: job_id })).map(accepted))
    await inbox.until(({ event, payload }) => event === 'job_state' && (payload as JobState).job?.status === 'success')
    // The line that the end itself writes is the last of the transaction.
    await inbox.until(({ payload }) => JSON.stringify(payload).includes('2 of 2 sites accepted') && 'lines' in payload)

    const rows = (await sql<{ line: Line }[]>`
      select to_jsonb(l) - 'organization_id' as line from public.job_logs l where job_id = ${job_id} order by seq`).map(({ line }) => line)
    const heard = inbox.all.flatMap(({ event, payload }) => (event === 'log_lines' ? (payload as { lines: Line[] }).lines : []))
    expect(heard).toEqual(rows.slice(missed))
    expect(heard.length).toBeGreaterThanOrEqual(7)
    expect(Object.keys(heard[0] ?? {}).sort()).toEqual(['at', 'delivery_id', 'item_id', 'job_id', 'level', 'message', 'payload', 'seq', 'site_id'])

    const stored = (await sent<{ lines: Line[] }>(`job:${job_id}`, 'log_lines')).flatMap(({ lines }) => lines)
    expect(stored.sort((one, other) => one.seq - other.seq)).toEqual(rows)
    await admin.client.removeChannel(channel)
  })

  it('tells each change of state, of the job and of its deliveries, without their bodies', async () => {
    const { sites } = await newSitesWithItem(sql, organization, 1)
    const { job_id } = await startSync(admin, sites)
    const [first] = await claim(sql, 'w', { job: job_id })
    if (!first) throw new Error('the site is due')
    await record(sql, [retried(first)])
    await record(sql, (await claim(sql, 'w', { job: job_id })).map(accepted))

    const states = await sent<JobState>(`job:${job_id}`, 'job_state')
    expect(states.flatMap(({ job }) => (job ? [job.status] : []))).toEqual(['running', 'success'])
    const deliveries = states.flatMap((state) => state.deliveries ?? [])
    expect(deliveries.map(({ status }) => status)).toEqual(['queued', 'sending', 'retrying', 'sending', 'success'])
    expect(deliveries.at(-1)).toMatchObject({ id: first.delivery_id, site_id: sites[0], attempts: 2, max_attempts: 4, status_code: 200, reason: '200 applied', item_count: 1, duration_ms: 12 })
    expect(deliveries[2]).toMatchObject({ attempts: 1, next_attempt_at: expect.any(String) as string, status_code: 500 })
    for (const delivery of deliveries) expect(Object.keys(delivery)).not.toEqual(expect.arrayContaining(['body']))
    expect(JSON.stringify(states)).not.toContain('response_body')
  })

  it('does not call a new log line a change of the job', async () => {
    const { sites } = await newSitesWithItem(sql, organization, 1)
    const { job_id } = await startSync(admin, sites)
    const before = (await sent(`job:${job_id}`, 'job_state')).length
    await sql`select private.write_logs(array[row(${job_id}, 'info', 'a word', null, null, null, null)::private.log_line])`
    expect(await sent(`job:${job_id}`, 'log_lines')).toHaveLength(2)
    expect(await sent(`job:${job_id}`, 'job_state')).toHaveLength(before)
  })

  it('nudges the organization, and no other', async () => {
    const other = await world.newAdmin()
    const own = await world.newAdmin()
    const topic = `org:${own.organization.id}`
    const { sites } = await newSitesWithItem(sql, own.organization, 1)
    const othersBefore = (await sent(`org:${other.organization.id}`, 'changed')).length
    const seen = (await sent(topic, 'changed')).length
    const { job_id } = await startSync(own, sites)
    const [delivery] = await claim(sql, 'w', { job: job_id })
    if (!delivery) throw new Error('the site is due')
    await sql`select public.receive_delivery(${delivery.site_id}, ${delivery.webhook_id}, ${delivery.sequence}, ${delivery.body})`
    await record(sql, [accepted(delivery)])
    const nudges = (await sent(topic, 'changed')).slice(seen)
    expect(tablesOf(nudges)).toEqual(['destination_snapshots', 'site_states', 'sync_jobs'])
    expect(nudges.filter(({ ids }) => ids !== undefined)).toEqual([{ table: 'sync_jobs', ids: [job_id] }, { table: 'sync_jobs', ids: [job_id] }])
    expect(await sent(`org:${other.organization.id}`, 'changed')).toHaveLength(othersBefore)
  })
})

describe('a message', () => {
  const write = (job: string, lines: number, letters: number) => sql`
    select private.write_logs(array_agg(row(${job}, 'info', 'line ' || n, null, null, null, jsonb_build_object('text', repeat('é', ${letters}::int)))::private.log_line order by n))
    from generate_series(1, ${lines}::int) n`

  it('carries lines while they fit, and their range alone when they do not', async () => {
    const { sites } = await newSitesWithItem(sql, organization, 1)
    const { job_id } = await startSync(admin, sites)
    const [opening] = await sent<{ lines: Line[] }>(`job:${job_id}`, 'log_lines')
    const start = opening?.lines.length ?? 0
    // Two bytes a letter: limits of the wire are in bytes.
    await write(job_id, 80, 1000)
    await write(job_id, 110, 1000)
    await write(job_id, 1, 150_000)
    const [, fits, large, huge] = await sent<Lines>(`job:${job_id}`, 'log_lines')
    expect(fits).toMatchObject({ lines: expect.any(Array) as Line[] })
    expect((fits as { lines: Line[] }).lines.map(({ seq }) => seq)).toEqual(Array.from({ length: 80 }, (_, index) => start + index + 1))
    expect(large).toEqual({ from_seq: start + 81, to_seq: start + 190 })
    expect(huge).toEqual({ from_seq: start + 191, to_seq: start + 191 })
  })

  it('about many deliveries comes in parts that stay below the size that Realtime takes', async () => {
    const own = await world.newAdmin()
    await newSitesWithItem(sql, own.organization, 1)
    await sql`
      insert into public.sites (organization_id, name, slug)
      select ${own.organization.id}, repeat('Ü', 110) || n, 'site-number-' || n from generate_series(1, 449) n`
    const { job_id, total } = await startSync(own)
    expect(total).toBe(450)
    const parts = await sent<JobState>(`job:${job_id}`, 'job_state')
    const inserted = parts.filter(({ deliveries }) => deliveries?.every(({ status }) => status === 'queued'))
    expect(inserted.map(({ deliveries }) => deliveries?.length).sort()).toEqual([200, 200, 50])
    expect(new Set(inserted.flatMap(({ deliveries }) => deliveries?.map(({ id }) => id))).size).toBe(450)
    const { largest } = only(await sql<{ largest: number }[]>`
      select max(octet_length(payload::text)) as largest from realtime.messages where topic = ${`job:${job_id}`}`)
    expect(largest).toBeLessThan(250_000)
  })
})

describe('a snapshot', () => {
  it('is announced to the landing page by its sequence, and only when it is one', async () => {
    const slug = 'announced'
    const site = await newSite(sql, organization, { slug })
    const topic = `landing:${organization.slug}/${slug}`
    const receive = (id: string, sequence: number) =>
      sql`select public.receive_delivery(${site}, ${id}, ${sequence}, '{"version":1,"items":[{"title":"Secret until read"}]}')`
    await receive('msg_1', 5)
    await receive('msg_1', 5)
    await receive('msg_0', 4)
    await receive('msg_2', 6)
    expect(await sent(topic, 'snapshot')).toEqual([{ sequence: 5 }, { sequence: 6 }])
    expect(await sql`select from realtime.messages where topic = ${topic} and payload::text like '%Secret%'`).toHaveLength(0)
  })
})

describe('edits', () => {
  it('of what a page lists are nudges to the organization, without content', async () => {
    const own = await world.newAdmin()
    const topic = `org:${own.organization.id}`
    const afterwards = async (work: () => PromiseLike<unknown>) => {
      const before = (await sent(topic, 'changed')).length
      await work()
      const news = (await sent(topic, 'changed')).slice(before)
      expect(news.every((message) => Object.keys(message).every((key) => ['table', 'ids', 'site_ids'].includes(key)))).toBe(true)
      // Every edit is an entry of the audit log, whose page wants to know as well.
      expect(tablesOf(news).includes('audit_log')).toBe(news.length > 0)
      return tablesOf(news).filter((table) => table !== 'audit_log')
    }
    let type = ''
    let item = ''
    let site = ''
    expect(await afterwards(async () => (type = await newType(sql, own.organization)))).toEqual(['content_types'])
    expect(await afterwards(async () => (item = await newItem(sql, own.organization, type)))).toEqual(['content_items'])
    expect(await afterwards(async () => (site = await newSite(sql, own.organization)))).toEqual(['site_states', 'sites'])
    expect(await afterwards(() => edit(sql, item, { text: 'new' }))).toEqual(['content_items'])
    expect(await afterwards(() => rpc(own, 'set_mappings', { cells: [{ site_id: site, item_id: item, mode: 'full' }] }))).toEqual(['site_item_mappings'])
    expect(await afterwards(() => read(own.client.from('organizations').update({ name: 'Renamed' }).eq('id', own.organization.id)))).toEqual(['organizations'])
    expect(await afterwards(() => read(own.client.from('sites').delete().eq('id', site)))).toEqual(['site_item_mappings', 'site_states', 'sites'])
    expect(await afterwards(() => world.newMember(own.organization, 'viewer'))).toEqual(['memberships'])
    const schedule = { name: 'Every hour', cron: '0 * * * *', enabled: false }
    let id = ''
    expect(await afterwards(async () => (id = await rpc<string>(own, 'save_schedule', { schedule })))).toEqual(['schedules'])
    expect(await afterwards(() => rpc(own, 'save_schedule', { schedule: { ...schedule, id, name: 'Hourly' } }))).toEqual(['schedules'])
    expect(await afterwards(() => read(own.client.from('schedules').delete().eq('id', id)))).toEqual(['schedules'])
    // A statement that touches no row has no news.
    expect(await afterwards(() => sql`update public.sites set name = name where id = ${site}`)).toEqual([])
  })

  it('of many rows in one statement are one nudge', async () => {
    const own = await world.newAdmin()
    const topic = `org:${own.organization.id}`
    await rpc(own, 'load_demo_data')
    const before = (await sent(topic, 'changed')).length
    await sql`update public.content_items set title = title || '!' where organization_id = ${own.organization.id}`
    const nudges = (await sent(topic, 'changed')).slice(before).map((payload) => (payload as { table: string }).table)
    // Both are of one transaction, so they have no order.
    expect(nudges.sort()).toEqual(['audit_log', 'content_items'])
  })
})
