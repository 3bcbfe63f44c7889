import type { Mode } from '@/features/mappings/mapping'
import { clampPlace, type GridPlace } from '@/features/mappings/selection'

export type GridAction =
  /** `extend`: the selection follows from where it began. */
  | { kind: 'move'; to: GridPlace; extend: boolean }
  | { kind: 'mode'; mode: Mode | null }
  | { kind: 'select'; what: 'all' | 'rows' | 'columns' | 'cell' }
  | { kind: 'fill'; way: 'down' | 'right' }
  | { kind: 'open' }
  | { kind: 'menu' }
  | { kind: 'undo' }
  | { kind: 'redo' }

interface Key {
  key: string
  ctrlKey: boolean
  metaKey: boolean
  altKey: boolean
  shiftKey: boolean
}

const LETTERS: Readonly<Record<string, Mode>> = { f: 'full', o: 'override', b: 'block' }

/**
 * What a key means in the matrix, or null when it is the browser's. `from` is the active cell, or with Shift the corner that moves.
 * https://www.w3.org/WAI/ARIA/apg/patterns/grid/#keyboardinteraction-fordatagrids
 */
export function gridAction(event: Key, from: GridPlace, size: { rows: number; columns: number; page: number }): GridAction | null {
  const jump = event.ctrlKey || event.metaKey
  if (event.altKey) return null
  const move = (row: number, column: number): GridAction => ({ kind: 'move', to: clampPlace({ row, column }, size), extend: event.shiftKey })
  switch (event.key) {
    case 'ArrowUp':
      return move(jump ? 0 : from.row - 1, from.column)
    case 'ArrowDown':
      return move(jump ? size.rows : from.row + 1, from.column)
    case 'ArrowLeft':
      return move(from.row, jump ? 0 : from.column - 1)
    case 'ArrowRight':
      return move(from.row, jump ? size.columns : from.column + 1)
    case 'Home':
      return move(jump ? 0 : from.row, 0)
    case 'End':
      return move(jump ? size.rows : from.row, size.columns)
    case 'PageUp':
      return move(from.row - size.page, from.column)
    case 'PageDown':
      return move(from.row + size.page, from.column)
    case ' ':
      if (event.shiftKey && jump) return { kind: 'select', what: 'all' }
      if (event.shiftKey) return { kind: 'select', what: 'rows' }
      return jump ? { kind: 'select', what: 'columns' } : null
    case 'Escape':
      return { kind: 'select', what: 'cell' }
    case 'Enter':
    case 'F2':
      return { kind: 'open' }
    case 'ContextMenu':
      return { kind: 'menu' }
    case 'F10':
      return event.shiftKey ? { kind: 'menu' } : null
    case 'Backspace':
    case 'Delete':
      return { kind: 'mode', mode: null }
  }
  const letter = event.key.toLowerCase()
  if (jump) return command(letter, event.shiftKey)
  const mode = LETTERS[letter]
  return mode === undefined ? null : { kind: 'mode', mode }
}

/** Copy, cut and paste are not here: they come as the browser's own events, with the clipboard. */
function command(letter: string, shift: boolean): GridAction | null {
  if (letter === 'z') return { kind: shift ? 'redo' : 'undo' }
  if (shift) return null
  switch (letter) {
    case 'y':
      return { kind: 'redo' }
    case 'a':
      return { kind: 'select', what: 'all' }
    case 'd':
      return { kind: 'fill', way: 'down' }
    case 'r':
      return { kind: 'fill', way: 'right' }
    default:
      return null
  }
}

/** What `?` and the help under the matrix list, in tinykeys' syntax. `writes`: not for somebody who may only look. */
export const GRID_KEYS: readonly { keys: string; label: string; writes?: boolean }[] = [
  { keys: 'ArrowDown', label: 'Move between cells' },
  { keys: '$mod+ArrowDown', label: 'To the edge' },
  { keys: 'Shift+ArrowDown', label: 'Select a range' },
  { keys: 'Shift+Space', label: 'Select whole rows' },
  { keys: 'Control+Space', label: 'Select whole columns' },
  { keys: '$mod+a', label: 'Select everything' },
  { keys: 'f', label: 'Full: sent as it is', writes: true },
  { keys: 'o', label: 'Override: sent with fields of its own', writes: true },
  { keys: 'b', label: 'Block: kept away on purpose', writes: true },
  { keys: 'Backspace', label: 'None: not sent', writes: true },
  { keys: '$mod+c', label: 'Copy' },
  { keys: '$mod+x', label: 'Cut', writes: true },
  { keys: '$mod+v', label: 'Paste', writes: true },
  { keys: '$mod+d', label: 'Fill down from the first row', writes: true },
  { keys: '$mod+r', label: 'Fill right from the first column', writes: true },
  { keys: '$mod+z', label: 'Undo', writes: true },
  { keys: '$mod+Shift+z', label: 'Redo', writes: true },
  { keys: 'Enter', label: 'Open the cell in the panel' },
  { keys: 'Shift+F10', label: 'Menu of the cell' },
]
