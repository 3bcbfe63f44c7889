import { put, type Block, type CopiedCell, planPaste } from '@/features/mappings/clipboard'
import { withMode, type CellAddress, type Mapping, type Mode } from '@/features/mappings/mapping'
import type { MatrixItem, MatrixSite } from '@/features/mappings/queries/matrix'
import { cellsOf, isOneCell, lastRange, type GridPlace, type Range, type Selection } from '@/features/mappings/selection'
import type { CellChange } from '@/features/mappings/write-parts'
import { count, formatNumber } from '@/lib/format'

/** What is done to cells, worked out before anything is written: the cells, and what could not be done. No React. */

export interface Grid {
  items: readonly MatrixItem[]
  sites: readonly MatrixSite[]
  /** undefined where the column was not read. */
  read: (cell: CellAddress) => Mapping | null | undefined
}

export interface Edit {
  changes: CellChange[]
  /** What stayed behind, in sentences. */
  notes: string[]
  range: Range | null
}

export const addressOf = ({ items, sites }: Pick<Grid, 'items' | 'sites'>, { row, column }: GridPlace): CellAddress | null => {
  const item = items[row]
  const site = sites[column]
  return item === undefined || site === undefined ? null : { itemId: item.id, siteId: site.id }
}

/** The cell and what it holds; null where there is none, or its column was not read. */
function cellAt(grid: Grid, place: GridPlace): (CellAddress & { before: Mapping | null }) | null {
  const address = addressOf(grid, place)
  const before = address === null ? undefined : grid.read(address)
  return address === null || before === undefined ? null : { ...address, before }
}

export function setMode(grid: Grid, selection: Selection, mode: Mode | null): Edit {
  const changes: CellChange[] = []
  let dropped = 0
  for (const place of cellsOf(selection)) {
    const cell = cellAt(grid, place)
    if (cell === null) continue
    if (cell.before?.mode === 'override' && mode !== 'override') dropped += Object.keys(cell.before.overrides).length
    changes.push({ ...cell, after: withMode(cell.before, mode) })
  }
  return { changes, notes: dropped === 0 ? [] : [`${count('override', dropped)} dropped; undo brings ${dropped === 1 ? 'it' : 'them'} back.`], range: null }
}

export function copyRange(grid: Grid, { top, left, bottom, right }: Range): CopiedCell[][] {
  return Array.from({ length: bottom - top + 1 }, (_, row) =>
    Array.from({ length: right - left + 1 }, (__, column) => {
      const cell = cellAt(grid, { row: top + row, column: left + column })
      return { itemId: cell?.itemId ?? '', mapping: cell?.before ?? null }
    }),
  )
}

export function paste(grid: Grid, block: Block, selection: Selection): Edit {
  const plan = planPaste(block, lastRange(selection), { rows: grid.items.length, columns: grid.sites.length })
  const changes: CellChange[] = []
  const { top, left, bottom, right } = plan.target
  let lost = 0
  for (let row = top; row <= bottom; row++) {
    for (let column = left; column <= right; column++) {
      const from = plan.at(row, column)
      const word = block.rows[from.row]?.[from.column]
      const cell = word === undefined ? null : cellAt(grid, { row, column })
      if (word === undefined || cell === null) continue
      const source = block.cells?.[from.row]?.[from.column]
      if (source === undefined) {
        changes.push({ ...cell, after: withMode(cell.before, word) })
        continue
      }
      const result = put(source, cell)
      if (result.lost) lost++
      changes.push({ ...cell, after: result.after })
    }
  }
  const notes: string[] = []
  const { clipped } = plan
  if (clipped.rows > 0 || clipped.columns > 0) {
    const parts = [clipped.rows > 0 && count('row', clipped.rows), clipped.columns > 0 && count('column', clipped.columns)].filter((part) => part !== false)
    notes.push(`The block is larger than what is left of the matrix: ${parts.join(' and ')} ${clipped.rows + clipped.columns === 1 ? 'was' : 'were'} left out.`)
  }
  if (block.unknown.length > 0) {
    notes.push(`${count('cell', block.unknown.length)} stayed as ${block.unknown.length === 1 ? 'it was' : 'they were'}: "${(block.unknown[0] ?? '').slice(0, 40)}" is none of full, override, block, empty.`)
  }
  if (lost > 0) notes.push(lostWords(lost))
  return { changes, notes, range: plan.target }
}

/** From the first row of each range down, or from its first column to the right; of one cell, from the one before it. */
export function fill(grid: Grid, selection: Selection, way: 'down' | 'right'): Edit {
  const changes: CellChange[] = []
  let lost = 0
  const down = way === 'down'
  const single = isOneCell(selection)
  for (const range of selection.ranges) {
    const from = down ? range.top - (single ? 1 : 0) : range.left - (single ? 1 : 0)
    if (from < 0) continue
    for (let row = down ? from + 1 : range.top; row <= range.bottom; row++) {
      for (let column = down ? range.left : from + 1; column <= range.right; column++) {
        const source = cellAt(grid, down ? { row: from, column } : { row, column: from })
        const cell = cellAt(grid, { row, column })
        if (source === null || cell === null) continue
        const result = put({ itemId: source.itemId, mapping: source.before }, cell)
        if (result.lost) lost++
        changes.push({ ...cell, after: result.after })
      }
    }
  }
  return { changes, notes: lost > 0 ? [lostWords(lost)] : [], range: null }
}

const lostWords = (cells: number) =>
  `${count('cell', cells)} got the mode override without its fields: ${cells === 1 ? 'they belong' : 'those belong'} to another item.`

/** "12 cells", or the one cell by name. */
export function cellsInWords({ items, sites }: Pick<Grid, 'items' | 'sites'>, changes: readonly CellAddress[], what: string): string {
  const [only, more] = changes
  if (only !== undefined && more === undefined) {
    const title = items.find(({ id }) => id === only.itemId)?.title ?? 'An item'
    const name = sites.find(({ id }) => id === only.siteId)?.name ?? 'a site'
    return `"${title}" on ${name}: ${what}`
  }
  return `${formatNumber(changes.length)} cells: ${what}`
}
