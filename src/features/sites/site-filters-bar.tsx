import { useRef } from 'react'
import type { Site } from '@/features/sites/queries/sites'
import { HEALTHS, HEALTH_WORDS, isFiltering, NO_FILTERS, regionsOf, type SiteFilters } from '@/features/sites/site-filters'
import { useShortcut } from '@/lib/shortcuts'
import { Button } from '@/ui/button'
import { SearchField } from '@/ui/search-field'
import { Select } from '@/ui/select'

interface SiteFiltersBarProps {
  filters: SiteFilters
  onChange: (change: Partial<SiteFilters>) => void
  sites: readonly Site[]
}

const ANY = 'any'
/** Radix keeps the empty string for "nothing chosen". */
const NO_REGION = '(none)'

export function SiteFiltersBar({ filters, onChange, sites }: SiteFiltersBarProps) {
  const search = useRef<HTMLInputElement>(null)
  useShortcut('/', 'Search sites', () => search.current?.focus())
  const regions = regionsOf(sites)
  const hasRegions = regions.some((region) => region !== '') || filters.region !== null
  return (
    <search className="mb-3 flex flex-wrap items-center gap-2">
      <SearchField ref={search} label="Search sites" placeholder="Name, slug or address" className="w-full sm:w-56" value={filters.text} onSearch={(text) => onChange({ text })} />
      <Select
        aria-label="Health"
        className="min-w-0 max-sm:flex-[1_1_45%] sm:w-40"
        value={filters.health ?? ANY}
        onValueChange={(value) => onChange({ health: HEALTHS.find((health) => health === value) ?? null })}
        options={[{ value: ANY, label: 'Any health' }, ...HEALTHS.map((health) => ({ value: health, label: HEALTH_WORDS[health] }))]}
      />
      <Select
        aria-label="Behind"
        className="min-w-0 max-sm:flex-[1_1_45%] sm:w-36"
        value={filters.lag ?? ANY}
        onValueChange={(value) => onChange({ lag: value === 'behind' || value === 'in-sync' ? value : null })}
        options={[{ value: ANY, label: 'Behind or not' }, { value: 'behind', label: 'Behind' }, { value: 'in-sync', label: 'In sync' }]}
      />
      <Select
        aria-label="Enabled"
        className="min-w-0 max-sm:flex-[1_1_45%] sm:w-36"
        value={filters.state ?? ANY}
        onValueChange={(value) => onChange({ state: value === 'enabled' || value === 'disabled' ? value : null })}
        options={[{ value: ANY, label: 'Enabled or not' }, { value: 'enabled', label: 'Enabled' }, { value: 'disabled', label: 'Disabled' }]}
      />
      {hasRegions && (
        <Select
          aria-label="Region"
          className="min-w-0 max-sm:flex-[1_1_45%] sm:w-36"
          value={filters.region === null ? ANY : filters.region === '' ? NO_REGION : filters.region}
          onValueChange={(value) => onChange({ region: value === ANY ? null : value === NO_REGION ? '' : value })}
          options={[
            { value: ANY, label: 'Any region' },
            ...[...new Set([...regions, ...(filters.region === null ? [] : [filters.region])])].map((region) => (region === '' ? { value: NO_REGION, label: 'No region' } : { value: region, label: region })),
          ]}
        />
      )}
      {isFiltering(filters) && (
        <Button variant="ghost" onClick={() => onChange({ ...NO_FILTERS, sort: filters.sort })}>
          Clear filters
        </Button>
      )}
    </search>
  )
}
