import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromPayload, fromText, planPaste, put, toPayload, toText, type CopiedCell } from '@/features/mappings/clipboard'
import type { Mapping } from '@/features/mappings/mapping'

const overridden: Mapping = { mode: 'override', overrides: { cta: 'Book' }, bases: { cta: 'Go' }, position: 3 }
const cell = (itemId: string, mapping: Mapping | null): CopiedCell => ({ itemId, mapping })
const full: Mapping = { mode: 'full', overrides: {}, position: 0 }

describe('text', () => {
  it('is what spreadsheets take and give', () => {
    const text = toText([[cell('a', full), cell('a', null)], [cell('b', overridden), cell('b', { ...full, mode: 'block' })]])
    expect(text).toBe('full\tempty\noverride\tblock')
    expect(fromText(`${text}\r\n`)).toEqual({ rows: [['full', null], ['override', 'block']], unknown: [], cells: null })
  })
  it('may be written in other ways', () => {
    expect(fromText('F\t"Full"\t\t-\tNone\tBLOCKED').rows).toEqual([['full', 'full', null, null, null, 'block']])
  })
  it('says which words mean nothing here, and leaves their cells alone', () => {
    expect(fromText('full\tyes\nblock')).toEqual({ rows: [['full', undefined], ['block', undefined]], unknown: ['yes'], cells: null })
  })
  it('is never refused, whatever it is', () => {
    fc.assert(fc.property(fc.string(), (text) => {
      const { rows } = fromText(text)
      expect(new Set(rows.map(({ length }) => length)).size).toBe(1)
    }))
  })
})

describe('the app’s own form', () => {
  it('brings the overrides, and not the place on the site they came from', () => {
    const block = fromPayload(toPayload([[cell('a', overridden), cell('a', null)]]))
    expect(block?.rows).toEqual([['override', null]])
    expect(block?.cells?.[0]?.[0]).toEqual({ itemId: 'a', mapping: { mode: 'override', overrides: { cta: 'Book' }, position: null } })
  })
  it.each(['', '{}', 'null', '{"version":2,"cells":[]}', '{"version":1,"cells":[]}', '{"version":1,"cells":[[1]]}', '{"version":1,"cells":[[{"itemId":"a","mapping":{"mode":"mirror"}}]]}'])(
    'is not taken from %s',
    (payload) => expect(fromPayload(payload)).toBeNull(),
  )
})

describe('where a block goes', () => {
  const size = { rows: 10, columns: 10 }
  const rows = (height: number, width: number) => ({ rows: Array.from({ length: height }, () => Array.from({ length: width }, () => 'full' as const)) })
  it('one cell fills the range', () => {
    const plan = planPaste(rows(1, 1), { top: 2, left: 2, bottom: 5, right: 4 }, size)
    expect(plan.target).toEqual({ top: 2, left: 2, bottom: 5, right: 4 })
    expect(plan.at(5, 4)).toEqual({ row: 0, column: 0 })
  })
  it('a block fills a multiple of itself, and otherwise goes once', () => {
    expect(planPaste(rows(2, 1), { top: 0, left: 0, bottom: 3, right: 2 }, size).target).toEqual({ top: 0, left: 0, bottom: 3, right: 2 })
    expect(planPaste(rows(2, 2), { top: 0, left: 0, bottom: 2, right: 0 }, size).target).toEqual({ top: 0, left: 0, bottom: 1, right: 1 })
  })
  it('what finds no room is left out, and counted', () => {
    const plan = planPaste(rows(5, 4), { top: 8, left: 9, bottom: 8, right: 9 }, size)
    expect(plan.target).toEqual({ top: 8, left: 9, bottom: 9, right: 9 })
    expect(plan.clipped).toEqual({ rows: 3, columns: 3 })
  })
})

describe('a cell put on another', () => {
  it('brings its overrides to other sites of the same item', () => {
    expect(put(cell('a', overridden), { itemId: 'a', before: full })).toEqual({ after: { mode: 'override', overrides: { cta: 'Book' }, position: 0 }, lost: false })
  })
  it('brings the mode alone to other items, and says so', () => {
    expect(put(cell('a', overridden), { itemId: 'b', before: null })).toEqual({ after: { mode: 'override', overrides: {}, bases: undefined, position: null }, lost: true })
  })
  it('takes away where it holds nothing', () => {
    expect(put(cell('a', null), { itemId: 'b', before: overridden })).toEqual({ after: null, lost: false })
  })
})
