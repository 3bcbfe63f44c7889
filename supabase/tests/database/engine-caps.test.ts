/** Noisy neighbours: how many requests may be under way to one host and of one run, and how far apart a site wants them. */
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDatabase, openWorld, type Member, type Organization } from '../support/actors.ts'
import { expectBetween, mapItems, newItem, newSite, newSitesWithItem, newType, only } from '../support/fixtures.ts'
import { breaches } from '../support/invariants.ts'
import { startQuietStack } from '../support/quiet-stack.ts'
import { accepted, claim, deliveriesOf, deliveryOf, expireLease, logOf, record, retried, startSync, type Claimed, type Started } from '../support/runs.ts'

const stack = await startQuietStack()
const world = openWorld(stack)
const { sql } = world
const many = openDatabase(stack, 8)
afterAll(async () => {
  await Promise.all([world.close(), many.end()])
  await stack.close()
})

let admin: Member
let organization: Organization
let item: string
beforeEach(async () => {
  admin = await world.newAdmin()
  organization = admin.organization
  item = await newItem(sql, organization, await newType(sql, organization))
})
// A host is shared by all that is under way, whosever it is: each test leaves nothing.
afterEach(async () => {
  expect(await breaches(sql)).toEqual([])
  await sql`delete from public.organizations`
})

/** One site per URL, null being the built-in receiver; all show the one item. */
async function sitesAt(urls: readonly (string | null)[]): Promise<string[]> {
  const sites: string[] = []
  for (const destination_url of urls) sites.push(await newSite(sql, organization, { destination_url }))
  await mapItems(sql, organization, sites.map((site_id) => ({ site_id, item_id: item })))
  return sites
}
const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value)
const hosts = (claimed: readonly Claimed[]) =>
  Object.fromEntries([...new Set(claimed.map(({ destination_url }) => destination_url))].map((url) => [String(url), claimed.filter((one) => one.destination_url === url).length]))

/** Many sites at once, straight into the table: what the claim has to read is the point, not how it came there. */
async function crowd(count: number, url: string | null): Promise<void> {
  await sql`
    with made as (
      insert into public.sites (organization_id, name, slug, destination_url)
      select ${organization.id}, 'Crowd ' || n, 'crowd-' || gen_random_uuid(), ${url} from generate_series(1, ${count}::int) n returning id)
    insert into public.site_item_mappings (organization_id, site_id, item_id, mode) select ${organization.id}, id, ${item}, 'full' from made`
}

describe('the cap of a host', () => {
  it('is kept over several claims and workers, and makes room as requests end', async () => {
    const { job_id } = await startSync(admin, await sitesAt(times(9, 'http://one.example/hook')))
    const first = await claim(sql, 'a', { job: job_id, limit: 3 })
    const second = await claim(sql, 'b', { job: job_id, limit: 100 })
    expect([first.length, second.length]).toEqual([3, 1])
    expect(await claim(sql, 'a', { job: job_id })).toEqual([])
    await record(sql, [accepted(first[0] as Claimed), retried(first[1] as Claimed, 60_000)])
    expect(await claim(sql, 'b', { job: job_id })).toHaveLength(2)
    expect(await claim(sql, 'a', { job: job_id })).toEqual([])
  })

  it('is kept by many workers that claim at the same moment', async () => {
    await startSync(admin, await sitesAt([...times(12, 'http://one.example/'), ...times(12, 'http://two.example/')]))
    const claims = await Promise.all(times(8, null).map((_, worker) => claim(many, `w${worker}`, { limit: 5 })))
    expect(hosts(claims.flat())).toEqual({ 'http://one.example/': 4, 'http://two.example/': 4 })
  })

  it('holds over all jobs, also of one claim', async () => {
    const sites = await sitesAt(times(8, 'http://one.example/'))
    const [one, other] = [await startSync(admin, sites.slice(0, 4)), await startSync(admin, sites.slice(4))]
    expect(await claim(sql, 'w', { limit: 100 })).toHaveLength(4)
    expect([...(await claim(sql, 'w', { job: one.job_id })), ...(await claim(sql, 'w', { job: other.job_id }))]).toEqual([])
  })

  it('holds over organizations: the host has one capacity', async () => {
    const stranger = await world.newAdmin()
    const { sites } = await newSitesWithItem(sql, stranger.organization, 3)
    for (const site of sites) await sql`update public.sites set destination_url = 'https://one.example/other' where id = ${site}`
    const theirs = await startSync(stranger)
    const ours = await startSync(admin, await sitesAt(times(3, 'https://one.example/hook')))
    expect(await claim(sql, 'w', { job: theirs.job_id })).toHaveLength(3)
    expect(await claim(sql, 'w', { job: ours.job_id })).toHaveLength(1)
  })

  it('counts scheme, host and port as one, however they are written', async () => {
    const same = ['http://One.Example/a', 'http://one.example:80/b', 'http://user:secret@ONE.example/c?x=http://two.example', 'http://one.example?d', 'http://one.example#e']
    const { job_id } = await startSync(admin, await sitesAt([...same, 'https://one.example/', 'http://one.example:8080/', 'http://[::1]:80/', 'http://[::1]/']))
    const origins = (await deliveriesOf(sql, job_id)).map(({ destination_origin }) => destination_origin)
    expect([...new Set(origins)].sort()).toEqual(['http://[::1]:80', 'http://one.example:80', 'http://one.example:8080', 'https://one.example:443'])
    expect(origins.filter((origin) => origin === 'http://one.example:80')).toHaveLength(5)
    expect(await claim(sql, 'w', { job: job_id, perHost: 1 })).toHaveLength(4)
  })

  it('does not hold for the built-in receiver', async () => {
    const { job_id } = await startSync(admin, await sitesAt([...times(7, null), ...times(7, 'http://one.example/')]))
    expect(hosts(await claim(sql, 'w', { job: job_id }))).toEqual({ null: 7, 'http://one.example/': 4 })
  })

  it('is as wide as the worker says', async () => {
    const { job_id } = await startSync(admin, await sitesAt(times(5, 'http://one.example/')))
    expect(await claim(sql, 'w', { job: job_id, perHost: 1 })).toHaveLength(1)
    expect(await claim(sql, 'w', { job: job_id, perHost: 3 })).toHaveLength(2)
    expect(await claim(sql, 'w', { job: job_id, perHost: 1 })).toEqual([])
  })

  it('does not block what waits behind a full host, nor what thousands wait in front of', async () => {
    await crowd(2_000, 'http://slow.example/')
    const others = await sitesAt(['http://fast.example/1', 'http://fast.example/2', null])
    // Not through the Data API, which ends a statement that takes as long as this may on a busy machine.
    const { job_id } = only(await sql<{ run: Started }[]>`select private.start_run(${organization.id}, ${admin.userId}, 'manual', null, '{}') as run`).run
    await sql`update public.sync_deliveries set next_attempt_at = clock_timestamp() - interval '1 minute' where job_id = ${job_id} and not site_id = any (${others})`
    const first = await claim(sql, 'w', { job: job_id, limit: 10 })
    expect(hosts(first)).toEqual({ 'http://slow.example/': 4, 'http://fast.example/1': 1, 'http://fast.example/2': 1, null: 1 })
    expect(await claim(sql, 'w', { job: job_id, limit: 10 })).toEqual([])
    await record(sql, first.slice(0, 1).map(accepted))
    expect(await claim(sql, 'w', { job: job_id, limit: 10 })).toHaveLength(1)
  })

  it('goes with a site whose address changes while it waits', async () => {
    const [site = '', ...rest] = await sitesAt([...times(1, 'http://free.example/'), ...times(4, 'http://full.example/')])
    await startSync(admin, rest)
    expect(await claim(sql, 'w')).toHaveLength(4)
    const { job_id } = await startSync(admin, [site])
    await sql`update public.sites set destination_url = 'http://full.example/moved' where id = ${site}`
    expect(await claim(sql, 'w', { job: job_id })).toEqual([])
    await sql`update public.sites set destination_url = null where id = ${site}`
    expect(await claim(sql, 'w', { job: job_id })).toMatchObject([{ destination_url: null, job_id }])
  })
})

describe('a site that moves while its delivery is under way', () => {
  it('waits for its new host from then on, whether it failed, was given back or was lost', async () => {
    const [failed = '', returned = '', lost = '', ...rest] = await sitesAt([...times(3, 'http://free.example/'), ...times(4, 'http://full.example/')])
    await startSync(admin, rest)
    expect(await claim(sql, 'full')).toHaveLength(4)
    const { job_id } = await startSync(admin, [failed, returned, lost])
    const claimed = await claim(sql, 'w', { job: job_id })
    const of = (site: string) => claimed.find(({ site_id }) => site_id === site) as Claimed
    await sql`update public.sites set destination_url = 'http://full.example/' where id = any (${[failed, returned, lost]})`
    // It is still the old host that they burden.
    expect((await deliveriesOf(sql, job_id)).map(({ destination_origin }) => destination_origin)).toEqual(times(3, 'http://free.example:80'))
    await record(sql, [retried(of(failed))])
    await sql`select public.release_deliveries('w', ${[of(returned).lease_token]}::bigint[])`
    await expireLease(sql, of(lost).delivery_id)
    expect(await claim(sql, 'w', { job: job_id })).toEqual([])
    expect((await deliveriesOf(sql, job_id)).map(({ status, destination_origin }) => [status, destination_origin]).sort()).toEqual([
      ['queued', 'http://full.example:80'], ['retrying', 'http://full.example:80'], ['retrying', 'http://full.example:80'],
    ])
  })
})

describe('which of the waiting go first', () => {
  const due = (job: string, limit: number) =>
    sql<{ ids: string[] }[]>`select private.due_deliveries(${job}, ${limit}, 4, '{}') as ids`.then((rows) => only(rows).ids)

  it('are those that are due longest, and none that is not due', async () => {
    const { job_id } = await startSync(admin, await sitesAt(['http://a.example/', 'http://b.example/', 'http://c.example/', null]))
    const [a, b, c, builtIn] = (await sql<{ id: string }[]>`
      select id from public.sync_deliveries where job_id = ${job_id} order by destination_origin = '', destination_origin`).map(({ id }) => id) as [string, string, string, string]
    const ago = (id: string, seconds: number) =>
      sql`update public.sync_deliveries set next_attempt_at = clock_timestamp() - make_interval(secs => ${seconds}) where id = ${id}`
    await Promise.all([ago(a, 10), ago(b, 30), ago(c, -60), ago(builtIn, 20)])
    expect(await due(job_id, 10)).toEqual([b, builtIn, a])
    expect(await due(job_id, 2)).toEqual([b, builtIn])
  })

  it('keep out a site that is busy with an older delivery, in both ways of looking', async () => {
    const sites = await sitesAt([...times(2, 'http://busy.example/'), ...times(12, 'http://full.example/')])
    const old = await startSync(admin, sites.slice(0, 2))
    expect(await claim(sql, 'w', { job: old.job_id })).toHaveLength(2)
    const { job_id } = await startSync(admin, sites, { force: true })
    const newer = new Set((await deliveriesOf(sql, job_id)).filter(({ site_id }) => sites.slice(0, 2).includes(site_id ?? '')).map(({ id }) => id))
    for (const limit of [100, 1, 2, 3]) {
      const ids = await due(job_id, limit)
      expect(ids.filter((id) => newer.has(id))).toEqual([])
      expect(ids).toHaveLength(Math.min(limit, 4))
    }
  })

  it('are the same few whether the run is small or crowded, host by host', async () => {
    await crowd(60, 'http://full.example/')
    const behind = await sitesAt([...times(6, 'http://two.example/'), ...times(6, null)])
    const { job_id } = await startSync(admin)
    await sql`update public.sync_deliveries set next_attempt_at = clock_timestamp() - interval '1 minute' where job_id = ${job_id} and not site_id = any (${behind})`
    expect(hosts(await claim(sql, 'w', { job: job_id, limit: 4 }))).toEqual({ 'http://full.example/': 4 })
    // A window of 12 sees the full host alone, one of 400 sees everything.
    const narrow = await due(job_id, 3)
    const wide = await due(job_id, 100)
    expect(wide).toHaveLength(10)
    expect(narrow).toHaveLength(3)
    expect(narrow.filter((id) => !wide.includes(id))).toEqual([])
    await sql`update public.sync_deliveries set next_attempt_at = clock_timestamp() + interval '1 hour' where job_id = ${job_id} and site_id = any (${behind})`
    expect(await due(job_id, 3)).toEqual([])
  })
})

describe('the cap of a run', () => {
  it('holds over all workers, and each run has its own', async () => {
    const sites = await sitesAt(times(12, null))
    const [one, other] = [await startSync(admin, sites.slice(0, 8)), await startSync(admin, sites.slice(8))]
    const first = await claim(sql, 'a', { job: one.job_id, perRun: 5, limit: 3 })
    expect([first.length, (await claim(sql, 'b', { job: one.job_id, perRun: 5 })).length]).toEqual([3, 2])
    expect(await claim(sql, 'c', { job: one.job_id, perRun: 5 })).toEqual([])
    expect(await claim(sql, 'c', { perRun: 5 })).toMatchObject(times(4, { job_id: other.job_id }))
    await record(sql, first.map(accepted))
    expect(await claim(sql, 'a', { job: one.job_id, perRun: 5 })).toHaveLength(3)
    // Narrower than what is under way already.
    expect(await claim(sql, 'a', { perRun: 1 })).toEqual([])
  })

  it('is 32 and that of a host 4 where the worker says nothing', async () => {
    await crowd(40, null)
    await sitesAt(times(6, 'http://one.example/'))
    const { job_id } = await startSync(admin)
    await sql`update public.sync_deliveries set next_attempt_at = clock_timestamp() - interval '1 minute' where job_id = ${job_id} and destination_origin <> ''`
    const byItself = (worker: string, limit: number) => sql<Claimed[]>`select * from public.claim_deliveries(${worker}, ${limit}, ${job_id})`
    const claimed = [...(await byItself('v', 1)), ...(await byItself('w', 100))]
    expect(hosts(claimed)).toEqual({ null: 28, 'http://one.example/': 4 })
  })

  it('lets a worker that is alone take four times as many ahead, and a second none until they are few', async () => {
    const { job_id } = await startSync(admin, await sitesAt(times(12, null)))
    const ahead = await claim(sql, 'a', { job: job_id, perRun: 2 })
    expect(ahead).toHaveLength(8)
    expect(await claim(sql, 'b', { job: job_id, perRun: 2 })).toEqual([])
    await record(sql, ahead.slice(1).map(accepted))
    expect(await claim(sql, 'b', { job: job_id, perRun: 2 })).toHaveLength(1)
    // Now that two of them share the run, neither takes anything ahead.
    expect(await claim(sql, 'a', { job: job_id, perRun: 2 })).toEqual([])
  })
})

describe('the rate of a site', () => {
  const nextOf = async (job: string) => (await deliveryOf(sql, job)).next_attempt_at?.getTime() ?? 0
  const limited = async (perMinute: number, url: string | null = null) => {
    const [site = ''] = await sitesAt([url])
    await sql`update public.sites set requests_per_minute = ${perMinute} where id = ${site}`
    return site
  }
  const claimOne = async (job: string) => only(await claim(sql, 'w', { job }))

  it('keeps the starts of its requests a minute divided by it apart, by the clock of the database', async () => {
    const site = await limited(2)
    const { job_id } = await startSync(admin, [site])
    const delivery = await claimOne(job_id)
    const before = Date.now()
    // The worker's clock is ten minutes off, which changes nothing; its request took two seconds.
    await record(sql, [{ ...retried(delivery, 100), started_at: new Date(before + 600_000).toISOString(), duration_ms: 2_000 }])
    expectBetween(await nextOf(job_id), before - 2_000 + 30_000, Date.now() - 2_000 + 30_000)
    expect(await claim(sql, 'w', { job: job_id })).toEqual([])
    expect((await logOf(sql, job_id)).at(-1)?.message).toMatch(/retry in (28\.0|27\.9) s$/)
  })

  it('never shortens the pause before a retry', async () => {
    const { job_id } = await startSync(admin, [await limited(600)])
    const before = Date.now()
    await record(sql, [retried(await claimOne(job_id), 60_000)])
    expectBetween(await nextOf(job_id), before + 60_000, Date.now() + 60_000)
  })

  it('holds the next run too, and says so in its log', async () => {
    const site = await limited(1)
    const { job_id } = await startSync(admin, [site])
    const before = Date.now()
    await record(sql, [accepted(await claimOne(job_id))])
    const after = Date.now()
    const next = await startSync(admin, [site], { force: true })
    expectBetween(await nextOf(next.job_id), before + 60_000 - 12, after + 60_000 - 12)
    expect((await logOf(sql, next.job_id)).at(-1)).toMatchObject({ level: 'warn', site_id: site, message: expect.stringMatching(/^Waits (60\.0|59\.\d|5\d\.\d) s: at most 1 request a minute$/) as string })
    expect(await claim(sql, 'w', { job: next.job_id })).toEqual([])
    await sql`update public.site_states set not_before = clock_timestamp() where site_id = ${site}`
    expect(await startSync(admin, [site], { force: true })).toMatchObject({ status: 'queued' })
    expect(await claim(sql, 'w')).toHaveLength(1)
  })

  it('holds a newer delivery that waited already while the request was under way', async () => {
    const site = await limited(1)
    const old = await startSync(admin, [site])
    const flying = await claimOne(old.job_id)
    const newer = await startSync(admin, [site], { force: true })
    const before = Date.now()
    await record(sql, [accepted(flying)])
    expectBetween(await nextOf(newer.job_id), before + 60_000 - 12, Date.now() + 60_000 - 12)
    expect(await claim(sql, 'w')).toEqual([])
  })

  it('is that of one site alone, also where several share a host', async () => {
    const site = await limited(1, 'http://one.example/')
    const [free = ''] = await sitesAt(['http://one.example/'])
    await record(sql, (await claim(sql, 'w', { job: (await startSync(admin, [site, free])).job_id })).map(accepted))
    await startSync(admin, [site, free], { force: true })
    expect(await claim(sql, 'w')).toMatchObject([{ site_id: free }])
  })

  it('of no limit leaves nothing waiting, even where there was one a moment ago', async () => {
    const site = await limited(1)
    await record(sql, [accepted(await claimOne((await startSync(admin, [site])).job_id))])
    await sql`update public.sites set requests_per_minute = null where id = ${site}`
    const { job_id } = await startSync(admin, [site], { force: true })
    expect((await logOf(sql, job_id)).map(({ message }) => message).filter((message) => message.startsWith('Waits'))).toEqual([])
    expect(await claim(sql, 'w', { job: job_id })).toHaveLength(1)
  })
})

describe('what a lost worker held', () => {
  it('still counts against the host until somebody sees that it is lost, and not after', async () => {
    const { job_id } = await startSync(admin, await sitesAt(times(6, 'http://one.example/')))
    const lost = await claim(sql, 'dies', { job: job_id })
    expect(lost).toHaveLength(4)
    for (const { delivery_id } of lost) await expireLease(sql, delivery_id)
    const again = await claim(sql, 'lives', { job: job_id })
    expect(again).toHaveLength(4)
    expect(await claim(sql, 'lives', { job: job_id })).toEqual([])
  })
})
