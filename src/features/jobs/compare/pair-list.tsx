import { useQuery } from '@tanstack/react-query'
import { useVirtualizer } from '@tanstack/react-virtual'
import { CaretRightIcon } from '@phosphor-icons/react/CaretRight'
import { EqualsIcon } from '@phosphor-icons/react/Equals'
import { NotEqualsIcon } from '@phosphor-icons/react/NotEquals'
import { useCallback, useId, useRef, useState } from 'react'
import { differenceWords, inOneOnly, samePayload, type Pair } from '@/features/jobs/compare/compare-words'
import { deliveryComparisonQuery, type ComparedDelivery } from '@/features/jobs/queries/compare'
import { describeError } from '@/lib/errors'
import { capitalize, count, formatBytes, formatDuration, formatNumber } from '@/lib/format'
import { Button } from '@/ui/button'
import { ChangeList } from '@/ui/change-list'
import { Chip } from '@/ui/chip'
import { cn } from '@/ui/cn'
import { ErrorState } from '@/ui/error-state'
import { Skeleton } from '@/ui/skeleton'
import { StatusChip } from '@/ui/status-chip'

interface PairListProps {
  pairs: readonly Pair[]
  beforeNumber: number
  afterNumber: number
  /** Away from the part that is shown. */
  onShowAll?: (() => void) | undefined
}

const ROW_HEIGHT = 41
/** More rows than this are drawn only where they are in sight. */
const PLAIN_UP_TO = 30
const COLUMNS = 'md:grid-cols-[minmax(0,1fr)_7rem_7rem_9rem_8rem_9.5rem]'

/** The sites of two runs, one row each; what they were sent is compared when a row is opened. */
export function PairList({ pairs, beforeNumber, afterNumber, onShowAll }: PairListProps) {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set())
  const toggle = (targetId: string) =>
    setOpen((before) => {
      const next = new Set(before)
      if (!next.delete(targetId)) next.add(targetId)
      return next
    })
  const box = useRef<HTMLDivElement>(null)
  const keyOf = useCallback((index: number) => pairs[index]?.targetId ?? index, [pairs])
  const virtual = pairs.length > PLAIN_UP_TO
  // eslint-disable-next-line react-hooks/incompatible-library -- its answers change without its identity; nothing below memoises on it
  const rows = useVirtualizer({ count: virtual ? pairs.length : 0, getScrollElement: () => box.current, estimateSize: () => ROW_HEIGHT, getItemKey: keyOf, overscan: 10 })
  const row = (pair: Pair) => <PairRow pair={pair} open={open.has(pair.targetId)} onToggle={toggle} beforeNumber={beforeNumber} afterNumber={afterNumber} />

  if (pairs.length === 0) {
    return (
      <p role="status" className="flex flex-wrap items-center gap-3 rounded-lg border border-line bg-panel px-4 py-6 text-hint text-ink-2">
        No site of the two runs is like that.
        {onShowAll !== undefined && (
          <Button size="sm" onClick={onShowAll}>
            Show all sites
          </Button>
        )}
      </p>
    )
  }
  return (
    <div className="overflow-hidden rounded-lg border border-line bg-panel">
      <div aria-hidden className={cn('hidden h-8 items-center gap-x-3 border-b border-line px-4 text-xs text-ink-3 md:grid', COLUMNS)}>
        <span>Site</span>
        <span>Run {beforeNumber}</span>
        <span>Run {afterNumber}</span>
        <span className="text-right">Duration</span>
        <span className="text-right">Size</span>
        <span>Payload</span>
      </div>
      {virtual ? (
        // A region that scrolls must be reachable by keyboard (WCAG 2.1.1).
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        <div ref={box} role="region" aria-label="Sites" tabIndex={0} className="max-h-[max(20rem,calc(100dvh-12rem))] overflow-y-auto overscroll-contain outline-offset-[-2px]">
          <ul aria-label="Sites" className="relative" style={{ height: rows.getTotalSize() }}>
            {rows.getVirtualItems().map(({ index, key, start }) => {
              const pair = pairs[index]
              return pair === undefined ? null : (
                <li
                  key={key}
                  ref={rows.measureElement}
                  data-index={index}
                  aria-setsize={pairs.length}
                  aria-posinset={index + 1}
                  className="absolute inset-x-0 top-0 border-b border-line"
                  style={{ transform: `translateY(${start}px)` }}
                >
                  {row(pair)}
                </li>
              )
            })}
          </ul>
        </div>
      ) : (
        <ul aria-label="Sites" className="divide-y divide-line">
          {pairs.map((pair) => (
            <li key={pair.targetId}>{row(pair)}</li>
          ))}
        </ul>
      )}
    </div>
  )
}

interface PairRowProps extends Omit<PairListProps, 'pairs' | 'onShowAll'> {
  pair: Pair
  open: boolean
  onToggle: (targetId: string) => void
}

function PairRow({ pair, open, onToggle, beforeNumber, afterNumber }: PairRowProps) {
  const id = useId()
  const { before, after, name } = pair
  return (
    <>
      <h2>
        <button
          type="button"
          aria-expanded={open}
          aria-controls={id}
          onClick={() => onToggle(pair.targetId)}
          className={cn('flex w-full flex-wrap items-center gap-x-3 gap-y-1 px-3 py-2 text-left text-hint outline-offset-[-2px] hover:bg-hover md:grid md:px-4', COLUMNS)}
        >
          <span className="flex min-w-0 items-center gap-2.5 max-md:w-full">
            <CaretRightIcon aria-hidden className={cn('size-3 shrink-0 text-ink-3 transition-transform', open && 'rotate-90')} />
            <span className="min-w-0 truncate text-sm font-semibold">{name}</span>
          </span>
          <Side number={beforeNumber} delivery={before} />
          <Side number={afterNumber} delivery={after} />
          <span className="font-mono whitespace-nowrap text-ink-2 tabular-nums md:text-right">
            <span className="sr-only">duration </span>
            {durations(before, after)}
          </span>
          <span className="font-mono whitespace-nowrap text-ink-2 tabular-nums md:text-right">
            <span className="sr-only">size </span>
            {sizes(before, after)}
          </span>
          <span>
            {inOneOnly(pair) ? (
              <Chip tone="neutral">in one only</Chip>
            ) : samePayload(pair) ? (
              <Chip tone="neutral" icon={<EqualsIcon aria-hidden className="size-3.5" />}>
                same payload
              </Chip>
            ) : (
              <Chip tone="accent" icon={<NotEqualsIcon aria-hidden className="size-3.5" />}>
                other payload
              </Chip>
            )}
          </span>
        </button>
      </h2>
      <div id={id} hidden={!open} className="px-3 pt-0.5 pb-4 md:pr-4 md:pl-9.5">
        {open && <Difference pair={pair} beforeNumber={beforeNumber} afterNumber={afterNumber} />}
      </div>
    </>
  )
}

function Side({ number, delivery }: { number: number; delivery: ComparedDelivery | null }) {
  return (
    <span className="whitespace-nowrap">
      <span className="text-xs text-ink-3 md:sr-only">run {number} </span>
      {delivery === null ? <span className="text-ink-3">not in it</span> : <StatusChip status={delivery.status} variant="bare" />}
    </span>
  )
}

const milliseconds = (delivery: ComparedDelivery | null): string => (delivery?.durationMs == null ? '–' : formatDuration(delivery.durationMs))

function durations(before: ComparedDelivery | null, after: ComparedDelivery | null): string {
  return before?.durationMs == null && after?.durationMs == null ? '–' : sides(milliseconds(before), milliseconds(after))
}

function sizes(before: ComparedDelivery | null, after: ComparedDelivery | null): string {
  const words = (delivery: ComparedDelivery | null) => (delivery === null ? '–' : formatBytes(delivery.bytes))
  return sides(words(before), words(after))
}

/** "1.1 kB to 1.2 kB", and once where both read the same. */
const sides = (before: string, after: string): string => (before === after ? before : `${before} to ${after}`)

function Difference({ pair, beforeNumber, afterNumber }: Omit<PairListProps, 'pairs'> & { pair: Pair }) {
  const { before, after } = pair
  return (
    <div className="space-y-3">
      <dl className="grid gap-x-6 gap-y-1 text-hint sm:grid-cols-2">
        {([[beforeNumber, before], [afterNumber, after]] as const).map(([number, delivery]) => (
          <div key={number}>
            <dt className="text-xs text-ink-3">Run {number}</dt>
            <dd className="text-ink-2">{delivery === null ? 'This run was not for the site.' : words(delivery)}</dd>
          </div>
        ))}
      </dl>
      {before !== null && after !== null && (
        <>
          {before.durationMs !== null && after.durationMs !== null && <p className="text-hint text-ink-3">Duration: {differenceWords(before.durationMs, after.durationMs)}</p>}
          {samePayload(pair) ? <p className="text-hint text-ink-2">Both were sent exactly the same bytes.</p> : <PayloadDifference before={before} after={after} />}
        </>
      )}
    </div>
  )
}

function words({ reason, status, attempts, itemCount, bytes }: ComparedDelivery): string {
  const what = `${count('item', itemCount)}, ${formatBytes(bytes)}`
  const tries = attempts > 0 ? `, ${count('attempt', attempts)}` : ''
  return `${what}${tries}${reason === '' || status === 'success' ? '' : `. ${capitalize(reason)}`}`
}

function PayloadDifference({ before, after }: { before: ComparedDelivery; after: ComparedDelivery }) {
  const { data, error, refetch, isFetching } = useQuery(deliveryComparisonQuery(before.id, after.id))
  if (error !== null && data === undefined) return <ErrorState {...describeError(error)} className="py-4" onRetry={() => void refetch()} retrying={isFetching} />
  if (data === undefined) {
    return (
      <div aria-busy="true">
        <Skeleton className="h-16" />
      </div>
    )
  }
  if (data.changes === null) {
    return <p className="text-hint text-ink-2">What was sent differs; {data.beforeKept || data.afterKept ? 'one of the bodies is' : 'the bodies are'} no longer kept, so it cannot be said how.</p>
  }
  if (data.changes.length === 0) return <p className="text-hint text-ink-2">The items are the same; {formatNumber(Math.abs(after.bytes - before.bytes))} bytes around them differ.</p>
  return <ChangeList changes={data.changes} first={false} />
}
