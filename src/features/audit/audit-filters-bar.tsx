import { XIcon } from '@phosphor-icons/react/X'
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { isFiltering, NO_FILTERS, readActor, writeActor, type AuditFilters } from '@/features/audit/audit-filters'
import { actionWord, actorWord, subjectNoun } from '@/features/audit/audit-words'
import { ACTIONS, ACTOR_KINDS, SUBJECT_KINDS, type AuditEntry } from '@/features/audit/entry'
import { actorsQuery } from '@/features/audit/queries/actors'
import { capitalize } from '@/lib/format'
import { useOrganizationId } from '@/lib/session'
import { Button } from '@/ui/button'
import { Combobox } from '@/ui/combobox'
import { IconButton } from '@/ui/icon-button'
import { Input } from '@/ui/input'
import { SearchField } from '@/ui/search-field'
import { Select } from '@/ui/select'

interface AuditFiltersBarProps {
  filters: AuditFilters
  onChange: (change: Partial<AuditFilters>) => void
  /** What is listed: it knows the names of those who are gone. */
  entries: readonly AuditEntry[] | undefined
}

const ANYONE = 'anyone'

const named = (values: readonly string[], value: string | null, word: (name: string) => string) =>
  [...values, ...(value === null || values.includes(value) ? [] : [value])].map((name) => ({ value: name, label: capitalize(word(name)) }))

export function AuditFiltersBar({ filters, onChange, entries }: AuditFiltersBarProps) {
  const subjectName = entries?.find(({ subjectId }) => subjectId === filters.subjectId)?.subjectName
  return (
    <search className="mb-3 flex flex-wrap items-center gap-2">
      <SearchField label="Search names" className="w-full sm:w-46" value={filters.text} onSearch={(text) => onChange({ text })} />
      <ActorChoice filters={filters} onChange={onChange} entries={entries} />
      <Select
        aria-label="Kind of object"
        className="min-w-0 max-sm:flex-1 sm:w-36"
        value={filters.subjectKind ?? 'all'}
        onValueChange={(value) => onChange({ subjectKind: value === 'all' ? null : value })}
        options={[{ value: 'all', label: 'Any object' }, ...named(SUBJECT_KINDS, filters.subjectKind, subjectNoun)]}
      />
      <Select
        aria-label="Action"
        className="min-w-0 max-sm:flex-1 sm:w-34"
        value={filters.action ?? 'all'}
        onValueChange={(value) => onChange({ action: value === 'all' ? null : value })}
        options={[{ value: 'all', label: 'Any action' }, ...named(ACTIONS, filters.action, actionWord)]}
      />
      <div role="group" aria-label="Days" className="flex items-center gap-1.5 text-hint text-ink-2 max-sm:w-full">
        <Input type="date" aria-label="From day" className="w-33 max-sm:flex-1" max={filters.to ?? undefined} value={filters.from ?? ''} onChange={(event) => onChange({ from: event.target.value || null })} />
        to
        <Input type="date" aria-label="To day" className="w-33 max-sm:flex-1" min={filters.from ?? undefined} value={filters.to ?? ''} onChange={(event) => onChange({ to: event.target.value || null })} />
      </div>
      {filters.subjectId !== null && (
        <span className="inline-flex h-8 max-w-full items-center gap-1 rounded-md bg-accent-ground pr-1 pl-2.5 text-hint text-accent-ink">
          <span className="truncate">
            Only <span className="font-semibold">{subjectName === undefined || subjectName === '' ? filters.subjectId : subjectName}</span>
          </span>
          <IconButton label="Show every object" size="sm" className="text-accent-ink" icon={<XIcon aria-hidden />} onClick={() => onChange({ subjectId: null, subjectKind: null })} />
        </span>
      )}
      {isFiltering(filters) && (
        <Button variant="ghost" onClick={() => onChange(NO_FILTERS)}>
          Clear filters
        </Button>
      )}
    </search>
  )
}

function ActorChoice({ filters, onChange, entries }: AuditFiltersBarProps) {
  const { data: actors } = useQuery(actorsQuery(useOrganizationId()))
  const value = filters.actor === null ? ANYONE : writeActor(filters.actor)
  const options = useMemo(() => {
    const all = [
      { value: ANYONE, label: 'Anybody' },
      ...ACTOR_KINDS.map((kind) => ({ value: kind, label: kind === 'system' ? 'The system' : `Any ${actorWord(kind)}` })),
      ...(actors ?? []).map(({ kind, id, name }) => ({ value: id, label: kind === 'user' ? name : `${name} (${actorWord(kind)})` })),
    ]
    // Somebody who is gone: their entries know what they were called.
    if (!all.some((option) => option.value === value)) all.push({ value, label: entries?.find(({ actorId }) => actorId === value)?.actorName || 'Somebody who left' })
    return all
  }, [actors, entries, value])
  return (
    <Combobox
      aria-label="Who"
      className="w-full sm:w-44"
      value={value}
      onValueChange={(next) => onChange({ actor: next === ANYONE ? null : readActor(next) })}
      options={options}
      nothingFound="Nobody here is called that."
    />
  )
}
