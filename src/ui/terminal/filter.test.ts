import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { growingFilter, isFiltering, matcher, NO_FILTER, type LineFilter } from './filter.ts'
import { LEVELS, type TerminalLine } from './line.ts'

const sites = new Map([
  ['g', { id: 'g', name: 'Google Campaign', slug: 'google' }],
  ['f', { id: 'f', name: 'Facebook Campaign', slug: 'facebook' }],
])
const line = (over: Partial<TerminalLine> = {}): TerminalLine => ({ seq: 1, at: 0, level: 'info', message: 'POST attempt 1 of 4, signed', siteId: 'g', payload: null, ...over })
const matches = (filter: Partial<LineFilter>, value: TerminalLine) => matcher({ ...NO_FILTER, ...filter }, sites)(value)

describe('what a filter lets through', () => {
  it('knows levels, and warnings with errors as one', () => {
    expect(matches({ level: 'warn' }, line({ level: 'warn' }))).toBe(true)
    expect(matches({ level: 'warn' }, line({ level: 'error' }))).toBe(false)
    expect(matches({ level: 'problems' }, line({ level: 'error' }))).toBe(true)
    expect(matches({ level: 'problems' }, line({ level: 'success' }))).toBe(false)
  })
  it('knows sites; lines of the whole run belong to none', () => {
    expect(matches({ site: 'g' }, line())).toBe(true)
    expect(matches({ site: 'f' }, line())).toBe(false)
    expect(matches({ site: 'f' }, line({ siteId: null }))).toBe(false)
  })
  it('looks for every word, in the message and in the name of the site', () => {
    expect(matches({ search: 'GOOGLE signed' }, line())).toBe(true)
    expect(matches({ search: 'facebook signed' }, line())).toBe(false)
  })
  it('is no filter while it is blank', () => {
    expect(isFiltering({ ...NO_FILTER, search: '  ' })).toBe(false)
    expect(isFiltering({ ...NO_FILTER, level: 'warn' })).toBe(true)
  })
})

describe('a filter over a growing list', () => {
  const lines = fc.array(fc.record({ level: fc.constantFrom(...LEVELS), gap: fc.integer({ min: 1, max: 3 }) }), { maxLength: 60 }).map((all) => {
    let seq = 0
    return all.map(({ level, gap }) => line({ seq: (seq += gap), level }))
  })

  it('gives what filtering everything anew would give, whether lines come at the end or in between', () => {
    fc.assert(
      fc.property(lines, fc.infiniteStream(fc.nat({ max: 59 })), (all, picks) => {
        const wanted = matcher({ ...NO_FILTER, level: 'problems' }, sites)
        const filter = growingFilter(wanted)
        const here = new Set<TerminalLine>()
        const order = picks[Symbol.iterator]()
        for (let turn = 0; turn < 12; turn += 1) {
          for (let n = 0; n < 6; n += 1) {
            const picked = all[(order.next().value as number) % Math.max(1, all.length)]
            if (picked !== undefined) here.add(picked)
          }
          const now = all.filter((each) => here.has(each))
          expect(filter(now)).toEqual(now.filter(wanted))
        }
      }),
    )
  })

  it('is the same list again when nothing that matches was added', () => {
    const filter = growingFilter(matcher({ ...NO_FILTER, level: 'error' }, sites))
    const first = [line({ seq: 1, level: 'error' })]
    const kept = filter(first)
    expect(filter([...first, line({ seq: 2 })])).toBe(kept)
  })
})
