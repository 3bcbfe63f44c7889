import { useQuery } from '@tanstack/react-query'
import { lazy, memo, Suspense } from 'react'
import type { Mapping } from '@/features/mappings/mapping'
import { MappingPanel } from '@/features/mappings/mapping-panel'
import { columnQuery, type MatrixItem, type MatrixSite } from '@/features/mappings/queries/matrix'
import { SitePreview } from '@/features/mappings/site-preview'
import type { Pending } from '@/features/mappings/use-mapping-writes'
import { describeError } from '@/lib/errors'
import { useContentTypes } from '@/lib/queries/content-types'
import { ErrorState } from '@/ui/error-state'
import { Skeleton } from '@/ui/skeleton'
import { Tabs } from '@/ui/tabs'

// Dragging (15 kB) comes with the tab that drags.
const SiteOrder = lazy(() => import('@/features/mappings/site-order').then(({ SiteOrder: View }) => ({ default: View })))

export type PanelTab = 'cell' | 'preview' | 'order'

export interface CellPanelHandlers {
  onTab: (tab: PanelTab) => void
  onWrite: (item: MatrixItem, site: MatrixSite, before: Mapping | null, after: Mapping | null, words: string) => void
  onOrder: (siteId: string, before: readonly string[], after: readonly string[], words: string) => void
}

interface CellPanelProps {
  item: MatrixItem
  site: MatrixSite
  /** Every item, filtered or not: an order is of all of them. */
  allItems: readonly MatrixItem[]
  pending: Pending
  pendingOrder: readonly string[] | undefined
  tab: PanelTab
  readOnly: boolean
  /** The same object for good. */
  handlers: CellPanelHandlers
}

/** Beside the matrix: the active cell in full, what its site will receive, and the order in which. */
export const CellPanel = memo(function CellPanel({ item, site, allItems, pending, pendingOrder, tab, readOnly, handlers }: CellPanelProps) {
  const column = useQuery(columnQuery(site.id))
  const types = useContentTypes()
  const written = pending.get(site.id)?.get(item.id)
  const mapping: Mapping | null | undefined = written !== undefined ? written.mapping : column.data === undefined ? undefined : (column.data.cells[item.id] ?? null)
  const cellKey = `${site.id}/${item.id}`
  const failed = column.error !== null && column.data === undefined
  const failure = failed && <ErrorState {...describeError(column.error)} onRetry={() => void column.refetch()} className="py-6" />
  return (
    <Tabs<PanelTab>
      aria-label="About the selected cell"
      value={tab}
      onValueChange={handlers.onTab}
      tabs={[
        {
          value: 'cell',
          label: 'Cell',
          content: failure || (
            <MappingPanel
              key={cellKey}
              item={item}
              site={site}
              type={types.data?.find(({ id }) => id === item.typeId)}
              mapping={mapping}
              onWrite={(after, words) => {
                if (mapping !== undefined) handlers.onWrite(item, site, mapping, after, words)
              }}
              readOnly={readOnly}
            />
          ),
        },
        { value: 'preview', label: 'Preview', content: <SitePreview key={site.id} item={item} site={site} /> },
        {
          value: 'order',
          label: 'Order',
          content: failure || (
            <Suspense fallback={<Skeleton className="h-9" />}>
              <Ordered site={site} items={allItems} cells={withPending(column.data?.cells, pending.get(site.id))} pending={pendingOrder} activeItemId={item.id} readOnly={readOnly} onOrder={handlers.onOrder} />
            </Suspense>
          ),
        },
      ]}
    />
  )
})

function Ordered({ onOrder, ...props }: Omit<Parameters<typeof SiteOrder>[0], 'onOrder'> & Pick<CellPanelHandlers, 'onOrder'>) {
  return <SiteOrder {...props} onOrder={(before, after, words) => onOrder(props.site.id, before, after, words)} />
}

function withPending(cells: Partial<Record<string, Mapping>> | undefined, pending: ReadonlyMap<string, { mapping: Mapping | null }> | undefined) {
  if (cells === undefined || pending === undefined) return cells
  const next = { ...cells }
  for (const [itemId, { mapping }] of pending) next[itemId] = mapping ?? undefined
  return next
}
