import { useQuery } from '@tanstack/react-query'
import { MagnifyingGlassIcon } from '@phosphor-icons/react/MagnifyingGlass'
import { useState } from 'react'
import { siteNamesQuery } from '@/features/jobs/queries/site-names'
import { describeError } from '@/lib/errors'
import { count, formatNumber } from '@/lib/format'
import { Button } from '@/ui/button'
import { Checkbox } from '@/ui/checkbox'
import { ErrorState } from '@/ui/error-state'
import { Input } from '@/ui/input'
import { Skeleton } from '@/ui/skeleton'

/** So many boxes at a time; the rest is found by typing. */
const SHOWN = 50
/** Fewer than this are found by looking. */
const SEARCH_FROM = 9

interface SitePickerProps {
  /** Empty: every site. */
  chosen: readonly string[]
  onChange: (chosen: string[]) => void
}

/** Some sites, or all of them while none is chosen. */
export function SitePicker({ chosen, onChange }: SitePickerProps) {
  const { data, error, refetch, isFetching } = useQuery(siteNamesQuery())
  const [search, setSearch] = useState('')
  if (error !== null && data === undefined) return <ErrorState {...describeError(error)} className="py-4" onRetry={() => void refetch()} retrying={isFetching} />
  if (data === undefined) return <Skeleton className="h-24" />
  const needle = search.trim().toLowerCase()
  const found = data.filter(({ name }) => name.toLowerCase().includes(needle))
  return (
    <fieldset className="min-w-0">
      <legend className="text-hint font-semibold text-ink">Sites</legend>
      <div className="mt-0.5 mb-1.5 flex min-h-7 flex-wrap items-center justify-between gap-2 text-hint text-ink-2">
        <span aria-live="polite">{chosen.length === 0 ? `All ${formatNumber(data.length)}, until you choose some` : `${formatNumber(chosen.length)} of ${count('site', data.length)}`}</span>
        {chosen.length > 0 && (
          <Button size="sm" variant="ghost" onClick={() => onChange([])}>
            All sites
          </Button>
        )}
      </div>
      {data.length >= SEARCH_FROM && (
        <Input
          type="search"
          aria-label="Search the sites"
          placeholder="Search the sites"
          icon={<MagnifyingGlassIcon />}
          className="mb-1.5"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
      )}
      {/* A region that scrolls must be reachable by keyboard; its boxes are. */}
      <div className="max-h-40 space-y-1.5 overflow-y-auto rounded-md border border-line px-3 py-2">
        {found.slice(0, SHOWN).map(({ id, name }) => (
          <Checkbox
            key={id}
            label={name}
            checked={chosen.includes(id)}
            onCheckedChange={(checked) => onChange(checked ? [...chosen, id] : chosen.filter((other) => other !== id))}
          />
        ))}
        {found.length === 0 && <p className="text-hint text-ink-2">{data.length === 0 ? 'There is no site yet.' : 'No site matches.'}</p>}
        {found.length > SHOWN && <p className="text-hint text-ink-3">{formatNumber(found.length - SHOWN)} more: search for them by name.</p>}
      </div>
    </fieldset>
  )
}
