import { StackIcon } from '@phosphor-icons/react/Stack'
import { useMemo, useState, type ReactNode } from 'react'
import { Link } from 'react-router-dom'
import { ContentTabs } from '@/features/content/content-tabs'
import { DeleteItemDialog } from '@/features/content/delete-item-dialog'
import { ItemFiltersBar } from '@/features/content/item-filters'
import { ItemMenu } from '@/features/content/item-menu'
import { NewItemButton } from '@/features/content/new-item-button'
import { itemCondition, windowHint } from '@/features/content/publish-window'
import { useItems, type ItemRow } from '@/features/content/queries/items'
import { useItemFilters } from '@/features/content/use-item-filters'
import { useItemStatus } from '@/features/content/use-item-status'
import { describeError } from '@/lib/errors'
import { count, countInWords, capitalize, formatNumber } from '@/lib/format'
import { usePageTitle } from '@/lib/page-title'
import { paths } from '@/lib/paths'
import { useContentTypes } from '@/lib/queries/content-types'
import { useHasRole } from '@/lib/session'
import { Button, buttonClass } from '@/ui/button'
import { cn } from '@/ui/cn'
import { DataTable, type Column } from '@/ui/data-table'
import { EmptyState } from '@/ui/empty-state'
import { ErrorState } from '@/ui/error-state'
import { PageHeader } from '@/ui/page-header'
import { RelativeTime } from '@/ui/relative-time'
import { StatusChip } from '@/ui/status-chip'
import { useNow } from '@/ui/use-now'

const PURPOSE = 'What you write once and show on many sites.'

export function Component() {
  usePageTitle('Content')
  const [filters, setFilters] = useItemFilters()
  const items = useItems(filters)
  const types = useContentTypes()
  const isEditor = useHasRole('editor')
  const changeStatus = useItemStatus()
  const [deleting, setDeleting] = useState<ItemRow | null>(null)
  const [deleteOpen, setDeleteOpen] = useState(false)

  const rows = useMemo(() => items.data?.pages.flatMap((page) => page.items), [items.data])
  const total = items.data?.pages[0]?.total
  const filtered = filters.status !== null || filters.typeId !== null || filters.text !== ''
  const all = types.data?.reduce((sum, type) => sum + type.itemCount, 0)

  const columns = useMemo(
    (): Column<ItemRow>[] => [
      { key: 'title', header: 'Title', cell: (item) => <Title item={item} />, className: 'min-w-36 sm:min-w-48' },
      { key: 'status', header: 'Status', cell: (item) => <ItemCondition item={item} /> },
      { key: 'type', header: 'Type', hideBelow: 'md', cell: (item) => item.typeTitle },
      { key: 'sites', header: 'Sites', align: 'right', hideBelow: 'sm', cell: (item) => <SiteCount item={item} /> },
      { key: 'updated', header: 'Updated', hideBelow: 'sm', cell: (item) => <RelativeTime at={item.updatedAt} className="text-ink-2" /> },
      { key: 'by', header: 'By', hideBelow: 'lg', cell: (item) => <span className="block max-w-48 truncate text-ink-2">{item.updatedBy ?? 'somebody who left'}</span> },
      ...(isEditor
        ? [{
            key: 'actions',
            header: 'Actions',
            hideHeader: true,
            align: 'right',
            className: 'w-10',
            cell: (item) => (
              <ItemMenu
                item={item}
                onStatus={(to) => changeStatus({ id: item.id, title: item.title, from: item.status, to, publishAt: item.publishAt, unpublishAt: item.unpublishAt })}
                onDelete={() => {
                  setDeleting(item)
                  setDeleteOpen(true)
                }}
              />
            ),
          } satisfies Column<ItemRow>]
        : []),
    ],
    [isEditor, changeStatus],
  )

  const failure = items.error ?? types.error
  return (
    <>
      <PageHeader
        title={all === undefined || all === 0 ? 'Content' : capitalize(countInWords('item', all))}
        sub={all === 0 || all === undefined ? PURPOSE : 'Only published items are sent. Mappings say where each one goes.'}
        actions={isEditor && <NewItemButton types={types.data ?? []} />}
      />
      <ContentTabs />
      {(all === undefined || all > 0 || filtered) && <ItemFiltersBar filters={filters} onChange={setFilters} types={types.data ?? []} />}
      {failure !== null ? (
        <div className="rounded-lg border border-line bg-panel">
          <ErrorState
            {...describeError(failure)}
            retrying={items.isFetching || types.isFetching}
            onRetry={() => void Promise.all([items.refetch(), types.refetch()])}
          />
        </div>
      ) : (
        <div className={cn('transition-opacity', items.isPlaceholderData && 'opacity-60')}>
          <DataTable
            caption="Content items"
            columns={columns}
            rows={rows}
            rowKey={(item) => item.id}
            rowHref={(item) => paths.contentItem.getHref(item.id)}
            skeletonRows={6}
            empty={
              filtered ? (
                <EmptyState
                  title="Nothing matches these filters"
                  detail="Look for fewer words, or in another status."
                  actions={<Button onClick={() => setFilters({ status: null, typeId: null, text: '' })}>Clear filters</Button>}
                />
              ) : (
                <NoItems hasTypes={(types.data?.length ?? 0) > 0} isEditor={isEditor}>
                  <NewItemButton types={types.data ?? []} />
                </NoItems>
              )
            }
          />
        </div>
      )}
      {rows !== undefined && total !== undefined && total > 0 && (
        <div className="mt-3 flex flex-wrap items-center gap-3 text-hint text-ink-3">
          <span role="status">
            {rows.length === total ? count('item', total) : `${formatNumber(rows.length)} of ${formatNumber(total)} items`}
            {filtered && ' found'}
          </span>
          {items.hasNextPage && (
            <Button size="sm" busy={items.isFetchingNextPage} onClick={() => void items.fetchNextPage()}>
              Show more
            </Button>
          )}
        </div>
      )}
      {deleting !== null && <DeleteItemDialog item={deleting} open={deleteOpen} onOpenChange={setDeleteOpen} />}
    </>
  )
}

/** What is not out looks unfinished at a glance; the chip says it in words. */
function Title({ item }: { item: ItemRow }) {
  const condition = itemCondition(item, useNow())
  return <span className={cn('line-clamp-2', condition !== 'published' && 'font-normal text-ink-2', condition === 'draft' && 'italic')}>{item.title}</span>
}

function ItemCondition({ item }: { item: ItemRow }) {
  const now = useNow()
  const hint = windowHint(item, now)
  return (
    <>
      <StatusChip status={itemCondition(item, now)} />
      {hint !== null && <span className="mt-0.5 block text-xs whitespace-nowrap text-ink-3">{hint}</span>}
    </>
  )
}

function SiteCount({ item }: { item: ItemRow }) {
  return item.siteCount === 0 ? <span className="text-ink-3">none</span> : <>{formatNumber(item.siteCount)}</>
}

function NoItems({ hasTypes, isEditor, children }: { hasTypes: boolean; isEditor: boolean; children: ReactNode }) {
  if (!hasTypes) {
    return (
      <EmptyState
        icon={<StackIcon />}
        title="Nothing written yet"
        detail="A content type says which fields an item has. Make one first, or load the demo data on Home to see how it looks."
        actions={
          isEditor && (
            <>
              <Link to={paths.contentTypes.getHref()} className={buttonClass({ variant: 'primary' })}>
                Make a content type
              </Link>
              <Link to={paths.home.getHref()} className={buttonClass()}>
                Go to Home
              </Link>
            </>
          )
        }
      />
    )
  }
  return (
    <EmptyState
      icon={<StackIcon />}
      title="Nothing written yet"
      detail={isEditor ? 'Write the first item; it stays a draft until you publish it.' : 'Editors and admins write items; you will see them here.'}
      actions={isEditor && children}
    />
  )
}
