import { useMemo } from 'react'
import { useSearchParams } from 'react-router-dom'
import { readFilters, writeFilters, type AuditFilters } from '@/features/audit/audit-filters'

/** The filters live in the address, so that what somebody found can be sent to somebody else. */
export function useAuditFilters(): [AuditFilters, (change: Partial<AuditFilters>) => void] {
  const [search, setSearch] = useSearchParams()
  // Of equal filters one object: opening an entry changes the address, and must not ask for the list again.
  const said = writeFilters(readFilters(search)).toString()
  const filters = useMemo(() => readFilters(new URLSearchParams(said)), [said])
  const change = (next: Partial<AuditFilters>) =>
    setSearch((before) => writeFilters({ ...readFilters(before), ...next }, before), { replace: true, preventScrollReset: true })
  return [filters, change]
}
