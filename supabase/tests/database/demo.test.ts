/** "Load Demo Data": what it makes, and that it never takes anything from what people have made since. */
import { afterAll, describe, expect, inject, it } from 'vitest'
import { expectRefusal, openWorld, read, rpc, type Member } from '../support/actors.ts'
import { planOf, previewOf, runToEnd } from '../support/runs.ts'

const world = openWorld(inject('stack'))
const { sql } = world
afterAll(world.close)

interface Loaded {
  sites: number
  items: number
  created: boolean
}

const load = (who: Member) => rpc<Loaded>(who, 'load_demo_data')

async function matrix(who: Member): Promise<Record<string, string[]>> {
  const rows = await read<{ mode: string; overrides: object; sites: { slug: string }; content_items: { title: string } }[]>(
    who.client.from('site_item_mappings').select('mode, overrides, sites(slug), content_items(title)').order('site_id').order('position'),
  )
  const sites: Record<string, string[]> = {}
  for (const { mode, overrides, sites: site, content_items: item } of rows) {
    const cell = `${item.title}: ${mode}${mode === 'override' ? ` ${JSON.stringify(overrides)}` : ''}`
    sites[site.slug] = [...(sites[site.slug] ?? []), cell]
  }
  return sites
}

async function everything(who: Member): Promise<unknown> {
  const tables = ['content_types', 'content_items', 'content_item_revisions', 'sites', 'site_states', 'site_item_mappings']
  return Promise.all(tables.map(async (table) => [table, await sql`
    select * from public.${sql(table)} t where organization_id = ${who.organization.id} order by t::text`]))
}

describe('the demo', () => {
  it('is what the issue says', async () => {
    const admin = await world.newAdmin()
    expect(await load(admin)).toEqual({ sites: 3, items: 4, created: true })
    expect(await read(admin.client.from('sites').select('name, slug, region, destination_url, enabled, failure_rate, fail_next').order('slug'))).toEqual([
      { name: 'Facebook Campaign', slug: 'facebook', region: 'North', destination_url: null, enabled: true, failure_rate: 15, fail_next: 0 },
      { name: 'Google Campaign', slug: 'google', region: 'South', destination_url: null, enabled: true, failure_rate: 15, fail_next: 1 },
      { name: 'Instagram Campaign', slug: 'instagram', region: 'West', destination_url: null, enabled: true, failure_rate: 15, fail_next: 0 },
    ])
    const [type] = await read<{ name: string; schema: { 'x-order': string[]; properties: Record<string, { type: string; format?: string; enum?: string[] }> } }[]>(
      admin.client.from('content_types').select('name, schema'),
    )
    expect(type?.name).toBe('offer_banner')
    expect(type?.schema['x-order']).toEqual(['headline', 'body', 'cta_text', 'cta_url', 'discount', 'theme', 'start_date', 'end_date'])
    expect(Object.keys(type?.schema.properties ?? {}).sort()).toEqual([...(type?.schema['x-order'] ?? [])].sort())
    expect(type?.schema.properties).toMatchObject({
      body: { type: 'string', format: 'markdown' }, discount: { type: 'number' }, theme: { enum: expect.any(Array) as string[] }, start_date: { format: 'date' },
    })
    const items = await read<{ title: string; status: string; data: Record<string, unknown> }[]>(
      admin.client.from('content_items').select('title, status, data').order('title'),
    )
    expect(items.map(({ title, status }) => [title, status])).toEqual([
      ['0% Financing 12mo', 'published'], ['Fall Savings Event', 'published'], ['Free Installation', 'published'], ['Veterans Day Special', 'draft'],
    ])
    for (const { title, data } of items) expect(String(data.body).length, title).toBeGreaterThan(60)
    expect(await matrix(admin)).toEqual({
      facebook: ['Fall Savings Event: full', 'Free Installation: override {"cta_text":"Book on Facebook"}'],
      google: ['Fall Savings Event: block', '0% Financing 12mo: full'],
      instagram: ['Free Installation: full', 'Fall Savings Event: full', '0% Financing 12mo: full'],
    })
  })

  it('plans three sites with the right items, the draft left out and the override on Facebook', async () => {
    const admin = await world.newAdmin()
    await load(admin)
    const { drafts, sites } = await planOf(admin)
    expect(drafts).toBe(1)
    const shown = await Promise.all(sites.map(async ({ site_id, name }) => {
      const { payload } = await previewOf(admin, site_id)
      return [name, payload.items.map(({ title, data }) => `${title} (${String(data.cta_text)})`)]
    }))
    expect(shown).toEqual([
      ['Facebook Campaign', ['Fall Savings Event (Claim 20% off)', 'Free Installation (Book on Facebook)']],
      ['Google Campaign', ['0% Financing 12mo (See what you would pay)']],
      ['Instagram Campaign', ['Free Installation (Book now)', 'Fall Savings Event (Claim 20% off)', '0% Financing 12mo (See what you would pay)']],
    ])
  })

  it('loaded again changes not a byte', async () => {
    const admin = await world.newAdmin()
    await load(admin)
    await runToEnd(sql, admin, { receive: true })
    const before = await everything(admin)
    expect(await load(admin)).toEqual({ sites: 3, items: 4, created: false })
    expect(await everything(admin)).toEqual(before)
  })

  it('loaded five times at once is there once', async () => {
    const admin = await world.newAdmin()
    const answers = await Promise.all(Array.from({ length: 5 }, () => load(admin)))
    expect(answers.filter(({ created }) => created)).toHaveLength(1)
    expect(await read<object[]>(admin.client.from('content_items').select('id'))).toHaveLength(4)
    expect(await read<object[]>(admin.client.from('sites').select('id'))).toHaveLength(3)
    expect(await read<object[]>(admin.client.from('site_item_mappings').select('mode'))).toHaveLength(7)
  })

  it('keeps what people have edited, and brings back only what is missing', async () => {
    const admin = await world.newAdmin()
    await load(admin)
    const table = (name: string) => admin.client.from(name)
    await read(table('content_items').update({ data: { headline: 'Ours', cta_text: 'Go', cta_url: '/go', theme: 'service' } }).eq('title', 'Fall Savings Event'))
    await read(table('content_items').update({ status: 'archived' }).eq('title', 'Free Installation'))
    await read(table('sites').update({ name: 'Our Facebook', failure_rate: 0 }).eq('slug', 'facebook'))
    await read(table('sites').delete().eq('slug', 'google'))
    const [instagram] = await read<{ id: string }[]>(table('sites').select('id').eq('slug', 'instagram'))
    const [fall] = await read<{ id: string }[]>(table('content_items').select('id').eq('title', 'Fall Savings Event'))
    await rpc(admin, 'set_mappings', { cells: [{ site_id: instagram?.id, item_id: fall?.id, mode: 'block' }] })

    expect(await load(admin)).toMatchObject({ created: true })
    expect(await read(table('content_items').select('title, status, data->headline').neq('status', 'draft').order('title'))).toEqual([
      { title: '0% Financing 12mo', status: 'published', headline: expect.any(String) as string },
      { title: 'Fall Savings Event', status: 'published', headline: 'Ours' },
      { title: 'Free Installation', status: 'archived', headline: expect.any(String) as string },
    ])
    expect(await read(table('sites').select('name, failure_rate, fail_next').order('slug'))).toEqual([
      { name: 'Our Facebook', failure_rate: 0, fail_next: 0 },
      { name: 'Google Campaign', failure_rate: 15, fail_next: 1 },
      { name: 'Instagram Campaign', failure_rate: 15, fail_next: 0 },
    ])
    expect(await matrix(admin)).toMatchObject({
      google: ['Fall Savings Event: block', '0% Financing 12mo: full'],
      instagram: ['Free Installation: full', 'Fall Savings Event: block', '0% Financing 12mo: full'],
    })
  })

  it('fits in beside sites and types that are there already', async () => {
    const admin = await world.newAdmin()
    await read(admin.client.from('sites').insert({ name: 'Mine', slug: 'facebook', region: 'East' }))
    expect(await load(admin)).toMatchObject({ created: true })
    expect(await read(admin.client.from('sites').select('name').order('slug'))).toEqual([{ name: 'Mine' }, { name: 'Google Campaign' }, { name: 'Instagram Campaign' }])
    expect((await matrix(admin)).facebook).toHaveLength(2)
  })

  it('is made by editors too, and refused to viewers in words', async () => {
    const admin = await world.newAdmin()
    const viewer = await world.newMember(admin.organization, 'viewer')
    const refusal = await expectRefusal(load(viewer), 'DS002', 'Your role does not allow you to load the demo data.')
    expect(refusal).toMatchObject({ status: 400, hint: 'Ask an admin of the organization for the role "editor".' })
    expect(await read(admin.client.from('sites').select())).toEqual([])
    const editor = await world.newMember(admin.organization, 'editor')
    expect(await load(editor)).toMatchObject({ created: true })
    expect(await read(editor.client.from('content_items').select('created_by').limit(1))).toEqual([{ created_by: editor.userId }])
    await expectRefusal(rpc(await world.newUser(), 'load_demo_data'), 'DS001', 'You are not in an organization.')
  })
})
