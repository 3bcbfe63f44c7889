import { cn } from '@/ui/cn'

export interface FieldChange {
  field: string
  /** undefined: the field is not there on that side. */
  before?: unknown
  after?: unknown
}

interface DiffViewProps {
  changes: readonly FieldChange[]
  className?: string
}

/** One entry a field: what was, marked "−", above what will be, marked "+". Signs and words carry it, the colour helps. */
export function DiffView({ changes, className }: DiffViewProps) {
  return (
    <dl className={cn('divide-y divide-line overflow-hidden rounded-md border border-line text-hint', className)}>
      {changes.map(({ field, before, after }) => (
        <div key={field} className="grid gap-x-4 gap-y-1 bg-panel px-3 py-2 sm:grid-cols-[9rem_1fr]">
          <dt className="font-mono text-xs leading-5 break-words text-ink-2">{field}</dt>
          <dd className="min-w-0">
            {before !== undefined && <Line sign="−" word="before" value={before} className="bg-failure-ground text-failure" />}
            {after !== undefined && <Line sign="+" word="after" value={after} className="bg-success-ground text-success" />}
          </dd>
        </div>
      ))}
    </dl>
  )
}

function Line({ sign, word, value, className }: { sign: string; word: string; value: unknown; className: string }) {
  return (
    <p className={cn('flex gap-2 px-2 py-0.5 font-mono text-xs leading-5 first:rounded-t-sm last:rounded-b-sm', className)}>
      <span aria-hidden className="select-none">
        {sign}
      </span>
      <span className="sr-only">{word}: </span>
      <span className="min-w-0 break-words whitespace-pre-wrap">{typeof value === 'string' ? value : JSON.stringify(value)}</span>
    </p>
  )
}
