import { useState } from 'react'
import { targetLabel } from '@/features/content/list/import/columns'
import type { ImportPlan, PlannedRow } from '@/features/content/list/import/plan-import'
import { count, formatNumber } from '@/lib/format'
import type { ContentType } from '@/lib/queries/content-types'
import { Chip, type Tone } from '@/ui/chip'
import { Button } from '@/ui/button'
import { cn } from '@/ui/cn'
import { Notice } from '@/ui/notice'

interface ImportReportProps {
  plan: ImportPlan
  type: ContentType
  note: string | null
}

type Act = PlannedRow['act']

const WORD: Record<Act, string> = { create: 'new', update: 'changed', refused: 'refused' }
const TONE: Record<Act, Tone> = { create: 'success', update: 'running', refused: 'failure' }
/** As many rows as somebody reads; more on demand. */
const STEP = 200

/** What the database says would become of every row, the refused ones first. */
export function ImportReport({ plan, type, note }: ImportReportProps) {
  const [only, setOnly] = useState<Act | null>(plan.refused > 0 ? 'refused' : null)
  const [shown, setShown] = useState(STEP)
  const rows = only === null ? plan.rows : plan.rows.filter(({ act }) => act === only)
  const figures: { act: Act | null; label: string; n: number }[] = [
    { act: 'create', label: 'new', n: plan.created },
    { act: 'update', label: 'changed', n: plan.updated },
    { act: null, label: 'unchanged', n: plan.unchanged },
    { act: 'refused', label: 'refused', n: plan.refused },
  ]
  const show = (act: Act | null) => {
    setOnly(act)
    setShown(STEP)
  }
  return (
    <div className="grid gap-3">
      <div role="group" aria-label="Rows by what becomes of them" className="grid grid-cols-2 gap-2 sm:grid-cols-4">
        {figures.map(({ act, label, n }) => {
          const figure = (
            <>
              <span className={cn('block text-title font-semibold tabular-nums', act === 'refused' && n > 0 ? 'text-failure' : 'text-ink')}>{formatNumber(n)}</span>
              <span className="block text-hint text-ink-2">{label}</span>
            </>
          )
          return act === null || n === 0 ? (
            <div key={label} className="rounded-md border border-line px-3 py-2 text-left">{figure}</div>
          ) : (
            <button key={label} type="button" aria-pressed={only === act} onClick={() => show(only === act ? null : act)} className={cn('rounded-md border px-3 py-2 text-left hover:bg-hover', only === act ? 'border-accent bg-accent-ground' : 'border-line')}>
              {figure}
            </button>
          )
        })}
      </div>
      {plan.refused > 0 && plan.created + plan.updated > 0 && (
        <Notice tone="warning">
          {count('row', plan.refused)} {plan.refused === 1 ? 'is' : 'are'} left out, for the reasons below. The others are imported together: all of them, or none.
        </Notice>
      )}
      {plan.published > 0 && (
        <p className="text-hint text-ink-2">
          {count('item', plan.published)} will be published. The import itself sends nothing: {plan.published === 1 ? 'its sites get it' : 'their sites get them'} with the next run.
        </p>
      )}
      {note !== null && <p className="text-hint text-ink-2">{note}</p>}
      {rows.length > 0 && (
        <ul className="divide-y divide-line rounded-md border border-line">
          {rows.slice(0, shown).map((row) => (
            <li key={`${row.line} ${row.act}`} className="flex flex-wrap items-start gap-x-3 gap-y-1 px-3 py-2">
              <span className="w-16 shrink-0 pt-0.5 text-hint text-ink-3 tabular-nums">Line {row.line}</span>
              <Chip tone={TONE[row.act]} className="mt-px w-18 shrink-0 justify-center">{WORD[row.act]}</Chip>
              <div className="min-w-0 flex-1 max-sm:basis-full">
                <p className="truncate text-sm text-ink">{row.title === '' ? <span className="text-ink-3">without a title</span> : row.title}</p>
                {row.act === 'update' && <p className="text-hint text-ink-2">{row.fields.map((field) => targetLabel(field, type.schema)).join(', ')}</p>}
                {row.problems.map(({ field, message }, index) => (
                  <p key={index} className="text-hint text-failure [overflow-wrap:anywhere]">
                    {targetLabel(field, type.schema)}{message.startsWith('"') ? ':' : ''} {message}
                  </p>
                ))}
              </div>
            </li>
          ))}
        </ul>
      )}
      {rows.length > shown && (
        <Button className="justify-self-start" size="sm" onClick={() => setShown(shown + STEP * 5)}>
          Show more of {formatNumber(rows.length)} rows
        </Button>
      )}
    </div>
  )
}
