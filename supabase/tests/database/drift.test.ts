/** Drift: what a site says it shows against what we hold as accepted. */
import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { expectRefusal, openWorld, rpc, type Member } from '../support/actors.ts'
import { edit, expectBetween, newSitesWithItem, only, startOver } from '../support/fixtures.ts'
import { breaches } from '../support/invariants.ts'
import { startQuietStack } from '../support/quiet-stack.ts'
import { accepted, claim, previewOf, record, runToEnd, startSync, type Change, type Payload } from '../support/runs.ts'

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

interface Drift {
  drift: 'unknown' | 'in_sync' | 'drifted' | 'unreachable'
  drift_checked_at: Date | null
  drift_message: string | null
  drift_changes: Change[] | null
}
const driftOf = async (site: string) =>
  only(await sql<Drift[]>`select drift, drift_checked_at, drift_message, drift_changes from public.site_states where site_id = ${site}`)
const check = (sites: string[] | null, who: Member = admin) => rpc<{ checked: number; drifted: number; asked: number }>(who, 'check_drift', { site_ids: sites })
const recordShown = async (site: string, shown: string | null, error: string | null = null) =>
  only(await sql<{ drift: string }[]>`select public.record_drift(${site}, ${shown}, ${error}) as drift`).drift

/** A site that shows what it accepted: the built-in receiver, or one that says by itself what it shows. */
async function synced(stateUrl: string | null = null): Promise<{ site: string; item: string; body: string; payload: Payload }> {
  const { sites: [site = ''], item } = await newSitesWithItem(sql, organization, 1)
  if (stateUrl) await sql`update public.sites set destination_url = 'https://shop.example/hook', state_url = ${stateUrl} where id = ${site}`
  await runToEnd(sql, admin, { sites: [site], receive: !stateUrl })
  const { body, payload } = await previewOf(admin, site)
  return { site, item, body, payload }
}

describe('a check of a built-in site', () => {
  it('finds it in sync, though our content has changed since', async () => {
    const { site, item } = await synced()
    await edit(sql, item, { text: 'not sent yet' })
    const before = Date.now()
    expect(await check([site])).toEqual({ checked: 1, drifted: 0, asked: 0 })
    const drift = await driftOf(site)
    expect(drift).toMatchObject({ drift: 'in_sync', drift_message: null, drift_changes: null })
    expectBetween(drift.drift_checked_at?.getTime() ?? 0, before, Date.now())
  })

  it('finds what it shows instead, field by field, as a plan would say it', async () => {
    const { site, item } = await synced()
    await sql`update public.destination_snapshots set body = replace(body, '"headline": "A note"', '"headline": "Tampered"') where site_id = ${site}`
    expect(await check([site])).toEqual({ checked: 1, drifted: 1, asked: 0 })
    expect(await driftOf(site)).toMatchObject({
      drift: 'drifted', drift_message: '1 difference from what the site accepted.',
      drift_changes: [{ kind: 'changed', item_id: item, fields: [{ field: 'headline', before: 'Tampered', after: 'A note' }] }],
    })
    // Mended, it is in sync again and nothing is left of the difference.
    await runToEnd(sql, admin, { sites: [site], run: { force: true }, receive: true })
    expect(await check([site])).toMatchObject({ drifted: 0 })
    expect(await driftOf(site)).toMatchObject({ drift: 'in_sync', drift_message: null, drift_changes: null })
  })

  it('finds that it shows nothing', async () => {
    const { site, item } = await synced()
    await sql`delete from public.destination_snapshots where site_id = ${site}`
    expect(await check([site])).toMatchObject({ checked: 1, drifted: 1 })
    expect(await driftOf(site)).toMatchObject({ drift: 'drifted', drift_message: 'The site shows nothing.', drift_changes: [{ kind: 'added', item_id: item, from: null, to: 1 }] })
  })

  it('finds that it shows what it never accepted from here', async () => {
    const { sites: [site = ''] } = await newSitesWithItem(sql, organization, 1)
    await sql`select public.receive_delivery(${site}, 'msg_1', 1, '{"version":1,"items":[]}')`
    expect(await check([site])).toMatchObject({ drifted: 1 })
    expect(await driftOf(site)).toMatchObject({ drift: 'drifted', drift_message: 'The site shows something, and has not accepted anything from here.', drift_changes: null })
  })

  it('says nothing of a site that never had anything', async () => {
    const { sites: [site = ''] } = await newSitesWithItem(sql, organization, 1)
    expect(await check([site])).toEqual({ checked: 1, drifted: 0, asked: 0 })
    expect(await driftOf(site)).toMatchObject({ drift: 'unknown', drift_message: null, drift_changes: null, drift_checked_at: expect.any(Date) as Date })
  })

  it('does not judge while a delivery is on its way', async () => {
    const { site } = await synced()
    const { job_id } = await startSync(admin, [site], { force: true })
    const flying = only(await claim(sql, 'w', { job: job_id }))
    await sql`delete from public.destination_snapshots where site_id = ${site}`
    expect(await check([site])).toEqual({ checked: 1, drifted: 0, asked: 0 })
    expect(await driftOf(site)).toMatchObject({ drift: 'unknown', drift_message: 'A delivery was on its way; check again now that it has ended.' })
    await record(sql, [accepted(flying)])
    expect(await check([site])).toMatchObject({ drifted: 1 })
  })
})

describe('a check of several sites', () => {
  it('compares the built-in ones at once and asks those that say themselves; others have nobody to ask', async () => {
    const own = await world.newAdmin()
    const { sites } = await newSitesWithItem(sql, own.organization, 4)
    const [, , talking = '', silent = ''] = sites
    await sql`update public.sites set destination_url = 'https://a.example/', state_url = 'https://a.example/state' where id = ${talking}`
    await sql`update public.sites set destination_url = 'https://b.example/' where id = ${silent}`
    expect(await check(null, own)).toEqual({ checked: 2, drifted: 0, asked: 1 })
    // Asked again before it was taken up, it is still one question.
    expect(await check([talking, silent], own)).toEqual({ checked: 0, drifted: 0, asked: 1 })
    const tick = async () => only(await sql<{ answer: { drift_sites: string[] } }[]>`select public.tick() as answer`).answer.drift_sites
    expect(await tick()).toEqual([talking])
    expect(await sql`select * from public.sites_to_ask(${sites}::uuid[])`).toEqual([{ site_id: talking, state_url: 'https://a.example/state' }])
    expect(await tick()).toEqual([])
  })

  it('is for editors, and for their own sites', async () => {
    const { site } = await synced()
    const stranger = await world.newAdmin()
    expect(await check([site, randomUUID()], stranger)).toEqual({ checked: 0, drifted: 0, asked: 0 })
    await expectRefusal(check([site], await world.newMember(organization, 'viewer')), 'DS002', 'Your role does not allow you to check sites for drift.')
    expect(await driftOf(site)).toMatchObject({ drift: 'unknown', drift_checked_at: null })
    expect(await check([site], await world.newMember(organization, 'editor'))).toMatchObject({ checked: 1 })
  })
})

describe('what a site answers', () => {
  it('is in sync when its items are ours, whatever their keys’ order and whatever else it says', async () => {
    const { site, body, payload } = await synced('https://shop.example/state')
    expect(await recordShown(site, body)).toBe('in_sync')
    const turned = payload.items.map(({ id, type, title, data }) => ({ data: Object.fromEntries(Object.entries(data).reverse()), title, type, id }))
    expect(await recordShown(site, JSON.stringify({ items: turned, shop: 'ours' }))).toBe('in_sync')
  })

  it('has drifted when an item is missing, foreign, changed or in another place', async () => {
    const { sites: [site = ''], type, item } = await newSitesWithItem(sql, organization, 1)
    await sql`update public.sites set state_url = 'https://shop.example/state' where id = ${site}`
    const second = only(await sql<{ id: string }[]>`
      insert into public.content_items (organization_id, type_id, title, data, status) values (${organization.id}, ${type}, 'B note', '{"headline": "B"}', 'published') returning id`).id
    await sql`insert into public.site_item_mappings (organization_id, site_id, item_id, mode, position) values (${organization.id}, ${site}, ${second}, 'full', 1)`
    await runToEnd(sql, admin, { sites: [site] })
    const { payload } = await previewOf(admin, site)
    const [one, two] = payload.items
    const foreign = { ...one, id: randomUUID() }
    const kindsOf = async (items: unknown[]) => {
      expect(await recordShown(site, JSON.stringify({ ...payload, items }))).toBe('drifted')
      const { drift_changes, drift_message } = await driftOf(site)
      expect(drift_message).toBe(`${drift_changes?.length} difference${drift_changes?.length === 1 ? '' : 's'} from what the site accepted.`)
      return drift_changes?.map(({ kind, item_id }) => [kind, item_id])
    }
    expect(await kindsOf([one])).toEqual([['added', second]])
    expect(await kindsOf([one, two, foreign])).toEqual([['removed', foreign.id]])
    expect(await kindsOf([{ ...one, title: 'Other' }, two])).toEqual([['changed', item]])
    expect(await kindsOf([two, one])).toEqual([['moved', item], ['moved', second]])
    // The name of a site is not what it shows.
    const { drift } = { drift: await recordShown(site, JSON.stringify({ items: [one] })) }
    expect(drift).toBe('drifted')
    expect((await driftOf(site)).drift_changes?.map(({ kind }) => kind)).toEqual(['added'])
  })

  it('is no answer when it is not a payload', async () => {
    const { site, payload: { items: [item] } } = await synced('https://shop.example/state')
    const none = [
      '', 'hello', '[]', '7', 'null', '"items"', '{}', '{"items":5}', '{"items":{}}', '{"items":[7]}', '{"items":[{}]}', '{"items":[{"id":"x","data":{}}]}',
      JSON.stringify({ items: [{ ...item, data: [] }] }), JSON.stringify({ items: [{ ...item, id: null }] }),
      // JSON that jsonb cannot hold.
      '{"items":[],"name":"\\u0000"}', '{"items":[],"n":1e999999}', `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
    ]
    for (const shown of none) {
      expect(await recordShown(site, shown), shown.slice(0, 60)).toBe('unreachable')
      expect((await driftOf(site)).drift_message, shown.slice(0, 60)).toMatch(/^The site answered, but not with a payload: /)
    }
  })

  it('is kept as why it could not be asked, and forgets the old difference', async () => {
    const { site } = await synced('https://shop.example/state')
    await recordShown(site, '{"items":[]}')
    expect(await driftOf(site)).toMatchObject({ drift: 'drifted', drift_changes: [expect.anything()] })
    expect(await recordShown(site, null, 'No answer within 10.0 s')).toBe('unreachable')
    expect(await driftOf(site)).toMatchObject({ drift: 'unreachable', drift_message: 'No answer within 10.0 s', drift_changes: null })
  })
})
