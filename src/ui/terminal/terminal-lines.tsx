import { ArrowDownIcon } from '@phosphor-icons/react/ArrowDown'
import { useVirtualizer } from '@tanstack/react-virtual'
import { memo, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState, useSyncExternalStore, type KeyboardEvent, type MouseEvent, type ReactNode } from 'react'
import { spreadHues } from '@/ui/hue'
import type { TerminalLine, TerminalSite } from '@/ui/terminal/line'
import { fitsOneLine, ROW_HEIGHT } from '@/ui/terminal/measure'
import type { TerminalState } from '@/ui/terminal/stream-state'
import { TerminalRow } from '@/ui/terminal/terminal-row'

export interface Range {
  from: number
  to: number
}

interface TerminalLinesProps {
  lines: readonly TerminalLine[]
  origin: number
  sites: ReadonlyMap<string, TerminalSite>
  state: TerminalState
  /** New lines are followed; not while somebody has paused. */
  follows: boolean
  /** The lines that are chosen, by their first and last number. */
  range: Range | null
  onSelect: (seq: number, extend: boolean) => void
  /** Keys that concern more than scrolling; true: taken. */
  onKey: (event: KeyboardEvent) => boolean
  marked: number | null
  onMark: ((seq: number) => void) | undefined
  /** In the place of lines that are not there. */
  empty: ReactNode
}

/** Where terminal-row.tsx puts a message below its columns: Tailwind's md. */
const WIDE = '(min-width: 48rem)'
const isWide = (): boolean => window.matchMedia(WIDE).matches
function onWidth(notify: () => void): () => void {
  const list = window.matchMedia(WIDE)
  list.addEventListener('change', notify)
  return () => list.removeEventListener('change', notify)
}

/** As near to the end as still counts as reading the newest line. */
const AT_END_PX = 32
/** More rows than are ever drawn at once: a row that leaves the window is used for one that comes in. */
const POOL = 512

/**
 * The lines in sight, and only they. What a scroll costs is here and nowhere else: the bar above is not drawn again for it, a
 * plain line has a height that is known, and rows are used again instead of being made anew.
 */
export const TerminalLines = memo(function TerminalLines({
  lines, origin, sites, state, follows, range, onSelect, onKey, marked, onMark, empty,
}: TerminalLinesProps) {
  const scroller = useRef<HTMLDivElement>(null)
  const wide = useSyncExternalStore(onWidth, isWide)
  const height = wide ? ROW_HEIGHT.wide : ROW_HEIGHT.narrow
  const hues = useMemo(() => spreadHues([...sites.values()].map(({ slug }) => slug)), [sites])
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set())
  // A run that is over is read from its beginning, a link from the line that it names; one that is under way, at its newest line.
  const [starts] = useState(state !== 'finished' && marked === null)
  // Somebody who opened a payload, or came to a line, reads: until they are at the end again, nothing moves under their eyes.
  const [reading, setReading] = useState(marked !== null)

  // A new function would have the virtualiser lay out every line again, so it changes with the lines and not with every scroll.
  const keyOf = useCallback((index: number) => lines[index]?.seq ?? index, [lines])
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    getItemKey: keyOf,
    overscan: 10,
    paddingStart: 6,
    paddingEnd: 8,
    // Lines that fill a gap above must not push away what is being read.
    anchorTo: reading || !follows ? 'start' : 'end',
    followOnAppend: starts && follows,
    scrollEndThreshold: AT_END_PX,
    // Drawn with the frame and not within the scroll event.
    useFlushSync: false,
  })
  useLayoutEffect(() => rows.measure(), [rows, height])
  // Lines that were there before the page was: a run that is under way is joined at its newest one.
  const joined = useRef(false)
  useEffect(() => {
    if (joined.current || lines.length === 0) return
    joined.current = true
    if (starts) rows.scrollToEnd()
  }, [lines, rows, starts])

  // The line that the address names, as soon as it is here; lines that come in above it later must not push it away.
  const found = useMemo(() => (marked === null ? -1 : indexOf(lines, marked)), [lines, marked])
  const held = useRef<number | null>(null)
  useEffect(() => {
    held.current = marked
  }, [marked])
  useEffect(() => {
    if (found >= 0 && held.current === marked) rows.scrollToIndex(found, { align: 'center' })
  }, [found, marked, rows])
  // Whoever scrolls by hand has left the line that the link named.
  const letGo = () => {
    held.current = null
  }

  const toggle = useCallback((seq: number) => {
    setReading(true)
    setOpen((before) => {
      const next = new Set(before)
      if (!next.delete(seq)) next.add(seq)
      return next
    })
  }, [])
  const jumpToEnd = () => {
    setReading(false)
    rows.scrollToEnd()
  }
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    // Keys of a payload that is open inside are its own. Arrows and pages are the browser's, as in anything that scrolls.
    if (event.target !== event.currentTarget) return
    letGo()
    if (event.key === 'End') jumpToEnd()
    else if (event.key === 'Home') rows.scrollToOffset(0)
    else if (!onKey(event)) return
    event.preventDefault()
  }
  // For all rows at once.
  const onClick = (event: MouseEvent<HTMLDivElement>) => {
    if (!(event.target instanceof HTMLElement)) return
    const part = event.target.dataset['part']
    const seq = Number(event.target.closest<HTMLElement>('[data-seq]')?.dataset['seq'] ?? NaN)
    if (part === undefined || Number.isNaN(seq)) return
    if (part === 'time') onSelect(seq, event.shiftKey)
    // A click for a new tab or window is the browser's.
    else if (onMark !== undefined && !event.metaKey && !event.ctrlKey && !event.shiftKey) {
      event.preventDefault()
      setReading(true)
      onMark(seq)
    }
  }

  const width = rows.scrollRect?.width ?? 0
  const overflows = rows.getTotalSize() > (rows.scrollRect?.height ?? 0) + AT_END_PX
  const away = overflows && !rows.isAtEnd(AT_END_PX)
  const running = state !== 'finished'

  return (
    <>
      {/* A region that scrolls must be reachable by keyboard (WCAG 2.1.1). */}
      {/* Ctrl-A, Ctrl-C and l do by key what clicks on times and numbers do. */}
      {/* eslint-disable jsx-a11y/no-noninteractive-tabindex, jsx-a11y/no-noninteractive-element-interactions */}
      <div
        ref={scroller}
        role="log"
        aria-label="Lines"
        // New lines are read out only to somebody who is at the newest one; scrolling back is no news.
        aria-live={running && follows && !away ? 'polite' : 'off'}
        aria-busy={state === 'catching-up' || undefined}
        tabIndex={0}
        onKeyDown={onKeyDown}
        onClick={onClick}
        onScroll={() => {
          if (reading && rows.isAtEnd(AT_END_PX)) setReading(false)
        }}
        onWheel={letGo}
        onTouchMove={letGo}
        onPointerDown={letGo}
        className="min-h-40 overflow-y-auto overscroll-contain outline-offset-[-2px]"
        style={{ overflowAnchor: 'none' }}
      >
        <div className="relative w-full" style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map(({ index, start }) => {
            const line = lines[index]
            if (line === undefined) return null
            const isOpen = open.has(line.seq)
            // What has a button keeps its own row, or the focus would pass from one line's to another's.
            const own = isOpen || (line.payload !== null && line.payload !== undefined)
            const known = !isOpen && width > 0 && fitsOneLine(line, width, wide)
            const site = line.siteId === null ? undefined : sites.get(line.siteId)
            return (
              <div
                key={own || !known ? `line ${line.seq}` : index % POOL}
                ref={known ? undefined : rows.measureElement}
                data-index={index}
                data-seq={line.seq}
                className="absolute inset-x-0 top-0 [contain:layout_style]"
                style={{ transform: `translateY(${start}px)` }}
              >
                <TerminalRow
                  line={line}
                  origin={origin}
                  site={site}
                  hue={site === undefined ? undefined : hues.get(site.slug)}
                  open={isOpen}
                  selected={range !== null && line.seq >= range.from && line.seq <= range.to}
                  marked={line.seq === marked}
                  linked={onMark !== undefined}
                  onToggle={toggle}
                />
              </div>
            )
          })}
        </div>
        {empty}
      </div>
      {/* eslint-enable jsx-a11y/no-noninteractive-tabindex, jsx-a11y/no-noninteractive-element-interactions */}
      {away && (
        <button
          type="button"
          onClick={jumpToEnd}
          className="absolute right-4 bottom-3 inline-flex h-7 animate-fade-in items-center gap-1.5 rounded-full border border-term-line bg-term-bar px-3 text-xs font-semibold text-term-ink hover:bg-term-line"
        >
          <ArrowDownIcon aria-hidden weight="bold" className="size-3" />
          {running ? 'Jump to latest' : 'Jump to the end'}
        </button>
      )}
    </>
  )
})

/** Where the line of this number stands, -1 where it is not (yet) here: they are in order of their numbers. */
function indexOf(lines: readonly TerminalLine[], seq: number): number {
  let low = 0
  let high = lines.length - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const at = lines[middle]?.seq ?? 0
    if (at === seq) return middle
    if (at < seq) low = middle + 1
    else high = middle - 1
  }
  return -1
}
