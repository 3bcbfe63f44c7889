import { describe, expect, it } from 'vitest'
import { isFiltering, NEWEST_FIRST, NO_FILTERS, questionOf, readFilters, writeFilters, type ItemFilters } from '@/features/content/list/item-filters'

const ID = '0b6d5c1e-7c0f-4a51-9a8e-1f2d3c4b5a69'
const read = (query: string) => readFilters(new URLSearchParams(query))
const none: ItemFilters = { ...NO_FILTERS, sort: NEWEST_FIRST }

describe('filters in the address', () => {
  it('go there and back', () => {
    const filters: ItemFilters = {
      conditions: ['draft', 'scheduled'], typeIds: [ID], site: { id: ID }, text: '0% & more', from: '2026-11-01', to: '2026-11-21', sort: { key: 'title', descending: false },
    }
    expect(read(writeFilters(filters).toString())).toEqual(filters)
    expect(isFiltering(filters)).toBe(true)
  })
  it('leave nothing behind when there are none: a sort is no filter', () => {
    expect(writeFilters(none).toString()).toBe('')
    expect(read('')).toEqual(none)
    expect(isFiltering({ ...none, sort: { key: 'sites', descending: true } })).toBe(false)
  })
  it('are one address for one choice, whatever its order', () => {
    expect(writeFilters(read('status=scheduled,draft')).toString()).toBe(writeFilters(read('status=draft,scheduled,draft')).toString())
  })
  it('say nothing where the address says something that there is not', () => {
    expect(read('status=shiny&type=1&site=here&from=2026-02-30&sort=weight')).toEqual(none)
  })
  it('leave what else the address says', () => {
    expect(writeFilters({ ...none, text: 'a' }, new URLSearchParams('preview=1&q=b')).toString()).toBe('preview=1&q=a')
  })
})

describe('the question', () => {
  it('names only what is asked', () => {
    expect(questionOf(none)).toEqual({})
    expect(questionOf({ ...none, site: 'none' })).toEqual({ linked: false })
    expect(questionOf({ ...none, site: { id: ID }, conditions: ['ended'] })).toEqual({ sites: [ID], conditions: ['ended'] })
  })
  it('takes a last day whole', () => {
    const { from, before } = questionOf({ ...none, from: '2026-11-20', to: '2026-11-20' }) as { from: string; before: string }
    expect(Date.parse(before) - Date.parse(from)).toBe(24 * 3_600_000)
  })
})
