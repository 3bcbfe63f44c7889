import { useMemo, useRef, type ReactNode } from 'react'
import { FilterMenu } from '@/features/content/list/filter-menu'
import { isFiltering, NO_FILTERS, type ItemFilters, type SiteFilter } from '@/features/content/list/item-filters'
import { ITEM_CONDITIONS } from '@/features/content/publish-window'
import { useSiteNames } from '@/features/content/queries/site-names'
import { capitalize } from '@/lib/format'
import type { ContentType } from '@/lib/queries/content-types'
import { useShortcut } from '@/lib/shortcuts'
import { Button } from '@/ui/button'
import { Combobox } from '@/ui/combobox'
import { Input } from '@/ui/input'
import { SearchField } from '@/ui/search-field'

interface ItemFiltersBarProps {
  filters: ItemFilters
  onChange: (change: Partial<ItemFilters>) => void
  types: readonly ContentType[]
  /** At the end of the row: what else there is to choose about the list. */
  children?: ReactNode
}

const EVERYWHERE = 'everywhere'
const CONDITIONS = ITEM_CONDITIONS.map((condition) => ({ value: condition, label: capitalize(condition) }))

export function ItemFiltersBar({ filters, onChange, types, children }: ItemFiltersBarProps) {
  const search = useRef<HTMLInputElement>(null)
  useShortcut('/', 'Search the items', () => search.current?.focus())
  return (
    <search className="mb-3 flex flex-wrap items-center gap-2">
      <SearchField ref={search} label="Search titles and text" className="w-full sm:w-52" value={filters.text} onSearch={(text) => onChange({ text })} />
      <FilterMenu label="Status" anything="Any status" className="max-sm:flex-[1_1_30%] sm:max-w-44" chosen={filters.conditions} options={CONDITIONS} onChange={(conditions) => onChange({ conditions })} />
      {(types.length > 1 || filters.typeIds.length > 0) && (
        <FilterMenu
          label="Type"
          anything="Any type"
          className="max-sm:flex-[1_1_30%] sm:max-w-48"
          chosen={filters.typeIds}
          options={types.map(({ id, title }) => ({ value: id, label: title }))}
          onChange={(typeIds) => onChange({ typeIds })}
        />
      )}
      <SiteChoice site={filters.site} onChange={(site) => onChange({ site })} />
      <div role="group" aria-label="Days of the last change" className="flex items-center gap-1.5 text-hint text-ink-2 max-sm:w-full">
        Updated
        <Input type="date" aria-label="Changed from day" className="w-33 max-sm:min-w-0 max-sm:flex-1" max={filters.to ?? undefined} value={filters.from ?? ''} onChange={(event) => onChange({ from: event.target.value || null })} />
        to
        <Input type="date" aria-label="Changed to day" className="w-33 max-sm:min-w-0 max-sm:flex-1" min={filters.from ?? undefined} value={filters.to ?? ''} onChange={(event) => onChange({ to: event.target.value || null })} />
      </div>
      {isFiltering(filters) && (
        <Button variant="ghost" onClick={() => onChange(NO_FILTERS)}>
          Clear filters
        </Button>
      )}
      {children !== undefined && <div className="ml-auto flex items-center gap-2">{children}</div>}
    </search>
  )
}

function SiteChoice({ site, onChange }: { site: SiteFilter | null; onChange: (site: SiteFilter | null) => void }) {
  const { data: sites } = useSiteNames()
  const value = site === null ? EVERYWHERE : typeof site === 'string' ? site : site.id
  const options = useMemo(() => {
    const all = [
      { value: EVERYWHERE, label: 'On any or no site' },
      { value: 'any', label: 'On at least one site' },
      { value: 'none', label: 'On no site' },
      ...(sites ?? []).map(({ id, name }) => ({ value: id, label: `On ${name}` })),
    ]
    if (!all.some((option) => option.value === value)) all.push({ value, label: sites === undefined ? 'On one site' : 'On a deleted site' })
    return all
  }, [sites, value])
  return (
    <Combobox
      aria-label="Site"
      className="max-sm:flex-[1_1_45%] sm:w-46"
      value={value}
      onValueChange={(next) => onChange(next === EVERYWHERE ? null : next === 'any' || next === 'none' ? next : { id: next })}
      options={options}
      nothingFound="No site is called that."
    />
  )
}
