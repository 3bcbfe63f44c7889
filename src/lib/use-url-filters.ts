import { useMemo } from 'react'
import { useSearchParams } from 'react-router-dom'

export interface UrlFilters<Filters> {
  /** What an address says; what it says wrongly, it does not say. */
  read: (search: URLSearchParams) => Filters
  /** The address with these filters; whatever else it says stays. */
  write: (filters: Filters, search: URLSearchParams) => URLSearchParams
}

/**
 * Filters that live in the address, so that what somebody found can be sent to somebody else. `read` and `write` are functions
 * of the module, not of the render: equal filters stay one object for as long as the address says the same.
 */
export function useUrlFilters<Filters extends object>({ read, write }: UrlFilters<Filters>): [Filters, (change: Partial<Filters>) => void] {
  const [search, setSearch] = useSearchParams()
  // Of equal filters one object: opening a drawer changes the address, and must not ask for the list again.
  const said = write(read(search), new URLSearchParams()).toString()
  const filters = useMemo(() => read(new URLSearchParams(said)), [said, read])
  const change = (next: Partial<Filters>) =>
    setSearch((before) => write({ ...read(before), ...next }, before), { replace: true, preventScrollReset: true })
  return [filters, change]
}

/** The address with these parameters said, and those that are null or empty not said. */
export function withParameters(search: URLSearchParams, said: Readonly<Record<string, string | null>>): URLSearchParams {
  const next = new URLSearchParams(search)
  for (const [name, value] of Object.entries(said)) {
    if (value === null || value === '') next.delete(name)
    else next.set(name, value)
  }
  return next
}
