import { useInfiniteQuery } from '@tanstack/react-query'
import { PulseIcon } from '@phosphor-icons/react/Pulse'
import { ArrowCounterClockwiseIcon } from '@phosphor-icons/react/ArrowCounterClockwise'
import { lazy, Suspense, useState } from 'react'
import { Link, useSearchParams } from 'react-router-dom'
import { jobsQuery } from '@/features/jobs/queries/list-jobs'
import { describeError } from '@/lib/errors'
import { usePageTitle } from '@/lib/page-title'
import { jobsTabs, paths } from '@/lib/paths'
import { useHasRole, useSession } from '@/lib/session'
import { Button } from '@/ui/button'
import { DataTable } from '@/ui/data-table'
import { EmptyState } from '@/ui/empty-state'
import { ErrorState } from '@/ui/error-state'
import { jobColumns } from '@/ui/job-columns'
import { LinkTabs } from '@/ui/link-tabs'
import { PageHeader } from '@/ui/page-header'
import { Select } from '@/ui/select'

const BulkReplayDrawer = lazy(() => import('@/features/jobs/replay/bulk-replay-drawer').then((module) => ({ default: module.BulkReplayDrawer })))

const STATUSES = ['queued', 'running', 'success', 'partial', 'failed', 'cancelled'] as const
const OPTIONS = [{ value: 'all', label: 'Every status' }, ...STATUSES.map((status) => ({ value: status, label: status }))]

export function Component() {
  usePageTitle('Jobs')
  const userId = useSession((state) => state.user?.id)
  const [search, setSearch] = useSearchParams()
  const status = STATUSES.find((candidate) => candidate === search.get('status'))
  const { data, error, refetch, isFetching, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(jobsQuery(userId, status))
  const jobs = data?.pages.flat()
  const mayReplay = useHasRole('editor')
  const [replaying, setReplaying] = useState(false)

  return (
    <>
      <PageHeader
        title="Jobs"
        sub="Every run: what was sent, to whom, and how it ended."
        actions={
          <>
            <Select
              aria-label="Status"
              className="w-40!"
              value={status ?? 'all'}
              onValueChange={(value) => setSearch(value === 'all' ? {} : { status: value }, { replace: true })}
              options={OPTIONS}
            />
            {mayReplay && (
              <Button icon={<ArrowCounterClockwiseIcon aria-hidden weight="bold" />} onClick={() => setReplaying(true)}>
                Replay deliveries
              </Button>
            )}
          </>
        }
      />
      <LinkTabs aria-label="Jobs" tabs={jobsTabs} />
      {replaying && (
        <Suspense>
          <BulkReplayDrawer onClose={() => setReplaying(false)} />
        </Suspense>
      )}
      {error !== null && jobs === undefined ? (
        <ErrorState {...describeError(error)} onRetry={() => void refetch()} retrying={isFetching} />
      ) : (
        <DataTable
          caption="Jobs"
          columns={jobColumns}
          rows={jobs}
          rowKey={({ id }) => id}
          rowHref={({ id }) => paths.job.getHref(id)}
          skeletonRows={8}
          empty={status === undefined ? <NoJobs /> : <NoneOf status={status} onClear={() => setSearch({}, { replace: true })} />}
        />
      )}
      {hasNextPage && (
        <div className="mt-4 flex justify-center">
          <Button busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            Load more
          </Button>
        </div>
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

function NoneOf({ status, onClear }: { status: string; onClear: () => void }) {
  return <EmptyState title={`No run with the status “${status}”`} detail="Others may be there." actions={<Button onClick={onClear}>Show every status</Button>} />
}
