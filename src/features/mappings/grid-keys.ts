import type { Mode } from '@/features/mappings/mapping'

export interface GridPlace {
  row: number
  column: number
}

export type GridAction =
  | { kind: 'move'; to: GridPlace }
  | { kind: 'mode'; mode: Mode | null }
  | { kind: 'open' }
  | { kind: 'undo' }

interface Key {
  key: string
  ctrlKey: boolean
  metaKey: boolean
  altKey: boolean
  shiftKey: boolean
}

const LETTERS: Readonly<Record<string, Mode>> = { f: 'full', o: 'override', b: 'block' }

/**
 * What a key means in the matrix, or null when it is the browser's.
 * https://www.w3.org/WAI/ARIA/apg/patterns/grid/#keyboardinteraction-fordatagrids
 */
export function gridAction(event: Key, at: GridPlace, size: { rows: number; columns: number; page: number }): GridAction | null {
  const jump = event.ctrlKey || event.metaKey
  if (event.altKey) return null
  const move = (row: number, column: number): GridAction => ({
    kind: 'move',
    to: { row: clamp(row, size.rows), column: clamp(column, size.columns) },
  })
  switch (event.key) {
    case 'ArrowUp':
      return move(jump ? 0 : at.row - 1, at.column)
    case 'ArrowDown':
      return move(jump ? size.rows : at.row + 1, at.column)
    case 'ArrowLeft':
      return move(at.row, jump ? 0 : at.column - 1)
    case 'ArrowRight':
      return move(at.row, jump ? size.columns : at.column + 1)
    case 'Home':
      return move(jump ? 0 : at.row, 0)
    case 'End':
      return move(jump ? size.rows : at.row, size.columns)
    case 'PageUp':
      return move(at.row - size.page, at.column)
    case 'PageDown':
      return move(at.row + size.page, at.column)
    case 'Enter':
    case 'F2':
      return { kind: 'open' }
    case 'Backspace':
    case 'Delete':
      return { kind: 'mode', mode: null }
  }
  const letter = event.key.toLowerCase()
  if (jump) return letter === 'z' && !event.shiftKey ? { kind: 'undo' } : null
  const mode = LETTERS[letter]
  return mode === undefined ? null : { kind: 'mode', mode }
}

function clamp(index: number, length: number): number {
  return Math.max(0, Math.min(index, length - 1))
}
