import { MagnifyingGlassIcon } from '@phosphor-icons/react/MagnifyingGlass'
import { useEffect, useEffectEvent, useState } from 'react'
import type { ItemFilters } from '@/features/content/item-status'
import { isItemCondition, ITEM_CONDITIONS } from '@/features/content/publish-window'
import { capitalize } from '@/lib/format'
import type { ContentType } from '@/lib/queries/content-types'
import { Button } from '@/ui/button'
import { Input } from '@/ui/input'
import { Select } from '@/ui/select'

interface ItemFiltersBarProps {
  filters: ItemFilters
  onChange: (change: Partial<ItemFilters>) => void
  types: readonly ContentType[]
}

/** A search is asked when the typing pauses, not with every letter. */
const PAUSE_MS = 250

export function ItemFiltersBar({ filters, onChange, types }: ItemFiltersBarProps) {
  const [typed, setTyped] = useState(filters.text)
  const [asked, setAsked] = useState(filters.text)
  // "Clear filters" and the back button change the address: the field follows.
  if (filters.text !== asked) {
    setAsked(filters.text)
    setTyped(filters.text)
  }
  const ask = useEffectEvent((text: string) => {
    setAsked(text)
    onChange({ text })
  })
  useEffect(() => {
    const text = typed.trim()
    if (text === asked) return
    const timer = setTimeout(() => ask(text), PAUSE_MS)
    return () => clearTimeout(timer)
  }, [typed, asked])

  const filtered = filters.status !== null || filters.typeId !== null || filters.text !== ''
  return (
    <search className="mb-3 flex flex-wrap items-center gap-2">
      <Input
        type="search"
        aria-label="Search titles"
        placeholder="Search titles"
        className="w-full sm:w-64"
        icon={<MagnifyingGlassIcon />}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
      />
      <Select
        aria-label="Status"
        className="max-w-36"
        value={filters.status ?? 'all'}
        onValueChange={(value) => onChange({ status: isItemCondition(value) ? value : null })}
        options={[{ value: 'all', label: 'Any status' }, ...ITEM_CONDITIONS.map((status) => ({ value: status, label: capitalize(status) }))]}
      />
      {types.length > 1 && (
        <Select
          aria-label="Type"
          className="max-w-44"
          value={filters.typeId ?? 'all'}
          onValueChange={(value) => onChange({ typeId: value === 'all' ? null : value })}
          options={[{ value: 'all', label: 'Any type' }, ...types.map(({ id, title }) => ({ value: id, label: title }))]}
        />
      )}
      {filtered && (
        <Button variant="ghost" onClick={() => onChange({ status: null, typeId: null, text: '' })}>
          Clear filters
        </Button>
      )}
    </search>
  )
}
