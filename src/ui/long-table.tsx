import { CaretDownIcon } from '@phosphor-icons/react/CaretDown'
import { CaretUpIcon } from '@phosphor-icons/react/CaretUp'
import { defaultRangeExtractor, useWindowVirtualizer, type Range } from '@tanstack/react-virtual'
import { Fragment, useCallback, useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react'
import { Checkbox } from '@/ui/checkbox'
import { cn } from '@/ui/cn'
import { placing, type Column } from '@/ui/data-table'
import { LongTableRow } from '@/ui/long-table-row'
import { Skeleton } from '@/ui/skeleton'
import { Cell, HeadCell, Row } from '@/ui/table'
import { useRangeSelection, type Selection } from '@/ui/use-range-selection'

export interface LongColumn<Record> extends Column<Record> {
  /** The direction that the first click gives: names from A, dates from the newest. */
  sortable?: 'ascending' | 'descending'
}

export interface Sort {
  key: string
  descending: boolean
}

interface LongTableProps<Record> {
  caption: string
  /** Those that are shown (ui/column-chooser.tsx). Give all but the first a width (`w-28`): the first takes what is left. */
  columns: readonly LongColumn<Record>[]
  /** Those that are loaded; undefined while the first page is on its way. */
  rows: readonly Record[] | undefined
  rowKey: (row: Record) => string
  /** The row's name, for its checkbox. */
  rowLabel: (row: Record) => string
  rowHref: (row: Record) => string
  /** How many there are in all, if that is known. */
  total?: number
  sort?: Sort | null
  onSort?: (sort: Sort) => void
  selection?: Selection
  /** Shown instead of rows when there are none: an EmptyState. */
  empty: ReactNode
  /** The end comes into sight and there is more. Called as often as that holds: fetch only when nothing is being fetched. */
  onEnd?: () => void
  /** Keys of a focused row besides those of the table (arrows, j, k, x, Home, End); true: taken. */
  onRowKey?: (event: KeyboardEvent, row: Record) => boolean
  skeletonRows?: number
}

const ROW_HEIGHT = 37
/** The next page is asked for when this many rows are left below what is in sight. */
const AHEAD = 20

/**
 * A table that scrolls with the page and keeps in the document only the rows in sight, however many there are. Arrow keys, j and
 * k go from row to row, Enter opens, x selects, Shift selects up to here.
 */
export function LongTable<Record>({
  caption, columns, rows, rowKey, rowLabel, rowHref, total, sort = null, onSort, selection, empty, onEnd, onRowKey, skeletonRows = 8,
}: LongTableProps<Record>) {
  const body = useRef<HTMLTableSectionElement>(null)
  const [top, setTop] = useState(0)
  /** The row that holds the focus stays in the document, wherever one scrolls: the keys would be lost with it. */
  const [current, setCurrent] = useState<number | null>(null)
  const wanted = useRef<number | null>(null)
  const keys = rows?.map(rowKey) ?? []
  const { set, setAll } = useRangeSelection(keys, selection)
  const count = keys.length
  // The same function for as long as the table is there, so that rows which only scroll are not drawn anew.
  const setAt = useRef<(index: number, on: boolean, range: boolean) => void>(null)
  useLayoutEffect(() => {
    setAt.current = (index, on, range) => {
      const key = keys[index]
      if (key !== undefined) set(key, on, range)
    }
  })
  const select = useCallback((on: boolean, range: boolean, index: number) => setAt.current?.(index, on, range), [])
  const standsApart = rows === undefined || count === 0

  const virtual = useWindowVirtualizer({
    count,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: (index) => keys[index] ?? index,
    overscan: 12,
    scrollMargin: top,
    // Below the bar and the table's own head.
    scrollPaddingStart: 96,
    scrollPaddingEnd: 80,
    useFlushSync: false,
    rangeExtractor: (range: Range) => {
      const shown = defaultRangeExtractor(range)
      return current === null || current >= count || shown.includes(current) ? shown : [...shown, current].sort((a, b) => a - b)
    },
  })
  // What stands above (a notice, a second row of filters) comes and goes.
  useLayoutEffect(() => {
    const measure = () => {
      if (body.current !== null) setTop(body.current.getBoundingClientRect().top + window.scrollY)
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(document.body)
    return () => observer.disconnect()
  }, [standsApart])

  const shown = virtual.getVirtualItems()
  const lastShown = shown.at(-1)?.index ?? -1
  useEffect(() => {
    if (onEnd !== undefined && count > 0 && lastShown >= count - AHEAD) onEnd()
  }, [onEnd, lastShown, count])
  useLayoutEffect(() => {
    if (wanted.current === null) return
    const link = body.current?.querySelector<HTMLElement>(`[data-index="${wanted.current}"] [data-row-link]`)
    if (link === null || link === undefined) return
    wanted.current = null
    link.focus({ preventScroll: true })
  })

  if (rows !== undefined && count === 0) return <div className="rounded-lg border border-line bg-panel">{empty}</div>

  const goTo = (index: number) => {
    const next = Math.max(0, Math.min(index, count - 1))
    wanted.current = next
    setCurrent(next)
    virtual.scrollToIndex(next)
  }
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const index = Number((event.target as HTMLElement).closest<HTMLElement>('[data-index]')?.dataset['index'] ?? NaN)
    const row = rows?.[index]
    if (row === undefined || event.ctrlKey || event.metaKey || event.altKey) return
    const key = rowKey(row)
    const step = event.key === 'ArrowDown' || event.key === 'j' || event.key === 'J' ? 1 : event.key === 'ArrowUp' || event.key === 'k' || event.key === 'K' ? -1 : 0
    if (step !== 0) {
      const neighbour = keys[index + step]
      if (event.shiftKey && selection !== undefined && neighbour !== undefined) {
        if (!selection.selected.has(key)) set(key, true, false)
        set(neighbour, true, true)
      }
      goTo(index + step)
    } else if (event.key === 'Home') goTo(0)
    else if (event.key === 'End') goTo(count - 1)
    else if (event.key.toLowerCase() === 'x' && selection !== undefined) set(key, !selection.selected.has(key), event.shiftKey)
    else if (onRowKey?.(event, row) !== true) return
    event.preventDefault()
    event.stopPropagation()
  }

  const chosen = selection === undefined || selection.selected.size === 0 ? 0 : keys.filter((key) => selection.selected.has(key)).length
  const first = shown[0]
  const last = shown.at(-1)
  const span = columns.length + (selection === undefined ? 0 : 1)
  return (
    // From the width at which everything fits the page scrolls, and the head stays below the bar; below it the box scrolls sideways.
    <div className="rounded-lg border border-line bg-panel max-lg:overflow-x-auto">
      <table
        aria-rowcount={total === undefined ? -1 : total + 1}
        aria-busy={rows === undefined || undefined}
        className="w-full border-separate border-spacing-0 text-sm lg:table-fixed"
      >
        <caption className="sr-only">{caption}</caption>
        <thead>
          <tr aria-rowindex={1}>
            {selection !== undefined && (
              <HeadCell className="w-10 rounded-tl-lg pr-0 lg:top-12">
                <Checkbox hideLabel label={`Select all ${count} that are loaded`} checked={chosen === 0 ? false : chosen === count ? true : 'indeterminate'} onCheckedChange={setAll} />
              </HeadCell>
            )}
            {columns.map((column, index) => (
              <SortableHead
                key={column.key}
                column={column}
                sort={sort}
                onSort={onSort}
                className={cn('lg:top-12', index === 0 && selection === undefined && 'rounded-tl-lg', index === columns.length - 1 && 'rounded-tr-lg')}
              />
            ))}
          </tr>
        </thead>
        {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- keys of the links in its rows */}
        <tbody
          ref={body}
          onKeyDown={onKeyDown}
          onFocus={(event) => {
            const index = Number(event.target.closest<HTMLElement>('[data-index]')?.dataset['index'] ?? NaN)
            if (!Number.isNaN(index)) setCurrent(index)
          }}
        >
          {rows === undefined ? (
            Array.from({ length: skeletonRows }, (_, index) => (
              <Row key={index}>
                {selection !== undefined && <Cell />}
                {columns.map((column, position) => (
                  <Cell key={column.key} className={placing(column)}>
                    <Skeleton className={position === 0 ? 'w-32' : 'w-16'} />
                  </Cell>
                ))}
              </Row>
            ))
          ) : (
            <>
              <Gap span={span} height={first === undefined ? 0 : first.start - top} />
              {shown.map((item, position) => {
                const row = rows[item.index]
                if (row === undefined) return null
                const previous = shown[position - 1]
                const key = rowKey(row)
                return (
                  <Fragment key={key}>
                    {/* The focused row may stand far from the others. */}
                    {previous !== undefined && previous.index !== item.index - 1 && <Gap span={span} height={item.start - previous.end} />}
                    <LongTableRow
                      ref={virtual.measureElement}
                      row={row}
                      index={item.index}
                      columns={columns}
                      href={rowHref(row)}
                      label={rowLabel(row)}
                      isSelected={selection === undefined ? null : selection.selected.has(key)}
                      onSelect={select}
                    />
                  </Fragment>
                )
              })}
              <Gap span={span} height={last === undefined ? 0 : virtual.getTotalSize() - (last.end - top)} />
            </>
          )}
        </tbody>
      </table>
    </div>
  )
}

function Gap({ span, height }: { span: number; height: number }) {
  if (height <= 0) return null
  return (
    <tr aria-hidden="true">
      <td colSpan={span} style={{ height }} />
    </tr>
  )
}

interface SortableHeadProps<Record> {
  column: LongColumn<Record>
  sort: Sort | null
  onSort: ((sort: Sort) => void) | undefined
  className: string
}

function SortableHead<Record>({ column, sort, onSort, className }: SortableHeadProps<Record>) {
  const classes = cn(placing(column), column.className, className)
  if (column.sortable === undefined || onSort === undefined) {
    return <HeadCell className={classes}>{column.hideHeader === true ? <span className="sr-only">{column.header}</span> : column.header}</HeadCell>
  }
  const isSorted = sort?.key === column.key
  const descending = isSorted ? sort.descending : column.sortable === 'descending'
  const Caret = descending ? CaretDownIcon : CaretUpIcon
  return (
    <HeadCell className={classes} aria-sort={isSorted ? (descending ? 'descending' : 'ascending') : 'none'}>
      <button
        type="button"
        className={cn('group/sort -mx-1 inline-flex h-6 items-center gap-1 rounded-sm px-1 hover:text-ink', column.align === 'right' && 'flex-row-reverse', isSorted && 'text-ink')}
        onClick={() => onSort({ key: column.key, descending: isSorted ? !descending : descending })}
      >
        {column.header}
        <Caret aria-hidden weight="bold" className={cn('size-3', !isSorted && 'opacity-0 group-hover/sort:opacity-60 group-focus-visible/sort:opacity-60')} />
      </button>
    </HeadCell>
  )
}
