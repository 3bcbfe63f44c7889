import { describe, expect, it } from 'vitest'
import { findFilter, isFiltering, jobFilters, NO_FILTERS } from './job-filters.ts'

const read = (address: string) => jobFilters.read(new URLSearchParams(address))
const site = '0f8fad5b-d9cb-469f-a165-70867728950e'

describe('the filters of the list of runs', () => {
  it('say in the address what they are, and read it back', () => {
    const filters = { status: 'failed', trigger: 'schedule', siteId: site, from: '2026-11-01', to: '2026-11-21', text: 'timeout' } as const
    expect(jobFilters.read(jobFilters.write(filters, new URLSearchParams()))).toEqual(filters)
    expect(jobFilters.write(NO_FILTERS, new URLSearchParams('status=failed&other=stays')).toString()).toBe('other=stays')
  })
  it('read nothing from what cannot be meant', () => {
    expect(read('status=great&trigger=magic&site=facebook&from=2026-02-30&to=yesterday')).toEqual(NO_FILTERS)
    expect(isFiltering(NO_FILTERS)).toBe(false)
    expect(isFiltering(read('q=12'))).toBe(true)
  })
  it('ask the database only for what the Data API cannot find by an index', () => {
    expect(findFilter(read('status=failed&trigger=api'))).toBeNull()
    expect(findFilter(read(`status=failed&site=${site}&q=%2312`))).toEqual({ status: 'failed', site_id: site, text: '#12' })
  })
  it('take both days whole, in the reader’s own time zone', () => {
    expect(findFilter(read('from=2026-11-01&to=2026-11-01'))).toEqual({ from: new Date(2026, 10, 1).toISOString(), to: new Date(2026, 10, 2).toISOString() })
  })
})
