import { useScheduleRuns, type ScheduleRun } from '@/features/schedules/queries/schedule-runs'
import { RunOutcome } from '@/features/schedules/run-outcome'
import { describeError, errorLine } from '@/lib/errors'
import { formatMoment } from '@/lib/zoned-time'
import { Button } from '@/ui/button'
import { ErrorState } from '@/ui/error-state'
import { RelativeTime } from '@/ui/relative-time'
import { Skeleton } from '@/ui/skeleton'

interface ScheduleHistoryProps {
  scheduleId: string
  timeZone: string
}

/** Later than this after its time, a run says how much. A tick comes every ten seconds. */
const LATE_MS = 60_000

export function ScheduleHistory({ scheduleId, timeZone }: ScheduleHistoryProps) {
  const { data, error, refetch, isFetching, hasNextPage, fetchNextPage, isFetchingNextPage, isFetchNextPageError } = useScheduleRuns(scheduleId)
  const runs = data?.pages.flat()
  return (
    <section aria-label="History">
      <h3 className="mb-2 text-hint font-semibold text-ink">History</h3>
      {error !== null && runs === undefined ? (
        <ErrorState {...describeError(error)} retrying={isFetching} onRetry={() => void refetch()} className="py-6" />
      ) : runs === undefined ? (
        <div aria-busy className="flex flex-col gap-3 py-1">
          <Skeleton className="w-full" />
          <Skeleton className="w-full" />
          <Skeleton className="w-2/3" />
        </div>
      ) : runs.length === 0 ? (
        <p className="text-hint text-ink-3">It has not run yet. Every run will stand here, with what came of it.</p>
      ) : (
        <ol className="divide-y divide-line rounded-md border border-line">
          {runs.map((run) => (
            <HistoryRow key={run.id} run={run} timeZone={timeZone} />
          ))}
        </ol>
      )}
      {isFetchNextPageError && (
        <p role="alert" className="mt-3 text-hint text-failure">
          Earlier runs could not be read. {errorLine(error)}
        </p>
      )}
      {hasNextPage && (
        <Button className="mt-3" busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {isFetchNextPageError ? 'Try again' : 'Show earlier runs'}
        </Button>
      )}
    </section>
  )
}

function HistoryRow({ run, timeZone }: { run: ScheduleRun; timeZone: string }) {
  const late = run.plannedFor === null ? 0 : Date.parse(run.ranAt) - Date.parse(run.plannedFor)
  return (
    <li className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-0.5 px-3 py-2">
      <div className="min-w-0">
        <RunOutcome run={run} />
        <p className="text-xs text-ink-3">
          {run.plannedFor === null ? `by hand${run.startedBy === null ? '' : `, by ${run.startedBy}`}` : 'by the clock'}
          {late > LATE_MS && `, ${Math.round(late / 60_000)} min late`}
        </p>
      </div>
      <p className="text-hint text-ink-2 tabular-nums sm:text-right">
        {formatMoment(run.ranAt, { timeZone, weekday: true })}
        <RelativeTime at={run.ranAt} className="block text-xs text-ink-3" />
      </p>
    </li>
  )
}
