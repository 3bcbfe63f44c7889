import { EyeIcon } from '@phosphor-icons/react/Eye'
import { FileArrowUpIcon } from '@phosphor-icons/react/FileArrowUp'
import { StackIcon } from '@phosphor-icons/react/Stack'
import { lazy, memo, Suspense, useEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from 'react'
import { Link, useNavigate, useSearchParams } from 'react-router-dom'
import { ContentTabs } from '@/features/content/content-tabs'
import type { ItemStatus } from '@/features/content/item-status'
import { noteList } from '@/features/content/last-list'
import { DeleteItemsDialog } from '@/features/content/list/delete-items-dialog'
import { isFiltering, itemFilters, NO_FILTERS, SORT_KEYS, type ItemFilters } from '@/features/content/list/item-filters'
import { ItemFiltersBar } from '@/features/content/list/item-filters-bar'
import { ItemMenu } from '@/features/content/list/item-menu'
import { NewItemButton, NewItemShortcut } from '@/features/content/list/new-item-button'
import { ProgressLine } from '@/features/content/list/progress-line'
import { RefusedDialog } from '@/features/content/list/refused-dialog'
import { ExportMenu, SelectionBar } from '@/features/content/list/selection-bar'
import { StatusCell } from '@/features/content/list/status-menu'
import { useBulk } from '@/features/content/list/use-bulk'
import { OPTIONAL_COLUMNS, useHiddenColumns } from '@/features/content/list/use-hidden-columns'
import { useItemExport } from '@/features/content/list/use-item-export'
import { useItemKeys } from '@/features/content/list/use-item-keys'
import { ViewBar } from '@/features/content/list/view-bar'
import { itemCondition } from '@/features/content/publish-window'
import { getItemIds, useItems, type ItemRow } from '@/features/content/queries/items'
import { describeError, errorLine } from '@/lib/errors'
import { capitalize, count, countInWords, formatNumber } from '@/lib/format'
import { usePageTitle } from '@/lib/page-title'
import { paths } from '@/lib/paths'
import { useContentTypes } from '@/lib/queries/content-types'
import { useHasRole, useOrganizationId } from '@/lib/session'
import { useUrlFilters, withParameters } from '@/lib/use-url-filters'
import { Button, buttonClass } from '@/ui/button'
import { cn } from '@/ui/cn'
import { ColumnChooser } from '@/ui/column-chooser'
import { EmptyState } from '@/ui/empty-state'
import { ErrorState } from '@/ui/error-state'
import { IconButton } from '@/ui/icon-button'
import { LongTable, type LongColumn } from '@/ui/long-table'
import { PageHeader } from '@/ui/page-header'
import { RelativeTime } from '@/ui/relative-time'
import { toast } from '@/ui/toaster'
import { useNow } from '@/ui/use-now'

const PURPOSE = 'What you write once and show on many sites.'
const QuickPreviewDrawer = lazy(() => import('@/features/content/preview/quick-preview-drawer').then((module) => ({ default: module.QuickPreviewDrawer })))
const ImportDialog = lazy(() => import('@/features/content/list/import/import-dialog').then((module) => ({ default: module.ImportDialog })))
const NONE: ReadonlySet<string> = new Set()

export function Component() {
  usePageTitle('Content')
  const navigate = useNavigate()
  const [search, setSearch] = useSearchParams()
  const [filters, changeFilters] = useUrlFilters(itemFilters)
  const [hidden, setHidden] = useHiddenColumns()
  const items = useItems(filters)
  const types = useContentTypes()
  const isEditor = useHasRole('editor')
  const [importing, setImporting] = useState(false)
  const [deleting, setDeleting] = useState<{ ids: readonly string[]; title: string | undefined } | null>(null)

  // A page that changed while the next was read may repeat a row.
  const rows = useMemo(() => {
    const seen = new Set<string>()
    return items.data?.pages.flatMap((page) => page.items).filter(({ id }) => !seen.has(id) && seen.add(id))
  }, [items.data])
  const total = items.data?.pages.at(-1)?.total
  const filtered = isFiltering(filters)
  const all = types.data?.reduce((sum, type) => sum + type.itemCount, 0)
  const bulk = useBulk(rows)
  const exporting = useItemExport(types.data ?? [])

  // An item that is opened from here knows its neighbours (`[` and `]`), and the way back.
  const organizationId = useOrganizationId()
  const place = withParameters(search, { preview: null }).toString()
  const isCurrent = !items.isPlaceholderData
  useEffect(() => {
    if (rows !== undefined && total !== undefined && isCurrent) noteList({ organizationId, filters, search: place, ids: rows.map(({ id }) => id), total })
  }, [organizationId, filters, place, rows, total, isCurrent])

  // What is selected was selected in a list: in another one nobody would know what they are about to change.
  const listed = JSON.stringify({ ...filters, sort: null })
  const [selection, setSelection] = useState<{ of: string; ids: ReadonlySet<string> }>({ of: listed, ids: NONE })
  const selected = selection.of === listed ? selection.ids : NONE
  const select = (ids: ReadonlySet<string>) => setSelection({ of: listed, ids })
  const [selectingAll, setSelectingAll] = useState(false)
  const selectAll = async () => {
    setSelectingAll(true)
    try {
      const { ids, total: found } = await getItemIds(filters)
      select(new Set(ids))
      if (ids.length < found) toast.info(`The first ${formatNumber(ids.length)} of ${formatNumber(found)} items are selected`, { description: 'That is what one act takes.' })
    } catch (error) {
      toast.error(errorLine(error))
    } finally {
      setSelectingAll(false)
    }
  }

  const onFilters = (change: Partial<ItemFilters>) => {
    const next = { ...filters, ...change }
    // A view without its filters is no longer that view.
    if (!isFiltering(next) && isFiltering(filters)) setSearch((before) => withParameters(itemFilters.write(next, before), { view: null }), { replace: true, preventScrollReset: true })
    else changeFilters(change)
  }

  const previewId = search.get('preview')
  const preview = (id: string | null) => setSearch((before) => withParameters(before, { preview: id }), { replace: id === null, preventScrollReset: true })
  const titleOf = (ids: readonly string[]) => (ids.length === 1 ? rows?.find(({ id }) => id === ids[0])?.title : undefined)
  const setStatus = async (ids: readonly string[], status: ItemStatus) => {
    if (ids.length > 0 && (await bulk.setStatus(ids, status)) && ids.length > 1) select(NONE)
  }
  const duplicate = async (ids: readonly string[]) => {
    if (ids.length > 0 && (await bulk.duplicate(ids))) select(NONE)
  }
  const remove = (ids: readonly string[]) => {
    if (ids.length > 0) setDeleting({ ids, title: titleOf(ids) })
  }

  useItemKeys({
    rows: rows ?? [], selected, isEditor, onSelect: select,
    onOpen: (id) => void navigate(paths.contentItem.getHref(id)),
    onPreview: preview,
    onStatus: (ids, status) => void setStatus(ids, status),
    onDuplicate: (ids) => void duplicate(ids),
    onDelete: remove,
  })
  const onRowKey = (event: KeyboardEvent, item: ItemRow) => {
    // On a button in the row, Space presses the button.
    if (event.key !== ' ' || !(event.target as HTMLElement).matches('[data-row-link]')) return false
    preview(item.id)
    return true
  }

  const acts = useStableActs({ setStatus, duplicate, remove, preview })
  const shownColumns = useMemo(() => columnsFor(isEditor, acts).filter(({ key }) => !hidden.has(key)), [isEditor, acts, hidden])
  const loadMore = items.hasNextPage && !items.isFetchingNextPage && !items.isFetchNextPageError ? () => void items.fetchNextPage() : undefined
  const progress = bulk.progress ?? exporting.progress

  const hasAny = all === undefined || all > 0 || filtered
  const failure = rows === undefined ? (items.error ?? types.error) : null
  return (
    <>
      <PageHeader
        title={all === undefined || all === 0 ? 'Content' : capitalize(countInWords('item', all))}
        sub={all === 0 || all === undefined ? PURPOSE : 'Only published items are sent. Mappings say where each one goes.'}
        actions={
          <>
            {isEditor && (types.data?.length ?? 0) > 0 && (
              <Button icon={<FileArrowUpIcon aria-hidden />} onClick={() => setImporting(true)}>Import</Button>
            )}
            {hasAny && <ExportMenu of={filtered ? 'what is found' : 'all items'} disabled={total === undefined || total === 0} onExport={(format) => void exporting.start(format, filters)} />}
            {isEditor && <NewItemButton types={types.data ?? []} />}
          </>
        }
      />
      <ContentTabs />
      {isEditor && <NewItemShortcut types={types.data ?? []} typeIds={filters.typeIds} />}
      {hasAny && (
        <>
          <ViewBar isEditor={isEditor} hidden={hidden} />
          <ItemFiltersBar filters={filters} onChange={onFilters} types={types.data ?? []}>
            {/* A phone has room for two of them whatever is chosen. */}
            <span className="max-sm:hidden">
              <ColumnChooser columns={OPTIONAL_COLUMNS} hidden={hidden} onChange={setHidden} />
            </span>
          </ItemFiltersBar>
        </>
      )}
      {progress !== null && <ProgressLine {...progress} onCancel={exporting.progress === null ? undefined : exporting.cancel} />}
      {failure !== null ? (
        <div className="rounded-lg border border-line bg-panel">
          <ErrorState {...describeError(failure)} retrying={items.isFetching || types.isFetching} onRetry={() => void Promise.all([items.refetch(), types.refetch()])} />
        </div>
      ) : (
        <div className={cn('transition-opacity', items.isPlaceholderData && 'opacity-60')}>
          <LongTable
            caption="Content items"
            columns={shownColumns}
            rows={rows}
            rowKey={(item) => item.id}
            rowLabel={(item) => `"${item.title}"`}
            rowHref={(item) => paths.contentItem.getHref(item.id)}
            total={total}
            sort={filters.sort}
            onSort={({ key, descending }) => {
              const sorted = SORT_KEYS.find((candidate) => candidate === key)
              if (sorted !== undefined) onFilters({ sort: { key: sorted, descending } })
            }}
            selection={{ selected, onChange: select }}
            onEnd={loadMore}
            onRowKey={onRowKey}
            empty={
              filtered ? (
                <EmptyState
                  title="Nothing matches these filters"
                  detail="Look for fewer words, in another status or over more days."
                  actions={<Button onClick={() => onFilters(NO_FILTERS)}>Clear filters</Button>}
                />
              ) : (
                <NoItems hasTypes={(types.data?.length ?? 0) > 0} isEditor={isEditor} onImport={() => setImporting(true)}>
                  <NewItemButton types={types.data ?? []} />
                </NoItems>
              )
            }
          />
        </div>
      )}
      {rows !== undefined && total !== undefined && total > 0 && (filtered || total > rows.length) && (
        <div className="mt-3 flex min-h-7 flex-wrap items-center gap-3 text-hint text-ink-3">
          <span role="status">
            {count('item', total)}
            {filtered && ' found'}
            {items.isFetchingNextPage && `, ${formatNumber(rows.length)} loaded`}
          </span>
          {items.isFetchNextPageError && (
            <>
              <span role="alert" className="text-failure">More items could not be read.</span>
              <Button size="sm" busy={items.isFetchingNextPage} onClick={() => void items.fetchNextPage()}>Try again</Button>
            </>
          )}
        </div>
      )}
      {selected.size > 0 && (
        <SelectionBar
          selected={selected.size}
          total={total ?? selected.size}
          isEditor={isEditor}
          onSelectAll={total !== undefined && selected.size < Math.min(total, 20_000) ? () => void selectAll() : null}
          selectingAll={selectingAll}
          onStatus={(status) => void setStatus([...selected], status)}
          onDuplicate={() => void duplicate([...selected])}
          onDelete={() => remove([...selected])}
          onExport={(format) => void exporting.start(format, [...selected])}
          onClear={() => select(NONE)}
        />
      )}
      {deleting !== null && (
        <DeleteItemsDialog
          open
          ids={deleting.ids}
          title={deleting.title}
          onOpenChange={(open) => !open && setDeleting(null)}
          onConfirm={async () => {
            await bulk.remove(deleting.ids, deleting.title)
            select(NONE)
          }}
        />
      )}
      <RefusedDialog refused={bulk.refused} types={types.data ?? []} onClose={bulk.forgetRefused} />
      <Suspense>
        {importing && (
          <ImportDialog
            open
            onOpenChange={setImporting}
            types={types.data ?? []}
            typeId={filters.typeIds.length === 1 ? filters.typeIds[0] : undefined}
            onImported={({ created, updated, created_ids }) => {
              setImporting(false)
              void bulk.refresh()
              toast.success(`Imported ${count('item', created + updated)}`, {
                description: updated === 0 ? undefined : `${formatNumber(created)} new, ${formatNumber(updated)} changed. What they said before is in their history.`,
                ...(updated === 0 ? { action: { label: 'Undo', onClick: () => void bulk.takeBack(created_ids) } } : {}),
              })
            }}
          />
        )}
        {previewId !== null && <QuickPreviewDrawer itemId={previewId} open onOpenChange={(open) => !open && preview(null)} />}
      </Suspense>
    </>
  )
}

interface Acts {
  setStatus: (ids: readonly string[], status: ItemStatus) => Promise<void>
  duplicate: (ids: readonly string[]) => Promise<void>
  remove: (ids: readonly string[]) => void
  preview: (id: string) => void
}

/** The same functions for as long as the page stands, so that a row that stays in sight is not drawn again with every scroll. */
function useStableActs(acts: Acts): Acts {
  const latest = useRef(acts)
  useEffect(() => {
    latest.current = acts
  })
  return useMemo(() => ({
    setStatus: (ids, status) => latest.current.setStatus(ids, status),
    duplicate: (ids) => latest.current.duplicate(ids),
    remove: (ids) => latest.current.remove(ids),
    preview: (id) => latest.current.preview(id),
  }), [])
}

function columnsFor(isEditor: boolean, acts: Acts): LongColumn<ItemRow>[] {
  return [
    { key: 'title', header: 'Title', sortable: 'ascending', cell: (item) => <Title item={item} /> },
    { key: 'status', header: 'Status', sortable: 'ascending', className: 'max-sm:pr-0 lg:w-52', cell: (item) => <ItemStatusCell item={item} isEditor={isEditor} acts={acts} /> },
    { key: 'type', header: 'Type', sortable: 'ascending', hideBelow: 'xl', className: 'lg:w-36', cell: (item) => <span className="block truncate">{item.typeTitle}</span> },
    { key: 'sites', header: 'Sites', align: 'right', sortable: 'descending', hideBelow: 'sm', className: 'lg:w-18', cell: (item) => (item.siteCount === 0 ? <span className="text-ink-3">none</span> : formatNumber(item.siteCount)) },
    { key: 'updated', header: 'Updated', sortable: 'descending', hideBelow: 'sm', className: 'lg:w-36', cell: (item) => <Updated at={item.updatedAt} /> },
    { key: 'by', header: 'By', hideBelow: '2xl', className: 'lg:w-44', cell: (item) => <span className="block truncate text-ink-2">{item.updatedBy ?? 'somebody who left'}</span> },
    { key: 'actions', header: 'Actions', hideHeader: true, align: 'right', className: 'max-sm:pl-0 lg:w-20', cell: (item) => <RowActions item={item} isEditor={isEditor} acts={acts} /> },
  ]
}

interface ActingCellProps {
  item: ItemRow
  isEditor: boolean
  acts: Acts
}

const ItemStatusCell = memo(function ItemStatusCell({ item, isEditor, acts }: ActingCellProps) {
  return <StatusCell item={item} onStatus={isEditor ? (to) => to !== item.status && void acts.setStatus([item.id], to) : undefined} />
})

const Updated = memo(function Updated({ at }: { at: string }) {
  return <RelativeTime at={at} className="whitespace-nowrap text-ink-2" />
})

const RowActions = memo(function RowActions({ item, isEditor, acts }: ActingCellProps) {
  return (
    <span className="inline-flex items-center gap-0.5">
      <IconButton size="sm" className="max-sm:hidden" label={`Quick preview of "${item.title}"`} icon={<EyeIcon aria-hidden />} onClick={() => acts.preview(item.id)} />
      <ItemMenu
        item={item}
        isEditor={isEditor}
        onPreview={() => acts.preview(item.id)}
        onStatus={(to) => void acts.setStatus([item.id], to)}
        onDuplicate={() => void acts.duplicate([item.id])}
        onDelete={() => acts.remove([item.id])}
      />
    </span>
  )
})

/** What is not out looks unfinished at a glance; the chip says it in words. */
const Title = memo(function Title({ item }: { item: ItemRow }) {
  const condition = itemCondition(item, useNow())
  return <span title={item.title} className={cn(condition !== 'published' && 'font-normal text-ink-2', condition === 'draft' && 'italic')}>{item.title}</span>
})

function NoItems({ hasTypes, isEditor, onImport, children }: { hasTypes: boolean; isEditor: boolean; onImport: () => void; children: ReactNode }) {
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
      detail={isEditor ? 'Write the first item; it stays a draft until you publish it. Or bring what you have from a table.' : 'Editors and admins write items; you will see them here.'}
      actions={
        isEditor && (
          <>
            {children}
            <Button onClick={onImport}>Import a table</Button>
          </>
        )
      }
    />
  )
}
