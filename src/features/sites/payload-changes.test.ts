import type { Payload } from '@core/payload'
import { describe, expect, it } from 'vitest'
import { detailedChanges, payloadChanges, readChanges } from '@/features/sites/payload-changes'

const payload = (...items: [id: string, headline: string][]): Payload => ({
  version: 1,
  site: { slug: 's', name: 'S' },
  items: items.map(([id, headline]) => ({ id, type: 't', title: id, data: { headline } })),
})

describe('payloadChanges', () => {
  it('finds what came, what changed and what went', () => {
    const { items, removed, moved } = payloadChanges(payload(['a', '1'], ['b', '1'], ['c', '1']), payload(['a', '2'], ['c', '1'], ['d', '1']))
    expect([...items]).toEqual([['a', 'changed'], ['d', 'added']])
    expect(removed.map(({ id }) => id)).toEqual(['b'])
    expect(moved).toBe(false)
  })

  it('sees another order, and does not take the order of keys for a change', () => {
    const before = payload(['a', '1'], ['b', '1'])
    expect(payloadChanges(before, payload(['b', '1'], ['a', '1'])).moved).toBe(true)
    const turned: Payload = { ...before, items: before.items.map((item) => ({ ...item, data: { x: 1, ...item.data } })) }
    const same: Payload = { ...before, items: before.items.map((item) => ({ ...item, data: { ...item.data, x: 1 } })) }
    expect(payloadChanges(turned, same).items.size).toBe(0)
  })

  it('calls everything new before the first delivery', () => {
    expect([...payloadChanges(null, payload(['a', '1'])).items.values()]).toEqual(['added'])
  })
})

describe('detailedChanges', () => {
  it('tells every item once, field by field, with its places', () => {
    const changes = detailedChanges(payload(['a', '1'], ['b', '1'], ['c', '1']), payload(['a', '2'], ['d', '1'], ['c', '1']))
    expect(changes).toEqual([
      { kind: 'changed', item_id: 'a', type: 't', title: 'a', fields: [{ field: 'headline', before: '1', after: '2' }], from: 1, to: 1 },
      { kind: 'added', item_id: 'd', type: 't', title: 'd', fields: [], from: null, to: 2 },
      { kind: 'removed', item_id: 'b', type: 't', title: 'b', fields: [], from: 2, to: null },
    ])
  })

  it('calls moved only what changed its place among those that stay', () => {
    const kinds = detailedChanges(payload(['x', '1'], ['a', '1'], ['b', '1']), payload(['a', '1'], ['new', '1'], ['b', '1'])).map(({ kind }) => kind)
    expect(kinds).toEqual(['added', 'removed'])
    expect(detailedChanges(payload(['a', '1'], ['b', '1']), payload(['b', '1'], ['a', '1'])).map(({ kind }) => kind)).toEqual(['moved', 'moved'])
  })

  it('tells the item\'s own title from a field of that name, and the site\'s fields apart', () => {
    const before = payload(['a', '1'])
    const after: Payload = { ...before, site: { slug: 's', name: 'New' }, items: [{ id: 'a', type: 't', title: 'Renamed', data: { headline: '1', title: 'x' } }] }
    expect(detailedChanges(before, after)).toEqual([
      { kind: 'site', fields: [{ field: 'name', before: 'S', after: 'New' }] },
      {
        kind: 'changed', item_id: 'a', type: 't', title: 'Renamed', from: 1, to: 1,
        fields: [{ field: 'title', before: 'a', after: 'Renamed', own: true }, { field: 'title', before: undefined, after: 'x' }],
      },
    ])
  })

  it('finds nothing between equal payloads, whatever the order of keys', () => {
    const one: Payload = { ...payload(['a', '1']), items: [{ id: 'a', type: 't', title: 'a', data: { list: [{ x: 1, y: 2 }] } }] }
    const two: Payload = { ...one, items: [{ id: 'a', type: 't', title: 'a', data: { list: [{ y: 2, x: 1 }] } }] }
    expect(detailedChanges(one, two)).toEqual([])
  })
})

describe('readChanges', () => {
  it('reads what SQL wrote and nothing else', () => {
    const stored = detailedChanges(payload(['a', '1']), payload(['a', '2']))
    expect(readChanges(JSON.parse(JSON.stringify(stored)))).toEqual(stored)
    expect(readChanges(null)).toEqual([])
    expect(readChanges([{ kind: 'painted' }])).toEqual([])
  })
})

describe('what an item refers to', () => {
  const item = (references?: Record<string, { id: string; type: string; title: string; data: Record<string, string> }>) => ({
    version: 1 as const, site: { slug: 's', name: 'S' }, items: [{ id: 'i', type: 'post', title: 'Post', data: { author: 'a' }, ...(references === undefined ? {} : { references }) }],
  })
  const ada = { id: 'a', type: 'person', title: 'Ada', data: { role: 'editor' } }

  it('changes it, field by field, and by its name where it is another one', () => {
    const fields = (before: Parameters<typeof item>[0], after: Parameters<typeof item>[0]) => detailedChanges(item(before), item(after)).flatMap((change) => change.fields)
    expect(fields({ author: ada }, { author: ada })).toEqual([])
    expect(fields({ author: ada }, { author: { ...ada, data: { role: 'admin' } } })).toEqual([{ field: 'author.role', before: 'editor', after: 'admin' }])
    expect(fields({ author: ada }, { author: { ...ada, id: 'b', title: 'Bob' } })).toEqual([{ field: 'author.title', before: 'Ada', after: 'Bob' }])
    expect(fields({ author: ada }, undefined)).toEqual([{ field: 'author.title', before: 'Ada', after: undefined }])
  })
})
