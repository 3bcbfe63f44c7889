import { describe, expect, it } from 'vitest'
import { filterItems, filterSites, isFiltering, NO_FILTERS, readFilters, rowsShowing, writeFilters } from '@/features/mappings/mapping-filters'
import type { MatrixItem, MatrixSite } from '@/features/mappings/queries/matrix'
import type { Mapping } from '@/features/mappings/mapping'

const item = (id: string, more: Partial<MatrixItem> = {}): MatrixItem => ({ id, title: `Item ${id}`, status: 'published', typeId: 't1', ...more })
const site = (id: string, more: Partial<MatrixSite> = {}): MatrixSite => ({ id, name: `Site ${id}`, slug: `site-${id}`, region: null, enabled: true, ...more })
const full: Mapping = { mode: 'full', overrides: {}, position: 0 }
const read = (query: string) => readFilters(new URLSearchParams(query))

describe('the address', () => {
  it('says what is filtered, and nothing where nothing is', () => {
    const said = 'q=sale&type=6f9619ff-8b86-4d01-b42d-00cf4fc964ff&status=draft&sq=face&region=East&sites=disabled&show=changed&by=type'
    expect(writeFilters(read(said), new URLSearchParams()).toString()).toBe(said)
    expect(writeFilters(NO_FILTERS, new URLSearchParams()).toString()).toBe('')
    expect(isFiltering(read('by=type'))).toBe(false)
  })
  it('keeps the linked cell, and does not say what it says wrongly', () => {
    expect(writeFilters({ ...NO_FILTERS, text: 'x' }, new URLSearchParams('item=a&site=b')).toString()).toBe('item=a&site=b&q=x')
    expect(read('type=all&status=archived&sites=some&show=none&by=name')).toEqual(NO_FILTERS)
  })
})

describe('rows and columns', () => {
  it('are left by words, region and state', () => {
    const sites = [site('a', { name: 'Facebook', region: 'East' }), site('b', { slug: 'face-off', enabled: false }), site('c', { region: 'West' })]
    const ids = (query: string) => filterSites(sites, read(query)).map(({ id }) => id)
    expect(ids('sq=FACE')).toEqual(['a', 'b'])
    expect(ids('region=West')).toEqual(['c'])
    expect(ids('sites=enabled')).toEqual(['a', 'c'])
    expect(filterSites(sites, NO_FILTERS)).toBe(sites)
  })
  it('go by title, or by type and then by title', () => {
    const items = [item('a', { typeId: 't2' }), item('b'), item('c', { typeId: 't2', status: 'draft' })]
    const titles = new Map([['t1', 'Offer'], ['t2', 'Hours']])
    expect(filterItems(items, { ...NO_FILTERS, byType: true }, titles).map(({ id }) => id)).toEqual(['a', 'c', 'b'])
    expect(filterItems(items, { ...NO_FILTERS, status: 'draft' }, titles).map(({ id }) => id)).toEqual(['c'])
    expect(filterItems(items, NO_FILTERS, titles)).toBe(items)
  })
  it('are left by what their cells hold', () => {
    const items = [item('same'), item('differs'), item('nowhere')]
    const sites = [site('a'), site('b')]
    const columns = { a: { same: full, differs: full }, b: { same: { ...full, position: 9 }, differs: { ...full, mode: 'block' as const } } }
    expect([...rowsShowing('differing', items, sites, columns, {})]).toEqual(['differs'])
    expect([...rowsShowing('unmapped', items, sites, columns, {})]).toEqual(['nowhere'])
    expect([...rowsShowing('changed', items, sites, columns, { b: { same: ['cta'] }, elsewhere: { differs: ['cta'] } })]).toEqual(['same'])
    expect([...rowsShowing('differing', items, [site('a')], columns, {})]).toEqual([])
  })
})
