import { useSortable } from '@dnd-kit/sortable'
import { ArrowLineDownIcon } from '@phosphor-icons/react/ArrowLineDown'
import { ArrowLineUpIcon } from '@phosphor-icons/react/ArrowLineUp'
import { DotsSixVerticalIcon } from '@phosphor-icons/react/DotsSixVertical'
import { memo } from 'react'
import type { MatrixItem } from '@/features/mappings/queries/matrix'
import { cn } from '@/ui/cn'
import { IconButton } from '@/ui/icon-button'

interface OrderedItemProps {
  item: MatrixItem
  index: number
  length: number
  /** From the top of the list, in pixels. */
  top: number
  overridden: boolean
  active: boolean
  readOnly: boolean
  /** The same function for good. */
  onMove: (id: string, to: number) => void
}

/** Of a row, and between two: every row is as high, so that none has to be measured. */
export const ROW = { height: 36, gap: 4 }

/** One item in a site's order: picked up by its handle, or sent to either end. */

export const OrderedItem = memo(function OrderedItem({ item, index, length, top, overridden, active, readOnly, onMove }: OrderedItemProps) {
  const { setNodeRef, setActivatorNodeRef, attributes, listeners, transform, transition, isDragging } = useSortable({ id: item.id })
  return (
    <li
      ref={setNodeRef}
      data-item={item.id}
      aria-posinset={index + 1}
      aria-setsize={length}
      style={{ top, height: ROW.height, transform: transform === null ? undefined : `translate3d(0, ${transform.y}px, 0)`, transition }}
      className={cn(
        'group/order absolute inset-x-0 flex items-center gap-1.5 rounded-md border bg-panel pr-1 pl-1.5 text-sm',
        active ? 'border-accent' : 'border-line',
        isDragging && 'z-10 border-line-strong shadow-lift',
      )}
    >
      {!readOnly && (
        <button
          ref={setActivatorNodeRef}
          type="button"
          data-handle
          {...attributes}
          {...listeners}
          aria-label={`Move ${item.title}, ${index + 1} of ${length}`}
          className="flex size-6 shrink-0 cursor-grab touch-none items-center justify-center rounded-sm text-ink-3 hover:bg-hover hover:text-ink active:cursor-grabbing"
        >
          <DotsSixVerticalIcon weight="bold" aria-hidden className="size-4" />
        </button>
      )}
      <span className="min-w-5 shrink-0 text-right text-hint text-ink-3 tabular-nums">{index + 1}</span>
      <span className={cn('min-w-0 flex-1 truncate', item.status === 'published' ? 'text-ink' : 'text-ink-2')} title={item.title}>
        {item.title}
      </span>
      {item.status === 'draft' && <span className="shrink-0 text-xs text-ink-3">draft, not sent</span>}
      {overridden && <span className="shrink-0 text-xs text-accent-ink">override</span>}
      {!readOnly && (
        <span className="flex shrink-0 opacity-0 group-focus-within/order:opacity-100 group-hover/order:opacity-100 any-pointer-coarse:opacity-100">
          <IconButton label={`${item.title} to the top`} size="sm" disabled={index === 0} icon={<ArrowLineUpIcon aria-hidden />} onClick={() => onMove(item.id, 0)} />
          <IconButton label={`${item.title} to the bottom`} size="sm" disabled={index === length - 1} icon={<ArrowLineDownIcon aria-hidden />} onClick={() => onMove(item.id, length - 1)} />
        </span>
      )}
    </li>
  )
})
