import { useState } from 'react'
import { suggested, type Divergence, type Whose } from '@/features/content/editor/merge'
import type { Item } from '@/features/content/queries/item'
import { count } from '@/lib/format'
import { useSession } from '@/lib/session'
import { formatMoment } from '@/lib/zoned-time'
import { Button } from '@/ui/button'
import { cn } from '@/ui/cn'
import { Notice } from '@/ui/notice'
import { RelativeTime } from '@/ui/relative-time'
import { valueInWords } from '@/ui/schema-control/widget'

interface ConflictPanelProps {
  theirs: Item
  differences: readonly Divergence[]
  onMerge: (choices: ReadonlyMap<string, Whose>) => void
}

/** Two people saved the same item: field by field, whose words stand. What only one of them changed is chosen already. */
export function ConflictPanel({ theirs, differences, onMerge }: ConflictPanelProps) {
  const userId = useSession(({ user }) => user?.id)
  const [chosen, setChosen] = useState<ReadonlyMap<string, Whose>>(new Map())
  const choices = new Map([...suggested(differences), ...chosen])
  const open = differences.filter(({ key }) => !choices.has(key)).length
  const who = theirs.updatedById === userId ? 'You' : (theirs.updatedBy ?? 'Somebody')
  const all = (whose: Whose) => new Map(differences.map(({ key }) => [key, whose] as const))
  return (
    <Notice tone="warning" title={`${who} saved this item while you were editing`}>
      <p>
        Revision {theirs.revision}, <RelativeTime at={theirs.updatedAt} />. Yours is kept as your draft. Choose for each field whose words stand; a field that only one of you changed is chosen already.
      </p>
      <ul className="mt-2.5 flex flex-col gap-2 text-ink">
        {differences.map((difference) => (
          <li key={difference.key}>
            <Choice
              difference={difference}
              who={who === 'You' ? 'In the other window' : who}
              value={choices.get(difference.key)}
              onChoose={(whose) => setChosen(new Map([...chosen, [difference.key, whose]]))}
            />
          </li>
        ))}
      </ul>
      <p className="mt-3 flex flex-wrap items-center gap-2">
        <Button size="sm" variant="primary" disabled={open > 0 || differences.length === 0} onClick={() => onMerge(choices)}>
          Use these
        </Button>
        <Button size="sm" onClick={() => onMerge(all('theirs'))}>
          All theirs
        </Button>
        <Button size="sm" onClick={() => onMerge(all('mine'))}>
          All mine
        </Button>
        {open > 0 && <span>{count('field', open)} to choose. Both of you changed {open === 1 ? 'it' : 'them'}.</span>}
      </p>
    </Notice>
  )
}

interface ChoiceProps {
  difference: Divergence
  who: string
  value: Whose | undefined
  onChoose: (whose: Whose) => void
}

function Choice({ difference: { key, label, mine, theirs }, who, value, onChoose }: ChoiceProps) {
  const options = [
    { whose: 'theirs', title: who, shown: inWords(key, theirs) },
    { whose: 'mine', title: 'Yours', shown: inWords(key, mine) },
  ] as const
  return (
    <fieldset className="rounded-md border border-line bg-panel px-3 pt-1.5 pb-2.5">
      <legend className="sr-only">{label}</legend>
      <p aria-hidden className="mb-1.5 text-hint font-semibold">
        {label}
      </p>
      <div className="grid gap-2 sm:grid-cols-2">
        {options.map(({ whose, title, shown }) => (
          <label
            key={whose}
            className={cn(
              'grid cursor-pointer grid-cols-[auto_minmax(0,1fr)] gap-x-2 rounded-md border px-2.5 py-1.5 has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent',
              value === whose ? 'border-accent bg-accent-ground' : 'border-line hover:border-line-strong',
            )}
          >
            <input type="radio" name={`whose-${key}`} checked={value === whose} onChange={() => onChoose(whose)} className="row-span-2 mt-1 accent-accent" />
            <span className="text-xs font-semibold text-ink-2">{title}</span>
            <span className="max-h-40 overflow-y-auto break-words whitespace-pre-wrap">{shown}</span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}

function inWords(key: string, value: Divergence['mine']): string {
  if (key.startsWith('item.') && key !== 'item.title' && typeof value === 'string') return formatMoment(value)
  return valueInWords(value)
}
