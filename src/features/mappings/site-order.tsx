import { closestCenter, DndContext, KeyboardSensor, MouseSensor, TouchSensor, useDndContext, useDndMonitor, useSensor, useSensors, type DragEndEvent } from '@dnd-kit/core'
import { arrayMove, SortableContext, sortableKeyboardCoordinates, verticalListSortingStrategy } from '@dnd-kit/sortable'
import { defaultRangeExtractor, useVirtualizer, type Range } from '@tanstack/react-virtual'
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { OrderedItem, ROW } from '@/features/mappings/ordered-item'
import type { MatrixColumn, MatrixItem, MatrixSite } from '@/features/mappings/queries/matrix'
import { count } from '@/lib/format'
import { Skeleton } from '@/ui/skeleton'

interface SiteOrderProps {
  site: MatrixSite
  items: readonly MatrixItem[]
  /** undefined: on its way. */
  cells: MatrixColumn['cells'] | undefined
  /** An order that is being written. */
  pending: readonly string[] | undefined
  activeItemId: string
  readOnly: boolean
  onOrder: (before: readonly string[], after: readonly string[], words: string) => void
}

/** A site's items in the order in which it shows them; blocked ones are not sent and keep out of it. Drag, or by keyboard. */
export function SiteOrder({ site, items, cells, pending, activeItemId, readOnly, onOrder }: SiteOrderProps) {
  const sensors = useSensors(
    useSensor(MouseSensor, { activationConstraint: { distance: 4 } }),
    useSensor(TouchSensor, { activationConstraint: { delay: 150, tolerance: 8 } }),
    useSensor(KeyboardSensor, { coordinateGetter: sortableKeyboardCoordinates, scrollBehavior: 'auto' }),
  )
  const byId = useMemo(() => new Map(items.map((item) => [item.id, item])), [items])
  const order = useMemo(() => {
    const sent = cells === undefined ? [] : inPlace(cells).filter((id) => byId.has(id) && cells[id]?.mode !== 'block')
    if (pending === undefined) return sent
    // What was removed meanwhile is not in it any more, and what is new goes where the database has put it.
    const [still, known] = [new Set(sent), new Set(pending)]
    return [...pending.filter((id) => still.has(id)), ...sent.filter((id) => !known.has(id))]
  }, [byId, cells, pending])
  if (cells === undefined) {
    return (
      <div aria-busy className="flex flex-col gap-2">
        <Skeleton className="h-9" />
        <Skeleton className="h-9" />
      </div>
    )
  }
  if (order.length === 0) return <p className="rounded-md border border-dashed border-line-strong px-4 py-6 text-center text-hint text-ink-2">Nothing is sent to {site.name} yet.</p>

  const title = (id: unknown) => `“${byId.get(String(id))?.title ?? 'an item'}”`
  const place = (id: unknown) => `${order.indexOf(String(id)) + 1} of ${order.length}`
  const move = (id: string, to: number) => {
    const from = order.indexOf(id)
    if (from < 0 || to < 0 || to >= order.length || from === to) return
    onOrder(order, arrayMove(order, from, to), `"${byId.get(id)?.title ?? 'The item'}" is number ${to + 1} on ${site.name}`)
  }
  const onDragEnd = ({ active, over }: DragEndEvent) => {
    if (over !== null) move(String(active.id), order.indexOf(String(over.id)))
  }
  return (
    <>
      <p className="mb-2.5 text-hint text-ink-2">
        The order in which {site.name} shows its {count('item', order.length)}.{!readOnly && ' Drag, or press Space on a handle and move it with the arrow keys.'}
      </p>
      <DndContext
        sensors={sensors}
        collisionDetection={closestCenter}
        onDragEnd={onDragEnd}
        accessibility={{
          screenReaderInstructions: { draggable: 'Press Space to pick up the item, arrow keys to move it, Space to put it down, Escape to leave it where it was.' },
          announcements: {
            onDragStart: ({ active }) => `Picked up ${title(active.id)}, ${place(active.id)}.`,
            onDragOver: ({ active, over }) => (over === null ? undefined : `${title(active.id)} would be ${place(over.id)}.`),
            onDragEnd: ({ active, over }) => (over === null ? `${title(active.id)} stays where it was.` : `${title(active.id)} is ${place(over.id)}.`),
            onDragCancel: ({ active }) => `${title(active.id)} stays where it was.`,
          },
        }}
      >
        <SortableContext items={order} strategy={verticalListSortingStrategy} disabled={readOnly}>
          <OrderList site={site} byId={byId} cells={cells} order={order} activeItemId={activeItemId} readOnly={readOnly} onMove={move} />
        </SortableContext>
      </DndContext>
    </>
  )
}

/** As payloads have it: by position, then by id. */
function inPlace(cells: MatrixColumn['cells']): string[] {
  return Object.entries(cells)
    .flatMap(([id, mapping]) => (mapping === undefined ? [] : [{ id, position: mapping.position ?? Infinity }]))
    .sort((a, b) => a.position - b.position || (a.id < b.id ? -1 : 1))
    .map(({ id }) => id)
}

type OrderListProps = Pick<SiteOrderProps, 'site' | 'activeItemId' | 'readOnly'> & {
  byId: ReadonlyMap<string, MatrixItem>
  cells: MatrixColumn['cells']
  order: readonly string[]
  onMove: (id: string, to: number) => void
}

/** Only what is in sight of a thousand items is in the document: that, what is being dragged, and what has the focus. */
function OrderList({ site, byId, cells, order, activeItemId, readOnly, onMove }: OrderListProps) {
  const list = useRef<HTMLOListElement>(null)
  const { active } = useDndContext()
  const { scroller, top } = usePlace(list)
  const [focused, setFocused] = useState<string | null>(null)
  // eslint-disable-next-line react-hooks/incompatible-library -- its answers change without its identity; nothing below memoises on it
  const rows = useVirtualizer({
    count: order.length,
    getScrollElement: () => scroller,
    estimateSize: () => ROW.height,
    gap: ROW.gap,
    getItemKey: (index) => order[index] ?? index,
    overscan: 8,
    scrollMargin: top,
    scrollPaddingStart: ROW.gap,
    scrollPaddingEnd: ROW.gap,
    useFlushSync: false,
    rangeExtractor: (range: Range) => {
      const kept = [active?.id, focused].map((id) => order.indexOf(String(id))).filter((index) => index >= 0)
      return [...new Set([...defaultRangeExtractor(range), ...kept])].sort((a, b) => a - b)
    },
  })

  // The item that was chosen in the matrix is in sight when the tab opens, and when another one is chosen.
  const chosen = order.indexOf(activeItemId)
  const revealed = useRef<string | null>(null)
  useEffect(() => {
    if (scroller === null || chosen < 0 || revealed.current === activeItemId) return
    revealed.current = activeItemId
    rows.scrollToIndex(chosen)
  }, [scroller, chosen, activeItemId, rows])

  // Who sends an item to an end goes along, and has its handle in hand: the button that was pressed may be of no use there.
  // So does who drops one: a list that still scrolls may have left its place behind.
  const sent = useRef<string | null>(null)
  useLayoutEffect(() => {
    if (sent.current === null) return
    const id = sent.current
    sent.current = null
    rows.scrollToIndex(order.indexOf(id))
    list.current?.querySelector<HTMLElement>(`[data-item="${CSS.escape(id)}"] [data-handle]`)?.focus({ preventScroll: true })
  }, [order, rows])
  const move = useRef(onMove)
  useLayoutEffect(() => {
    move.current = onMove
  })
  useDndMonitor({
    onDragEnd: ({ active: dragged, over }) => {
      if (over !== null && over.id !== dragged.id) sent.current = String(dragged.id)
    },
  })
  const send = useCallback((id: string, to: number) => {
    sent.current = id
    setFocused(id)
    move.current(id, to)
  }, [])

  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- nothing is done by it: the focus of a handle bubbles up to here
    <ol
      ref={list}
      aria-label={`Order of the items on ${site.name}`}
      className="relative"
      style={{ height: rows.getTotalSize() }}
      onFocus={({ target }) => setFocused(target.closest<HTMLElement>('[data-item]')?.dataset['item'] ?? null)}
    >
      {rows.getVirtualItems().map(({ index, start }) => {
        const id = order[index] ?? ''
        const item = byId.get(id)
        return item === undefined ? null : (
          <OrderedItem
            key={id}
            item={item}
            index={index}
            length={order.length}
            top={start - top}
            overridden={cells[id]?.mode === 'override'}
            active={id === activeItemId}
            readOnly={readOnly}
            onMove={send}
          />
        )
      })}
    </ol>
  )
}

/** The box that the list scrolls in (the panel beside the matrix, or the drawer), and how far below that box's beginning it starts. */
function usePlace(list: { readonly current: HTMLElement | null }): { scroller: HTMLElement | null; top: number } {
  const [place, setPlace] = useState<{ scroller: HTMLElement | null; top: number }>({ scroller: null, top: 0 })
  useLayoutEffect(() => {
    const element = list.current
    if (element === null) return
    let scroller = element.parentElement
    while (scroller !== null && !/auto|scroll/.test(getComputedStyle(scroller).overflowY)) scroller = scroller.parentElement
    const box = scroller ?? document.documentElement
    const measure = () => {
      const top = Math.round(element.getBoundingClientRect().top - box.getBoundingClientRect().top + box.scrollTop)
      setPlace((before) => (before.scroller === box && before.top === top ? before : { scroller: box, top }))
    }
    measure()
    // What stands above (a title of two lines) comes and goes.
    const observer = new ResizeObserver(measure)
    for (const part of [box, ...box.children]) observer.observe(part)
    return () => observer.disconnect()
  }, [list])
  return place
}
