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
  ])('%s %o moves', (key, held, to) => {
    expect(press(key, held)).toEqual({ kind: 'move', to })
  })

  it('types modes, in either case', () => {
    expect(press('f')).toEqual({ kind: 'mode', mode: 'full' })
    expect(press('O', { shiftKey: true })).toEqual({ kind: 'mode', mode: 'override' })
    expect(press('b')).toEqual({ kind: 'mode', mode: 'block' })
    expect(press('Backspace')).toEqual({ kind: 'mode', mode: null })
    expect(press('Delete')).toEqual({ kind: 'mode', mode: null })
  })

  it('opens and undoes', () => {
    expect(press('Enter')).toEqual({ kind: 'open' })
    expect(press('z', { metaKey: true })).toEqual({ kind: 'undo' })
  })

  it('leaves the browser what is the browser’s', () => {
    expect(press('f', { ctrlKey: true })).toBeNull()
    expect(press('ArrowLeft', { altKey: true })).toBeNull()
    expect(press('Tab')).toBeNull()
    expect(press('x')).toBeNull()
  })
})
