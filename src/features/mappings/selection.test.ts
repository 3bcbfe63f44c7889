import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  addCell, asText, cellCount, cellsOf, columnsOf, extendBy, extendTo, followRows, isIn, isOneCell, lastRange, selectAll, selectCell, selectColumns, selectRows, spansOf, wholeColumns, type Selection,
} from '@/features/mappings/selection'

const size = { rows: 6, columns: 5 }
const at = (row: number, column: number) => ({ row, column })

describe('ranges', () => {
  it('go from where they began to the other corner, whichever way', () => {
    const selection = extendTo(selectCell(at(3, 3)), at(1, 4))
    expect(lastRange(selection)).toEqual({ top: 1, bottom: 3, left: 3, right: 4 })
    expect(selection.active).toEqual(at(3, 3))
    expect(lastRange(extendTo(selection, at(4, 0)))).toEqual({ top: 3, bottom: 4, left: 0, right: 3 })
  })

  it('may be several, and a cell in two of them counts once', () => {
    const selection = extendTo(addCell(extendTo(selectCell(at(0, 0)), at(1, 2)), at(1, 1)), at(2, 3))
    expect(selection.ranges).toHaveLength(2)
    expect(spansOf(selection, 0)).toEqual([[0, 2]])
    expect(spansOf(selection, 1)).toEqual([[0, 3]])
    expect(spansOf(selection, 2)).toEqual([[1, 3]])
    expect(asText(spansOf(selection, 3))).toBe('')
    expect(cellCount(selection)).toBe(10)
    expect([...cellsOf(selection)]).toHaveLength(10)
    expect(columnsOf(selection)).toEqual([0, 1, 2, 3])
  })

  it('of every kind are counted as a set would count them', () => {
    const place = fc.record({ row: fc.nat(5), column: fc.nat(4) })
    fc.assert(
      fc.property(place, fc.array(fc.tuple(place, place), { maxLength: 4 }), (first, more) => {
        const selection = more.reduce((before, [from, to]) => extendTo(addCell(before, from), to), selectCell(first))
        const cells = new Set<string>()
        for (let row = 0; row < 6; row++) {
          for (let column = 0; column < 5; column++) if (selection.ranges.some((range) => isIn(at(row, column), range))) cells.add(`${row}:${column}`)
        }
        expect(cellCount(selection)).toBe(cells.size)
        expect([...cellsOf(selection)].map(({ row, column }) => `${row}:${column}`).sort()).toEqual([...cells].sort())
        expect(isOneCell(selection)).toBe(selection.ranges.length === 1)
      }),
    )
  })
})

describe('whole rows and columns', () => {
  it('are selected, and go on as such', () => {
    const rows = selectRows(2, 2, size, 3)
    expect(rows.active).toEqual(at(2, 3))
    expect(lastRange(rows)).toEqual({ top: 2, bottom: 2, left: 0, right: 4 })
    expect(lastRange(extendBy(rows, { ...rows.head, row: 4 }, size))).toEqual({ top: 2, bottom: 4, left: 0, right: 4 })
    const columns = selectColumns(3, 1, size)
    expect(wholeColumns(columns, size)).toEqual([[1, 3]])
    expect(lastRange(extendBy(columns, { ...columns.head, column: 0 }, size))).toEqual({ top: 0, bottom: 5, left: 0, right: 3 })
    expect(cellCount(selectAll(selectCell(at(2, 2)), size))).toBe(30)
  })
})

describe('rows and columns that move', () => {
  const follow = (selection: Selection, before: string, after: string) =>
    followRows(selection, (row) => nowAt(after, before[row]), (column) => column, { rows: after.length, columns: 5 })
  const nowAt = (after: string, id = '?') => {
    const index = after.indexOf(id)
    return index < 0 ? undefined : index
  }
  const block = extendTo(selectCell(at(1, 1)), at(3, 2))

  it('take the selection with them', () => {
    expect(lastRange(follow(block, 'abcdef', 'xabcdef'))).toEqual({ top: 2, bottom: 4, left: 1, right: 2 })
    expect(follow(block, 'abcdef', 'xabcdef').active).toEqual(at(2, 1))
  })
  it('collapse a range that is no longer in one piece', () => {
    expect(follow(block, 'abcdef', 'abxcdef')).toEqual(selectCell(at(1, 1)))
    expect(follow(block, 'abcdef', 'abce')).toEqual(selectCell(at(1, 1)))
  })
  it('leave the place where the active cell was when its row is gone', () => {
    expect(follow(block, 'abcdef', 'a')).toEqual(selectCell(at(0, 1)))
    expect(follow(block, 'abcdef', 'acdef')).toEqual(selectCell(at(1, 1)))
  })
})
