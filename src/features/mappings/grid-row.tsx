import type { VirtualItem } from '@tanstack/react-virtual'
import { memo } from 'react'
import { Link } from 'react-router-dom'
import type { Mapping } from '@/features/mappings/mapping'
import { ModeMark } from '@/features/mappings/mode-mark'
import type { Columns, MatrixItem, MatrixSite } from '@/features/mappings/queries/matrix'
import { cellKey, type Pending } from '@/features/mappings/use-mapping-writes'
import { paths } from '@/lib/paths'
import { cn } from '@/ui/cn'
import { Skeleton } from '@/ui/skeleton'

export const ROW_HEIGHT = 36

export interface GridRowProps {
  item: MatrixItem
  index: number
  top: number
  columns: readonly VirtualItem[]
  /** Of all columns with the first one, in pixels: cells keep to the right, the first column takes what is left. */
  width: number
  firstWidth: number
  sites: readonly MatrixSite[]
  cells: Columns
  pending: Pending
  /** The column of the selected cell, or -1 when it is in another row. */
  selected: number
  last: boolean
}

export const GridRow = memo(function GridRow({ item, index, top, columns, width, firstWidth, sites, cells, pending, selected, last }: GridRowProps) {
  return (
    <div role="row" aria-rowindex={index + 2} className="group absolute inset-x-0 [contain:layout_style]" style={{ top, height: ROW_HEIGHT }}>
      <div
        role="rowheader"
        aria-colindex={1}
        className={cn(
          'sticky left-0 z-10 flex h-full items-center gap-1.5 border-r border-line bg-panel px-3 group-hover:bg-hover',
          !last && 'border-b',
        )}
        style={{ width: `calc(100% - ${width - firstWidth}px)` }}
      >
        {/* The panel has the same link for the keyboard; a thousand stops of Tab would help nobody. */}
        <Link
          to={paths.contentItem.getHref(item.id)}
          tabIndex={-1}
          title={item.title}
          className={cn('min-w-0 truncate hover:underline', item.status === 'published' ? 'font-semibold text-ink' : 'text-ink-2')}
        >
          {item.title}
        </Link>
        {item.status === 'draft' && <span className="shrink-0 text-hint text-ink-3">draft</span>}
      </div>
      {columns.map((column) => {
        const site = sites[column.index]
        if (site === undefined) return null
        const isSelected = column.index === selected
        const written = pending.get(cellKey({ siteId: site.id, itemId: item.id }))
        const known = cells[site.id]
        const mapping: Mapping | null | undefined = written !== undefined ? written.mapping : known === undefined ? undefined : (known[item.id] ?? null)
        return (
          <GridCell
            key={site.id}
            mapping={mapping}
            row={index}
            column={column.index}
            right={width - column.start}
            width={column.size}
            selected={isSelected}
            edge={column.index === sites.length - 1}
            last={last}
          />
        )
      })}
    </div>
  )
})

interface GridCellProps {
  /** undefined: on its way. */
  mapping: Mapping | null | undefined
  row: number
  column: number
  /** From the right edge of the matrix to the cell's left one. */
  right: number
  width: number
  selected: boolean
  edge: boolean
  last: boolean
}

/** On its own, so that a column that comes into sight renders itself and not its neighbours. */
const GridCell = memo(function GridCell({ mapping, row, column, right, width, selected, edge, last }: GridCellProps) {
  return (
    <div
      role="gridcell"
      aria-colindex={column + 2}
      aria-selected={selected}
      aria-busy={mapping === undefined || undefined}
      tabIndex={selected ? 0 : -1}
      data-cell={`${row}:${column}`}
      className={cn(
        'absolute inset-y-0 flex cursor-default items-center justify-center border-line outline-none group-hover:bg-hover',
        !edge && 'border-r',
        !last && 'border-b',
        selected && 'bg-accent-ground shadow-[inset_0_0_0_2px_var(--accent)] group-hover:bg-accent-ground',
        // A second, outer ring tells "selected" from "selected, and the keys go here".
        'focus-visible:z-1 focus-visible:outline-2 focus-visible:outline-offset-1 focus-visible:outline-accent',
      )}
      style={{ left: `calc(100% - ${right}px)`, width }}
    >
      {mapping === undefined ? <ReadingMark /> : <ModeMark mapping={mapping} />}
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
