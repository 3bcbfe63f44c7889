import { cn } from '@/ui/cn'
import { changedPart, type Parts } from '@/ui/diff-parts'

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
      {changes.map(({ field, before, after }) => {
        const [was, willBe] = sidesOf(before, after)
        return (
          <div key={field} className="grid gap-x-4 gap-y-1 bg-panel px-3 py-2 sm:grid-cols-[9rem_1fr]">
            <dt className="font-mono text-xs leading-5 break-words text-ink-2">{field}</dt>
            <dd className="min-w-0">
              {was !== null && <Line sign="−" word="before" parts={was} className="bg-failure-ground text-failure" />}
              {willBe !== null && <Line sign="+" word="after" parts={willBe} className="bg-success-ground text-success" />}
            </dd>
          </div>
        )
      })}
    </dl>
  )
}

/** null: the field is not there on that side. */
function sidesOf(before: unknown, after: unknown): [Parts | null, Parts | null] {
  const [was, willBe] = [inWords(before), inWords(after)]
  if (was === null || willBe === null) return [whole(was), whole(willBe)]
  return changedPart(was, willBe)
}

function inWords(value: unknown): string | null {
  return value === undefined ? null : typeof value === 'string' ? value : JSON.stringify(value)
}

const whole = (text: string | null): Parts | null => (text === null ? null : { start: text, changed: '', end: '' })

function Line({ sign, word, parts: { start, changed, end }, className }: { sign: string; word: string; parts: Parts; className: string }) {
  return (
    <p className={cn('flex gap-2 px-2 py-0.5 font-mono text-xs leading-5 first:rounded-t-sm last:rounded-b-sm', className)}>
      <span aria-hidden className="select-none">
        {sign}
      </span>
      <span className="sr-only">{word}: </span>
      {/* A text of many screens is looked into, not scrolled past. */}
      <span className="max-h-60 min-w-0 overflow-y-auto break-words whitespace-pre-wrap">
        {start}
        {changed !== '' && <span className="font-semibold underline decoration-current/45 underline-offset-3">{changed}</span>}
        {end}
      </span>
    </p>
  )
}
