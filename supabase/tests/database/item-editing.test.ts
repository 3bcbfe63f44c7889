/** Editing an item: unsaved work that only its author sees, one revision a save, old revisions brought back under today's names, previews, and who is there. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { expectRefusal, join, openWorld, read, rpc, type Member, type Person } from '../support/actors.ts'
import { openTransaction, untilBlocked } from '../support/blocking.ts'
import { mapItems, newItem, newSite, newType, only, unique, type Data } from '../support/fixtures.ts'

const world = openWorld(inject('stack'))
const { sql } = world
afterAll(world.close)

interface Copy {
  id: string
  seq: number
  base_revision: number | null
  title: string
  data: Data
  item_id: string | null
}
interface Kept {
  kept: boolean
  copy: Copy
}
interface Saved {
  outcome: 'saved' | 'conflict' | 'gone'
  item: { id: string; revision: number; title: string; data: Data; status: string; created_by: string; updated_by: string }
}
interface Restored {
  item: { revision: number; title: string; data: Data; status: string }
  previous: number
  changed: boolean
  left_out: { name: string; title: string }[]
}

let admin: Member
let editor: Member
let viewer: Member
let stranger: Member

beforeAll(async () => {
  admin = await world.newAdmin()
  ;[editor, viewer, stranger] = await Promise.all([world.newMember(admin.organization, 'editor'), world.newMember(admin.organization, 'viewer'), world.newAdmin()])
})

const keep = (who: Person, about: object, more: object = {}) => rpc<Kept>(who, 'keep_working_copy', { title: 'Mine', data: { headline: 'Mine' }, ...about, ...more })
const copiesOf = (who: Person) => read<Copy[]>(who.client.from('item_working_copies').select())
const save = (who: Person, item: string, known: number | null, content: object = {}) =>
  rpc<Saved>(who, 'save_item', { item_id: item, known_revision: known, title: 'Saved', data: { headline: 'Saved' }, status: 'draft', ...content })
const revisionsOf = async (item: string) =>
  (await sql<{ revision: number; title: string; data: Data; status: string }[]>`
    select revision, title, data, status from public.content_item_revisions where item_id = ${item} order by revision`).map((row) => ({ ...row }))
/** Renames and removes fields as the type builder does. */
const reshape = async (type: string, schema: object, renames: Record<string, string> = {}): Promise<void> => {
  const revision = only(await sql<{ revision: number }[]>`select revision from public.content_types where id = ${type}`).revision
  for (const [from, to] of Object.entries(renames)) await rpc(admin, 'rename_field', { type_id: type, from_name: from, to_name: to })
  if (Object.keys(renames).length > 0) return
  await rpc(admin, 'save_type', { type_id: type, schema, expected_revision: revision, options: {} })
}

describe('a working copy', () => {
  it('is its author\'s alone: nobody else reads it, takes it away or learns of it', async () => {
    const item = await newItem(sql, admin.organization, await newType(sql, admin.organization))
    const { copy } = await keep(editor, { item_id: item, base_revision: 1 })
    expect((await copiesOf(editor)).map(({ id }) => id)).toContain(copy.id)
    for (const other of [admin, viewer, stranger]) {
      expect((await copiesOf(other)).filter(({ id }) => id === copy.id)).toEqual([])
      expect(await rpc(other, 'discard_working_copy', { copy_id: copy.id })).toBe(false)
    }
    expect((await copiesOf(editor)).map(({ id }) => id)).toContain(copy.id)
    expect(await revisionsOf(item)).toHaveLength(1)
  })

  it('is written by editors, about what is there', async () => {
    const type = await newType(sql, admin.organization)
    const item = await newItem(sql, admin.organization, type)
    await expectRefusal(keep(viewer, { item_id: item }), 'DS002', 'Your role does not allow you to edit content')
    await expectRefusal(keep(stranger, { item_id: item }), 'DS085', 'There is no such item')
    await expectRefusal(keep(stranger, { type_id: type }), 'DS088', 'There is no such content type')
    await expectRefusal(keep(editor, { item_id: randomUUID() }), 'DS085', 'There is no such item')
  })

  it('is one per person and item, and another window does not write over what it has not seen', async () => {
    const item = await newItem(sql, admin.organization, await newType(sql, admin.organization))
    const first = await keep(editor, { item_id: item, base_revision: 1 })
    expect(first).toMatchObject({ kept: true, copy: { seq: 1, base_revision: 1, title: 'Mine' } })
    const second = await keep(editor, { item_id: item, base_revision: 1 }, { known_seq: 1, title: 'Mine, longer' })
    expect(second).toMatchObject({ kept: true, copy: { id: first.copy.id, seq: 2, title: 'Mine, longer' } })
    const unaware = await keep(editor, { item_id: item, base_revision: 1 }, { known_seq: 1, title: 'From the other window' })
    expect(unaware).toMatchObject({ kept: false, copy: { seq: 2, title: 'Mine, longer' } })
    expect(await keep(editor, { item_id: item, base_revision: 1 }, { title: 'Opened without looking' })).toMatchObject({ kept: false })
    expect(await keep(admin, { item_id: item, base_revision: 1 }, { title: 'Another person' })).toMatchObject({ kept: true, copy: { seq: 1 } })
    expect(await copiesOf(editor)).toContainEqual(expect.objectContaining({ item_id: item, title: 'Mine, longer' }))
  })

  it('two windows that begin at once leave one, and one of them hears of it', async () => {
    const item = await newItem(sql, admin.organization, await newType(sql, admin.organization))
    const answers = await Promise.all(['left', 'right'].map((title) => keep(editor, { item_id: item, base_revision: 1 }, { title })))
    expect(answers.map(({ kept }) => kept).sort()).toEqual([false, true])
    expect((await copiesOf(editor)).filter(({ item_id }) => item_id === item)).toHaveLength(1)
  })

  it('ends with its item, its type, or its author\'s membership', async () => {
    const leaver = await world.newMember(admin.organization, 'editor')
    const [gone, kept] = [await newType(sql, admin.organization), await newType(sql, admin.organization)]
    const item = await newItem(sql, admin.organization, kept)
    await keep(editor, { item_id: item, base_revision: 1 })
    await keep(editor, { type_id: gone })
    await keep(leaver, { type_id: kept })
    const left = async () => (await sql`select 1 from public.item_working_copies where item_id = ${item} or type_id in (${gone}, ${kept})`).length
    expect(await left()).toBe(3)
    await read(admin.client.from('content_items').delete().eq('id', item))
    expect(await left()).toBe(2)
    await read(admin.client.from('content_types').delete().eq('id', gone))
    expect(await left()).toBe(1)
    await rpc(admin, 'remove_member', { user_id: leaver.userId })
    expect(await left()).toBe(0)
  })

  it('goes with a field that somebody renames, whether it was kept before or is kept after under the old name', async () => {
    const type = await newType(sql, admin.organization)
    const item = await newItem(sql, admin.organization, type)
    await keep(editor, { item_id: item, base_revision: 1 }, { data: { headline: 'Typed before', count: 3 } })
    await reshape(type, {}, { headline: 'heading' })
    expect(only((await copiesOf(editor)).filter(({ item_id }) => item_id === item)).data).toEqual({ heading: 'Typed before', count: 3 })
    const late = await keep(admin, { item_id: item, base_revision: 1 }, { data: { headline: 'Typed meanwhile' }, type_revision: 1 })
    expect(late.copy.data).toEqual({ heading: 'Typed meanwhile' })
  })
})

describe('a save', () => {
  it('makes one revision and ends the working copy of whoever saves, and no other', async () => {
    const item = await newItem(sql, admin.organization, await newType(sql, admin.organization))
    await keep(editor, { item_id: item, base_revision: 1 })
    await keep(admin, { item_id: item, base_revision: 1 })
    expect(await save(editor, item, 1)).toMatchObject({ outcome: 'saved', item: { revision: 2, title: 'Saved', updated_by: editor.userId } })
    expect(await revisionsOf(item)).toHaveLength(2)
    expect((await copiesOf(editor)).filter(({ item_id }) => item_id === item)).toEqual([])
    expect((await copiesOf(admin)).filter(({ item_id }) => item_id === item)).toHaveLength(1)
  })

  it('never goes over what somebody else saved meanwhile, and one that is sent twice is one', async () => {
    const item = await newItem(sql, admin.organization, await newType(sql, admin.organization))
    await save(admin, item, 1, { title: 'Theirs' })
    expect(await save(editor, item, 1, { title: 'Mine' })).toMatchObject({ outcome: 'conflict', item: { revision: 2, title: 'Theirs' } })
    expect(await save(admin, item, 1, { title: 'Theirs' })).toMatchObject({ outcome: 'saved', item: { revision: 2 } })
    expect(await revisionsOf(item)).toHaveLength(2)
  })

  it('makes a new item under the id of its working copy, once, however often it is asked', async () => {
    const type = await newType(sql, admin.organization)
    const { copy } = await keep(editor, { type_id: type })
    const [first, second] = await Promise.all([save(editor, copy.id, null), save(editor, copy.id, null)])
    expect([first.outcome, second.outcome]).toEqual(['saved', 'saved'])
    expect(first.item).toMatchObject({ id: copy.id, revision: 1, created_by: editor.userId })
    expect(await sql`select 1 from public.content_items where type_id = ${type}`).toHaveLength(1)
    expect((await copiesOf(editor)).filter(({ id }) => id === copy.id)).toEqual([])
  })

  it('does not make an item of somebody else\'s copy', async () => {
    const { copy } = await keep(editor, { type_id: await newType(sql, admin.organization) })
    for (const other of [admin, stranger]) expect(await save(other, copy.id, null)).toEqual({ outcome: 'gone' })
    await expectRefusal(save(viewer, copy.id, null), 'DS002', 'Your role does not allow you to change content')
  })

  it('that is refused leaves the working copy where it is', async () => {
    const item = await newItem(sql, admin.organization, await newType(sql, admin.organization))
    await keep(editor, { item_id: item, base_revision: 1 })
    await expectRefusal(save(editor, item, 1, { data: {}, status: 'published' }), 'DS020', 'headline is required')
    expect((await copiesOf(editor)).filter(({ item_id }) => item_id === item)).toHaveLength(1)
  })

  it('of a page that was opened before a field was renamed writes under the new name', async () => {
    const type = await newType(sql, admin.organization)
    const item = await newItem(sql, admin.organization, type)
    await reshape(type, {}, { headline: 'heading' })
    const { revision } = only(await sql<{ revision: number }[]>`select revision from public.content_items where id = ${item}`)
    const saved = await save(editor, item, revision, { data: { headline: 'From the old page' }, type_revision: 1 })
    expect(saved.item.data).toEqual({ heading: 'From the old page' })
  })
})

describe('a restored revision', () => {
  it('is a new revision with the old words; status and window stay', async () => {
    const item = await newItem(sql, admin.organization, await newType(sql, admin.organization), { title: 'One', data: { headline: 'One' }, status: 'draft' })
    await save(editor, item, 1, { title: 'Two', data: { headline: 'Two', count: 2 }, status: 'published', publish_at: '2030-01-01T00:00:00Z' })
    const restored = await rpc<Restored>(editor, 'restore_revision', { item_id: item, revision: 1, known_revision: 2 })
    expect(restored).toMatchObject({ item: { revision: 3, title: 'One', data: { headline: 'One' }, status: 'published', publish_at: '2030-01-01T00:00:00+00:00' }, previous: 2, changed: true, left_out: [] })
    const back = await rpc<Restored>(editor, 'restore_revision', { item_id: item, revision: 2, known_revision: 3 })
    expect(back).toMatchObject({ item: { revision: 4, title: 'Two', data: { headline: 'Two', count: 2 } } })
    expect((await revisionsOf(item)).map(({ title }) => title)).toEqual(['One', 'Two', 'One', 'Two'])
    expect(await rpc<Restored>(editor, 'restore_revision', { item_id: item, revision: 2 })).toMatchObject({ changed: false, item: { revision: 4 } })
  })

  it('comes back under today\'s names of its fields, and says which ones are gone', async () => {
    const type = await newType(sql, admin.organization)
    const item = await newItem(sql, admin.organization, type, { data: { headline: 'Old headline', text: 'Old text', count: 7 }, status: 'draft' })
    await reshape(type, {}, { headline: 'heading' })
    const { schema } = only(await sql<{ schema: { properties: Record<string, { type: string; title: string }> } }[]>`select schema from public.content_types where id = ${type}`)
    const properties = Object.fromEntries(Object.entries(schema.properties).filter(([name]) => name !== 'text'))
    // A field of the old name that is another field.
    const headline = { type: 'string', title: 'Headline', 'x-field-id': 'f_another' }
    await sql`update public.content_types set schema = ${sql.json({ ...schema, 'x-order': ['heading', 'count', 'tags', 'headline'], properties: { ...properties, headline } })} where id = ${type}`
    const { revision } = only(await sql<{ revision: number }[]>`select revision from public.content_items where id = ${item}`)
    await save(editor, item, revision, { data: { heading: 'New', headline: 'Of another field' } })
    const restored = await rpc<Restored>(editor, 'restore_revision', { item_id: item, revision: 1 })
    expect(restored.item.data).toEqual({ heading: 'Old headline', count: 7 })
    expect(restored.left_out).toEqual([{ name: 'text', title: 'Text' }])
  })

  it('is refused where the item is published and would be invalid, where it is not there, and where somebody was faster', async () => {
    const item = await newItem(sql, admin.organization, await newType(sql, admin.organization), { title: 'Bare', data: {}, status: 'draft' })
    await save(editor, item, 1, { status: 'published' })
    await expectRefusal(rpc(editor, 'restore_revision', { item_id: item, revision: 1 }), 'DS020', '"Bare" cannot be published: headline is required')
    await expectRefusal(rpc(editor, 'restore_revision', { item_id: item, revision: 9 }), 'DS086', 'has no revision 9')
    await expectRefusal(rpc(editor, 'restore_revision', { item_id: item, revision: 1, known_revision: 1 }), 'DS087', 'was saved meanwhile: revision 2')
    await expectRefusal(rpc(viewer, 'restore_revision', { item_id: item, revision: 1 }), 'DS002', 'Your role does not allow you to restore revisions')
    await expectRefusal(rpc(stranger, 'restore_revision', { item_id: item, revision: 1 }), 'DS085', 'There is no such item')
    expect(await revisionsOf(item)).toHaveLength(2)
  })

  it('waits for a save that is under way, and then sees it', async () => {
    const item = await newItem(sql, admin.organization, await newType(sql, admin.organization), { status: 'draft' })
    const { session, pid, commit } = await openTransaction(sql)
    await session`update public.content_items set title = 'Faster' where id = ${item}`
    const restoring = expectRefusal(rpc(editor, 'restore_revision', { item_id: item, revision: 1, known_revision: 1 }), 'DS087', 'was saved meanwhile')
    await untilBlocked(sql, pid, 1)
    await commit()
    await restoring
    expect((await revisionsOf(item)).map(({ title }) => title)).toEqual(['A note', 'Faster'])
  })
})

describe('a preview', () => {
  interface Preview {
    mode: string | null
    overridden: string[]
    item: { id: string; title: string; data: Data }
    items: { id: string; title: string; data: Data }[]
  }
  const preview = (who: Person, args: object) => rpc<Preview>(who, 'preview_item', args as Record<string, unknown>)
  let site: string
  let type: string
  let full: string
  let overridden: string
  let draft: string

  beforeAll(async () => {
    type = await newType(sql, admin.organization)
    site = await newSite(sql, admin.organization)
    ;[full, overridden, draft] = [
      await newItem(sql, admin.organization, type, { title: 'Full' }),
      await newItem(sql, admin.organization, type, { title: 'Overridden' }),
      await newItem(sql, admin.organization, type, { title: 'Draft', status: 'draft' }),
    ]
    await mapItems(sql, admin.organization, [
      { site_id: site, item_id: full, position: 0 },
      { site_id: site, item_id: draft, position: 1 },
      { site_id: site, item_id: overridden, mode: 'override', overrides: { headline: 'Here only' }, position: 2 },
    ])
  })

  it('is what a run would send, where nothing is typed and the item is out', async () => {
    const { payload } = await rpc<{ payload: { items: object[] } }>(viewer, 'preview_payload', { site_id: site })
    for (const item of [full, overridden]) {
      const shown = await preview(viewer, { site_id: site, item_id: item })
      expect(shown.items).toEqual(payload.items)
    }
  })

  it('shows what is typed, a draft in its place, and the site\'s overrides over it', async () => {
    const shown = await preview(editor, { site_id: site, item_id: draft, title: 'Typed', data: { headline: 'Typed' } })
    expect(shown.items.map(({ title, data }) => [title, data.headline])).toEqual([['Full', 'Full'], ['Typed', 'Typed'], ['Overridden', 'Here only']])
    const over = await preview(editor, { site_id: site, item_id: overridden, data: { headline: 'Typed', text: 'More' } })
    expect(over).toMatchObject({ mode: 'override', overridden: ['headline'], item: { data: { headline: 'Here only', text: 'More' } } })
  })

  it('shows a new item and one that is not mapped last, and a blocked one not at all', async () => {
    const fresh = await preview(editor, { site_id: site, type_id: type, title: 'New', data: { headline: 'New' } })
    expect([fresh.mode, fresh.items.at(-1)?.title]).toEqual([null, 'New'])
    const blocked = await newItem(sql, admin.organization, type, { title: 'Blocked' })
    await mapItems(sql, admin.organization, [{ site_id: site, item_id: blocked, mode: 'block' }])
    const without = await preview(editor, { site_id: site, item_id: blocked })
    expect(without.mode).toBe('block')
    expect(without.items.map(({ title }) => title)).toEqual(['Full', 'Overridden'])
  })

  it('is the organization\'s own', async () => {
    await expectRefusal(preview(stranger, { site_id: site, item_id: full }), 'DS032', 'There is no such site')
    await expectRefusal(preview(editor, { site_id: site, item_id: randomUUID() }), 'DS085', 'There is no such item')
  })
})

describe('who is editing', () => {
  const enter = async (who: Member, item: string) => {
    const channel = who.client.channel(`item:${item}`, { config: { private: true, presence: { key: randomUUID(), enabled: true } } })
    channel.on('presence', { event: 'sync' }, () => undefined)
    return { channel, outcome: await join(channel), seen: () => Object.values(channel.presenceState()).flat().map((meta) => (meta as unknown as { user_id?: string }).user_id) }
  }

  it('is seen by members, said by editors, and hidden from everybody else', async () => {
    const item = await newItem(sql, admin.organization, await newType(sql, admin.organization), { title: unique('watched') })
    const [one, two, looker] = [await enter(editor, item), await enter(admin, item), await enter(viewer, item)]
    expect([one.outcome, two.outcome, looker.outcome]).toEqual(['SUBSCRIBED', 'SUBSCRIBED', 'SUBSCRIBED'])
    expect(await one.channel.track({ user_id: editor.userId, field: null })).toBe('ok')
    await expect.poll(two.seen).toEqual([editor.userId])
    await expect.poll(looker.seen).toEqual([editor.userId])
    expect(await looker.channel.track({ user_id: viewer.userId, field: null })).toBe('error')
    await one.channel.untrack()
    await expect.poll(two.seen).toEqual([])
    expect((await enter(stranger, item)).outcome).toContain('You do not have permissions to read from this Channel topic')
    await Promise.all([editor, admin, viewer, stranger].map((who) => who.client.removeAllChannels()))
  })

  it('nobody speaks there otherwise', async () => {
    const item = await newItem(sql, admin.organization, await newType(sql, admin.organization))
    const { channel, outcome } = await enter(admin, item)
    expect(outcome).toBe('SUBSCRIBED')
    const heard: unknown[] = []
    const other = editor.client.channel(`item:${item}`, { config: { private: true } })
    other.on('broadcast', { event: '*' }, (message) => heard.push(message))
    expect(await join(other)).toBe('SUBSCRIBED')
    await channel.send({ type: 'broadcast', event: 'forged', payload: {} })
    await sql`select realtime.send('{}'::jsonb, 'genuine', ${`item:${item}`}, true)`
    await expect.poll(() => heard.length).toBe(1)
    expect(heard[0]).toMatchObject({ event: 'genuine' })
    await Promise.all([admin, editor].map((who) => who.client.removeAllChannels()))
  })
})
