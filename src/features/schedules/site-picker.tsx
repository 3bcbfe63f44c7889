import { WarningCircleIcon } from '@phosphor-icons/react/WarningCircle'
import { useId, useState } from 'react'
import { useSiteNames } from '@/features/schedules/queries/site-names'
import { errorLine } from '@/lib/errors'
import { count, formatNumber } from '@/lib/format'
import { Button } from '@/ui/button'
import { Checkbox } from '@/ui/checkbox'
import { Input } from '@/ui/input'
import { Skeleton } from '@/ui/skeleton'

interface SitePickerProps {
  value: readonly string[]
  onChange: (ids: string[]) => void
  error: string | undefined
}

/** From here on one looks for a site instead of reading all of them. */
const MANY = 8
const SHOWN = 100

export function SitePicker({ value, onChange, error }: SitePickerProps) {
  const errorId = useId()
  const { data: sites, error: failure, refetch } = useSiteNames()
  const [typed, setTyped] = useState('')
  if (failure !== null && sites === undefined) {
    return (
      <p role="alert" className="flex flex-wrap items-center gap-2 text-hint text-failure">
        {errorLine(failure)}
        <Button size="sm" onClick={() => void refetch()}>
          Try again
        </Button>
      </p>
    )
  }
  if (sites === undefined) return <Skeleton className="h-24" />
  if (sites.length === 0) return <p className="text-hint text-ink-2">There is no site yet. Add one on the page Sites, or take all of them.</p>

  const chosen = new Set(value)
  const wanted = typed.trim().toLowerCase()
  const found = sites.filter(({ name }) => name.toLowerCase().includes(wanted))
  // Those that are gone are in no list any more and leave with the next change.
  const known = sites.filter(({ id }) => chosen.has(id))
  const toggle = (id: string, on: boolean) => onChange(sites.flatMap((site) => ((site.id === id ? on : chosen.has(site.id)) ? [site.id] : [])))

  return (
    <div role="group" aria-label="Chosen sites" aria-describedby={error === undefined ? undefined : errorId} className="flex flex-col gap-2">
      {sites.length > MANY && <Input type="search" aria-label="Search sites" placeholder="Search sites" value={typed} onChange={(event) => setTyped(event.target.value)} />}
      <ul className="flex max-h-60 flex-col gap-1.5 overflow-y-auto rounded-md border border-line bg-ground p-2.5">
        {found.slice(0, SHOWN).map((site) => (
          <li key={site.id}>
            <Checkbox
              checked={chosen.has(site.id)}
              onCheckedChange={(on) => toggle(site.id, on)}
              label={site.name}
              hint={site.enabled ? undefined : 'Disabled: runs pass it by.'}
            />
          </li>
        ))}
        {found.length === 0 && <li className="text-hint text-ink-2">No site is called that.</li>}
      </ul>
      {error !== undefined ? (
        <p id={errorId} role="alert" className="flex items-start gap-1.5 text-hint text-failure">
          <WarningCircleIcon weight="fill" className="mt-0.5 size-3.5 shrink-0" aria-hidden />
          {error}
        </p>
      ) : (
        <p className="text-hint text-ink-3">
          {count('site', known.length)} of {formatNumber(sites.length)} chosen.
          {found.length > SHOWN && ` The first ${SHOWN} are shown: search for the others.`}
        </p>
      )}
    </div>
  )
}
