import { closestCenter, DndContext, KeyboardSensor, MouseSensor, TouchSensor, useSensor, useSensors, type DragEndEvent } from '@dnd-kit/core'
import { arrayMove, SortableContext, sortableKeyboardCoordinates, useSortable, verticalListSortingStrategy } from '@dnd-kit/sortable'
import { ArrowLineDownIcon } from '@phosphor-icons/react/ArrowLineDown'
import { ArrowLineUpIcon } from '@phosphor-icons/react/ArrowLineUp'
import { DotsSixVerticalIcon } from '@phosphor-icons/react/DotsSixVertical'
import { memo } from 'react'
import type { MatrixColumn, MatrixItem, MatrixSite } from '@/features/mappings/queries/matrix'
import { count } from '@/lib/format'
import { cn } from '@/ui/cn'
import { IconButton } from '@/ui/icon-button'
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
    useSensor(KeyboardSensor, { coordinateGetter: sortableKeyboardCoordinates }),
  )
  if (cells === undefined) {
    return (
      <div aria-busy className="flex flex-col gap-2">
        <Skeleton className="h-9" />
        <Skeleton className="h-9" />
      </div>
    )
  }
  const byId = new Map(items.map((item) => [item.id, item]))
  const sent = inPlace(cells).filter((id) => byId.has(id) && cells[id]?.mode !== 'block')
  // What was removed meanwhile is not in it any more, and what is new goes where the database has put it.
  const order = pending === undefined ? sent : [...pending.filter((id) => sent.includes(id)), ...sent.filter((id) => !pending.includes(id))]
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
        The order in which {site.name} shows its {count('item', order.length)}.{!readOnly && ' Drag, or press Space on a handle & move with the arrow keys.'}
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
          <ol aria-label={`Order of the items on ${site.name}`} className="flex flex-col gap-1">
            {order.map((id, index) => {
              const item = byId.get(id)
              return item === undefined ? null : (
                <OrderedItem
                  key={id}
                  item={item}
                  index={index}
                  length={order.length}
                  overridden={cells[id]?.mode === 'override'}
                  active={id === activeItemId}
                  readOnly={readOnly}
                  onEnd={(to) => move(id, to)}
                />
              )
            })}
          </ol>
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

interface OrderedItemProps {
  item: MatrixItem
  index: number
  length: number
  overridden: boolean
  active: boolean
  readOnly: boolean
  onEnd: (to: number) => void
}

const OrderedItem = memo(function OrderedItem({ item, index, length, overridden, active, readOnly, onEnd }: OrderedItemProps) {
  const { setNodeRef, setActivatorNodeRef, attributes, listeners, transform, transition, isDragging } = useSortable({ id: item.id })
  return (
    <li
      ref={setNodeRef}
      style={{ transform: transform === null ? undefined : `translate3d(0, ${transform.y}px, 0)`, transition }}
      className={cn(
        'group/order flex min-h-9 items-center gap-1.5 rounded-md border bg-panel py-1 pr-1 pl-1.5 text-sm',
        active ? 'border-accent' : 'border-line',
        isDragging && 'relative z-10 border-line-strong shadow-lift',
      )}
    >
      {!readOnly && (
        <button
          ref={setActivatorNodeRef}
          type="button"
          {...attributes}
          {...listeners}
          aria-label={`Move ${item.title}, ${index + 1} of ${length}`}
          className="flex size-6 shrink-0 cursor-grab touch-none items-center justify-center rounded-sm text-ink-3 hover:bg-hover hover:text-ink active:cursor-grabbing"
        >
          <DotsSixVerticalIcon weight="bold" aria-hidden className="size-4" />
        </button>
      )}
      <span className="w-5 shrink-0 text-right text-hint text-ink-3 tabular-nums">{index + 1}</span>
      <span className={cn('min-w-0 flex-1 truncate', item.status === 'published' ? 'text-ink' : 'text-ink-2')} title={item.title}>
        {item.title}
      </span>
      {item.status === 'draft' && <span className="shrink-0 text-xs text-ink-3">draft, not sent</span>}
      {overridden && <span className="shrink-0 text-xs text-accent-ink">override</span>}
      {!readOnly && (
        <span className="flex shrink-0 opacity-0 group-focus-within/order:opacity-100 group-hover/order:opacity-100 any-pointer-coarse:opacity-100">
          <IconButton label={`${item.title} to the top`} size="sm" disabled={index === 0} icon={<ArrowLineUpIcon aria-hidden />} onClick={() => onEnd(0)} />
          <IconButton label={`${item.title} to the bottom`} size="sm" disabled={index === length - 1} icon={<ArrowLineDownIcon aria-hidden />} onClick={() => onEnd(length - 1)} />
        </span>
      )}
    </li>
  )
})
