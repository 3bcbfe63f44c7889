import { Link } from 'react-router-dom'
import type { ScheduleRun } from '@/features/schedules/queries/schedule-runs'
import { count } from '@/lib/format'
import { paths } from '@/lib/paths'
import { StatusChip } from '@/ui/status-chip'

/** What one run of a schedule came to. */
export function RunOutcome({ run: { outcome, job } }: { run: Pick<ScheduleRun, 'outcome' | 'job'> }) {
  if (job !== null) {
    return (
      <Link to={paths.job.getHref(job.id)} className="inline-flex flex-wrap items-center gap-x-2 underline-offset-2 hover:underline">
        <StatusChip variant="bare" status={job.status} />
        <span className="text-hint">Run {job.number}</span>
        <span className="text-hint text-ink-3">{result(job)}</span>
      </Link>
    )
  }
  if (outcome === 'nothing to do') return <StatusChip variant="bare" status="skipped" label="nothing to send" />
  if (outcome === 'started') return <StatusChip variant="bare" status="success" label="started" />
  if (/drifted$/.test(outcome)) return <StatusChip variant="bare" status={outcome.startsWith('0 ') ? 'in sync' : 'drifted'} label={outcome} className="whitespace-normal" />
  return <StatusChip variant="bare" status="failed" label={outcome} className="whitespace-normal" />
}

function result({ total, succeeded, failed, skipped }: NonNullable<ScheduleRun['job']>): string {
  const parts = [
    ...(succeeded > 0 ? [`${count('site', succeeded)} sent`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(skipped > 0 ? [`${skipped} unchanged`] : []),
  ]
  return parts.length === 0 ? count('site', total) : parts.join(', ')
}
