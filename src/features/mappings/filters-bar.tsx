import { useRef } from 'react'
import { isFiltering, NO_FILTERS, SHOWS, type MappingFilters, type Show } from '@/features/mappings/mapping-filters'
import type { MatrixSite } from '@/features/mappings/queries/matrix'
import type { ContentType } from '@/lib/queries/content-types'
import { useShortcut } from '@/lib/shortcuts'
import { Button } from '@/ui/button'
import { SearchField } from '@/ui/search-field'
import { Select } from '@/ui/select'

const SHOW_WORDS: Record<Show, string> = {
  differing: 'Differing between sites',
  unmapped: 'Mapped nowhere',
  changed: 'Overrides to look at',
}

interface FiltersBarProps {
  filters: MappingFilters
  onChange: (change: Partial<MappingFilters>) => void
  types: readonly ContentType[]
  sites: readonly MatrixSite[]
  /** How many cells have an override whose base changed. */
  toLookAt: number
}

export function FiltersBar({ filters, onChange, types, sites, toLookAt }: FiltersBarProps) {
  const search = useRef<HTMLInputElement>(null)
  useShortcut('/', 'Search items', () => search.current?.focus())
  const regions = [...new Set(sites.flatMap(({ region }) => (region === null || region === '' ? [] : [region])))].sort()
  const someDisabled = sites.some(({ enabled }) => !enabled)
  const lookAt = toLookAt > 0 ? `${SHOW_WORDS.changed} (${toLookAt})` : SHOW_WORDS.changed
  return (
    <search className="mb-3 grid grid-cols-2 gap-2 max-sm:[&>:last-child:nth-child(odd)]:col-span-2 sm:flex sm:flex-wrap sm:items-center">
      <SearchField ref={search} label="Search items" className="sm:w-46" value={filters.text} onSearch={(text) => onChange({ text })} />
      <SearchField label="Search sites" className="sm:w-40" value={filters.site} onSearch={(site) => onChange({ site })} />
      <Select
        aria-label="Rows"
        className="sm:w-46"
        value={filters.show ?? 'all'}
        onValueChange={(value) => onChange({ show: SHOWS.find((show) => show === value) ?? null })}
        options={[{ value: 'all', label: 'All rows' }, ...SHOWS.map((show) => ({ value: show, label: show === 'changed' ? lookAt : SHOW_WORDS[show] }))]}
      />
      <Select
        aria-label="Status"
        className="sm:w-32"
        value={filters.status ?? 'all'}
        onValueChange={(value) => onChange({ status: value === 'published' || value === 'draft' ? value : null })}
        options={[{ value: 'all', label: 'Any status' }, { value: 'published', label: 'Published' }, { value: 'draft', label: 'Draft' }]}
      />
      {(types.length > 1 || filters.typeId !== null) && (
        <>
          <Select
            aria-label="Type"
            className="sm:w-36"
            value={filters.typeId ?? 'all'}
            onValueChange={(value) => onChange({ typeId: value === 'all' ? null : value })}
            options={[{ value: 'all', label: 'Any type' }, ...types.map(({ id, title }) => ({ value: id, label: title }))]}
          />
          <Select
            aria-label="Order of the rows"
            className="sm:w-28"
            value={filters.byType ? 'type' : 'title'}
            onValueChange={(value) => onChange({ byType: value === 'type' })}
            options={[{ value: 'title', label: 'By title' }, { value: 'type', label: 'By type' }]}
          />
        </>
      )}
      {(regions.length > 0 || filters.region !== null) && (
        <Select
          aria-label="Region of the sites"
          className="sm:w-34"
          value={filters.region ?? 'all'}
          onValueChange={(value) => onChange({ region: value === 'all' ? null : value })}
          options={[{ value: 'all', label: 'Any region' }, ...[...new Set([...regions, ...(filters.region === null ? [] : [filters.region])])].map((region) => ({ value: region, label: region }))]}
        />
      )}
      {(someDisabled || filters.enabled !== null) && (
        <Select
          aria-label="Sites"
          className="sm:w-34"
          value={filters.enabled === null ? 'all' : filters.enabled ? 'enabled' : 'disabled'}
          onValueChange={(value) => onChange({ enabled: value === 'all' ? null : value === 'enabled' })}
          options={[{ value: 'all', label: 'All sites' }, { value: 'enabled', label: 'Enabled sites' }, { value: 'disabled', label: 'Disabled sites' }]}
        />
      )}
      {isFiltering(filters) && (
        <Button variant="ghost" onClick={() => onChange({ ...NO_FILTERS, byType: filters.byType })}>
          Clear filters
        </Button>
      )}
    </search>
  )
}
