import { useState } from 'react'
import type { JsonValue } from '@core/content-schema'
import type { Item } from '@/features/content/queries/item'
import { useItemSites } from '@/features/content/queries/item-sites'
import { useItemPreview } from '@/features/content/queries/preview-item'
import { itemCondition } from '@/features/content/publish-window'
import { describeError } from '@/lib/errors'
import type { ContentType } from '@/lib/queries/content-types'
import { Chip } from '@/ui/chip'
import { Combobox } from '@/ui/combobox'
import { EmptyState } from '@/ui/empty-state'
import { ErrorState } from '@/ui/error-state'
import { JsonView } from '@/ui/json-view'
import { PayloadCards } from '@/ui/payload-cards'
import { fieldLabel } from '@/ui/schema-control/widget'
import { Skeleton } from '@/ui/skeleton'
import { useNow } from '@/ui/use-now'

/** What a site gets of the item: its data with that site's overrides, merged as runs merge it. */
export function PayloadTab({ item, type }: { item: Item; type: ContentType }) {
  const sites = useItemSites(item.id)
  const [chosen, setChosen] = useState<string | null>(null)
  const site = sites.data?.find(({ siteId }) => siteId === chosen) ?? sites.data?.find(({ mode }) => mode !== 'block') ?? sites.data?.[0]
  const preview = useItemPreview(site === undefined ? null : { siteId: site.siteId, itemId: item.id, typeId: item.typeId })
  const now = useNow()

  const failure = [sites, preview].find(({ error, data }) => error !== null && data === undefined)?.error ?? null
  if (failure !== null) return <ErrorState {...describeError(failure)} onRetry={() => void Promise.all([sites.refetch(), preview.refetch()])} />
  if (sites.data === undefined) return <Skeleton className="h-40" />
  if (site === undefined) return <EmptyState title="No site gets it yet" detail="Once it is mapped, this shows what each site gets of it." />
  const shown = preview.data?.item
  const overridden = new Set(preview.data?.overridden)
  return (
    <>
      <div className="mb-3 flex flex-wrap items-center gap-x-3 gap-y-2">
        <Combobox
          aria-label="Site"
          value={site.siteId}
          onValueChange={setChosen}
          options={sites.data.map(({ siteId, siteName }) => ({ value: siteId, label: siteName }))}
          nothingFound="The item is mapped to no site that is called that."
          className="w-60"
        />
        <p role="status" className="text-hint text-ink-2">
          {site.mode === 'block' ? `${site.siteName} does not get it: it is blocked there.` : sent(itemCondition(item, now))}
        </p>
      </div>
      {shown === undefined ? (
        <Skeleton className="h-40" />
      ) : (
        <>
          <PayloadCards
            items={[{ ...shown, data: shown.data as Record<string, JsonValue> }]}
            types={new Map([[type.name, type]])}
            mark={() => overridden.size > 0 && <Chip tone="accent">{`overridden: ${[...overridden].map((name) => fieldLabel(name, type.schema.properties[name])).join(', ')}`}</Chip>}
            empty={null}
          />
          <div className="mt-3">
            <JsonView value={shown} label={`what ${site.siteName} gets`} />
          </div>
        </>
      )}
    </>
  )
}

function sent(condition: ReturnType<typeof itemCondition>): string {
  switch (condition) {
    case 'published':
      return 'Sent like this with the next run.'
    case 'scheduled':
      return 'Sent like this once its window opens.'
    case 'ended':
      return 'Its window has ended: so it would be sent if it were out again.'
    default:
      return 'Not sent now: so it would be, once it is published.'
  }
}
