/** The engine's verbs one by one: claim, record, give back; leases, fencing, attempts. */
import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openWorld } from '../support/actors.ts'
import { edit, expectBetween, newSitesWithItem, only, startOver } from '../support/fixtures.ts'
import { breaches } from '../support/invariants.ts'
import { startQuietStack } from '../support/quiet-stack.ts'
import { accepted, claim, deliveriesOf, deliveryOf, expireLease, jobRow, logOf, record, refused, retried, startSync, type Claimed, type Started } from '../support/runs.ts'

const stack = await startQuietStack()
const world = openWorld(stack)
const { sql } = world
afterAll(async () => {
  await world.close()
  await stack.close()
})
beforeEach(() => startOver(sql))
afterEach(async () => {
  expect(await breaches(sql)).toEqual([])
})

const admin = await world.newAdmin()
const { organization } = admin

async function started(count = 1): Promise<Started & { sites: string[]; item: string }> {
  const { sites, item } = await newSitesWithItem(sql, organization, count)
  return { ...(await startSync(admin, sites)), sites, item }
}

const claimOne = async (job: string, worker = 'worker') => only(await claim(sql, worker, { job }))

describe('claim_deliveries', () => {
  it('hands out what is due, with all that a worker needs, and starts the run', async () => {
    const { job_id, sites: [site = ''] } = await started()
    const before = Date.now()
    const delivery = await claimOne(job_id)
    const after = Date.now()
    const row = await deliveryOf(sql, job_id)
    expect(delivery).toMatchObject({
      delivery_id: row.id, organization_id: organization.id, job_id, site_id: site, sequence: '1', body: row.body, destination_url: null, attempt: 1, max_attempts: 4, secrets: [],
    })
    expect(delivery.webhook_id).toMatch(/^msg_[0-9a-f]{32}$/)
    expectBetween(delivery.lease_expires_at.getTime(), before + 30_000, after + 30_000)
    expect(row).toMatchObject({ status: 'sending', attempts: 1, next_attempt_at: null })
    expect(await jobRow(sql, job_id)).toMatchObject({ status: 'running', started_at: expect.any(Date) as Date })
    expect((await logOf(sql, job_id)).at(-1)).toMatchObject({ level: 'info', message: 'POST attempt 1 of 4, signed', site_id: site, delivery_id: row.id })
  })

  it('hands out each once, as many as were asked for, of this job alone', async () => {
    const [one, other] = [await started(3), await started(1)]
    const first = await claim(sql, 'a', { job: one.job_id, limit: 2 })
    const second = await claim(sql, 'b', { job: one.job_id, limit: 2 })
    expect([first.length, second.length]).toEqual([2, 1])
    expect(new Set([...first, ...second].map(({ delivery_id }) => delivery_id)).size).toBe(3)
    expect(await claim(sql, 'c', { job: one.job_id })).toEqual([])
    expect(await claim(sql, 'c', { job: other.job_id, limit: 0 })).toEqual([])
    expect(await claim(sql, 'c')).toMatchObject([{ job_id: other.job_id }])
  })

  it('carries the policy of its site: attempts as they were at the start, pause and timeout as they are now', async () => {
    const { sites: [site = ''] } = await newSitesWithItem(sql, organization, 1)
    await sql`update public.sites set max_attempts = 2, first_retry_ms = 1500, timeout_seconds = 25 where id = ${site}`
    const { job_id } = await startSync(admin, [site])
    await sql`update public.sites set max_attempts = 9, timeout_seconds = 30 where id = ${site}`
    const delivery = await claimOne(job_id)
    expect(delivery).toMatchObject({ max_attempts: 2, first_retry_ms: 1_500, timeout_ms: 30_000 })
    expect((await logOf(sql, job_id)).at(-1)?.message).toBe('POST attempt 1 of 2, signed')
    await record(sql, [refused(delivery)])
    const limits: Record<string, [number, number]> = {
      max_attempts: [1, 10], first_retry_ms: [100, 60_000], timeout_seconds: [1, 30], requests_per_minute: [1, 6_000],
    }
    for (const [column, [least, most]] of Object.entries(limits)) {
      for (const right of [least, most]) await sql`update public.sites set ${sql({ [column]: right })} where id = ${site}`
      for (const wrong of [least - 1, most + 1]) await expect(sql`update public.sites set ${sql({ [column]: wrong })} where id = ${site}`, column).rejects.toMatchObject({ code: '23514' })
    }
    for (const wrong of ['ftp://x.example/', 'shop.example', 'https://a b']) {
      await expect(sql`update public.sites set state_url = ${wrong} where id = ${site}`, wrong).rejects.toMatchObject({ code: '23514' })
    }
  })

  it('carries the sealed secrets, newest first, without those that are retired', async () => {
    const { job_id, sites: [site = ''] } = await started()
    const store = async (version: number) =>
      only(await sql<{ stored: boolean }[]>`
        select public.store_site_secret(${site}, ${version}, 1, ${Buffer.alloc(12, version)}, ${Buffer.alloc(48, version)}) as stored`).stored
    expect([await store(1), await store(2), await store(3)]).toEqual([true, true, true])
    expect(await store(2)).toBe(false)
    await sql`update private.site_secrets set retired_at = now() where site_id = ${site} and version = 1`
    const { secrets } = await claimOne(job_id)
    const sealed = (version: number) => ({ version, key_version: 1, nonce: Buffer.alloc(12, version).toString('base64'), ciphertext: Buffer.alloc(48, version).toString('base64') })
    expect(secrets).toEqual([sealed(3), sealed(2)])
    expect(only(await sql`select public.site_signing_secrets(${site}) as secrets`)).toEqual({ secrets })
    expect(await sql`select from public.site_states where site_id = ${site} and secret_set_at is not null`).toHaveLength(1)
    expect(only(await sql`select public.store_site_secret(${randomUUID()}, 1, 1, ${Buffer.alloc(12)}, ${Buffer.alloc(48)}) as stored`)).toEqual({ stored: false })
  })

  it('gives what a worker lost to another, under the same id and number', async () => {
    const { job_id } = await started()
    const lost = await claimOne(job_id, 'dies')
    expect(await claim(sql, 'early', { job: job_id })).toEqual([])
    await expireLease(sql, lost.delivery_id)
    const found = await claimOne(job_id, 'finds')
    expect(found).toMatchObject({ delivery_id: lost.delivery_id, webhook_id: lost.webhook_id, sequence: lost.sequence, body: lost.body, attempt: 1 })
    expect(Number(found.lease_token)).toBeGreaterThan(Number(lost.lease_token))
    expect(await deliveryOf(sql, job_id)).toMatchObject({ leases_lost: 1, attempts: 1 })
    expect((await logOf(sql, job_id)).at(-1)).toMatchObject({ level: 'warn', message: 'Worker lost, sending again: POST attempt 1 of 4, signed' })
  })

  it('lets what a worker lost wait again, also where the next worker has no hand free for it', async () => {
    const [lost, other] = [await started(), await started()]
    const { delivery_id, lease_token } = await claimOne(lost.job_id, 'dies')
    const expiries = async () => Number((await healthOf()).lease_expiries)
    const before = await expiries()
    await expireLease(sql, delivery_id)
    expect(await claim(sql, 'busy elsewhere', { job: other.job_id })).toHaveLength(1)
    expect(await expiries()).toBe(before + 1)
    expect(await deliveryOf(sql, lost.job_id)).toMatchObject({ status: 'retrying', reason: 'the worker was lost', attempts: 0, lease_token: null, leases_lost: 1 })
    expect(await record(sql, [accepted({ ...(await claimOne(lost.job_id)), lease_token })])).toMatchObject({ rejected: [delivery_id] })
    expect(await deliveryOf(sql, lost.job_id)).toMatchObject({ status: 'sending', attempts: 1, reason: 'the worker was lost' })
  })

  it('ends what keeps killing its workers instead of trying for ever', async () => {
    const { job_id } = await started()
    for (let death = 1; death <= 5; death += 1) {
      const { delivery_id } = await claimOne(job_id, `victim-${death}`)
      await expireLease(sql, delivery_id)
    }
    expect(await claim(sql, 'spared', { job: job_id })).toEqual([])
    expect(await deliveryOf(sql, job_id)).toMatchObject({ status: 'failed', reason: 'lost 5 times while it was being sent', lease_token: null })
    expect(await jobRow(sql, job_id)).toMatchObject({ status: 'failed', failed: 1 })
  })
})

describe('record_attempts', () => {
  it('ends a delivery and its job in one transaction, and remembers what the site accepted', async () => {
    const { job_id, sites: [site = ''] } = await started()
    const delivery = await claimOne(job_id)
    expect(await record(sql, [accepted(delivery)])).toEqual({ jobs_finished: [job_id], rejected: [] })
    const row = await deliveryOf(sql, job_id)
    expect(row).toMatchObject({ status: 'success', reason: '200 applied', lease_token: null })
    const state = only(await sql`select * from public.site_states where site_id = ${site}`)
    expect(state).toMatchObject({
      accepted_delivery_id: row.id, accepted_hash: row.body_hash, accepted_sequence: '1', accepted_item_count: 1, last_status: 'success', last_error: null,
    })
    expect(await sql`select number, worker, status_code, request_headers, response_body from public.delivery_attempts where delivery_id = ${row.id}`).toEqual([
      { number: 1, worker: 'worker', status_code: 200, request_headers: { 'webhook-id': delivery.webhook_id }, response_body: '{"applied":true}' },
    ])
    expect((await logOf(sql, job_id)).slice(-2)).toMatchObject([
      { level: 'success', message: '200 applied, 12 ms', site_id: site },
      { level: 'success', message: expect.stringMatching(/^Run \d+: success in .+, 1 of 1 site accepted$/) as string, site_id: null },
    ])
  })

  it('takes nothing from a worker whose lease another holds now', async () => {
    const { job_id } = await started()
    const lost = await claimOne(job_id, 'slow')
    await expireLease(sql, lost.delivery_id)
    const found = await claimOne(job_id, 'fast')
    const before = await deliveryOf(sql, job_id)
    expect(await record(sql, [accepted(lost)])).toEqual({ jobs_finished: [], rejected: [lost.delivery_id] })
    expect(await deliveryOf(sql, job_id)).toEqual(before)
    expect(await sql`select from public.delivery_attempts where delivery_id = ${lost.delivery_id}`).toHaveLength(0)
    expect(await record(sql, [accepted(found)])).toEqual({ jobs_finished: [job_id], rejected: [] })
    expect(await record(sql, [accepted(found)])).toEqual({ jobs_finished: [], rejected: [found.delivery_id] })
  })

  it('takes a late result as long as nobody else has taken the delivery', async () => {
    const { job_id } = await started()
    const delivery = await claimOne(job_id)
    await expireLease(sql, delivery.delivery_id)
    expect(await record(sql, [accepted(delivery)])).toEqual({ jobs_finished: [job_id], rejected: [] })
  })

  it('never takes back what a site has accepted: an older sequence ends its delivery and changes nothing else', async () => {
    const { job_id, sites: [site = ''] } = await started()
    await sql`update public.site_states set accepted_sequence = 7, accepted_hash = 'newer', accepted_at = '2026-01-01' where site_id = ${site}`
    await record(sql, [accepted(await claimOne(job_id))])
    expect(only(await sql`select accepted_sequence, accepted_hash, accepted_at, last_status from public.site_states where site_id = ${site}`)).toEqual({
      accepted_sequence: '7', accepted_hash: 'newer', accepted_at: new Date('2026-01-01'), last_status: 'success',
    })
    await sql`delete from public.sites where id = ${site}`
  })

  it('records a batch of several jobs, and names those it rejects', async () => {
    const [one, other] = [await started(2), await started(1)]
    const [first, second] = (await claim(sql, 'a', { job: one.job_id })) as [Claimed, Claimed]
    const third = await claimOne(other.job_id)
    const unknown = randomUUID()
    const recorded = await record(sql, [accepted(first), { ...accepted(second), lease_token: '1' }, accepted(third), { ...accepted(first), delivery_id: unknown }])
    expect(recorded).toEqual({ jobs_finished: [other.job_id], rejected: [second.delivery_id, unknown] })
    expect(await record(sql, [])).toEqual({ jobs_finished: [], rejected: [] })
    expect(await record(sql, [refused(second)])).toEqual({ jobs_finished: [one.job_id], rejected: [] })
  })

  it('records a result once that stands twice in one batch', async () => {
    const { job_id } = await started()
    const result = accepted(await claimOne(job_id))
    expect(await record(sql, [result, result])).toMatchObject({ jobs_finished: [job_id] })
  })

  it('counts attempts from 1 and waits before the next as long as it was told', async () => {
    const { job_id, sites: [site = ''] } = await started()
    const webhooks = new Set<string>()
    for (const attempt of [1, 2, 3]) {
      const delivery = await claimOne(job_id)
      expect(delivery.attempt).toBe(attempt)
      webhooks.add(delivery.webhook_id)
      const before = Date.now()
      expect(await record(sql, [retried(delivery, 60_000)])).toEqual({ jobs_finished: [], rejected: [] })
      const after = Date.now()
      const row = await deliveryOf(sql, job_id)
      expect(row).toMatchObject({ status: 'retrying', attempts: attempt, finished_at: null, lease_token: null })
      expectBetween(row.next_attempt_at?.getTime() ?? 0, before + 60_000, after + 60_000)
      expect((await logOf(sql, job_id)).at(-1)).toMatchObject({ level: 'warn', message: '500 from destination (simulated), retry in 60.0 s' })
      expect(await claim(sql, 'eager', { job: job_id })).toEqual([])
      await sql`update public.sync_deliveries set next_attempt_at = clock_timestamp() where job_id = ${job_id}`
    }
    const last = await claimOne(job_id)
    expect(last).toMatchObject({ attempt: 4, max_attempts: 4 })
    expect(await record(sql, [refused(last)])).toMatchObject({ jobs_finished: [job_id] })
    expect((await logOf(sql, job_id)).at(-2)).toMatchObject({ level: 'error', message: '404 from destination, giving up after attempt 4 of 4' })
    expect(webhooks.add(last.webhook_id).size).toBe(1)
    expect((await sql`select number from public.delivery_attempts where delivery_id = ${last.delivery_id} order by number`).map(({ number }) => number as number)).toEqual([1, 2, 3, 4])
    expect(only(await sql`select last_status, last_error, accepted_hash from public.site_states where site_id = ${site}`)).toEqual({
      last_status: 'failed', last_error: '404 from destination', accepted_hash: null,
    })
  })
})

describe('a lease', () => {
  it('is renewed by its holder alone', async () => {
    const { job_id } = await started()
    const { delivery_id, lease_token } = await claimOne(job_id, 'holder')
    const renew = async (worker: string, token: string) =>
      only(await sql<{ held: string[] }[]>`select public.renew_leases(${worker}, ${[token]}::bigint[]) as held`).held
    await expireLease(sql, delivery_id)
    expect(await renew('stranger', lease_token)).toEqual([])
    expect(await renew('holder', lease_token)).toEqual([lease_token])
    expect(await claim(sql, 'other', { job: job_id })).toEqual([])
    await expireLease(sql, delivery_id)
    await claimOne(job_id, 'other')
    expect(await renew('holder', lease_token)).toEqual([])
  })

  it('that is given back counts as no attempt, and the delivery is due at once', async () => {
    const { job_id } = await started(2)
    const [one, two] = (await claim(sql, 'stops', { job: job_id })) as [Claimed, Claimed]
    const release = async (worker: string, tokens: string[]) =>
      only(await sql<{ released: number }[]>`select public.release_deliveries(${worker}, ${tokens}::bigint[]) as released`).released
    expect(await release('stranger', [one.lease_token])).toBe(0)
    expect(await release('stops', [one.lease_token, two.lease_token])).toBe(2)
    expect(await release('stops', [one.lease_token])).toBe(0)
    expect((await deliveriesOf(sql, job_id)).map(({ status, attempts }) => [status, attempts])).toEqual([['queued', 0], ['queued', 0]])
    expect(await record(sql, [accepted(one)])).toMatchObject({ rejected: [one.delivery_id] })
    expect((await claim(sql, 'next', { job: job_id })).map(({ attempt }) => attempt)).toEqual([1, 1])
  })
})

const healthOf = async () => only(await sql<{ health: Record<string, number | string | null> }[]>`select public.engine_health() as health`).health

describe('what waits', () => {
  const wait = async (job: string) => only(await sql<{ ms: number | null }[]>`select public.next_wait_ms(${job}) as ms`).ms

  it('is announced by how long it waits', async () => {
    const { job_id, sites, item } = await started()
    expect(await wait(job_id)).toBe(0)
    const delivery = await claimOne(job_id)
    // One that is in flight is nobody's to wait for.
    expect(await wait(job_id)).toBeNull()
    await record(sql, [retried(delivery, 600_000)])
    const announced = await wait(job_id)
    expect(announced).toBeGreaterThan(300_000)
    expect(announced).toBeLessThanOrEqual(600_000)
    await sql`update public.sync_deliveries set next_attempt_at = clock_timestamp() where job_id = ${job_id}`
    await claimOne(job_id)
    await edit(sql, item, { text: 'newer' })
    const newer = await startSync(admin, sites)
    // It is due, though its site is busy.
    expect(await wait(newer.job_id)).toBe(0)
    expect(await claim(sql, 'w', { job: newer.job_id })).toEqual([])
  })

  it('is what the tick names and health counts', async () => {
    const { job_id } = await started()
    const busy = await started()
    const later = await started()
    await claimOne(busy.job_id)
    await record(sql, [retried(await claimOne(later.job_id), 60_000)])
    const tick = async () => only(await sql<{ answer: { open_jobs: string[] } }[]>`select public.tick() as answer`).answer.open_jobs
    const open = await tick()
    expect(open).toContain(job_id)
    expect(open).not.toContain(busy.job_id)
    expect(open).not.toContain(later.job_id)
    await sql`update public.sync_deliveries set lease_expires_at = clock_timestamp() - interval '1 second' where job_id = ${busy.job_id}`
    const beforeTick = Date.now()
    expect(await tick()).toContain(busy.job_id)
    const health = await healthOf()
    const count = async (where: ReturnType<typeof sql>) => (await sql`select from public.sync_deliveries where ${where}`).length
    expect(health).toMatchObject({
      queued: await count(sql`status in ('queued', 'retrying')`),
      in_flight: await count(sql`status = 'sending'`),
      expired_leases: await count(sql`status = 'sending' and lease_expires_at < clock_timestamp()`),
    })
    await sql`update public.sync_deliveries set next_attempt_at = clock_timestamp() - interval '90 seconds' where job_id = ${job_id}`
    expect((await healthOf()).oldest_waiting_s).toBeGreaterThanOrEqual(90)
    expect(health.tick_age_s).toBeGreaterThanOrEqual(0)
    expectBetween(Date.parse(String(health.last_tick_at)), beforeTick, Date.now())
  })
})
