import { ArrowClockwiseIcon } from '@phosphor-icons/react/ArrowClockwise'
import type { VirtualItem } from '@tanstack/react-virtual'
import { memo } from 'react'
import { HeadMenuMark } from '@/features/mappings/grid-row'
import type { MatrixSite } from '@/features/mappings/queries/matrix'
import { errorLine } from '@/lib/errors'
import { cn } from '@/ui/cn'
import { IconButton } from '@/ui/icon-button'

export const HEAD_HEIGHT = 34

interface GridHeadProps {
  columns: readonly VirtualItem[]
  sites: readonly MatrixSite[]
  failed: Partial<Record<string, Error>>
  width: number
  firstWidth: number
  active: number
  /** Whole columns that are selected, as text ("2-5"), for the same reason as in a row. */
  whole: string
  onRetry: (siteId: string) => void
}

export const GridHead = memo(function GridHead({ columns, sites, failed, width, firstWidth, active, whole, onRetry }: GridHeadProps) {
  const spans = whole === '' ? [] : whole.split(',').map((span) => span.split('-').map(Number))
  return (
    <div role="row" aria-rowindex={1} className="sticky top-0 z-20 border-b border-line bg-panel" style={{ height: HEAD_HEIGHT }}>
      <div
        role="columnheader"
        aria-colindex={1}
        data-corner
        className="sticky left-0 z-10 flex h-full cursor-default items-center border-r border-line bg-panel px-3 text-xs text-ink-3"
        style={{ width: `calc(100% - ${width - firstWidth}px)` }}
      >
        Item
      </div>
      {columns.map((column) => {
        const site = sites[column.index]
        if (site === undefined) return null
        const failure = failed[site.id]
        const isWhole = spans.some(([left = 0, right = 0]) => column.index >= left && column.index <= right)
        return (
          <div
            key={site.id}
            role="columnheader"
            aria-colindex={column.index + 2}
            data-column-head={column.index}
            title={site.enabled ? site.name : `${site.name}: disabled, runs pass it by`}
            className={cn(
              'group absolute inset-y-0 flex cursor-default items-center justify-center gap-1 border-r border-line px-2 text-xs text-ink-2 last:border-r-0 hover:bg-hover',
              isWhole && 'bg-accent-ground text-ink',
              column.index === active && 'text-ink shadow-[inset_0_-2px_0_var(--accent)]',
            )}
            style={{ left: `calc(100% - ${width - column.start}px)`, width: column.size }}
          >
            <span className="text-center max-md:line-clamp-2 max-md:text-2xs max-md:leading-3.5 md:truncate">{site.name}</span>
            {!site.enabled && <span className="shrink-0 text-ink-3">(off)</span>}
            {failure === undefined ? (
              <HeadMenuMark className="absolute right-1.5 hidden bg-hover group-hover:flex group-hover:opacity-100" />
            ) : (
              <IconButton
                label={`Read ${site.name} again: ${errorLine(failure)}`}
                size="sm"
                className="text-failure"
                icon={<ArrowClockwiseIcon aria-hidden />}
                onClick={() => onRetry(site.id)}
              />
            )}
          </div>
        )
      })}
    </div>
  )
})
