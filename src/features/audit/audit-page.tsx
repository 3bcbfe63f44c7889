import { ArrowUpIcon } from '@phosphor-icons/react/ArrowUp'
import { DownloadSimpleIcon } from '@phosphor-icons/react/DownloadSimple'
import { ListMagnifyingGlassIcon } from '@phosphor-icons/react/ListMagnifyingGlass'
import { ShieldCheckIcon } from '@phosphor-icons/react/ShieldCheck'
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useMemo } from 'react'
import { useSearchParams } from 'react-router-dom'
import { auditFilters, isFiltering, NO_FILTERS } from '@/features/audit/audit-filters'
import { AuditFiltersBar } from '@/features/audit/audit-filters-bar'
import { EntryDrawer } from '@/features/audit/entry-drawer'
import { EntryList } from '@/features/audit/entry-list'
import { Progress } from '@/features/audit/progress'
import { entriesQuery, newEntriesQuery, showNewest } from '@/features/audit/queries/entries'
import { useExport } from '@/features/audit/use-export'
import { useVerification } from '@/features/audit/use-verification'
import { VerificationNotice } from '@/features/audit/verification-notice'
import { describeError } from '@/lib/errors'
import { count } from '@/lib/format'
import { usePageTitle } from '@/lib/page-title'
import { paths } from '@/lib/paths'
import { useHasRole, useOrganizationId } from '@/lib/session'
import { useSettingsTabs } from '@/lib/settings-tabs'
import { useUrlFilters } from '@/lib/use-url-filters'
import { Button } from '@/ui/button'
import { DropdownMenu, MenuItem } from '@/ui/dropdown-menu'
import { EmptyState } from '@/ui/empty-state'
import { ErrorState } from '@/ui/error-state'
import { LinkTabs } from '@/ui/link-tabs'
import { PageHeader } from '@/ui/page-header'
import { Skeleton } from '@/ui/skeleton'

const PURPOSE = 'Who changed what, when and from where. Entries are never altered, and Verify proves it.'

export function Component() {
  usePageTitle({ label: 'Settings', href: paths.settings.getHref() }, 'Audit log')
  const isAdmin = useHasRole('admin')
  const tabs = useSettingsTabs()
  if (isAdmin) return <AuditLog />
  return (
    <>
      <PageHeader title="Audit log" sub={PURPOSE} />
      <LinkTabs aria-label="Settings" tabs={tabs} />
      <div className="rounded-lg border border-line bg-panel">
        <EmptyState
          icon={<ListMagnifyingGlassIcon />}
          title="Admins read this"
          detail="The log names people and their addresses, so only admins of the organization see it. Ask one of them what you want to know."
        />
      </div>
    </>
  )
}

function AuditLog() {
  const organizationId = useOrganizationId()
  const client = useQueryClient()
  const tabs = useSettingsTabs()
  const [filters, setFilters] = useUrlFilters(auditFilters)
  const [search, setSearch] = useSearchParams()
  const list = useInfiniteQuery(entriesQuery(organizationId, filters))
  const entries = useMemo(() => list.data?.pages.flat(), [list.data])
  const verification = useVerification(organizationId)
  const { progress, start: startExport, cancel: cancelExport } = useExport(filters)
  const { fetchNextPage, isFetchingNextPage, isFetchNextPageError } = list
  const loadMore = useCallback(() => {
    // After a failure the button below asks again, not the scrolling.
    if (!isFetchingNextPage && !isFetchNextPageError) void fetchNextPage()
  }, [fetchNextPage, isFetchingNextPage, isFetchNextPageError])

  const open = readSeq(search.get('entry'))
  const close = () =>
    setSearch(
      (before) => {
        const next = new URLSearchParams(before)
        next.delete('entry')
        return next
      },
      { preventScrollReset: true },
    )
  const filtering = isFiltering(filters)
  const empty = entries?.length === 0

  return (
    <>
      <PageHeader
        title="Audit log"
        sub={PURPOSE}
        actions={
          <>
            <Button icon={<ShieldCheckIcon aria-hidden />} busy={verification.state.is === 'running'} onClick={() => void verification.start()}>
              Verify
            </Button>
            <DropdownMenu
              align="end"
              trigger={
                <Button icon={<DownloadSimpleIcon aria-hidden />} disabled={empty || progress !== null}>
                  Export
                </Button>
              }
            >
              <MenuItem onSelect={() => void startExport('csv')}>CSV, for a spreadsheet</MenuItem>
              <MenuItem onSelect={() => void startExport('json')}>JSON, with every field</MenuItem>
            </DropdownMenu>
          </>
        }
      />
      <LinkTabs aria-label="Settings" tabs={tabs} />
      <VerificationNotice state={verification.state} onDismiss={verification.stop} />
      {progress !== null && (
        <Progress label={progress.entries === 0 ? 'Exporting' : `Exporting: ${count('entry', progress.entries, 'entries')} so far`} share={progress.share} onCancel={cancelExport} />
      )}
      <AuditFiltersBar filters={filters} onChange={setFilters} entries={entries} />
      {entries !== undefined && (
        <NewEntries key={JSON.stringify(filters)} organizationId={organizationId} filters={filters} after={entries[0]?.seq ?? 0} onShow={() => showNewest(client, organizationId, filters)} />
      )}
      {list.error !== null && entries === undefined ? (
        <div className="rounded-lg border border-line bg-panel">
          <ErrorState {...describeError(list.error)} retrying={list.isFetching} onRetry={() => void list.refetch()} />
        </div>
      ) : empty ? (
        <div className="rounded-lg border border-line bg-panel">
          {filtering ? (
            <EmptyState title="Nothing matches these filters" detail="Look for fewer words, or over more days." actions={<Button onClick={() => setFilters(NO_FILTERS)}>Clear filters</Button>} />
          ) : (
            <EmptyState icon={<ListMagnifyingGlassIcon />} title="Nothing is written down yet" detail="From now on every change of content, sites, members and keys leaves a line here." />
          )}
        </div>
      ) : (
        <EntryList entries={entries} hasMore={list.hasNextPage} loadMore={loadMore} open={open} />
      )}
      <div className="mt-3 flex min-h-7 items-center gap-3 text-hint text-ink-3">
        {list.isFetchingNextPage && (
          <div aria-busy="true" className="w-40">
            <Skeleton />
          </div>
        )}
        {list.isFetchNextPageError && (
          <>
            <span role="alert" className="text-failure">Older entries could not be read.</span>
            <Button size="sm" busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
              Try again
            </Button>
          </>
        )}
        {entries !== undefined && !empty && !list.hasNextPage && <span role="status">{count('entry', entries.length, 'entries')}{filtering ? ' found' : ', to the first that is kept'}</span>}
      </div>
      {open !== null && <EntryDrawer seq={open} known={entries?.find(({ seq }) => seq === open)} onClose={close} />}
    </>
  )
}

interface NewEntriesProps {
  organizationId: string
  filters: Parameters<typeof newEntriesQuery>[1]
  after: number
  onShow: () => Promise<void>
}

/** A quiet word that there is more now; what somebody reads does not move until they say so. */
function NewEntries({ organizationId, filters, after, onShow }: NewEntriesProps) {
  const { data: waiting = 0 } = useQuery(newEntriesQuery(organizationId, filters, after))
  return (
    <div role="status" className="sticky top-14 z-20 flex justify-center">
      {waiting > 0 && (
        <Button
          size="sm"
          className="mb-2 animate-fade-in rounded-full"
          icon={<ArrowUpIcon aria-hidden weight="bold" />}
          onClick={() => {
            window.scrollTo({ top: 0 })
            void onShow()
          }}
        >
          {count('new entry', waiting, 'new entries')}
        </Button>
      )}
    </div>
  )
}

function readSeq(value: string | null): number | null {
  return value !== null && /^[1-9]\d{0,14}$/.test(value) ? Number(value) : null
}
