import { isWhole, missingOf, type JobLive } from '@/features/jobs/live/job-log-store'

/** What the terminal's bar says. Between a run's last message and the look that confirms it nothing is behind, so nothing is said. */
export function streamState(live: Pick<JobLive, 'job' | 'settled' | 'log' | 'connection' | 'linesFailing'>) {
  if (isWhole(live)) return 'finished'
  if (live.linesFailing) return 'reconnecting'
  if (live.job?.finishedAt != null && (live.settled || missingOf(live) !== null)) return 'catching-up'
  return live.connection
}
