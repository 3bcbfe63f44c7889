import { describe, expect, it } from 'vitest'
import { forget, noHistory, record, redo, undo, UNDO_DEPTH } from '@/features/mappings/history'

describe('history', () => {
  it('goes back and forth, and a new act ends what could be redone', () => {
    let history = ['a', 'b', 'c'].reduce(record, noHistory<string>())
    const back = undo(history)!
    expect(back.act).toBe('c')
    history = undo(back.history)!.history
    expect(history).toEqual({ done: ['a'], undone: ['c', 'b'] })
    expect(redo(history)?.act).toBe('b')
    expect(redo(record(history, 'd'))).toBeNull()
    expect(undo(noHistory())).toBeNull()
  })
  it('forgets what was refused, wherever it is by then', () => {
    expect(forget({ done: ['a', 'b'], undone: ['c'] }, 'b')).toEqual({ done: ['a'], undone: ['c'] })
    expect(forget({ done: ['a'], undone: ['c', 'b'] }, 'c')).toEqual({ done: ['a'], undone: ['b'] })
  })
  it('has an end', () => {
    const history = Array.from({ length: UNDO_DEPTH + 20 }, (_, index) => index).reduce(record, noHistory<number>())
    expect(history.done).toHaveLength(UNDO_DEPTH)
    expect(history.done.at(-1)).toBe(UNDO_DEPTH + 19)
  })
})
