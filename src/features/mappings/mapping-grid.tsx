import { defaultRangeExtractor, useVirtualizer, type Range } from '@tanstack/react-virtual'
import { useCallback, useImperativeHandle, useLayoutEffect, useRef, type KeyboardEvent, type MouseEvent, type Ref } from 'react'
import { gridAction, type GridPlace } from '@/features/mappings/grid-keys'
import { GridRow, ROW_HEIGHT } from '@/features/mappings/grid-row'
import type { Mode } from '@/features/mappings/mapping'
import { useColumns, type MatrixItem, type MatrixSite } from '@/features/mappings/queries/matrix'
import type { Pending } from '@/features/mappings/use-mapping-writes'
import { errorLine } from '@/lib/errors'
import { useMediaQuery } from '@/lib/use-media-query'
import { Notice } from '@/ui/notice'

const HEAD_HEIGHT = 34
const COLUMN_WIDTH = 144
const FIRST_WIDTH = { wide: 240, narrow: 148 }

export interface MappingGridHandle {
  /** Puts the focus back on the selected cell. */
  focus: () => void
}

interface MappingGridProps {
  items: readonly MatrixItem[]
  sites: readonly MatrixSite[]
  selected: GridPlace
  onSelect: (place: GridPlace) => void
  pending: Pending
  /** Not called while the cell's column is still on its way. */
  onMode: (mode: Mode | null) => void
  onOpen: (viaKeyboard: boolean) => void
  onUndo: () => void
  readOnly: boolean
  ref?: Ref<MappingGridHandle>
}

/** A cell that has the focus must stay in the page, wherever one scrolls: otherwise the keys would be lost with it. */
const withSelected = (index: number, count: number) => (range: Range) => {
  const shown = defaultRangeExtractor(range)
  return index >= count || shown.includes(index) ? shown : [...shown, index].sort((a, b) => a - b)
}

/** Rows items, columns sites, the cell is the control. https://www.w3.org/WAI/ARIA/apg/patterns/grid/ */
export function MappingGrid({ items, sites, selected, onSelect, pending, onMode, onOpen, onUndo, readOnly, ref }: MappingGridProps) {
  const box = useRef<HTMLDivElement>(null)
  const wantsFocus = useRef(false)
  const firstWidth = useMediaQuery('(min-width: 48rem)') ? FIRST_WIDTH.wide : FIRST_WIDTH.narrow
  const scroller = useCallback(() => box.current, [])

  // eslint-disable-next-line react-hooks/incompatible-library -- a warning for code that the React Compiler compiles; none is
  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: scroller,
    estimateSize: () => ROW_HEIGHT,
    paddingStart: HEAD_HEIGHT,
    scrollPaddingStart: HEAD_HEIGHT,
    overscan: 8,
    useFlushSync: false,
    rangeExtractor: withSelected(selected.row, items.length),
  })
  const columns = useVirtualizer({
    horizontal: true,
    count: sites.length,
    getScrollElement: scroller,
    estimateSize: () => COLUMN_WIDTH,
    paddingStart: firstWidth,
    scrollPaddingStart: firstWidth,
    overscan: 2,
    useFlushSync: false,
    rangeExtractor: withSelected(selected.column, sites.length),
  })
  const shownColumns = columns.getVirtualItems()
  const shownSites = shownColumns.flatMap(({ index }) => sites[index]?.id ?? [])
  const { columns: cells, error } = useColumns(shownSites)
  const isReading = error === null && shownSites.some((id) => cells[id] === undefined)

  const focusSelected = useCallback(() => {
    box.current?.querySelector<HTMLElement>('[role="gridcell"][aria-selected="true"]')?.focus({ preventScroll: true })
  }, [])
  useImperativeHandle(ref, () => ({ focus: focusSelected }), [focusSelected])
  useLayoutEffect(() => {
    if (!wantsFocus.current) return
    wantsFocus.current = false
    focusSelected()
  }, [selected, focusSelected])

  const select = (place: GridPlace) => {
    wantsFocus.current = true
    rows.scrollToIndex(place.row)
    columns.scrollToIndex(place.column)
    onSelect(place)
  }
  const isLoaded = ({ column }: GridPlace) => {
    const site = sites[column]
    return site !== undefined && cells[site.id] !== undefined
  }

  const onKeyDown = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor(((rows.scrollRect?.height ?? 0) - HEAD_HEIGHT) / ROW_HEIGHT) - 1)
    const action = gridAction(event, selected, { rows: items.length, columns: sites.length, page })
    if (action === null) return
    event.preventDefault()
    switch (action.kind) {
      case 'move':
        return select(action.to)
      case 'open':
        return onOpen(true)
      case 'undo':
        return readOnly ? undefined : onUndo()
      case 'mode':
        if (!readOnly && isLoaded(selected)) onMode(action.mode)
    }
  }

  const onClick = (event: MouseEvent<HTMLElement>) => {
    const place = placeOf(event.target)
    if (place === null) return
    select(place)
    onOpen(false)
  }

  const width = columns.getTotalSize()
  return (
    <>
      {error !== null && (
        <Notice tone="failure" title="Some columns could not be read" className="mb-3">
          {errorLine(error)}
        </Notice>
      )}
      <div
        ref={box}
        role="grid"
        aria-label="What goes where"
        aria-rowcount={items.length + 1}
        aria-colcount={sites.length + 1}
        aria-readonly={readOnly || undefined}
        aria-busy={isReading || undefined}
        tabIndex={-1}
        onKeyDown={onKeyDown}
        onClick={onClick}
        className="relative max-h-[calc(100dvh-15rem)] overflow-auto overscroll-contain rounded-lg border border-line bg-panel select-none md:max-h-[calc(100dvh-11rem)]"
      >
        <div role="presentation" className="relative" style={{ width: `max(100%, ${width}px)`, height: rows.getTotalSize() }}>
          <div role="row" aria-rowindex={1} className="sticky top-0 z-20 border-b border-line bg-panel" style={{ height: HEAD_HEIGHT }}>
            <div
              role="columnheader"
              aria-colindex={1}
              className="sticky left-0 z-10 flex h-full items-center border-r border-line bg-panel px-3 text-xs text-ink-3"
              style={{ width: `calc(100% - ${width - firstWidth}px)` }}
            >
              Item
            </div>
            {shownColumns.map((column) => {
              const site = sites[column.index]
              return site === undefined ? null : (
                <div
                  key={site.id}
                  role="columnheader"
                  aria-colindex={column.index + 2}
                  title={site.enabled ? site.name : `${site.name}: disabled, runs pass it by`}
                  className="absolute inset-y-0 flex items-center justify-center gap-1 border-r border-line px-2 text-xs text-ink-2 last:border-r-0"
                  style={{ left: `calc(100% - ${width - column.start}px)`, width: column.size }}
                >
                  <span className="truncate">{site.name}</span>
                  {!site.enabled && <span className="shrink-0 text-ink-3">(off)</span>}
                </div>
              )
            })}
          </div>
          {rows.getVirtualItems().map((row) => {
            const item = items[row.index]
            return item === undefined ? null : (
              <GridRow
                key={item.id}
                item={item}
                index={row.index}
                top={row.start}
                columns={shownColumns}
                width={width}
                firstWidth={firstWidth}
                sites={sites}
                cells={cells}
                pending={pending}
                selected={row.index === selected.row ? selected.column : -1}
                last={row.index === items.length - 1}
              />
            )
          })}
        </div>
      </div>
    </>
  )
}

function placeOf(target: EventTarget): GridPlace | null {
  if (!(target instanceof Element)) return null
  const place = target.closest<HTMLElement>('[data-cell]')?.dataset['cell']?.split(':').map(Number)
  const [row, column] = place ?? []
  return row === undefined || column === undefined ? null : { row, column }
}
