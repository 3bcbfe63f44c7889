import { ArrowDownIcon } from '@phosphor-icons/react/ArrowDown'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useCallback, useMemo, useRef, useState, type KeyboardEvent } from 'react'
import { count } from '@/lib/format'
import { cn } from '@/ui/cn'
import { download, jsonLinesFile, linesText, logFile } from '@/ui/terminal/export'
import { isFiltering, NO_FILTER } from '@/ui/terminal/filter'
import type { TerminalLine, TerminalSite } from '@/ui/terminal/line'
import type { TerminalState } from '@/ui/terminal/stream-state'
import { TerminalBar } from '@/ui/terminal/terminal-bar'
import { TerminalRow } from '@/ui/terminal/terminal-row'
import { useLines } from '@/ui/terminal/use-lines'
import { toast } from '@/ui/toaster'

interface TerminalProps {
  /** In order of `seq`, each once. Lines are added, none is ever taken away or changed. */
  lines: readonly TerminalLine[]
  /** What the times at the left count from, in milliseconds since the epoch. */
  origin: number
  sites: readonly TerminalSite[]
  state: TerminalState
  /** Of a downloaded file, without its ending. */
  fileName: string
  className?: string
}

const ROW_HEIGHT = 25
/** As near to the end as still counts as reading the newest line. */
const AT_END_PX = 32

/** The log of a run: near-black in both themes, virtualised, at the newest line until somebody scrolls away from it. */
export function Terminal({ lines, origin, sites, state, fileName, className }: TerminalProps) {
  const scroller = useRef<HTMLDivElement>(null)
  const siteById = useMemo(() => new Map(sites.map((site) => [site.id, site])), [sites])
  const { filter, setFilter, shown, selected, isSelected, select, selectAll, clearSelection } = useLines(lines, siteById)
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set())
  // A run that is over is read from its beginning; one that is under way, at its newest line.
  const [follows] = useState(state !== 'finished')
  // Somebody who opened a payload reads it: until they are at the end again, nothing moves under their eyes.
  const [reading, setReading] = useState(false)

  // A new function would have the virtualiser lay out every line again, so it changes with the lines and not with every scroll.
  const keyOf = useCallback((index: number) => shown[index]?.seq ?? index, [shown])
  // eslint-disable-next-line react-hooks/incompatible-library -- its answers change without its identity; nothing below memoises on it
  const rows = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: keyOf,
    overscan: 12,
    paddingStart: 6,
    paddingEnd: 8,
    // Lines that fill a gap above must not push away what is being read.
    anchorTo: reading ? 'start' : 'end',
    followOnAppend: follows,
    scrollEndThreshold: AT_END_PX,
  })

  const jumpToEnd = () => {
    setReading(false)
    rows.scrollToEnd()
  }
  const toggle = useCallback((seq: number) => {
    setReading(true)
    setOpen((before) => {
      const next = new Set(before)
      if (!next.delete(seq)) next.add(seq)
      return next
    })
  }, [])
  const text = () => linesText(selected ?? shown, origin, siteById)
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    // Keys of a payload that is open inside are its own. Arrows and pages are the browser's, as in anything that scrolls.
    if (event.target !== event.currentTarget) return
    const command = event.ctrlKey || event.metaKey
    if (event.key === 'End') jumpToEnd()
    else if (event.key === 'Home') rows.scrollToOffset(0)
    else if (event.key === 'Escape') clearSelection()
    else if (command && event.key.toLowerCase() === 'a') selectAll()
    else if (command && event.key.toLowerCase() === 'c' && selected !== null && window.getSelection()?.isCollapsed !== false) {
      navigator.clipboard.writeText(text()).then(
        () => toast.message(`Copied ${count('line', selected.length)}`),
        () => toast.error('The browser does not allow copying here. Select the text and copy it yourself.'),
      )
    } else return
    event.preventDefault()
  }

  const overflows = rows.getTotalSize() > (rows.scrollRect?.height ?? 0) + AT_END_PX
  const away = overflows && !rows.isAtEnd(AT_END_PX)
  const running = state !== 'finished'

  return (
    <section
      aria-label="Log of the run"
      className={cn('flex flex-col overflow-hidden rounded-lg border border-term-line bg-term-ground text-term-ink scheme-dark', className)}
    >
      <TerminalBar
        state={state}
        total={lines.length}
        shown={shown.length}
        selected={selected?.length ?? 0}
        sites={sites}
        filter={filter}
        onFilter={setFilter}
        copyText={text}
        onDownload={(kind) => {
          if (kind === 'log') download(`${fileName}.log`, 'text/plain;charset=utf-8', logFile(shown, origin, siteById))
          else download(`${fileName}.jsonl`, 'application/jsonl;charset=utf-8', jsonLinesFile(shown, siteById))
        }}
      />
      <div className="relative flex min-h-0 flex-col">
        {/* A region that scrolls must be reachable by keyboard (WCAG 2.1.1). */}
        {/* eslint-disable jsx-a11y/no-noninteractive-tabindex, jsx-a11y/no-noninteractive-element-interactions */}
        <div
          ref={scroller}
          role="log"
          aria-label="Lines"
          // New lines are read out only to somebody who is at the newest one; scrolling back is no news.
          aria-live={running && !away ? 'polite' : 'off'}
          aria-busy={state === 'catching-up' || undefined}
          tabIndex={0}
          onKeyDown={onKeyDown}
          onScroll={() => {
            if (reading && rows.isAtEnd(AT_END_PX)) setReading(false)
          }}
          className="min-h-40 overflow-y-auto overscroll-contain outline-offset-[-2px]"
          style={{ overflowAnchor: 'none' }}
        >
          <div className="relative w-full" style={{ height: rows.getTotalSize() }}>
            {rows.getVirtualItems().map(({ index, key, start }) => {
              const line = shown[index]
              if (line === undefined) return null
              return (
                <div
                  key={key}
                  ref={rows.measureElement}
                  data-index={index}
                  data-seq={line.seq}
                  className="absolute inset-x-0 top-0"
                  style={{ transform: `translateY(${start}px)` }}
                >
                  <TerminalRow
                    line={line}
                    origin={origin}
                    site={line.siteId === null ? undefined : siteById.get(line.siteId)}
                    open={open.has(line.seq)}
                    selected={isSelected(line.seq)}
                    onToggle={toggle}
                    onSelect={select}
                  />
                </div>
              )
            })}
          </div>
          {shown.length === 0 && (
            <p className="px-3 py-3 font-mono text-hint text-term-dim">
              {isFiltering(filter) && lines.length > 0 ? (
                <>
                  No line matches.{' '}
                  <button type="button" className="text-term-ink underline underline-offset-2" onClick={() => setFilter(NO_FILTER)}>
                    Show all lines
                  </button>
                </>
              ) : running ? (
                'Waiting for the first line…'
              ) : (
                'This run wrote no lines.'
              )}
            </p>
          )}
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
      </div>
    </section>
  )
}
