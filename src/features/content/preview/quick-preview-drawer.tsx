import { ArrowSquareOutIcon } from '@phosphor-icons/react/ArrowSquareOut'
import { useState } from 'react'
import { Link } from 'react-router-dom'
import { itemCondition } from '@/features/content/publish-window'
import { HistoryTab } from '@/features/content/preview/history-tab'
import { PayloadTab } from '@/features/content/preview/payload-tab'
import { SitesTab } from '@/features/content/preview/sites-tab'
import { useItem, type Item } from '@/features/content/queries/item'
import { describeError } from '@/lib/errors'
import { paths } from '@/lib/paths'
import { useContentTypes, type ContentType } from '@/lib/queries/content-types'
import { buttonClass } from '@/ui/button'
import { Drawer } from '@/ui/drawer'
import { EmptyState } from '@/ui/empty-state'
import { ErrorState } from '@/ui/error-state'
import { JsonView } from '@/ui/json-view'
import { PayloadCards } from '@/ui/payload-cards'
import { Skeleton } from '@/ui/skeleton'
import { StatusChip } from '@/ui/status-chip'
import { Tabs } from '@/ui/tabs'
import { useNow } from '@/ui/use-now'

export type PreviewTab = 'formatted' | 'json' | 'sites' | 'payload' | 'history'

interface QuickPreviewDrawerProps {
  itemId: string
  open: boolean
  onOpenChange: (open: boolean) => void
  initialTab?: PreviewTab
}

/** One item in its context: what it says, where it goes, what each site gets of it, and how it came to be so. */
export function QuickPreviewDrawer({ itemId, open, onOpenChange, initialTab = 'formatted' }: QuickPreviewDrawerProps) {
  const item = useItem(itemId)
  const types = useContentTypes()
  const now = useNow()
  const failure = item.error ?? types.error
  const type = types.data?.find(({ id }) => id === item.data?.typeId)
  return (
    <Drawer
      open={open}
      onOpenChange={onOpenChange}
      size="xl"
      title={item.data?.title ?? (item.data === null ? 'No such item' : 'Item')}
      description={
        item.data == null ? undefined : (
          <span className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
            <StatusChip status={itemCondition(item.data, now)} />
            {type?.title}
          </span>
        )
      }
      actions={
        <Link className={buttonClass({ size: 'sm' })} to={paths.contentItem.getHref(itemId)}>
          <ArrowSquareOutIcon aria-hidden /> Open
        </Link>
      }
    >
      {failure !== null ? (
        <ErrorState {...describeError(failure)} onRetry={() => void Promise.all([item.refetch(), types.refetch()])} />
      ) : item.data === null ? (
        <EmptyState title="There is no such item" detail="It was deleted, or it belongs to another organization." />
      ) : item.data === undefined || type === undefined ? (
        <div aria-busy className="flex flex-col gap-3">
          <Skeleton className="h-8" />
          <Skeleton className="h-40" />
        </div>
      ) : (
        <Content key={itemId} item={item.data} type={type} initialTab={initialTab} />
      )}
    </Drawer>
  )
}

function Content({ item, type, initialTab }: { item: Item; type: ContentType; initialTab: PreviewTab }) {
  const [tab, setTab] = useState(initialTab)
  return (
    <Tabs<PreviewTab>
      aria-label="Show"
      value={tab}
      onValueChange={setTab}
      tabs={[
        { value: 'formatted', label: 'Formatted', content: <Formatted item={item} type={type} /> },
        { value: 'json', label: 'JSON', content: <JsonView value={item.data} depth={3} label={`data of "${item.title}"`} /> },
        { value: 'sites', label: 'Mappings', content: <SitesTab item={item} /> },
        { value: 'payload', label: 'Per site', content: <PayloadTab item={item} type={type} /> },
        { value: 'history', label: 'History', count: item.revision, content: <HistoryTab item={item} /> },
      ]}
    />
  )
}

function Formatted({ item, type }: { item: Item; type: ContentType }) {
  const shown = { id: item.id, type: type.name, title: item.title, data: item.data }
  return <PayloadCards items={[shown]} types={new Map([[type.name, type]])} empty="Nothing is written yet." />
}
