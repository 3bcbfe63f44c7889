import { useMemo } from 'react'
import { useSearchParams } from 'react-router-dom'
import { create } from 'zustand'
import { persist } from 'zustand/middleware'
import { withParameters } from '@/lib/use-url-filters'

export const OPTIONAL_COLUMNS = [
  { key: 'status', header: 'Status' },
  { key: 'type', header: 'Type' },
  { key: 'sites', header: 'Sites' },
  { key: 'updated', header: 'Updated' },
  { key: 'by', header: 'By' },
] as const

const usePreference = create<{ hidden: readonly string[]; setHidden: (hidden: readonly string[]) => void }>()(
  persist((set) => ({ hidden: [], setHidden: (hidden) => set({ hidden }) }), { name: 'datasync-content-columns' }),
)

const known = (keys: readonly string[]): string[] => OPTIONAL_COLUMNS.map(({ key }) => key).filter((key) => keys.includes(key))

/** Whoever looks chooses the columns, for this browser; a view that says which (`hide`) goes before that. */
export function useHiddenColumns(): [ReadonlySet<string>, (hidden: ReadonlySet<string>) => void] {
  const [search, setSearch] = useSearchParams()
  const { hidden, setHidden } = usePreference()
  const said = search.get('hide')
  const change = (next: ReadonlySet<string>) => {
    const keys = known([...next])
    // `-` says "none": an empty parameter is no parameter.
    if (said !== null) setSearch((before) => withParameters(before, { hide: keys.join(',') || '-' }), { replace: true, preventScrollReset: true })
    else setHidden(keys)
  }
  const keys = said ?? hidden.join(',')
  return [useMemo(() => new Set(known(keys.split(','))), [keys]), change]
}
