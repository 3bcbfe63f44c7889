import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { changedWords, folded, linesOf, pairsOf, stretch, type Segment } from './diff-parts.ts'

const joined = (segments: readonly Segment[] | null) => (segments ?? []).map(({ text }) => text).join('')
const marked = (segments: readonly Segment[]) => segments.map(({ text, changed }) => (changed ? `[${text}]` : text)).join('')
const words = (before: string, after: string) => changedWords(before, after).map(marked)

const text = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '%', 'é', '\n', '😀', '秋', '\u200d') })

describe('where two lines differ', () => {
  it('whole words are marked, in every place', () => {
    expect(words('Claim 20% off today', 'Claim 25% off today')).toEqual(['Claim [20]% off today', 'Claim [25]% off today'])
    expect(words('Save 10% on the first and 20% on the second order', 'Save 15% on the first and 30% on the second order')).toEqual([
      'Save [10]% on the first and [20]% on the second order', 'Save [15]% on the first and [30]% on the second order',
    ])
  })
  it('nothing is marked on the side that loses nothing', () => {
    expect(words('Book now', 'Book it now')).toEqual(['Book now', 'Book [it ]now'])
  })
  it('words that were exchanged together are one change', () => {
    expect(words('A long and quiet evening at home', 'A long but noisy evening at home')).toEqual(['A long [and quiet] evening at home', 'A long [but noisy] evening at home'])
  })
  it('nothing is marked where the texts have hardly anything in common', () => {
    expect(words('A thing', 'Something else altogether')).toEqual(['A thing', 'Something else altogether'])
  })
  it('a script without spaces is read by its letters', () => {
    expect(words('秋のセール開催中', '冬のセール開催中')).toEqual(['[秋]のセール開催中', '[冬]のセール開催中'])
  })
  it('no character of either side is lost', () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        const [left, right] = changedWords(before, after)
        expect(joined(left)).toBe(before)
        expect(joined(right)).toBe(after)
      }),
    )
  })
  it('what differs nearly everywhere is told at once all the same', () => {
    const noise = (seed: number) => Array.from({ length: 6000 }, (_, index) => String((index * 7919 + seed * 104729) % 9973)).join(' ')
    const started = performance.now()
    const [left, right] = changedWords(`Same start ${noise(1)}`, `Same start ${noise(2)}`)
    expect(joined(left)).toContain('Same start')
    expect(joined(right)).toContain('Same start')
    expect(performance.now() - started).toBeLessThan(5000)
  })
})

describe('pairs of lines', () => {
  it('lists go entry by entry', () => {
    expect(pairsOf(['Mon', 'Tue', 'Wed'], ['Mon', 'Wed', 'Thu']).map(({ before, after, same }) => [before && joined(before), after && joined(after), same])).toEqual([
      ['Mon', 'Mon', true], ['Tue', null, false], ['Wed', 'Wed', true], [null, 'Thu', false],
    ])
  })
  it('an entry that was edited is one entry, with its words', () => {
    const [, pair] = pairsOf(['a', 'Open from 9 to 5'], ['a', 'Open from 9 to 6'])
    expect([marked(pair?.before ?? []), marked(pair?.after ?? [])]).toEqual(['Open from 9 to [5]', 'Open from 9 to [6]'])
  })
  it('objects are compared as JSON, and the order of their keys is no difference', () => {
    expect(pairsOf({ a: 1, b: { c: 2 } }, { b: { c: 2 }, a: 1 }).every(({ same }) => same)).toBe(true)
    expect(linesOf({ b: 1, a: [] })).toEqual(['{', '  "a": [],', '  "b": 1', '}'])
  })
  it('numbers and booleans are shown whole', () => {
    expect(pairsOf(120, 125)).toEqual([{ before: [{ text: '120', changed: false }], after: [{ text: '125', changed: false }], same: false }])
    expect(pairsOf(false, undefined)).toEqual([{ before: [{ text: 'false', changed: false }], after: null, same: false }])
  })
  it('say both sides completely, in their order', () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        const pairs = pairsOf(before, after)
        expect(pairs.flatMap((pair) => (pair.before === null ? [] : [joined(pair.before)])).join('\n')).toBe(before)
        expect(pairs.flatMap((pair) => (pair.after === null ? [] : [joined(pair.after)])).join('\n')).toBe(after)
      }),
    )
  })
  it('fold away what is far from any change, and lose nothing by it', () => {
    const lines = Array.from({ length: 40 }, (_, index) => `Line ${index}`)
    const pairs = pairsOf(lines.join('\n'), lines.with(20, 'Another').join('\n'))
    const parts = folded(pairs)
    expect(parts.map(({ kind, pairs: { length } }) => [kind, length])).toEqual([['folded', 18], ['pairs', 5], ['folded', 17]])
    expect(parts.flatMap((part) => part.pairs)).toEqual(pairs)
  })
  it('a long line is folded between its changes at the edge of a word', () => {
    const long = 'word '.repeat(200)
    const parts = stretch(long, false, false)
    expect(parts).not.toBeNull()
    expect(`${parts?.start}${parts?.hidden}${parts?.end}`).toBe(long)
    expect(parts?.hidden.length).toBeGreaterThan(600)
    expect(stretch('short', false, false)).toBeNull()
  })
})
