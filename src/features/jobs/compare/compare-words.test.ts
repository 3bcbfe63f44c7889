import { describe, expect, it } from 'vitest'
import type { ComparedDelivery } from '@/features/jobs/queries/compare'
import { differenceWords, pairsOf, partOf } from './compare-words.ts'

const delivery = (targetId: string, over: Partial<ComparedDelivery> = {}): ComparedDelivery => ({
  id: `d-${targetId}`, targetId, name: `Site ${targetId}`, slug: targetId, status: 'success', reason: '', attempts: 1, durationMs: 40, itemCount: 2, bytes: 900, hash: 'same', ...over,
})

describe('two runs beside each other', () => {
  const pairs = pairsOf(
    [delivery('b'), delivery('a', { name: 'Old name' }), delivery('gone')],
    [delivery('a', { hash: 'other', status: 'failed' }), delivery('b'), delivery('new')],
  )
  it('have every site of either once, by its newer name', () => {
    expect(pairs.map(({ name, before, after }) => [name, before !== null, after !== null])).toEqual([
      ['Site a', true, true], ['Site b', true, true], ['Site gone', true, false], ['Site new', false, true],
    ])
  })
  it('are narrowed to what differs', () => {
    const names = (part: Parameters<typeof partOf>[1]) => partOf(pairs, part).map(({ targetId }) => targetId)
    expect(names('payload')).toEqual(['a'])
    expect(names('status')).toEqual(['a'])
    expect(names('one-only')).toEqual(['gone', 'new'])
    expect(names('all')).toHaveLength(4)
  })
  it('say how much longer the second took', () => {
    expect([differenceWords(40, 160), differenceWords(1200, 40), differenceWords(40, 40), differenceWords(null, 40)]).toEqual(['+120 ms', '−1.2 s', 'same', '–'])
  })
})
