import { useMemo } from 'react'
import { useSearchParams } from 'react-router-dom'
import { readFilters, writeFilters, type ItemFilters } from '@/features/content/item-status'

/** The filters of the list live in the address, so that a filtered list can be sent to somebody. */
export function useItemFilters(): [ItemFilters, (change: Partial<ItemFilters>) => void] {
  const [search, setSearch] = useSearchParams()
  const filters = useMemo(() => readFilters(search), [search])
  const change = (next: Partial<ItemFilters>) => setSearch((before) => writeFilters({ ...readFilters(before), ...next }), { replace: true })
  return [filters, change]
}
