import { formatDuration } from '@/lib/format'
import type { JobSummary } from '@/lib/jobs'
import { cn } from '@/ui/cn'
import { JobStatusChip } from '@/ui/job-columns'
import type { LongColumn } from '@/ui/long-table'
import { RelativeTime } from '@/ui/relative-time'

/** As on the home page, each in one line of its own width: the first takes what is left. */
export const longJobColumns: readonly LongColumn<JobSummary>[] = [
  {
    key: 'run',
    header: 'Run',
    className: 'max-sm:min-w-40!',
    cell: (job) => (
      <span className="flex min-w-0 items-center gap-x-3 gap-y-1 max-sm:flex-wrap">
        <span className="w-8 shrink-0 font-mono text-hint font-normal tabular-nums sm:w-14">
          <span className="sr-only">Run </span>
          {job.number}
        </span>
        <JobStatusChip status={job.status} idle={job.idle} />
        {job.reason !== '' && (
          <span title={job.reason} className={cn('min-w-0 truncate font-normal max-sm:line-clamp-2 max-sm:w-34 max-sm:text-hint max-sm:whitespace-normal sm:max-lg:max-w-64', job.status === 'cancelled' ? 'text-ink-2' : 'text-failure')}>
            {job.reason}
          </span>
        )}
      </span>
    ),
  },
  {
    key: 'sites',
    header: 'Sites',
    className: 'w-36 whitespace-nowrap',
    hideBelow: 'sm',
    cell: (job) => (
      <>
        {job.sites}
        {job.skipped > 0 && !job.idle && <span className="text-ink-3"> ({job.skipped} unchanged)</span>}
      </>
    ),
  },
  { key: 'startedBy', header: 'Started by', hideBelow: 'md', className: 'w-48 max-w-48 truncate', cell: (job) => <span title={job.startedBy}>{job.startedBy}</span> },
  {
    key: 'duration',
    header: 'Duration',
    mono: true,
    hideBelow: 'sm',
    className: 'w-24 whitespace-nowrap',
    cell: (job) => (job.durationMs === null ? <span className="text-ink-3">–</span> : formatDuration(job.durationMs)),
  },
  { key: 'when', header: 'When', className: 'w-36 whitespace-nowrap', cell: (job) => <RelativeTime at={job.createdAt} /> },
]
