import { defaultRangeExtractor, useVirtualizer, type Range as Shown } from '@tanstack/react-virtual'
import { memo, useCallback, useEffect, useImperativeHandle, useLayoutEffect, useMemo, useRef, type ClipboardEvent, type KeyboardEvent, type MouseEvent, type PointerEvent, type Ref } from 'react'
import { GridHead, HEAD_HEIGHT } from '@/features/mappings/grid-head'
import { gridAction, type GridAction } from '@/features/mappings/grid-keys'
import { GridRow, ROW_HEIGHT } from '@/features/mappings/grid-row'
import type { ChangedBases } from '@/features/mappings/queries/changed-bases'
import { useColumns, type MatrixItem, type MatrixSite } from '@/features/mappings/queries/matrix'
import {
  addCell, asText, clampPlace, columnsOf, extendBy, extendTo, isIn, lastRange, selectAll, selectCell, selectColumns, selectRows, spansOf, wholeColumns, type GridPlace, type Selection,
} from '@/features/mappings/selection'
import type { Pending } from '@/features/mappings/use-mapping-writes'
import { errorLine } from '@/lib/errors'
import { count } from '@/lib/format'
import { useMediaQuery } from '@/lib/use-media-query'
import { Button } from '@/ui/button'
import { Notice } from '@/ui/notice'

const COLUMN_WIDTH = { wide: 144, narrow: 104 }
const FIRST_WIDTH = { wide: 240, narrow: 132 }
const LONG_PRESS_MS = 450
/** How near to an edge a drag begins to scroll, in pixels, and how fast it goes at most per frame. */
const EDGE = 28
const EDGE_SPEED = 24

export interface GridMenuAt {
  kind: 'cells' | 'rows' | 'columns'
  x: number
  y: number
}

export interface GridHandlers {
  onSelect: (selection: Selection) => void
  /** Whatever does something with the selection. */
  onAction: (action: Exclude<GridAction, { kind: 'move' | 'select' | 'open' | 'menu' }>) => void
  onOpen: (viaKeyboard: boolean) => void
  onMenu: (at: GridMenuAt) => void
  onCopy: (event: ClipboardEvent, cut: boolean) => void
  onPaste: (event: ClipboardEvent) => void
  /** A long press, where a finger cannot drag a range because it scrolls. */
  onSelectMode: () => void
  onRetry: (siteIds: readonly string[]) => void
}

export interface MappingGridHandle {
  /** Puts the focus back on the active cell. */
  focus: () => void
  /** Brings a cell into sight. */
  reveal: (place: GridPlace) => void
}

interface MappingGridProps {
  items: readonly MatrixItem[]
  sites: readonly MatrixSite[]
  /** Where rows go by type: what each type is called. */
  typeTitles: ReadonlyMap<string, string> | null
  selection: Selection
  pending: Pending
  changed: ChangedBases
  /** Taps select a range instead of opening a cell. */
  selectMode: boolean
  /** The same object for good. */
  handlers: GridHandlers
  readOnly: boolean
  ref?: Ref<MappingGridHandle>
}

/** A cell that has the focus must stay in the page, wherever one scrolls: otherwise the keys would be lost with it. */
const withActive = (index: number, count: number) => (range: Shown) => {
  const shown = defaultRangeExtractor(range)
  return index >= count || shown.includes(index) ? shown : [...shown, index].sort((a, b) => a - b)
}

/** Rows items, columns sites, the cell is the control. https://www.w3.org/WAI/ARIA/apg/patterns/grid/ */
export const MappingGrid = memo(function MappingGrid({ items, sites, typeTitles, selection, pending, changed, selectMode, handlers, readOnly, ref }: MappingGridProps) {
  const box = useRef<HTMLDivElement>(null)
  const wantsFocus = useRef(false)
  const wide = useMediaQuery('(min-width: 48rem)')
  const firstWidth = wide ? FIRST_WIDTH.wide : FIRST_WIDTH.narrow
  const columnWidth = wide ? COLUMN_WIDTH.wide : COLUMN_WIDTH.narrow
  const size = useMemo(() => ({ rows: items.length, columns: sites.length }), [items.length, sites.length])
  const scroller = useCallback(() => box.current, [])
  const { active } = selection

  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: scroller,
    estimateSize: () => ROW_HEIGHT,
    paddingStart: HEAD_HEIGHT,
    scrollPaddingStart: HEAD_HEIGHT,
    overscan: 5,
    useFlushSync: false,
    rangeExtractor: withActive(active.row, items.length),
  })
  const columns = useVirtualizer({
    horizontal: true,
    count: sites.length,
    getScrollElement: scroller,
    estimateSize: () => columnWidth,
    paddingStart: firstWidth,
    scrollPaddingStart: firstWidth,
    overscan: 2,
    useFlushSync: false,
    rangeExtractor: withActive(active.column, sites.length),
  })
  useLayoutEffect(() => columns.measure(), [columns, columnWidth, firstWidth])

  const shownColumns = columns.getVirtualItems()
  // What is selected is read as well: counts, copies and undoing want to know it.
  const wanted = [...new Set([...shownColumns.map(({ index }) => index), ...columnsOf(selection)])].flatMap((index) => sites[index]?.id ?? [])
  const cells = useColumns(wanted)
  const failures = Object.entries(cells.failed)
  const isReading = shownColumns.some(({ index }) => {
    const id = sites[index]?.id
    return id !== undefined && cells.columns[id] === undefined && cells.failed[id] === undefined
  })

  const focusActive = useCallback(() => {
    box.current?.querySelector<HTMLElement>('[data-active]')?.focus({ preventScroll: true })
  }, [])
  const reveal = ({ row, column }: GridPlace) => {
    rows.scrollToIndex(row)
    columns.scrollToIndex(column)
  }
  useImperativeHandle(ref, () => ({ focus: focusActive, reveal }))
  useLayoutEffect(() => {
    if (!wantsFocus.current) return
    wantsFocus.current = false
    focusActive()
  }, [selection, focusActive])

  const select = (next: Selection, revealed: GridPlace | null = next.head) => {
    wantsFocus.current = true
    if (revealed !== null) reveal(revealed)
    handlers.onSelect(next)
  }

  const onKeyDown = (event: KeyboardEvent) => {
    if (!(event.target instanceof Element) || event.target.closest('[data-cell]') === null) return
    const page = Math.max(1, Math.floor(((rows.scrollRect?.height ?? 0) - HEAD_HEIGHT) / ROW_HEIGHT) - 1)
    const action = gridAction(event, event.shiftKey ? selection.head : active, { ...size, page })
    if (action === null) return
    // With nothing to take back, Escape is the page's.
    if (action.kind === 'select' && action.what === 'cell' && selection.ranges.length === 1 && !selectMode && isOnly(selection)) return
    event.preventDefault()
    switch (action.kind) {
      case 'move':
        return select(action.extend ? extendBy(selection, action.to, size) : selectCell(action.to), action.to)
      case 'select':
        return select(selected(action.what, selection, size), null)
      case 'open':
        return handlers.onOpen(true)
      case 'menu': {
        const cell = box.current?.querySelector('[data-active]')?.getBoundingClientRect()
        return cell === undefined ? undefined : handlers.onMenu({ kind: 'cells', x: cell.left + cell.width / 2, y: cell.bottom })
      }
      default:
        handlers.onAction(action)
    }
  }

  // The pointer: a press selects, a drag extends, a finger taps.
  const drag = useRef<{ what: 'cells' | 'rows' | 'columns'; x: number; y: number; frame: number; moved: boolean } | null>(null)
  const press = useRef<{ timer: ReturnType<typeof setTimeout>; x: number; y: number } | null>(null)
  const touched = useRef({ byFinger: false, longPress: false })
  const latest = useRef({ selection, size, select, columnWidth, firstWidth })
  useLayoutEffect(() => {
    latest.current = { selection, size, select, columnWidth, firstWidth }
  })
  const endDrag = useCallback(() => {
    if (drag.current !== null) cancelAnimationFrame(drag.current.frame)
    drag.current = null
  }, [])
  const endPress = useCallback(() => {
    if (press.current !== null) clearTimeout(press.current.timer)
    press.current = null
  }, [])
  useEffect(
    () => () => {
      endDrag()
      endPress()
    },
    [endDrag, endPress],
  )

  const placeAt = (x: number, y: number): GridPlace => {
    const { columnWidth: step, firstWidth: first, size: of } = latest.current
    const element = box.current
    if (element === null) return active
    const rect = element.getBoundingClientRect()
    // Cells keep to the right: what the columns leave over is the first one's.
    const spare = Math.max(0, element.clientWidth - first - of.columns * step)
    const left = Math.max(x - rect.left, Math.min(first + spare, element.clientWidth - 1)) + element.scrollLeft - first - spare
    const top = Math.max(y - rect.top, HEAD_HEIGHT) + element.scrollTop - HEAD_HEIGHT
    return clampPlace({ row: Math.floor(top / ROW_HEIGHT), column: Math.floor(left / step) }, of)
  }

  const dragTo = () => {
    const moving = drag.current
    if (moving === null) return
    const { selection: now, size: of } = latest.current
    const at = placeAt(moving.x, moving.y)
    const next =
      moving.what === 'rows' ? selectRows(now.active.row, at.row, of, now.active.column)
      : moving.what === 'columns' ? selectColumns(now.active.column, at.column, of, now.active.row)
      : extendTo(now, at)
    if (next.head.row === now.head.row && next.head.column === now.head.column) return
    moving.moved = true
    // A drag scrolls by itself: revealing the corner would make it jump.
    latest.current.select(moving.what === 'cells' ? next : { ...next, ranges: [...now.ranges.slice(0, -1), ...next.ranges] }, null)
  }
  const scrollAtEdge = () => {
    const moving = drag.current
    const element = box.current
    if (moving === null || element === null) return
    const rect = element.getBoundingClientRect()
    const pull = (before: number, after: number) => (before < EDGE ? -Math.min(EDGE_SPEED, EDGE - before) : after < EDGE ? Math.min(EDGE_SPEED, EDGE - after) : 0)
    const down = moving.what === 'columns' ? 0 : pull(moving.y - rect.top - HEAD_HEIGHT, rect.bottom - moving.y)
    const right = moving.what === 'rows' ? 0 : pull(moving.x - rect.left - latest.current.firstWidth, rect.right - moving.x)
    if (moving.moved && (down !== 0 || right !== 0)) {
      element.scrollBy(right, down)
      dragTo()
    }
    moving.frame = requestAnimationFrame(scrollAtEdge)
  }

  const onPointerDown = (event: PointerEvent<HTMLElement>) => {
    const hit = hitOf(event.target)
    if (hit === null) return
    touched.current = { byFinger: event.pointerType === 'touch', longPress: false }
    if (event.pointerType === 'touch') {
      endPress()
      if (hit.kind !== 'cell') return
      const timer = setTimeout(() => {
        touched.current.longPress = true
        handlers.onSelectMode()
        select(selectCell(hit.place), null)
      }, LONG_PRESS_MS)
      press.current = { timer, x: event.clientX, y: event.clientY }
      return
    }
    if (event.button !== 0 || hit.kind === 'menu') return
    const adds = event.ctrlKey || event.metaKey
    const what = hit.kind === 'row' ? 'rows' : hit.kind === 'column' ? 'columns' : 'cells'
    if (hit.kind === 'corner') return select(selectAll(selection, size), null)
    if (hit.kind === 'cell') {
      select(event.shiftKey ? extendTo(selection, hit.place) : adds ? addCell(selection, hit.place) : selectCell(hit.place))
    } else {
      const from = event.shiftKey ? (hit.kind === 'row' ? active.row : active.column) : hit.at
      const next = hit.kind === 'row' ? selectRows(from, hit.at, size, active.column) : selectColumns(from, hit.at, size, active.row)
      select(adds ? { ...next, ranges: [...selection.ranges, ...next.ranges] } : next, null)
    }
    drag.current = { what, x: event.clientX, y: event.clientY, frame: requestAnimationFrame(scrollAtEdge), moved: false }
    try {
      box.current?.setPointerCapture(event.pointerId)
    } catch {
      // The pointer is gone already: then there is no drag to follow.
    }
  }
  const onPointerMove = (event: PointerEvent) => {
    if (press.current !== null && Math.hypot(event.clientX - press.current.x, event.clientY - press.current.y) > 10) endPress()
    const moving = drag.current
    if (moving === null) return
    if ((event.buttons & 1) === 0) return endDrag()
    if (Math.hypot(event.clientX - moving.x, event.clientY - moving.y) < 3 && !moving.moved) return
    moving.x = event.clientX
    moving.y = event.clientY
    dragTo()
  }
  const onPointerUp = () => {
    endPress()
    const moving = drag.current
    endDrag()
    if (moving?.what === 'cells' && !moving.moved && isOnly(latest.current.selection)) handlers.onOpen(false)
  }

  const onClick = (event: MouseEvent<HTMLElement>) => {
    const hit = hitOf(event.target)
    if (hit?.kind === 'menu') return openHeadMenu(hit, event)
    if (hit === null || !touched.current.byFinger) return
    if (touched.current.longPress) return
    if (hit.kind === 'row' || hit.kind === 'column') return openHeadMenu(hit, event)
    if (hit.kind !== 'cell') return
    if (selectMode) return select(extendTo(selection, hit.place), null)
    select(selectCell(hit.place), null)
    handlers.onOpen(false)
  }
  const openHeadMenu = (head: { of?: 'row' | 'column'; kind: string; at: number }, { clientX, clientY }: { clientX: number; clientY: number }) => {
    const isRow = head.kind === 'row' || head.of === 'row'
    select(isRow ? selectRows(head.at, head.at, size, active.column) : selectColumns(head.at, head.at, size, active.row), null)
    handlers.onMenu({ kind: isRow ? 'rows' : 'columns', x: clientX, y: clientY })
  }
  const onContextMenu = (event: MouseEvent<HTMLElement>) => {
    const hit = hitOf(event.target)
    if (hit === null || hit.kind === 'corner') return
    event.preventDefault()
    // Where a long press is the context menu, it has begun a range already.
    if (touched.current.byFinger) return
    if (hit.kind !== 'cell') return openHeadMenu(hit, event)
    if (!selection.ranges.some((range) => isIn(hit.place, range))) select(selectCell(hit.place), null)
    handlers.onMenu({ kind: 'cells', x: event.clientX, y: event.clientY })
  }

  const width = columns.getTotalSize()
  const retry = useCallback((siteId: string) => handlers.onRetry([siteId]), [handlers])
  return (
    <>
      {failures[0] !== undefined && (
        <Notice
          tone="failure"
          title={`${count('column', failures.length)} could not be read`}
          className="mb-3"
          action={
            <Button size="sm" onClick={() => handlers.onRetry(failures.map(([id]) => id))}>
              Try again
            </Button>
          }
        >
          {errorLine(failures[0][1])}
        </Notice>
      )}
      <div
        ref={box}
        role="grid"
        aria-label="What goes where"
        aria-multiselectable
        aria-rowcount={items.length + 1}
        aria-colcount={sites.length + 1}
        aria-readonly={readOnly || undefined}
        aria-busy={isReading || undefined}
        tabIndex={-1}
        onKeyDown={onKeyDown}
        onCopy={(event) => handlers.onCopy(event, false)}
        onCut={(event) => handlers.onCopy(event, true)}
        onPaste={(event) => handlers.onPaste(event)}
        // The focus is put where the selection begins, which is not always where one presses.
        onMouseDown={(event) => {
          if (hitOf(event.target) !== null) event.preventDefault()
        }}
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerUp}
        onPointerCancel={() => {
          endDrag()
          endPress()
        }}
        onClick={onClick}
        onContextMenu={onContextMenu}
        className="relative max-h-[max(10rem,calc(100dvh-25rem))] overflow-auto overscroll-contain rounded-t-lg border border-line bg-panel select-none [-webkit-touch-callout:none] md:max-h-[max(10rem,calc(100dvh-15.5rem))]"
      >
        <div role="presentation" className="relative" style={{ width: `max(100%, ${width}px)`, height: rows.getTotalSize() }}>
          <GridHead
            columns={shownColumns}
            sites={sites}
            failed={cells.failed}
            width={width}
            firstWidth={firstWidth}
            active={active.column}
            whole={asText(wholeColumns(selection, size))}
            onRetry={retry}
          />
          {rows.getVirtualItems().map((row) => {
            const item = items[row.index]
            return item === undefined ? null : (
              <GridRow
                key={item.id}
                item={item}
                typeTitle={typeTitles !== null && items[row.index - 1]?.typeId !== item.typeId ? typeTitles.get(item.typeId) : undefined}
                index={row.index}
                top={row.start}
                columns={shownColumns}
                width={width}
                firstWidth={firstWidth}
                sites={sites}
                cells={cells}
                pending={pending}
                changed={changed}
                active={row.index === active.row ? active.column : -1}
                spans={asText(spansOf(selection, row.index))}
                last={row.index === items.length - 1}
              />
            )
          })}
        </div>
      </div>
    </>
  )
})

const isOnly = ({ ranges }: Selection) => ranges.length === 1 && ranges.every((range) => range.top === range.bottom && range.left === range.right)

function selected(what: 'all' | 'rows' | 'columns' | 'cell', selection: Selection, size: { rows: number; columns: number }): Selection {
  const { top, bottom, left, right } = lastRange(selection)
  switch (what) {
    case 'all':
      return selectAll(selection, size)
    case 'rows':
      return selectRows(selection.active.row, selection.active.row === top ? bottom : top, size, selection.active.column)
    case 'columns':
      return selectColumns(selection.active.column, selection.active.column === left ? right : left, size, selection.active.row)
    case 'cell':
      return selectCell(selection.active)
  }
}

type Hit = { kind: 'cell'; place: GridPlace } | { kind: 'row' | 'column'; at: number } | { kind: 'menu'; of: 'row' | 'column'; at: number } | { kind: 'corner' }

function hitOf(target: EventTarget): Hit | null {
  // A button in a head does what it says.
  if (!(target instanceof Element) || target.closest('button') !== null) return null
  const element = target.closest<HTMLElement>('[data-cell], [data-row-head], [data-column-head], [data-corner]')
  if (element === null) return null
  const { cell, rowHead, columnHead } = element.dataset
  if (cell !== undefined) {
    const [row, column] = cell.split(':').map(Number)
    return row === undefined || column === undefined ? null : { kind: 'cell', place: { row, column } }
  }
  if (rowHead === undefined && columnHead === undefined) return { kind: 'corner' }
  const of = rowHead === undefined ? 'column' : 'row'
  const at = Number(rowHead ?? columnHead)
  return target.closest('[data-head-menu]') === null ? { kind: of, at } : { kind: 'menu', of, at }
}
