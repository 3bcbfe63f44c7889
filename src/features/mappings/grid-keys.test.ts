import { describe, expect, it } from 'vitest'
import { gridAction } from '@/features/mappings/grid-keys'

const size = { rows: 10, columns: 4, page: 5 }
const at = { row: 3, column: 1 }
const press = (key: string, held: Partial<Record<'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey', boolean>> = {}) =>
  gridAction({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...held }, at, size)

describe('gridAction', () => {
  it.each([
    ['ArrowUp', {}, { row: 2, column: 1 }],
    ['ArrowDown', {}, { row: 4, column: 1 }],
    ['ArrowLeft', {}, { row: 3, column: 0 }],
    ['ArrowRight', {}, { row: 3, column: 2 }],
    ['ArrowDown', { ctrlKey: true }, { row: 9, column: 1 }],
    ['Home', {}, { row: 3, column: 0 }],
    ['End', { ctrlKey: true }, { row: 9, column: 3 }],
    ['PageDown', {}, { row: 8, column: 1 }],
    ['PageUp', {}, { row: 0, column: 1 }],
  ])('%s %o moves, and with Shift extends', (key, held, to) => {
    expect(press(key, held)).toEqual({ kind: 'move', to, extend: false })
    expect(press(key, { ...held, shiftKey: true })).toEqual({ kind: 'move', to, extend: true })
  })

  it('types modes, in either case', () => {
    expect(press('f')).toEqual({ kind: 'mode', mode: 'full' })
    expect(press('O', { shiftKey: true })).toEqual({ kind: 'mode', mode: 'override' })
    expect(press('b')).toEqual({ kind: 'mode', mode: 'block' })
    expect(press('Backspace')).toEqual({ kind: 'mode', mode: null })
    expect(press('Delete')).toEqual({ kind: 'mode', mode: null })
  })

  it('selects rows, columns and everything', () => {
    expect(press(' ', { shiftKey: true })).toEqual({ kind: 'select', what: 'rows' })
    expect(press(' ', { ctrlKey: true })).toEqual({ kind: 'select', what: 'columns' })
    expect(press(' ', { ctrlKey: true, shiftKey: true })).toEqual({ kind: 'select', what: 'all' })
    expect(press('a', { metaKey: true })).toEqual({ kind: 'select', what: 'all' })
    expect(press('Escape')).toEqual({ kind: 'select', what: 'cell' })
  })

  it('opens, fills, undoes and redoes', () => {
    expect(press('Enter')).toEqual({ kind: 'open' })
    expect(press('F10', { shiftKey: true })).toEqual({ kind: 'menu' })
    expect(press('d', { ctrlKey: true })).toEqual({ kind: 'fill', way: 'down' })
    expect(press('r', { metaKey: true })).toEqual({ kind: 'fill', way: 'right' })
    expect(press('z', { metaKey: true })).toEqual({ kind: 'undo' })
    expect(press('Z', { metaKey: true, shiftKey: true })).toEqual({ kind: 'redo' })
    expect(press('y', { ctrlKey: true })).toEqual({ kind: 'redo' })
  })

  it('leaves the browser what is the browser’s', () => {
    expect(press('f', { ctrlKey: true })).toBeNull()
    expect(press('r', { ctrlKey: true, shiftKey: true })).toBeNull()
    expect(press('c', { ctrlKey: true })).toBeNull()
    expect(press('v', { metaKey: true })).toBeNull()
    expect(press('ArrowLeft', { altKey: true })).toBeNull()
    expect(press('Tab')).toBeNull()
    expect(press(' ')).toBeNull()
    expect(press('x')).toBeNull()
  })
})
