/** What is selected in a grid of rows and columns, as in a spreadsheet: one active cell, and one or more ranges. No React, no DOM. */

export interface GridPlace {
  row: number
  column: number
}

/** Both corners belong to it. */
export interface Range {
  top: number
  left: number
  bottom: number
  right: number
}

export interface Selection {
  /** Where the last range began: it has the focus, and the panel shows it. */
  active: GridPlace
  /** The corner of the last range that Shift moves. */
  head: GridPlace
  /** The last one is the one between active and head. Never empty. */
  ranges: readonly Range[]
}

export interface GridSize {
  rows: number
  columns: number
}

const clampTo = (index: number, length: number): number => Math.max(0, Math.min(index, length - 1))

export const clampPlace = ({ row, column }: GridPlace, { rows, columns }: GridSize): GridPlace => ({
  row: clampTo(row, rows),
  column: clampTo(column, columns),
})

function rangeBetween(a: GridPlace, b: GridPlace): Range {
  return { top: Math.min(a.row, b.row), left: Math.min(a.column, b.column), bottom: Math.max(a.row, b.row), right: Math.max(a.column, b.column) }
}

export const selectCell = (place: GridPlace): Selection => ({ active: place, head: place, ranges: [rangeBetween(place, place)] })

/** Shift: the last range goes from where it began to here. */
export function extendTo(selection: Selection, head: GridPlace): Selection {
  return { active: selection.active, head, ranges: [...selection.ranges.slice(0, -1), rangeBetween(selection.active, head)] }
}

/** Ctrl or Cmd: another range begins here. */
export function addCell(selection: Selection, place: GridPlace): Selection {
  return { active: place, head: place, ranges: [...selection.ranges, rangeBetween(place, place)] }
}

export const selectAll = (selection: Selection, size: GridSize): Selection => ({
  active: selection.active,
  head: { row: size.rows - 1, column: size.columns - 1 },
  ranges: [{ top: 0, left: 0, bottom: size.rows - 1, right: size.columns - 1 }],
})

/** All cells of the rows that the last range touches (Shift+Space, a click on a head). */
export function selectRows(from: number, to: number, size: GridSize, column = 0): Selection {
  return {
    active: { row: from, column },
    head: { row: to, column: size.columns - 1 },
    ranges: [{ top: Math.min(from, to), bottom: Math.max(from, to), left: 0, right: size.columns - 1 }],
  }
}

export function selectColumns(from: number, to: number, size: GridSize, row = 0): Selection {
  return {
    active: { row, column: from },
    head: { row: size.rows - 1, column: to },
    ranges: [{ left: Math.min(from, to), right: Math.max(from, to), top: 0, bottom: size.rows - 1 }],
  }
}

export const lastRange = ({ ranges, active, head }: Selection): Range => ranges.at(-1) ?? rangeBetween(active, head)

export const isOneCell = ({ ranges }: Selection): boolean => {
  const [only, more] = ranges
  return more === undefined && only !== undefined && only.top === only.bottom && only.left === only.right
}

export const isIn = ({ row, column }: GridPlace, { top, left, bottom, right }: Range): boolean => row >= top && row <= bottom && column >= left && column <= right

/** The selected columns of a row, without overlaps, from left to right: [[2, 5], [7, 7]]. */
export function spansOf({ ranges }: Pick<Selection, 'ranges'>, row: number): [number, number][] {
  const spans = ranges.filter(({ top, bottom }) => row >= top && row <= bottom).map(({ left, right }): [number, number] => [left, right])
  if (spans.length < 2) return spans
  spans.sort(([a], [b]) => a - b)
  const merged: [number, number][] = []
  for (const [left, right] of spans) {
    const last = merged.at(-1)
    if (last !== undefined && left <= last[1] + 1) last[1] = Math.max(last[1], right)
    else merged.push([left, right])
  }
  return merged
}

/** Every selected cell once, row by row. */
export function* cellsOf(selection: Pick<Selection, 'ranges'>): Generator<GridPlace> {
  const top = Math.min(...selection.ranges.map((range) => range.top))
  const bottom = Math.max(...selection.ranges.map((range) => range.bottom))
  for (let row = top; row <= bottom; row++) {
    for (const [left, right] of spansOf(selection, row)) {
      for (let column = left; column <= right; column++) yield { row, column }
    }
  }
}

export function cellCount(selection: Pick<Selection, 'ranges'>): number {
  const [only, more] = selection.ranges
  if (only === undefined) return 0
  if (more === undefined) return (only.bottom - only.top + 1) * (only.right - only.left + 1)
  let count = 0
  const top = Math.min(...selection.ranges.map((range) => range.top))
  const bottom = Math.max(...selection.ranges.map((range) => range.bottom))
  for (let row = top; row <= bottom; row++) for (const [left, right] of spansOf(selection, row)) count += right - left + 1
  return count
}

/** The columns that anything is selected in, from left to right. */
export function columnsOf({ ranges }: Pick<Selection, 'ranges'>): number[] {
  const columns = new Set<number>()
  for (const { left, right } of ranges) for (let column = left; column <= right; column++) columns.add(column)
  return [...columns].sort((a, b) => a - b)
}

/**
 * The same cells after rows or columns have come, gone or moved: the active cell stays where its item and its site are. Ranges whose
 * corners are no longer there collapse to it.
 */
export function followRows(selection: Selection, rowAt: (row: number) => number | undefined, columnAt: (column: number) => number | undefined, size: GridSize): Selection {
  const moved = ({ row, column }: GridPlace): GridPlace | null => {
    const at = { row: rowAt(row), column: columnAt(column) }
    return at.row === undefined || at.column === undefined ? null : { row: at.row, column: at.column }
  }
  const active = moved(selection.active) ?? clampPlace({
    row: rowAt(selection.active.row) ?? selection.active.row,
    column: columnAt(selection.active.column) ?? selection.active.column,
  }, size)
  const head = moved(selection.head)
  const ranges = selection.ranges.map((range) => {
    const from = moved({ row: range.top, column: range.left })
    const to = moved({ row: range.bottom, column: range.right })
    const isWhole = from !== null && to !== null && Math.abs(to.row - from.row) === range.bottom - range.top && Math.abs(to.column - from.column) === range.right - range.left
    return isWhole ? rangeBetween(from, to) : null
  })
  const kept = ranges.filter((range) => range !== null)
  const last = kept.at(-1)
  if (head === null || last === undefined || kept.length < ranges.length || !isIn(active, last)) return selectCell(active)
  return { active, head, ranges: kept }
}

const isWholeRows = (range: Range, size: GridSize) => range.left === 0 && range.right === size.columns - 1
const isWholeColumns = (range: Range, size: GridSize) => range.top === 0 && range.bottom === size.rows - 1

/** Shift and an arrow: whole rows go on as whole rows, whole columns as whole columns. */
export function extendBy(selection: Selection, head: GridPlace, size: GridSize): Selection {
  const last = lastRange(selection)
  const others = selection.ranges.slice(0, -1)
  const { active } = selection
  if (size.columns > 1 && isWholeRows(last, size) && head.column === selection.head.column) {
    const next = selectRows(active.row, head.row, size, active.column)
    return { ...next, ranges: [...others, ...next.ranges] }
  }
  if (size.rows > 1 && isWholeColumns(last, size) && head.row === selection.head.row) {
    const next = selectColumns(active.column, head.column, size, active.row)
    return { ...next, ranges: [...others, ...next.ranges] }
  }
  return extendTo(selection, head)
}

/** "2-5,7-7": equal text is an equal drawing. */
export const asText = (spans: readonly (readonly [number, number])[]): string => spans.map(([left, right]) => `${left}-${right}`).join(',')

/** The columns that are selected from top to bottom. */
export const wholeColumns = ({ ranges }: Selection, size: GridSize): [number, number][] =>
  ranges.filter((range) => isWholeColumns(range, size) && size.rows > 1).map(({ left, right }) => [left, right])
