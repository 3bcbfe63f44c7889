/** Items that refer to items: what publishing refuses, what a site is sent, and that a change of the one is a change of the other. */
import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { parsePayload, type Payload } from '../../functions/_shared/core/payload.ts'
import { expectRefusal, openWorld, read, rpc, type Member } from '../support/actors.ts'
import { mapItems, newItem, newSite, newType, only, unique, type Data } from '../support/fixtures.ts'
import { runToEnd } from '../support/runs.ts'

const world = openWorld(inject('stack'))
const { sql } = world
afterAll(world.close)

const person = { type: 'object', required: ['name'], properties: { name: { type: 'string', 'x-field-id': 'f_name' }, boss: { type: 'string', format: 'uuid', 'x-widget': 'reference', 'x-field-id': 'f_boss' } } }
const articleOf = (type: string) => ({
  type: 'object', 'x-order': ['headline', 'author'], required: ['headline'],
  properties: {
    headline: { type: 'string', 'x-field-id': 'f_headline' },
    author: { type: 'string', format: 'uuid', title: 'Author', 'x-widget': 'reference', 'x-reference-type': type, 'x-field-id': 'f_author' },
    related: { type: 'string', format: 'uuid', 'x-widget': 'reference', 'x-field-id': 'f_related' },
  },
})

let admin: Member
let people: string
let articles: string

beforeAll(async () => {
  admin = await world.newAdmin()
  const name = unique('person')
  people = await newType(sql, admin.organization, person, name)
  articles = await newType(sql, admin.organization, articleOf(name), 'article')
})

const newPerson = (name: string, status: 'draft' | 'published' = 'published', data: Data = {}) => newItem(sql, admin.organization, people, { title: name, data: { name, ...data }, status })
const publish = (data: Data) => read<{ id: string }>(admin.client.from('content_items').insert({ type_id: articles, title: 'Article', data, status: 'published' }).select('id').single())
const payloadOf = async (site: string): Promise<Payload> => {
  const { body } = await rpc<{ body: string }>(admin, 'preview_payload', { site_id: site })
  const parsed = parsePayload(body)
  if (!parsed.ok) throw new Error(parsed.error.message)
  return parsed.value
}

describe('publishing', () => {
  it('refuses a reference to what is not there, is another organization’s, or is of another type', async () => {
    const author = await newPerson('Ada')
    const other = await world.newAdmin()
    const foreign = await newItem(sql, other.organization, await newType(sql, other.organization))
    const article = (await publish({ headline: 'H', author })).id
    for (const target of [randomUUID(), foreign]) {
      const refusal = await expectRefusal(publish({ headline: 'H', author: target }), 'DS020', 'author refers to an item that does not exist')
      expect(JSON.parse(refusal.details ?? '')).toEqual([{ path: 'author', message: 'refers to an item that does not exist' }])
    }
    await expectRefusal(publish({ headline: 'H', author: article }), 'DS020', 'author must be an item of the type "Note"')
    await expectRefusal(publish({ headline: 'H', author: 'Ada' }), 'DS020', 'author must be an item (its id)')
    await publish({ headline: 'H', related: article })
    // A draft may hold what it likes.
    await read(admin.client.from('content_items').insert({ type_id: articles, title: 'Draft', data: { author: randomUUID() } }).select('id').single())
  })
})

describe('a site', () => {
  it('is sent what its items refer to: published items alone, one level deep, as that site would see them', async () => {
    const site = await newSite(sql, admin.organization)
    const elsewhere = await newSite(sql, admin.organization)
    const boss = await newPerson('Boss')
    const ada = await newPerson('Ada', 'published', { boss })
    const draft = await newPerson('Nobody yet', 'draft')
    const first = await newItem(sql, admin.organization, articles, { title: 'First', data: { headline: 'One', author: ada, related: draft } })
    const second = await newItem(sql, admin.organization, articles, { title: 'Second', data: { headline: 'Two', author: boss } })
    await mapItems(sql, admin.organization, [
      { site_id: site, item_id: first, position: 0 }, { site_id: site, item_id: second, mode: 'override', overrides: { author: ada }, position: 1 },
      { site_id: site, item_id: ada, mode: 'override', overrides: { name: 'Ada here' }, position: 2 },
      { site_id: elsewhere, item_id: second, position: 0 }, { site_id: elsewhere, item_id: first, position: 1 }, { site_id: elsewhere, item_id: ada, mode: 'block' },
    ])
    const [one, two, own] = (await payloadOf(site)).items
    const name = only(await sql<{ name: string }[]>`select name from public.content_types where id = ${people}`).name
    expect(one?.references).toEqual({ author: { id: ada, type: name, title: 'Ada', data: { name: 'Ada here', boss } } })
    expect(two?.references).toEqual({ author: { id: ada, type: name, title: 'Ada', data: { name: 'Ada here', boss } } })
    expect(own?.references).toEqual({ boss: { id: boss, type: name, title: 'Boss', data: { name: 'Boss' } } })
    const there = (await payloadOf(elsewhere)).items
    expect(there.map(({ references }) => references ?? null)).toEqual([{ author: { id: boss, type: name, title: 'Boss', data: { name: 'Boss' } } }, null])
    expect(there.map((item) => 'references' in item)).toEqual([true, false])
  })

  it('has other content when what is referred to changes, and the plan says in what', async () => {
    const own = await world.newAdmin()
    const { organization } = own
    const name = unique('person')
    const [type, article] = [await newType(sql, organization, person, name), await newType(sql, organization, articleOf(name), 'article')]
    const [ada, bob] = [await newItem(sql, organization, type, { title: 'Ada', data: { name: 'Ada' } }), await newItem(sql, organization, type, { title: 'Bob', data: { name: 'Bob' } })]
    const site = await newSite(sql, organization)
    const item = await newItem(sql, organization, article, { title: 'Article', data: { headline: 'H', author: ada } })
    await mapItems(sql, organization, [{ site_id: site, item_id: item }])
    await runToEnd(sql, own)
    type Plan = { sites: { unchanged: boolean; counts: Record<string, number>; changes: { kind: string; fields: object[] }[]; warnings: { code: string; message: string }[] }[] }
    const plan = async () => only((await rpc<Plan>(own, 'plan_sync', { site_ids: [site] })).sites)
    expect(await plan()).toMatchObject({ unchanged: true })

    await sql`update public.content_items set data = '{"name": "Ada Lovelace"}', title = 'Ada L.' where id = ${ada}`
    expect(await plan()).toMatchObject({
      unchanged: false, counts: { changed: 1 },
      changes: [{ kind: 'changed', fields: [
        { field: 'author.name', reference: 'author', before: 'Ada', after: 'Ada Lovelace' }, { field: 'author.title', reference: 'author', own: true, before: 'Ada', after: 'Ada L.' },
      ] }],
    })
    await sql`update public.content_items set data = data || ${sql.json({ author: bob })} where id = ${item}`
    expect((await plan()).changes).toMatchObject([{ fields: [{ field: 'author', before: ada, after: bob }, { field: 'author.title', before: 'Ada', after: 'Bob', own: true, reference: 'author' }] }])
    // Somebody takes Bob down: the site loses him, and is not left to find out.
    await sql`update public.content_items set status = 'archived' where id = ${bob}`
    const gone = await plan()
    expect(gone.changes).toMatchObject([{ fields: [{ field: 'author' }, { field: 'author.title', before: 'Ada', after: null }] }])
    expect(gone.warnings).toEqual(expect.arrayContaining([{ code: 'invalid_item', message: '"Article" is not valid: author refers to "Bob", which is not published now.' }]))
    await sql`delete from public.content_items where id = ${bob}`
    expect((await plan()).warnings).toEqual(expect.arrayContaining([{ code: 'invalid_item', message: '"Article" is not valid: author refers to an item that does not exist.' }]))
  })

  it('is sent to by itself when the window of what it refers to opens', async () => {
    const own = await world.newAdmin()
    const { organization } = own
    const name = unique('person')
    const [type, article] = [await newType(sql, organization, person, name), await newType(sql, organization, articleOf(name), 'article')]
    const ada = await newItem(sql, organization, type, { title: 'Ada', data: { name: 'Ada' } })
    const site = await newSite(sql, organization)
    await mapItems(sql, organization, [{ site_id: site, item_id: await newItem(sql, organization, article, { data: { headline: 'H', author: ada } }) }])
    await sql`update public.content_items set publish_at = now() - interval '1 minute' where id = ${ada}`
    const turned = await sql<{ organization_id: string }[]>`select distinct t.organization_id from private.turned_items(now() - interval '2 minutes', now()) t
      join public.site_item_mappings m on m.item_id = t.id where t.organization_id = ${organization.id}`
    expect(turned).toHaveLength(1)
  })

  it('gets the same bytes as before where nothing refers to anything, and the same for equal content', async () => {
    const own = await world.newAdmin()
    const { organization } = own
    const type = await newType(sql, organization, articleOf('nobody'), 'article')
    const site = await newSite(sql, organization, { slug: 'bytes', name: 'Bytes' })
    const text = fc.string({ unit: 'grapheme', maxLength: 8 }).map((value) => value.replaceAll('\0', ''))
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 4 }), async (headlines) => {
        await sql`delete from public.content_items where organization_id = ${organization.id}`
        const ids: string[] = []
        for (const [position, headline] of headlines.entries()) {
          const id = await newItem(sql, organization, type, { title: `T${headline}`, data: { headline: `H${headline}` } })
          ids.push(id)
          await mapItems(sql, organization, [{ site_id: site, item_id: id, position }])
        }
        const body = only(await sql<{ body: string }[]>`select body from private.effective_payloads(${organization.id}, ${[site]}::uuid[])`).body
        const items = headlines.map((headline, index) => `{"id":"${ids[index]}","type":"article","title":${JSON.stringify(`T${headline}`)},"data":{"headline": ${JSON.stringify(`H${headline}`)}}}`)
        expect(body).toBe(`{"version":1,"site":{"slug":"bytes","name":"Bytes"},"items":[${items.join(',')}]}`)
      }),
      { numRuns: 12 },
    )
  })
})

it('an organization’s export and import keeps who refers to whom, over new ids', async () => {
  const own = await world.newAdmin()
  const { organization } = own
  const name = unique('person')
  const [type, article] = [await newType(sql, organization, person, name), await newType(sql, organization, articleOf(name), 'article')]
  const site = await newSite(sql, organization)
  // The one that refers comes first in the document.
  const item = await newItem(sql, organization, article, { title: 'Article', status: 'draft', data: { headline: 'H' } })
  const ada = await newItem(sql, organization, type, { title: 'Ada', data: { name: 'Ada' } })
  const bob = await newItem(sql, organization, type, { title: 'Bob', data: { name: 'Bob' } })
  await sql`update public.content_items set data = data || ${sql.json({ author: ada })}, status = 'published' where id = ${item}`
  await mapItems(sql, organization, [{ site_id: site, item_id: item, mode: 'override', overrides: { author: bob } }])
  const document = await rpc<object>(own, 'export_organization')
  const copy = await rpc<{ id: string }>(own, 'import_organization', { document, name: 'Copied' })
  const made = only(await sql<{ id: string; author: string; status: string }[]>`select id, data ->> 'author' as author, status from public.content_items where organization_id = ${copy.id} and title = 'Article'`)
  expect(made.status).toBe('published')
  const titleOf = async (id: string) => only(await sql<{ title: string; organization_id: string }[]>`select title, organization_id from public.content_items where id = ${id}`)
  expect(await titleOf(made.author)).toEqual({ title: 'Ada', organization_id: copy.id })
  const { author } = only(await sql<{ author: string }[]>`select overrides ->> 'author' as author from public.site_item_mappings where organization_id = ${copy.id}`)
  expect(await titleOf(author)).toEqual({ title: 'Bob', organization_id: copy.id })
})
