import { isMode, withMode, type Mapping, type Mode } from '@/features/mappings/mapping'
import type { Range } from '@/features/mappings/selection'

/** Cells as text and back: tab-separated words, as every spreadsheet takes and gives them. No React, no DOM. */

/** Beside the text, for pasting within the app: it carries the overrides, which a word cannot. */
export const CELLS_MIME = 'application/x-datasync-cells+json'

export interface CopiedCell {
  itemId: string
  /** null: nothing was there. */
  mapping: Mapping | null
}

/** What a word or an empty cell of a spreadsheet means; undefined where it means nothing here. */
export type Word = Mode | null | undefined

export interface Block {
  rows: readonly (readonly Word[])[]
  /** The words that mean nothing here, for saying so. */
  unknown: readonly string[]
  /** As the app copied it, where the block comes from here. */
  cells: readonly (readonly CopiedCell[])[] | null
}

const WORDS: Readonly<Record<string, Mode | null>> = {
  full: 'full', f: 'full', override: 'override', o: 'override', block: 'block', blocked: 'block', b: 'block',
  '': null, empty: null, none: null, '-': null, '–': null, 'not sent': null,
}

export function toText(cells: readonly (readonly CopiedCell[])[]): string {
  return cells.map((row) => row.map(({ mapping }) => mapping?.mode ?? 'empty').join('\t')).join('\n')
}

export function fromText(text: string): Block {
  const lines = text.replace(/\r\n?/g, '\n').replace(/\n$/, '').split('\n')
  const unknown: string[] = []
  const rows = lines.map((line) =>
    line.split('\t').map((cell): Word => {
      // A spreadsheet quotes what it thinks needs it.
      const word = cell.trim().replace(/^"(.*)"$/, '$1').trim().toLowerCase()
      if (Object.hasOwn(WORDS, word)) return WORDS[word]
      unknown.push(cell.trim())
      return undefined
    }),
  )
  // Rows of a text that was typed may end early: what is missing is left as it is.
  const width = Math.max(...rows.map(({ length }) => length))
  return { rows: rows.map((row) => [...row, ...Array.from({ length: width - row.length }, () => undefined)]), unknown, cells: null }
}

export function toPayload(cells: readonly (readonly CopiedCell[])[]): string {
  return JSON.stringify({ version: 1, cells })
}

/** The app's own form, if it is one: whatever else says it is that is taken for text. */
export function fromPayload(payload: string): Block | null {
  let parsed: unknown
  try {
    parsed = JSON.parse(payload)
  } catch {
    return null
  }
  if (!isRecord(parsed) || parsed['version'] !== 1 || !Array.isArray(parsed['cells'])) return null
  const cells = parsed['cells'].map((row: unknown) => (Array.isArray(row) ? row.map(readCell) : []))
  const width = cells[0]?.length ?? 0
  if (width === 0 || cells.some((row) => row.length !== width || row.includes(null))) return null
  const whole = cells as CopiedCell[][]
  return { rows: whole.map((row) => row.map(({ mapping }) => mapping?.mode ?? null)), unknown: [], cells: whole }
}

function readCell(cell: unknown): CopiedCell | null {
  if (!isRecord(cell) || typeof cell['itemId'] !== 'string') return null
  const { mapping } = cell
  if (mapping === null) return { itemId: cell['itemId'], mapping: null }
  if (!isRecord(mapping) || typeof mapping['mode'] !== 'string' || !isMode(mapping['mode'])) return null
  const overrides = mapping['overrides']
  return { itemId: cell['itemId'], mapping: { mode: mapping['mode'], overrides: isRecord(overrides) ? (overrides as Mapping['overrides']) : {}, position: null } }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

export interface PastePlan {
  /** Where it goes, within the grid. */
  target: Range
  /** The cell of the block that goes to a place of the target. */
  at: (row: number, column: number) => { row: number; column: number }
  /** How much of the block found no room. */
  clipped: { rows: number; columns: number }
}

/** One cell fills the range; a block fills a range that is a multiple of it; else it goes once, from the range's first cell on. */
export function planPaste(block: Pick<Block, 'rows'>, into: Range, size: { rows: number; columns: number }): PastePlan {
  const height = block.rows.length
  const width = block.rows[0]?.length ?? 0
  const room = { rows: into.bottom - into.top + 1, columns: into.right - into.left + 1 }
  const repeats = room.rows % height === 0 && room.columns % width === 0
  const wanted = repeats ? room : { rows: height, columns: width }
  const target = {
    top: into.top,
    left: into.left,
    bottom: Math.min(into.top + wanted.rows, size.rows) - 1,
    right: Math.min(into.left + wanted.columns, size.columns) - 1,
  }
  return {
    target,
    at: (row, column) => ({ row: (row - into.top) % height, column: (column - into.left) % width }),
    clipped: { rows: wanted.rows - (target.bottom - target.top + 1), columns: wanted.columns - (target.right - target.left + 1) },
  }
}

/**
 * What a cell becomes when another one is put on it. Overrides are fields of one item: they go along to other sites, not to other
 * items, where `lost` says that they stayed behind.
 */
export function put(source: CopiedCell, target: { itemId: string; before: Mapping | null }): { after: Mapping | null; lost: boolean } {
  const { mapping } = source
  if (mapping?.mode !== 'override' || Object.keys(mapping.overrides).length === 0) {
    // Of an override without fields there is nothing to bring; what the target has of its own stays.
    return { after: withMode(target.before, mapping?.mode ?? null), lost: false }
  }
  if (source.itemId !== target.itemId) return { after: withMode(target.before, 'override'), lost: true }
  return { after: { mode: 'override', overrides: mapping.overrides, position: target.before?.position ?? null }, lost: false }
}
