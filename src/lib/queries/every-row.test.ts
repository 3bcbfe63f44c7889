import { PostgrestError } from '@supabase/supabase-js'
import { describe, expect, it } from 'vitest'
import { everyRow, PAGE_ROWS } from '@/lib/queries/every-row'

const table = (rows: number) => (from: number, to: number) => {
  const all = Array.from({ length: rows }, (_, index) => index)
  return Promise.resolve({ data: all.slice(from, to + 1), count: rows, error: null })
}

describe('everyRow', () => {
  it.each([0, 1, PAGE_ROWS, PAGE_ROWS + 1, 7 * PAGE_ROWS + 3])('reads %i rows, each once and in order', async (rows) => {
    const read = await everyRow(table(rows))
    expect(read).toEqual(Array.from({ length: rows }, (_, index) => index))
  })

  it('throws the refusal of any page', async () => {
    const page = (from: number) =>
      Promise.resolve(from === 0 ? { data: [1], count: PAGE_ROWS * 2, error: null } : { data: null, count: null, error: new PostgrestError({ message: 'gone', details: '', hint: '', code: '57014' }) })
    await expect(everyRow(page)).rejects.toThrow('gone')
  })
})
