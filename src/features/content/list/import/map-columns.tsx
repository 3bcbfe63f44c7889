import { ArrowRightIcon } from '@phosphor-icons/react/ArrowRight'
import { fieldNames } from '@core/content-schema'
import { OWN_LABELS, OWN_TARGETS, targetLabel, type ColumnTargets, type Target } from '@/features/content/list/import/columns'
import type { ImportTable } from '@/features/content/list/import/read-table'
import type { ContentType } from '@/lib/queries/content-types'
import { Field } from '@/ui/field'
import { Select } from '@/ui/select'

interface MapColumnsProps {
  table: ImportTable
  types: readonly ContentType[]
  type: ContentType
  targets: ColumnTargets
  /** What rows are matched by; null: every row is a new item. */
  keyTarget: string | null
  onType: (typeId: string) => void
  onTargets: (targets: ColumnTargets) => void
  onKey: (key: string | null) => void
}

const LEFT_OUT = 'left-out'
const ALL_NEW = 'all-new'

export function MapColumns({ table, types, type, targets, keyTarget, onType, onTargets, onKey }: MapColumnsProps) {
  const used = Object.values(targets).filter((target): target is Target => target !== null)
  const keys = used.filter((target) => target === 'id' || target === 'title' || (target.startsWith('data.') && type.schema.properties[target.slice(5)]?.type !== 'array'))
  const missing = (type.schema.required ?? []).filter((name) => !used.includes(`data.${name}`))
  const options = [
    { value: LEFT_OUT, label: 'Leave out' },
    ...OWN_TARGETS.map((target) => ({ value: target, label: OWN_LABELS[target] })),
    ...fieldNames(type.schema).map((name) => ({ value: `data.${name}`, label: type.schema.properties[name]?.title ?? name })),
  ]
  // A target is given once: who takes it from another column leaves that one out.
  const give = (column: string, value: string) =>
    onTargets(Object.fromEntries(Object.entries({ ...targets, [column]: value === LEFT_OUT ? null : (value as Target) }).map(([name, target]) => [name, name !== column && target === value ? null : target])))
  return (
    <div className="grid gap-4">
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="Content type">
          <Select value={type.id} onValueChange={onType} options={types.map(({ id, title }) => ({ value: id, label: title }))} />
        </Field>
        <Field label="An item is there already if it has the same" hint={keyTarget === null ? 'Every row becomes a new item.' : 'Such a row changes that item; the others become new ones.'}>
          <Select
            value={keyTarget ?? ALL_NEW}
            onValueChange={(value) => onKey(value === ALL_NEW ? null : value)}
            options={[{ value: ALL_NEW, label: 'Nothing: all rows are new' }, ...keys.map((target) => ({ value: target, label: targetLabel(target, type.schema) }))]}
          />
        </Field>
      </div>
      <div role="group" aria-label="Columns" className="divide-y divide-line rounded-md border border-line">
        {table.columns.map((column) => (
          <div key={column} className="grid items-center gap-x-3 gap-y-1 px-3 py-2 sm:grid-cols-[minmax(0,1fr)_auto_minmax(0,14rem)]">
            <div className="min-w-0">
              <p className="truncate text-sm font-semibold text-ink">{column}</p>
              <p className="truncate text-hint text-ink-3">{sample(table, column)}</p>
            </div>
            <ArrowRightIcon aria-hidden className="text-ink-3 max-sm:hidden" />
            <Select aria-label={`Column "${column}" is`} value={targets[column] ?? LEFT_OUT} onValueChange={(value) => give(column, value)} options={options} className="w-full" />
          </div>
        ))}
      </div>
      <p className="text-hint text-ink-2">
        {!used.includes('status') && 'New items are drafts. '}
        {!used.includes('title') && keyTarget === null && 'No column is the title, which every new item needs. '}
        {missing.length > 0 && `Not in the file, and required before an item can be published: ${missing.map((name) => type.schema.properties[name]?.title ?? name).join(', ')}. `}
        {keyTarget !== null && !table.isJson && 'An empty cell empties its field.'}
      </p>
    </div>
  )
}

/** The first value that says something. */
function sample(table: ImportTable, column: string): string {
  for (const { cells } of table.rows) {
    const value = cells[column]
    if (value === undefined || value === null || value === '') continue
    return (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, 120)
  }
  return 'empty in every row'
}
