import { defaultRangeExtractor, useWindowVirtualizer, type Range } from '@tanstack/react-virtual'
import { useEffect, useLayoutEffect, useRef, useState, type ReactNode } from 'react'

interface LongListProps<Record> {
  'aria-label': string
  rows: readonly Record[]
  rowKey: (row: Record) => string
  children: (row: Record) => ReactNode
  /** Of a usual row, in pixels: each is measured when it comes into sight. */
  rowHeight: number
  /** There are more than are loaded. */
  hasMore?: boolean
  /** The end comes into sight. Called as often as that holds: fetch only when nothing is being fetched. */
  onEnd?: (() => void) | undefined
}

/** The next page is asked for when this many rows are left below what is in sight. */
const AHEAD = 10

/**
 * A list of rows of any height that scrolls with the page and keeps in the document only what is in sight, however long it is. The row
 * that holds the focus stays, wherever one scrolls.
 */
export function LongList<Record>({ 'aria-label': label, rows, rowKey, children, rowHeight, hasMore = false, onEnd }: LongListProps<Record>) {
  const list = useRef<HTMLUListElement>(null)
  const [top, setTop] = useState(0)
  const [focused, setFocused] = useState<string | null>(null)
  const count = rows.length
  const keyOf = (index: number) => {
    const row = rows[index]
    return row === undefined ? index : rowKey(row)
  }
  const held = focused === null ? -1 : rows.findIndex((row) => rowKey(row) === focused)

  const virtual = useWindowVirtualizer({
    count,
    estimateSize: () => rowHeight,
    getItemKey: keyOf,
    overscan: 8,
    scrollMargin: top,
    useFlushSync: false,
    rangeExtractor: (range: Range) => {
      const shown = defaultRangeExtractor(range)
      return held < 0 || shown.includes(held) ? shown : [...shown, held].sort((a, b) => a - b)
    },
  })
  // What stands above (a notice, what is firing now) comes and goes.
  useLayoutEffect(() => {
    const measure = () => {
      if (list.current !== null) setTop(list.current.getBoundingClientRect().top + window.scrollY)
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(document.body)
    return () => observer.disconnect()
  }, [])

  const shown = virtual.getVirtualItems()
  const last = shown.at(-1)?.index ?? -1
  useEffect(() => {
    if (onEnd !== undefined && count > 0 && last >= count - AHEAD) onEnd()
  }, [onEnd, last, count])

  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- nothing is done by it: the focus of a row's control bubbles up to here
    <ul
      ref={list}
      aria-label={label}
      className="relative rounded-lg border border-line bg-panel"
      style={{ height: virtual.getTotalSize() + BORDERS }}
      onFocus={({ target }) => setFocused(target.closest<HTMLElement>('[data-row]')?.dataset['row'] ?? null)}
    >
      {shown.map(({ index, key, start }) => {
        const row = rows[index]
        if (row === undefined) return null
        return (
          <li
            key={key}
            ref={virtual.measureElement}
            data-index={index}
            data-row={rowKey(row)}
            aria-posinset={index + 1}
            aria-setsize={hasMore ? -1 : count}
            className={index === count - 1 ? 'absolute inset-x-0 top-0' : 'absolute inset-x-0 top-0 border-b border-line'}
            style={{ transform: `translateY(${start - top}px)` }}
          >
            {children(row)}
          </li>
        )
      })}
    </ul>
  )
}

/** Above and below, in pixels. */
const BORDERS = 2
