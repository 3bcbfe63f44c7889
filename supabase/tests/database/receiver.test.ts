/** The built-in receiver's half in SQL: applied once, never backwards, and what a visitor then sees. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { expectRefusal, openDatabase, openWorld, rpc } from '../support/actors.ts'
import { expectBetween, newSite, newSitesWithItem, only } from '../support/fixtures.ts'
import { runToEnd } from '../support/runs.ts'

const stack = inject('stack')
const world = openWorld(stack)
const { sql } = world
const many = openDatabase(stack, 8)
afterAll(() => Promise.all([world.close(), many.end()]))

const admin = await world.newAdmin('Receiver & Söhne')
const { organization } = admin
let site: string
let slug: string
beforeEach(async () => {
  slug = `r-${randomUUID().slice(0, 8)}`
  site = await newSite(sql, organization, { slug, name: 'Received' })
})

interface Received {
  applied: boolean
  duplicate: boolean
  receivedAt: string
  itemCount: number
}

const body = (...titles: string[]) =>
  JSON.stringify({ version: 1, site: { slug, name: 'Received' }, items: titles.map((title) => ({ id: randomUUID(), type: 'note', title, data: { headline: title } })) })

async function receive(id: string, sequence: number, text: string, db = sql, target = site): Promise<Received> {
  return only(await db<{ answer: Received }[]>`select public.receive_delivery(${target}, ${id}, ${sequence}, ${text}) as answer`).answer
}

const snapshot = async () => {
  const rows = await sql<{ webhook_id: string; sequence: number; body: string; item_count: number }[]>`
    select webhook_id, sequence::integer, body, item_count from public.destination_snapshots where site_id = ${site}`
  return rows[0] ?? null
}
const history = async () =>
  (await sql<{ sequence: number }[]>`select sequence::integer from public.destination_snapshot_history where site_id = ${site} order by sequence`).map(({ sequence }) => sequence)
const duplicates = async (id: string) =>
  only(await sql<{ duplicates: number }[]>`select duplicates from private.destination_receipts where site_id = ${site} and webhook_id = ${id}`).duplicates

describe('receive_delivery', () => {
  it('applies what is new, keeps the text as it came, and remembers it', async () => {
    const first = body('One', 'Zwölf')
    const before = Date.now()
    const answer = await receive('msg_1', 3, first)
    expect(answer).toEqual({ applied: true, duplicate: false, receivedAt: expect.any(String) as string, itemCount: 2 })
    expectBetween(Date.parse(answer.receivedAt), before, Date.now())
    expect(await snapshot()).toEqual({ webhook_id: 'msg_1', sequence: 3, body: first, item_count: 2 })
    await receive('msg_2', 4, body())
    expect(await snapshot()).toMatchObject({ webhook_id: 'msg_2', sequence: 4, item_count: 0 })
    expect(await history()).toEqual([3, 4])
  })

  it('answers a repeated id as it answered first, and applies it once', async () => {
    const first = await receive('msg_1', 1, body('One'))
    await receive('msg_2', 2, body('Two'))
    const again = await receive('msg_1', 1, body('One'))
    expect(again).toEqual({ ...first, duplicate: true })
    // Not even when it claims to be newer: the id decides.
    expect(await receive('msg_1', 9, body('Forged'))).toEqual({ ...first, duplicate: true })
    expect(await snapshot()).toMatchObject({ webhook_id: 'msg_2', sequence: 2 })
    expect(await duplicates('msg_1')).toBe(2)
    expect(await history()).toEqual([1, 2])
  })

  it('never lets an older sequence overwrite a newer snapshot, nor an equal one', async () => {
    const newer = body('Newer')
    await receive('msg_5', 5, newer)
    expect(await receive('msg_4', 4, body('Older'))).toMatchObject({ applied: false, duplicate: false, itemCount: 1 })
    expect(await receive('msg_5b', 5, body('Equal'))).toMatchObject({ applied: false })
    expect(await receive('msg_4', 4, body('Older'))).toMatchObject({ applied: false, duplicate: true })
    expect(await snapshot()).toEqual({ webhook_id: 'msg_5', sequence: 5, body: newer, item_count: 1 })
    expect(await history()).toEqual([5])
  })

  it('keeps sites apart: the same id and sequence elsewhere is another delivery', async () => {
    const other = await newSite(sql, organization)
    await receive('msg_1', 7, body('Here'))
    expect(await receive('msg_1', 1, body('There'), sql, other)).toMatchObject({ applied: true, duplicate: false })
    expect(await snapshot()).toMatchObject({ sequence: 7 })
  })

  it('ends with the newest of eight that arrive at once, whatever their order', async () => {
    const sequences = [4, 8, 1, 7, 3, 6, 2, 5]
    const answers = await Promise.all(sequences.map((sequence) => receive(`msg_${sequence}`, sequence, body(`Nr ${sequence}`), many)))
    expect(await snapshot()).toMatchObject({ webhook_id: 'msg_8', sequence: 8 })
    const applied = sequences.filter((_, index) => answers[index]?.applied).sort()
    expect(applied).toContain(8)
    expect(await history()).toEqual(applied)
  })

  it('applies one of eight that are the same delivery, and answers all of them alike', async () => {
    const text = body('Once')
    const answers = await Promise.all(Array.from({ length: 8 }, () => receive('msg_same', 1, text, many)))
    expect(answers.filter(({ duplicate }) => !duplicate)).toHaveLength(1)
    expect(new Set(answers.map(({ receivedAt, applied, itemCount }) => `${receivedAt} ${applied} ${itemCount}`)).size).toBe(1)
    expect(await duplicates('msg_same')).toBe(7)
    expect(await history()).toEqual([1])
  })

  it('refuses a site that is not there and a body that is none, and changes nothing', async () => {
    await expectRefusal(receive('msg_1', 1, body(), sql, randomUUID()), 'DS032', 'There is no such site.')
    await expectRefusal(receive('msg_1', 1, 'not json'), '22P02', 'invalid input syntax for type json')
    expect(await snapshot()).toBeNull()
    expect(await receive('msg_1', 1, body('Now'))).toMatchObject({ applied: true, duplicate: false })
  })
})

describe('take_simulated_failure', () => {
  const failures = async (count: number) =>
    (await sql<{ failed: boolean }[]>`
      select public.take_simulated_failure(${site}) as failed from generate_series(1, ${count})`).filter(({ failed }) => failed).length

  it('fails the next attempts that it was told to, then none', async () => {
    await sql`update public.sites set fail_next = 2 where id = ${site}`
    const answers = await Promise.all(Array.from({ length: 5 }, () => many<{ failed: boolean }[]>`select public.take_simulated_failure(${site}) as failed`))
    expect(answers.filter(([row]) => row?.failed)).toHaveLength(2)
    expect(await sql`select fail_next from public.sites where id = ${site}`).toEqual([{ fail_next: 0 }])
  })

  it('fails at the site’s rate: never at 0, always at 100, sometimes between', async () => {
    expect(await failures(200)).toBe(0)
    await sql`update public.sites set failure_rate = 100 where id = ${site}`
    expect(await failures(50)).toBe(50)
    await sql`update public.sites set failure_rate = 50 where id = ${site}`
    const half = await failures(400)
    // Beyond eight standard deviations on either side.
    expect(half).toBeGreaterThan(120)
    expect(half).toBeLessThan(280)
    expect(only(await sql`select public.take_simulated_failure(${randomUUID()}) as failed`)).toEqual({ failed: false })
  })
})

describe('landing_page', () => {
  const page = (org: string, name: string) => rpc<Record<string, unknown> | null>({ client: world.visitor() }, 'landing_page', { org_slug: org, site_slug: name })

  it('is null for what does not exist', async () => {
    expect(await page(organization.slug, 'nothing')).toBeNull()
    expect(await page('nobody', slug)).toBeNull()
    expect(await page(organization.slug, '')).toBeNull()
    expect(await page(organization.slug.toUpperCase(), slug)).toBeNull()
  })

  it('exists before the first delivery, and has nothing to show', async () => {
    expect(await page(organization.slug, slug)).toEqual({
      organization: { name: 'Receiver & Söhne', slug: organization.slug },
      site: { name: 'Received', slug, region: null },
      sequence: null, received_at: null, item_count: 0, payload: null,
    })
  })

  it('shows the snapshot to anybody, and not what is planned', async () => {
    const { sites: [target = ''], item } = await newSitesWithItem(sql, organization, 1)
    await sql`update public.sites set slug = ${`s-${slug}`}, region = 'South' where id = ${target}`
    await runToEnd(sql, admin, { sites: [target], receive: true })
    await sql`update public.content_items set title = 'Edited since', data = '{"headline": "Edited since"}' where id = ${item}`
    const shown = await page(organization.slug, `s-${slug}`)
    expect(shown).toMatchObject({
      site: { slug: `s-${slug}`, region: 'South' }, sequence: 1, item_count: 1, received_at: expect.any(String) as string,
      payload: { version: 1, items: [{ id: item, title: 'A note', data: { headline: 'A note' } }] },
    })
    expect(Object.keys(shown ?? {}).sort()).toEqual(['item_count', 'organization', 'payload', 'received_at', 'sequence', 'site'])
    expect(JSON.stringify(shown)).not.toContain(organization.id)
    expect(await rpc(admin, 'landing_page', { org_slug: organization.slug, site_slug: `s-${slug}` })).toEqual(shown)
  })
})
