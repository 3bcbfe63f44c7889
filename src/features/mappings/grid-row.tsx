import { DotsThreeIcon } from '@phosphor-icons/react/DotsThree'
import { WarningIcon } from '@phosphor-icons/react/Warning'
import type { VirtualItem } from '@tanstack/react-virtual'
import { memo } from 'react'
import type { Mapping } from '@/features/mappings/mapping'
import { ModeMark } from '@/features/mappings/mode-mark'
import type { ChangedBases } from '@/features/mappings/queries/changed-bases'
import type { ColumnsResult, MatrixItem, MatrixSite } from '@/features/mappings/queries/matrix'
import type { Pending } from '@/features/mappings/use-mapping-writes'
import { cn } from '@/ui/cn'
import { Skeleton } from '@/ui/skeleton'

export const ROW_HEIGHT = 36

export interface GridRowProps {
  item: MatrixItem
  /** Written beside the first row of each type, where rows go by type. */
  typeTitle: string | undefined
  index: number
  top: number
  columns: readonly VirtualItem[]
  /** Of all columns with the first one, in pixels: cells keep to the right, the first column takes what is left. */
  width: number
  firstWidth: number
  sites: readonly MatrixSite[]
  cells: ColumnsResult
  pending: Pending
  changed: ChangedBases
  /** The column of the active cell, or -1 when it is in another row. */
  active: number
  /** The selected columns as text ("2-5,7-7"), so that rows that show the same need not be drawn again. */
  spans: string
  last: boolean
}

export const GridRow = memo(function GridRow({ item, typeTitle, index, top, columns, width, firstWidth, sites, cells, pending, changed, active, spans, last }: GridRowProps) {
  const selected = spans === '' ? [] : spans.split(',').map((span) => span.split('-').map(Number))
  const isSelected = (column: number) => selected.some(([left = 0, right = 0]) => column >= left && column <= right)
  const [whole] = selected
  const isWhole = whole !== undefined && whole[0] === 0 && whole[1] === sites.length - 1
  return (
    <div role="row" aria-rowindex={index + 2} className="group absolute inset-x-0 [contain:layout_style]" style={{ top, height: ROW_HEIGHT }}>
      <RowHead item={item} typeTitle={typeTitle} index={index} width={`calc(100% - ${width - firstWidth}px)`} active={active >= 0} selected={isWhole} last={last} />
      {columns.map((column) => {
        const site = sites[column.index]
        if (site === undefined) return null
        const written = pending.get(site.id)?.get(item.id)
        const known = cells.columns[site.id]
        const mapping: Mapping | null | undefined = written !== undefined ? written.mapping : known === undefined ? undefined : (known[item.id] ?? null)
        return (
          <GridCell
            key={site.id}
            mapping={mapping}
            failed={mapping === undefined && cells.failed[site.id] !== undefined}
            changed={mapping?.mode === 'override' && hasChanged(changed[site.id]?.[item.id], mapping)}
            row={index}
            column={column.index}
            right={width - column.start}
            width={column.size}
            active={column.index === active}
            selected={isSelected(column.index)}
            edge={column.index === sites.length - 1}
            last={last}
          />
        )
      })}
    </div>
  )
})

interface RowHeadProps extends Pick<GridRowProps, 'item' | 'typeTitle' | 'index' | 'last'> {
  width: string
  active: boolean
  selected: boolean
}

/** On its own, like a cell: scrolling sideways leaves it as it is. */
const RowHead = memo(function RowHead({ item, typeTitle, index, width, active, selected, last }: RowHeadProps) {
  return (
    <div
      role="rowheader"
      aria-colindex={1}
      data-row-head={index}
      title={item.title}
      className={cn(
        'sticky left-0 z-10 flex h-full cursor-default items-center gap-1.5 border-r border-line px-3 group-hover:bg-hover',
        selected ? 'bg-accent-ground' : 'bg-panel',
        !last && 'border-b',
        active && 'shadow-[inset_2px_0_0_var(--accent)]',
      )}
      style={{ width }}
    >
      <span className={cn('min-w-0 flex-1 max-md:line-clamp-2 max-md:text-xs md:truncate', item.status === 'published' ? 'font-semibold text-ink' : 'text-ink-2')}>
        {item.title}
        {item.status === 'draft' && <span className="ml-1.5 text-hint font-normal text-ink-3">draft</span>}
      </span>
      {typeTitle !== undefined && <span className="max-w-24 shrink-0 truncate text-xs text-ink-3">{typeTitle}</span>}
      <HeadMenuMark className="group-hover:opacity-100" />
    </div>
  )
})

const hasChanged = (fields: readonly string[] | undefined, mapping: Mapping) => fields !== undefined && fields.some((name) => Object.hasOwn(mapping.overrides, name))

/** For the pointer alone: keys have Shift+F10 in the cell. */
export function HeadMenuMark({ className }: { className: string }) {
  return (
    <span data-head-menu aria-hidden className={cn('-mr-1.5 flex size-6 shrink-0 items-center justify-center rounded-sm text-ink-2 opacity-0 hover:bg-line max-md:hidden', className)}>
      <DotsThreeIcon weight="bold" className="size-4" />
    </span>
  )
}

interface GridCellProps {
  /** undefined: on its way. */
  mapping: Mapping | null | undefined
  failed: boolean
  /** The item says something else by now than when it was overridden here. */
  changed: boolean
  row: number
  column: number
  /** From the right edge of the matrix to the cell's left one. */
  right: number
  width: number
  active: boolean
  selected: boolean
  edge: boolean
  last: boolean
}

/** On its own, so that a column that comes into sight renders itself and not its neighbours. */
const GridCell = memo(function GridCell({ mapping, failed, changed, row, column, right, width, active, selected, edge, last }: GridCellProps) {
  return (
    <div
      role="gridcell"
      aria-colindex={column + 2}
      aria-selected={selected}
      aria-busy={(mapping === undefined && !failed) || undefined}
      tabIndex={active ? 0 : -1}
      data-cell={`${row}:${column}`}
      data-active={active || undefined}
      className={cn(
        'absolute inset-y-0 flex cursor-default items-center justify-center border-line outline-none',
        !edge && 'border-r',
        !last && 'border-b',
        selected ? 'bg-accent-ground' : 'group-hover:bg-hover',
        active && 'shadow-[inset_0_0_0_2px_var(--accent)]',
        // A second, outer ring tells "selected" from "selected, and the keys go here".
        'focus-visible:z-1 focus-visible:outline-2 focus-visible:outline-offset-1 focus-visible:outline-accent',
      )}
      style={{ left: `calc(100% - ${right}px)`, width }}
    >
      {mapping !== undefined ? <ModeMark mapping={mapping} /> : failed ? <FailedMark /> : <ReadingMark />}
      {changed && (
        <span title="The item has changed since it was overridden here" className="ml-1.5 flex text-warning">
          <WarningIcon weight="fill" className="size-3.5" aria-hidden />
          <span className="sr-only">, the item has changed since</span>
        </span>
      )}
    </div>
  )
})

/** What is not known yet must not look, or be read out, like a cell that holds nothing. */
function ReadingMark() {
  return (
    <>
      <Skeleton className="w-12" />
      <span className="sr-only">being read</span>
    </>
  )
}

function FailedMark() {
  return (
    <>
      <span aria-hidden className="text-failure">
        ?
      </span>
      <span className="sr-only">could not be read</span>
    </>
  )
}
