import { formatDuration } from '@/lib/format'
import { cn } from '@/ui/cn'
import type { Column } from '@/ui/data-table'
import { RelativeTime } from '@/ui/relative-time'
import { StatusChip } from '@/ui/status-chip'

/** What a list of runs shows of one. */
export interface JobRow {
  id: string
  number: number
  status: string
  startedBy: string
  sites: number
  skipped: number
  /** A success that had nothing to send. */
  idle: boolean
  reason: string
  durationMs: number | null
  createdAt: string
}

/** For `<DataTable columns={jobColumns}>`: the same columns wherever runs are listed. */
export const jobColumns: readonly Column<JobRow>[] = [
  {
    key: 'status',
    header: 'Status',
    cell: (job) => (
      <>
        <span className="sr-only">Run {job.number}: </span>
        <JobStatusChip status={job.status} idle={job.idle} />
        {/* On a narrow screen the last column has no room. */}
        <RelativeTime at={job.createdAt} className="mt-0.5 block text-hint font-normal text-ink-2 sm:hidden" />
      </>
    ),
  },
  { key: 'number', header: 'Run', mono: true, cell: (job) => <span aria-hidden>{job.number}</span> },
  { key: 'startedBy', header: 'Started by', hideBelow: 'md', className: 'max-w-48 truncate', cell: (job) => job.startedBy },
  {
    key: 'sites',
    header: 'Sites',
    className: 'w-[40%]',
    cell: (job) => (
      <div className="line-clamp-3" title={job.reason === '' ? undefined : job.reason}>
        <span className="whitespace-nowrap">
          {job.sites}
          {job.skipped > 0 && !job.idle && <span className="text-ink-3"> ({job.skipped} unchanged)</span>}
        </span>
        {job.reason !== '' && (
          <>
            , <span className={cn('wrap-anywhere', job.status === 'cancelled' ? 'text-ink-2' : 'text-failure')}>{job.reason}</span>
          </>
        )}
      </div>
    ),
  },
  {
    key: 'duration',
    header: 'Duration',
    mono: true,
    hideBelow: 'sm',
    className: 'whitespace-nowrap',
    cell: (job) => (job.durationMs === null ? <span className="text-ink-3">–</span> : formatDuration(job.durationMs)),
  },
  { key: 'when', header: 'When', hideBelow: 'sm', className: 'whitespace-nowrap', cell: (job) => <RelativeTime at={job.createdAt} /> },
]

/** A success without a delivery is not green: nothing was proved. */
export function JobStatusChip({ status, idle }: { status: string; idle: boolean }) {
  return idle ? <StatusChip status="skipped" label="nothing to do" /> : <StatusChip status={status} />
}
