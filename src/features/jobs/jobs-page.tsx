import { PulseIcon } from '@phosphor-icons/react/Pulse'
import { ArrowCounterClockwiseIcon } from '@phosphor-icons/react/ArrowCounterClockwise'
import { ArrowsLeftRightIcon } from '@phosphor-icons/react/ArrowsLeftRight'
import { lazy, Suspense, useMemo, useState } from 'react'
import { Link, useNavigate } from 'react-router-dom'
import { isFiltering, jobFilters, NO_FILTERS, type JobFilters } from '@/features/jobs/list/job-filters'
import { JobFiltersBar } from '@/features/jobs/list/job-filters-bar'
import { longJobColumns } from '@/features/jobs/list/job-columns'
import { useJobList } from '@/features/jobs/list/use-job-list'
import { describeError, errorLine } from '@/lib/errors'
import { useJobsTabs } from '@/lib/jobs-tabs'
import { usePageTitle } from '@/lib/page-title'
import { paths } from '@/lib/paths'
import { useHasRole, useSession } from '@/lib/session'
import { useShortcut } from '@/lib/shortcuts'
import { useUrlFilters } from '@/lib/use-url-filters'
import { useWhyNotAgain } from '@/lib/use-why-not-again'
import { Button } from '@/ui/button'
import { EmptyState } from '@/ui/empty-state'
import { ErrorState } from '@/ui/error-state'
import { GatedButton } from '@/ui/gated-button'
import { LinkTabs } from '@/ui/link-tabs'
import { LongTable } from '@/ui/long-table'
import { Notice } from '@/ui/notice'
import { PageHeader } from '@/ui/page-header'

const BulkReplayDrawer = lazy(() => import('@/features/jobs/replay/bulk-replay-drawer').then((module) => ({ default: module.BulkReplayDrawer })))

export function Component() {
  usePageTitle('Jobs')
  const [filters, setFilters] = useUrlFilters(jobFilters)
  const mayReplay = useHasRole('editor')
  const whyNot = useWhyNotAgain()
  const [replaying, setReplaying] = useState(false)
  return (
    <>
      <PageHeader
        title="Jobs"
        sub="Every run: what was sent, to whom, and how it ended. Select two to compare them."
        actions={
          mayReplay && (
            <GatedButton why={whyNot} icon={<ArrowCounterClockwiseIcon aria-hidden weight="bold" />} onClick={() => setReplaying(true)}>
              Replay deliveries
            </GatedButton>
          )
        }
      />
      <LinkTabs aria-label="Jobs" tabs={useJobsTabs()} />
      {replaying && (
        <Suspense>
          <BulkReplayDrawer onClose={() => setReplaying(false)} />
        </Suspense>
      )}
      <JobFiltersBar filters={filters} onChange={setFilters} />
      {/* Other filters are another list: it begins at its top. */}
      <JobList key={JSON.stringify(filters)} filters={filters} onClear={() => setFilters(NO_FILTERS)} />
    </>
  )
}

function JobList({ filters, onClear }: { filters: JobFilters; onClear: () => void }) {
  const navigate = useNavigate()
  const userId = useSession((state) => state.user?.id)
  const { rows, error, retry, retrying, hasMore, loadMore, loadingMore, olderError, retryOlder } = useJobList(filters, userId)
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const chosen = useMemo(() => (rows ?? []).filter(({ id }) => selected.has(id)), [rows, selected])
  const [newer, before] = chosen
  const pair = chosen.length === 2 && newer !== undefined && before !== undefined ? paths.compareJobs.getHref(before.id, newer.id) : null
  useShortcut('c', 'Compare the two selected runs', () => {
    if (pair !== null) void navigate(pair)
  }, { enabled: pair !== null })

  if (error !== null && rows === undefined) return <ErrorState {...describeError(error)} onRetry={retry} retrying={retrying} />
  return (
    <>
      {chosen.length > 0 && (
        <div role="status" className="sticky top-14 z-20 mb-3 flex flex-wrap items-center gap-x-3 gap-y-2 rounded-lg border border-line-strong bg-panel px-3 py-2 text-hint shadow-lift">
          <ArrowsLeftRightIcon aria-hidden className="size-4 text-ink-3" />
          <span>
            {pair !== null
              ? `Run ${before?.number} and run ${newer?.number}`
              : chosen.length === 1
                ? `Run ${newer?.number} is selected. Select another one to compare it with.`
                : `${chosen.length} runs are selected. Two can be compared.`}
          </span>
          <span className="ml-auto flex gap-2">
            {pair !== null && (
              <Button asChild size="sm" variant="primary">
                <Link to={pair}>Compare</Link>
              </Button>
            )}
            <Button size="sm" onClick={() => setSelected(new Set())}>
              Clear
            </Button>
          </span>
        </div>
      )}
      <LongTable
        caption="Jobs"
        columns={longJobColumns}
        rows={rows}
        rowKey={({ id }) => id}
        rowLabel={({ number }) => `run ${number}`}
        rowHref={({ id }) => paths.job.getHref(id)}
        selection={{ selected, onChange: setSelected }}
        {...(rows !== undefined && !hasMore ? { total: rows.length } : {})}
        {...(hasMore ? { onEnd: loadMore } : {})}
        empty={isFiltering(filters) ? <NoneOf onClear={onClear} /> : <NoJobs />}
      />
      {olderError !== null ? (
        <Notice tone="failure" className="mt-3" action={<Button size="sm" onClick={retryOlder}>Try again</Button>}>
          {errorLine(olderError)}
        </Notice>
      ) : (
        loadingMore && (
          <p role="status" className="mt-3 text-center text-hint text-ink-3">
            Loading older runs…
          </p>
        )
      )}
    </>
  )
}

function NoJobs() {
  return (
    <EmptyState
      icon={<PulseIcon />}
      title="No run yet"
      detail="A run sends every site what it should show now, and is recorded here line by line. Look at what the first one would send."
      actions={
        <Button asChild variant="primary">
          <Link to={paths.review.getHref()}>Review the first run</Link>
        </Button>
      }
    />
  )
}

function NoneOf({ onClear }: { onClear: () => void }) {
  return <EmptyState title="No run matches" detail="Others may be there: choose another status, site or time." actions={<Button onClick={onClear}>Show every run</Button>} />
}
