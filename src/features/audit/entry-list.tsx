import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useLayoutEffect, useRef, useState, type MouseEvent } from 'react'
import { Link, useLocation } from 'react-router-dom'
import { ActorMark } from '@/features/audit/actor-mark'
import { formatWhen, sentenceOf, sentenceText } from '@/features/audit/audit-words'
import type { AuditEntry } from '@/features/audit/entry'
import { formatExact } from '@/lib/format'
import { useMediaQuery } from '@/lib/use-media-query'
import { cn } from '@/ui/cn'
import { Skeleton } from '@/ui/skeleton'

interface EntryListProps {
  /** Newest first; undefined while the first page is on its way. */
  entries: readonly AuditEntry[] | undefined
  hasMore: boolean
  loadMore: () => void
  /** The number of the one whose drawer is open. */
  open: number | null
}

const ROW = { wide: 36, narrow: 62 }
/** The next page is asked for when this many lines are left below what is in sight. */
const AHEAD = 30
const COLUMNS = 'md:grid-cols-[8.75rem_minmax(9rem,14.5rem)_minmax(0,1fr)_7.5rem]'
const SKELETONS = 12

/** One line an entry. It scrolls with the page, and only what is in sight is in the document: a million lines are as light as fifty. */
export function EntryList({ entries, hasMore, loadMore, open }: EntryListProps) {
  const box = useRef<HTMLDivElement>(null)
  const [top, setTop] = useState(0)
  const wide = useMediaQuery('(min-width: 48rem)')
  const height = wide ? ROW.wide : ROW.narrow
  const count = entries?.length ?? 0

   
  const rows = useWindowVirtualizer({
    count,
    estimateSize: () => height,
    getItemKey: (index) => entries?.[index]?.seq ?? index,
    overscan: 12,
    scrollMargin: top,
    useFlushSync: false,
  })
  // What stands above (a notice, a second row of filters) comes and goes.
  useLayoutEffect(() => {
    const element = box.current
    if (element === null) return
    const measure = () => setTop(element.getBoundingClientRect().top + window.scrollY)
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(document.body)
    return () => observer.disconnect()
  }, [])
  useLayoutEffect(() => rows.measure(), [rows, height])

  const shown = rows.getVirtualItems()
  const last = shown.at(-1)?.index ?? 0
  useEffect(() => {
    if (hasMore && last >= count - AHEAD) loadMore()
  }, [hasMore, last, count, loadMore])

  return (
    <div role="table" aria-label="Audit log" aria-rowcount={hasMore || entries === undefined ? -1 : count + 1} aria-busy={entries === undefined || undefined} className="rounded-lg border border-line bg-panel text-sm tabular-nums">
      <div role="rowgroup" className="sticky top-12 z-10 rounded-t-lg border-b border-line bg-panel max-md:sr-only">
        <div role="row" aria-rowindex={1} className={cn('grid h-8 items-center gap-x-4 px-3 text-xs text-ink-3', COLUMNS)}>
          <span role="columnheader">When</span>
          <span role="columnheader">Who</span>
          <span role="columnheader">What</span>
          <span role="columnheader">From</span>
        </div>
      </div>
      <div ref={box} role="rowgroup" className="relative" style={entries === undefined ? undefined : { height: rows.getTotalSize() }}>
        {entries === undefined
          ? Array.from({ length: SKELETONS }, (_, index) => <SkeletonRow key={index} />)
          : shown.map(({ index, key, start }) => {
              const entry = entries[index]
              if (entry === undefined) return null
              return (
                <div key={key} className="absolute inset-x-0 top-0" style={{ height, transform: `translateY(${start - top}px)` }} role="presentation">
                  <EntryRow entry={entry} index={index} open={entry.seq === open} last={index === count - 1} />
                </div>
              )
            })}
      </div>
    </div>
  )
}

function EntryRow({ entry, index, open, last }: { entry: AuditEntry; index: number; open: boolean; last: boolean }) {
  const { search } = useLocation()
  const { act, name, detail } = sentenceOf(entry)
  const target = new URLSearchParams(search)
  target.set('entry', String(entry.seq))
  // Marking a text in a line is no click on it.
  const keepMarked = (event: MouseEvent) => {
    if (window.getSelection()?.isCollapsed === false) event.preventDefault()
  }
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      className={cn(
        'group relative grid h-full content-center gap-x-4 px-3 max-md:grid-cols-[minmax(0,1fr)_auto] max-md:gap-y-0.5 md:items-center',
        COLUMNS,
        !last && 'border-b border-line',
        open ? 'bg-accent-ground' : 'hover:bg-hover',
      )}
    >
      <span role="cell" className="text-ink-2 max-md:order-2 max-md:text-xs max-md:text-ink-3">
        <time dateTime={entry.at} title={formatExact(entry.at)} className="whitespace-nowrap">
          {formatWhen(entry.at)}
        </time>
      </span>
      <span role="cell" className="min-w-0 max-md:order-1">
        <ActorMark entry={entry} className="max-md:text-hint" />
      </span>
      <span role="cell" className="min-w-0 truncate max-md:order-3 max-md:col-span-2">
        <Link
          to={{ search: target.toString() }}
          preventScrollReset
          draggable={false}
          onClick={keepMarked}
          title={sentenceText(entry)}
          className="outline-offset-[-2px] after:absolute after:inset-0 after:content-['']"
        >
          <span className="text-ink-2">{act}</span> {name !== '' && <span className="font-semibold text-ink">{name}</span>}
          {detail !== '' && (
            <>
              <span className="text-ink-2">: </span>
              <span className="font-mono text-xs text-ink-2">{detail}</span>
            </>
          )}
        </Link>
      </span>
      <span role="cell" className="truncate font-mono text-xs text-ink-3 max-md:sr-only" title={entry.ip ?? undefined}>
        {entry.ip ?? ''}
      </span>
    </div>
  )
}

function SkeletonRow() {
  return (
    <div role="row" className={cn('grid h-15.5 items-center gap-x-4 border-b border-line px-3 last:border-b-0 md:h-9', COLUMNS)}>
      <span role="cell"><Skeleton className="w-28" /></span>
      <span role="cell" className="max-md:hidden"><Skeleton className="w-32" /></span>
      <span role="cell"><Skeleton className="w-full max-w-72" /></span>
      <span role="cell" className="max-md:hidden"><Skeleton className="w-20" /></span>
    </div>
  )
}
