import { useQuery } from '@tanstack/react-query'
import { useMemo, useRef } from 'react'
import { isFiltering, NO_FILTERS, STATUSES, TRIGGERS, type JobFilters } from '@/features/jobs/list/job-filters'
import { siteNamesQuery } from '@/features/jobs/queries/site-names'
import { capitalize } from '@/lib/format'
import { useShortcut } from '@/lib/shortcuts'
import { Button } from '@/ui/button'
import { Combobox } from '@/ui/combobox'
import { Input } from '@/ui/input'
import { SearchField } from '@/ui/search-field'
import { Select } from '@/ui/select'

interface JobFiltersBarProps {
  filters: JobFilters
  onChange: (change: Partial<JobFilters>) => void
}

const ANY = 'any'
const STATUS_OPTIONS = [{ value: ANY, label: 'Any status' }, ...STATUSES.map((status) => ({ value: status, label: capitalize(status) }))]
const TRIGGER_OPTIONS = [{ value: ANY, label: 'Any trigger' }, ...Object.entries(TRIGGERS).map(([value, label]) => ({ value, label: capitalize(label) }))]

export function JobFiltersBar({ filters, onChange }: JobFiltersBarProps) {
  const search = useRef<HTMLInputElement>(null)
  const { data: sites } = useQuery(siteNamesQuery())
  const siteOptions = useMemo(() => {
    const all = [{ value: ANY, label: 'Any site' }, ...(sites ?? []).map(({ id, name }) => ({ value: id, label: name }))]
    if (filters.siteId !== null && !all.some(({ value }) => value === filters.siteId)) all.push({ value: filters.siteId, label: sites === undefined ? 'One site' : 'A deleted site' })
    return all
  }, [sites, filters.siteId])
  useShortcut('/', 'Search the runs', () => search.current?.focus())
  return (
    <search className="mb-3 flex flex-wrap items-center gap-2">
      <SearchField ref={search} label="Number, who, or error" className="w-full sm:w-52" value={filters.text} onSearch={(text) => onChange({ text })} />
      <Select
        aria-label="Status"
        className="min-w-0 max-sm:flex-1 sm:w-34"
        value={filters.status ?? ANY}
        onValueChange={(value) => onChange({ status: STATUSES.find((status) => status === value) ?? null })}
        options={STATUS_OPTIONS}
      />
      <Select
        aria-label="Trigger"
        className="min-w-0 max-sm:flex-1 sm:w-32"
        value={filters.trigger ?? ANY}
        onValueChange={(value) => onChange({ trigger: value === ANY ? null : (value as keyof typeof TRIGGERS) })}
        options={TRIGGER_OPTIONS}
      />
      <Combobox
        aria-label="Site"
        className="w-full sm:w-44"
        value={filters.siteId ?? ANY}
        onValueChange={(value) => onChange({ siteId: value === ANY ? null : value })}
        options={siteOptions}
        nothingFound="No site is called that."
      />
      <div role="group" aria-label="Days" className="flex items-center gap-1.5 text-hint text-ink-2 max-sm:w-full">
        <Input type="date" aria-label="From day" className="w-33 max-sm:flex-1" max={filters.to ?? undefined} value={filters.from ?? ''} onChange={(event) => onChange({ from: event.target.value || null })} />
        to
        <Input type="date" aria-label="To day" className="w-33 max-sm:flex-1" min={filters.from ?? undefined} value={filters.to ?? ''} onChange={(event) => onChange({ to: event.target.value || null })} />
      </div>
      {isFiltering(filters) && (
        <Button variant="ghost" onClick={() => onChange(NO_FILTERS)}>
          Clear filters
        </Button>
      )}
    </search>
  )
}
