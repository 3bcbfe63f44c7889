import { useQuery } from '@tanstack/react-query'
import { ArrowCounterClockwiseIcon } from '@phosphor-icons/react/ArrowCounterClockwise'
import { lazy, Suspense, useState } from 'react'
import { Link } from 'react-router-dom'
import { attemptWords, shortHash } from '@/features/jobs/delivery-words'
import type { JobLive } from '@/features/jobs/live/job-log-store'
import type { Delivery, Job } from '@/features/jobs/live/shapes'
import { cancelRun } from '@/features/jobs/queries/cancel-run'
import { previousRunQuery } from '@/features/jobs/queries/compare'
import { errorLine } from '@/lib/errors'
import { capitalize, formatClock, formatDuration, formatExact } from '@/lib/format'
import { startedWords } from '@/lib/jobs'
import { paths } from '@/lib/paths'
import { useHasRole, useSession } from '@/lib/session'
import { useWhyNotAgain } from '@/lib/use-why-not-again'
import { Button } from '@/ui/button'
import { GatedButton } from '@/ui/gated-button'
import { JobStatusChip } from '@/ui/job-columns'
import { PageHeader } from '@/ui/page-header'
import { RelativeTime } from '@/ui/relative-time'

const ConfirmDialog = lazy(() => import('@/ui/confirm-dialog').then((module) => ({ default: module.ConfirmDialog })))

const RetryFailedDialog = lazy(() => import('@/features/jobs/replay/retry-failed-dialog').then((module) => ({ default: module.RetryFailedDialog })))

interface JobHeaderProps {
  job: Job
  deliveries: readonly Delivery[]
  starter: JobLive['starter']
  schedule: JobLive['schedule']
  /** Nothing of it was sent, because nothing had to be. */
  idle: boolean
}

export function JobHeader({ job, deliveries, starter, schedule, idle }: JobHeaderProps) {
  const userId = useSession((state) => state.user?.id)
  const mayAct = useHasRole('editor')
  const ended = job.finishedAt !== null
  const sub = (
    <>
      {capitalize(startedWords({ ...job, schedule }, starter, userId))}
      {' at '}
      <time dateTime={job.createdAt} title={formatExact(job.createdAt)}>
        {formatClock(job.createdAt)}
      </time>
      {job.planHash !== null && (
        <>
          {', plan '}
          <code className="font-mono text-hint" title={job.planHash}>
            {shortHash(job.planHash)}
          </code>
        </>
      )}
      {job.finishedAt !== null && (
        <>
          {`, took ${formatDuration(Math.max(0, Date.parse(job.finishedAt) - Date.parse(job.createdAt)))}, ended `}
          <RelativeTime at={job.finishedAt} />
        </>
      )}
      {ended && job.attempts > 0 && (
        <>
          {' · '}
          <span title="Of the durations of all attempts: half took at most the median, 95 of 100 at most p95.">{attemptWords(job)}</span>
        </>
      )}
    </>
  )
  // A site that is gone cannot be sent to again.
  const failed = ended ? deliveries.filter(({ status, siteId }) => status === 'failed' && siteId !== null) : []
  return (
    <PageHeader
      title={`Run ${job.number}`}
      chip={
        <>
          <JobStatusChip status={job.status} idle={idle} />
          {job.message !== '' && <span className="text-sm text-ink-2">{job.message}</span>}
        </>
      }
      sub={<span className="text-ink-3">{sub}</span>}
      actions={
        <>
          {ended && <ComparePrevious job={job} />}
          {mayAct && (ended ? failed.length > 0 && <RetryFailed job={job} failed={failed} /> : <CancelRun job={job} />)}
        </>
      }
    />
  )
}

function ComparePrevious({ job }: { job: Job }) {
  const { data: previous } = useQuery(previousRunQuery(job.number))
  if (previous === undefined || previous === null) return null
  return (
    <Button asChild variant="ghost">
      <Link to={paths.compareJobs.getHref(previous.id, job.id)}>Compare with run {previous.number}</Link>
    </Button>
  )
}

function RetryFailed({ job, failed }: { job: Job; failed: readonly Delivery[] }) {
  const [asking, setAsking] = useState(false)
  const whyNot = useWhyNotAgain()
  return (
    <>
      <GatedButton why={whyNot} icon={<ArrowCounterClockwiseIcon aria-hidden weight="bold" />} onClick={() => setAsking(true)}>
        Retry {failed.length} failed
      </GatedButton>
      {asking && (
        <Suspense>
          <RetryFailedDialog job={job} failed={failed} onClose={() => setAsking(false)} />
        </Suspense>
      )}
    </>
  )
}

function CancelRun({ job }: { job: Job }) {
  const [asking, setAsking] = useState(false)
  if (job.cancelRequestedAt !== null) {
    return <Button busy>Cancelling…</Button>
  }
  return (
    <>
      <Button onClick={() => setAsking(true)}>Cancel run</Button>
      {asking && (
        <Suspense>
          <ConfirmDialog
            open
            onOpenChange={setAsking}
            title={`Cancel run ${job.number}?`}
            description="What is being sent right now ends as it ends; sites that are still waiting, or waiting for another attempt, receive nothing."
            confirmLabel="Cancel run"
            cancelLabel="Let it run"
            onConfirm={() => cancelRun(job.id)}
            describeFailure={errorLine}
          />
        </Suspense>
      )}
    </>
  )
}
