import type { Payload } from '@core/payload'
import { describe, expect, it } from 'vitest'
import { payloadChanges } from '@/features/sites/payload-changes'

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
