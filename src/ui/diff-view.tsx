import { ArrowsOutLineVerticalIcon } from '@phosphor-icons/react/ArrowsOutLineVertical'
import { Fragment, useMemo, useState } from 'react'
import { cn } from '@/ui/cn'
import { folded, pairsOf, stretch, type Pair, type Segment } from '@/ui/diff-parts'

export interface FieldChange {
  field: string
  /** The field as people know it; without one, its name is shown. */
  label?: string
  /** Beside it: "was Headline". */
  note?: string
  /** undefined: the field is not there on that side. */
  before?: unknown
  after?: unknown
}

export type DiffLayout = 'unified' | 'split'

interface DiffViewProps {
  changes: readonly FieldChange[]
  /** `split` puts the sides next to each other where there is the width for it. */
  layout?: DiffLayout
  className?: string
}

/** One entry a field: what was, marked "−", and what will be, marked "+". Signs and words carry it, the colour helps. */
export function DiffView({ changes, layout = 'unified', className }: DiffViewProps) {
  return (
    <dl className={cn('@container divide-y divide-line overflow-hidden rounded-md border border-line text-hint', className)}>
      {changes.map((change) => (
        <div key={change.field} className={cn('grid gap-x-4 gap-y-1 bg-panel px-3 py-2', layout === 'unified' && '@lg:grid-cols-[9rem_minmax(0,1fr)]')}>
          <dt className={cn('leading-5 break-words text-ink-2', change.label === undefined ? 'font-mono text-xs' : 'font-semibold')}>
            {change.label ?? change.field}
            {change.note !== undefined && <span className="font-sans text-xs font-normal text-ink-3"> ({change.note})</span>}
          </dt>
          <dd className="min-w-0">
            <Sides before={change.before} after={change.after} layout={layout} />
          </dd>
        </div>
      ))}
    </dl>
  )
}

/** Lines of one field at first: a text of many screens is looked into, not scrolled past. */
const STEP = 120

function Sides({ before, after, layout }: { before: unknown; after: unknown; layout: DiffLayout }) {
  const pairs = useMemo(() => pairsOf(before, after), [before, after])
  const [most, setMost] = useState(STEP)
  const parts = useMemo(() => folded(pairs.slice(0, most)), [pairs, most])
  const [opened, setOpened] = useState<ReadonlySet<number>>(new Set())
  const rest = pairs.length - most
  return (
    <div className="overflow-hidden rounded-sm font-mono text-xs leading-5">
      {parts.map(({ kind, pairs: run }, place) =>
        kind === 'folded' && !opened.has(place) ? (
          <Unfold key={place} words={`${run.length} unchanged lines`} onClick={() => setOpened(new Set([...opened, place]))} />
        ) : (
          <Fragment key={place}>
            {run.map((pair, index) => (
              <PairView key={index} pair={pair} layout={layout} />
            ))}
          </Fragment>
        ),
      )}
      {rest > 0 && <Unfold words={`${Math.min(rest, STEP)} more of ${pairs.length} lines`} onClick={() => setMost(most + STEP)} />}
    </div>
  )
}

const REMOVED = { sign: '−', word: 'before', className: 'bg-failure-ground text-failure' }
const ADDED = { sign: '+', word: 'after', className: 'bg-success-ground text-success' }
const SAME = { sign: ' ', word: 'unchanged', className: 'text-ink-2' }

function PairView({ pair: { before, after, same }, layout }: { pair: Pair; layout: DiffLayout }) {
  if (same) {
    const line = <Line {...SAME} segments={before ?? []} />
    if (layout === 'unified') return line
    return (
      <div className="grid @2xl:grid-cols-2 @2xl:gap-x-2">
        {line}
        <div aria-hidden className="hidden @2xl:block">
          {line}
        </div>
      </div>
    )
  }
  const lines = (
    <>
      {before === null ? layout === 'split' && <Nothing /> : <Line {...REMOVED} segments={before} />}
      {after === null ? layout === 'split' && <Nothing /> : <Line {...ADDED} segments={after} />}
    </>
  )
  return layout === 'unified' ? lines : <div className="grid @2xl:grid-cols-2 @2xl:gap-x-2">{lines}</div>
}

const Nothing = () => <div aria-hidden className="hidden bg-sunk @2xl:block" />

interface LineProps {
  sign: string
  word: string
  segments: readonly Segment[]
  className: string
}

function Line({ sign, word, segments, className }: LineProps) {
  return (
    <p className={cn('flex gap-2 px-2 py-0.5', className)}>
      <span aria-hidden className="w-[1ch] shrink-0 select-none">
        {sign}
      </span>
      <span className="sr-only">{word}: </span>
      <span className="min-w-0 break-words whitespace-pre-wrap">
        {segments.map(({ text, changed }, index) =>
          changed ? (
            <span key={index} className="font-semibold underline decoration-current/45 underline-offset-3">
              {text}
            </span>
          ) : (
            <Unchanged key={index} text={text} isFirst={index === 0} isLast={index === segments.length - 1} />
          ),
        )}
      </span>
    </p>
  )
}

/** Within a long line, what is far from a change is a button. */
function Unchanged({ text, isFirst, isLast }: { text: string; isFirst: boolean; isLast: boolean }) {
  const [open, setOpen] = useState(false)
  const parts = open ? null : stretch(text, isFirst, isLast)
  if (parts === null) return text
  return (
    <>
      {parts.start}
      <button
        type="button"
        onClick={() => setOpen(true)}
        aria-label={`Show ${parts.hidden.length} unchanged characters`}
        className="mx-1 rounded-sm border border-current/40 px-1.5 leading-4 hover:bg-current/10"
      >
        …
      </button>
      {parts.end}
    </>
  )
}

function Unfold({ words, onClick }: { words: string; onClick: () => void }) {
  return (
    <button type="button" onClick={onClick} className="flex min-h-6 w-full items-center gap-2 bg-sunk px-2 py-0.5 text-left font-sans text-xs text-ink-2 hover:text-ink">
      <ArrowsOutLineVerticalIcon aria-hidden className="size-3.5 shrink-0" />
      Show {words}
    </button>
  )
}
