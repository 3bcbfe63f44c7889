import { ArrowSquareOutIcon } from '@phosphor-icons/react/ArrowSquareOut'
import { lazy, Suspense, useState, type ReactNode } from 'react'
import { Link } from 'react-router-dom'
import { itemCondition } from '@/features/content/publish-window'
import { useItem, type Item } from '@/features/content/queries/item'
import { describeError } from '@/lib/errors'
import { paths } from '@/lib/paths'
import { useContentTypes, type ContentType } from '@/lib/queries/content-types'
import { buttonClass } from '@/ui/button'
import { Drawer } from '@/ui/drawer'
import { EmptyState } from '@/ui/empty-state'
import { ErrorState } from '@/ui/error-state'
import { Skeleton } from '@/ui/skeleton'
import { StatusChip } from '@/ui/status-chip'
import { Tabs } from '@/ui/tabs'
import { useNow } from '@/ui/use-now'

// Each tab with what it alone needs (lists, comparisons, JSON): when it is shown, or about to be.
const loadSites = () => import('@/features/content/preview/sites-tab').then(({ SitesTab: View }) => ({ default: View }))
const loadPayload = () => import('@/features/content/preview/payload-tab').then(({ PayloadTab: View }) => ({ default: View }))
const loadHistory = () => import('@/features/content/preview/history-tab').then(({ HistoryTab: View }) => ({ default: View }))
const loadCards = () => import('@/ui/payload-cards').then(({ PayloadCards: View }) => ({ default: View }))
const loadJson = () => import('@/ui/json-view').then(({ JsonView: View }) => ({ default: View }))
const SitesTab = lazy(loadSites)
const PayloadTab = lazy(loadPayload)
const HistoryTab = lazy(loadHistory)
const PayloadCards = lazy(loadCards)
const JsonView = lazy(loadJson)
const preload = () => void Promise.all([loadSites(), loadPayload(), loadHistory(), loadCards(), loadJson()]).catch(() => undefined)

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
  const failure = [item, types].find(({ error, data }) => error !== null && data === undefined)?.error ?? null
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
    <div onPointerEnter={preload}>
      <Tabs<PreviewTab>
        aria-label="Show"
        value={tab}
        onValueChange={setTab}
        tabs={[
          { value: 'formatted', label: 'Formatted', content: <Part><Formatted item={item} type={type} /></Part> },
          { value: 'json', label: 'JSON', content: <Part><JsonView value={item.data} depth={3} label={`data of "${item.title}"`} /></Part> },
          { value: 'sites', label: 'Mappings', content: <Part><SitesTab item={item} type={type} /></Part> },
          { value: 'payload', label: 'Per site', content: <Part><PayloadTab item={item} type={type} /></Part> },
          { value: 'history', label: 'History', count: item.revision, content: <Part><HistoryTab item={item} /></Part> },
        ]}
      />
    </div>
  )
}

/** The tabs themselves stay where they are. */
function Part({ children }: { children: ReactNode }) {
  return <Suspense fallback={<Skeleton className="h-40 w-full" />}>{children}</Suspense>
}

function Formatted({ item, type }: { item: Item; type: ContentType }) {
  const shown = { id: item.id, type: type.name, title: item.title, data: item.data }
  return <PayloadCards items={[shown]} types={new Map([[type.name, type]])} bare empty="Nothing is written yet." />
}
