import { Link } from 'react-router-dom'
import type { Item } from '@/features/content/queries/item'
import { useItemSites } from '@/features/content/queries/item-sites'
import { describeError } from '@/lib/errors'
import { paths } from '@/lib/paths'
import type { ContentType } from '@/lib/queries/content-types'
import { buttonClass } from '@/ui/button'
import { EmptyState } from '@/ui/empty-state'
import { ErrorState } from '@/ui/error-state'
import { fieldLabel } from '@/ui/schema-control/widget'
import { Skeleton } from '@/ui/skeleton'
import { StatusChip } from '@/ui/status-chip'

/** Where an item goes, and what is different there. */
export function SitesTab({ item, type }: { item: Item; type: ContentType }) {
  const sites = useItemSites(item.id)
  const toMappings = (
    <Link className={buttonClass({ size: 'sm' })} to={paths.mappings.getHref()}>
      Open Mappings
    </Link>
  )
  if (sites.error !== null && sites.data === undefined) return <ErrorState {...describeError(sites.error)} onRetry={() => void sites.refetch()} />
  if (sites.data === undefined) return <Skeleton className="h-24" />
  if (sites.data.length === 0) return <EmptyState title="No site gets it yet" detail="Say which ones in Mappings." actions={toMappings} />
  return (
    <>
      <ul aria-label="Mappings" className="mb-3 divide-y divide-line rounded-md border border-line">
        {sites.data.map(({ siteId, siteName, mode, overridden }) => (
          <li key={siteId} className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 px-3 py-2">
            <Link to={paths.site.getHref(siteId)} className="min-w-0 truncate font-semibold text-ink hover:underline">
              {siteName}
            </Link>
            <span className="flex items-center gap-2 text-hint text-ink-2">
              {mode === 'override' && overridden.length > 0 && <span>{overridden.map((name) => fieldLabel(name, type.schema.properties[name])).join(', ')}</span>}
              <StatusChip variant="bare" status={mode} />
            </span>
          </li>
        ))}
      </ul>
      {toMappings}
    </>
  )
}
