import { lazy, Suspense, useState } from 'react'
import { shortHash } from '@/features/jobs/delivery-words'
import type { JobLive } from '@/features/jobs/live/job-log-store'
import type { Job } from '@/features/jobs/live/shapes'
import { cancelRun } from '@/features/jobs/queries/cancel-run'
import { errorLine } from '@/lib/errors'
import { formatClock, formatDuration, formatExact } from '@/lib/format'
import { startedBy } from '@/lib/jobs'
import { useHasRole, useSession } from '@/lib/session'
import { Button } from '@/ui/button'
import { JobStatusChip } from '@/ui/job-columns'
import { PageHeader } from '@/ui/page-header'
import { RelativeTime } from '@/ui/relative-time'

const ConfirmDialog = lazy(() => import('@/ui/confirm-dialog').then((module) => ({ default: module.ConfirmDialog })))

interface JobHeaderProps {
  job: Job
  starter: JobLive['starter']
  /** Nothing of it was sent, because nothing had to be. */
  idle: boolean
}

export function JobHeader({ job, starter, idle }: JobHeaderProps) {
  const userId = useSession((state) => state.user?.id)
  const mayCancel = useHasRole('editor')
  const ended = job.finishedAt !== null
  const sub = (
    <>
      started by {startedBy(job.trigger, job.createdBy, starter, userId)}
      {', '}
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
    </>
  )
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
      actions={!ended && mayCancel && <CancelRun job={job} />}
    />
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
