import { useQuery } from '@tanstack/react-query'
import type { Delivery } from '@/features/jobs/live/shapes'
import { attemptsQuery, type Attempt } from '@/features/jobs/queries/delivery-detail'
import { describeError } from '@/lib/errors'
import { formatClock, formatDuration, formatExact } from '@/lib/format'
import { Chip } from '@/ui/chip'
import { EmptyState } from '@/ui/empty-state'
import { ErrorState } from '@/ui/error-state'
import { JsonView } from '@/ui/json-view'
import { Skeleton } from '@/ui/skeleton'

/** Every HTTP try of a delivery, with what was sent around the body and what came back. */
export function AttemptsList({ delivery }: { delivery: Delivery }) {
  const { data, error, refetch, isFetching } = useQuery(attemptsQuery(delivery.id, `${delivery.attempts}/${delivery.status}`))
  if (error !== null) return <ErrorState {...describeError(error)} onRetry={() => void refetch()} retrying={isFetching} />
  if (data === undefined) return <Skeleton className="h-40" />
  if (data.length === 0) {
    return <EmptyState title="Nothing was sent yet" detail={delivery.reason === '' ? 'The first attempt shows up here once it is recorded.' : delivery.reason} />
  }
  return (
    <ol className="space-y-6">
      {data.map((attempt) => (
        <li key={attempt.number}>
          <AttemptView attempt={attempt} />
        </li>
      ))}
    </ol>
  )
}

function AttemptView({ attempt }: { attempt: Attempt }) {
  const accepted = attempt.statusCode !== null && attempt.statusCode >= 200 && attempt.statusCode < 300
  return (
    <section aria-label={`Attempt ${attempt.number}`}>
      <h3 className="flex flex-wrap items-center gap-x-2.5 gap-y-1 text-sm font-semibold">
        Attempt {attempt.number}
        <Chip tone={accepted ? 'success' : 'failure'}>{attempt.statusCode ?? 'no answer'}</Chip>
        <span className="text-hint font-normal text-ink-2">
          <time dateTime={attempt.startedAt} title={formatExact(attempt.startedAt)}>
            {formatClock(attempt.startedAt)}
          </time>
          , {formatDuration(attempt.durationMs)}, worker {attempt.worker}
        </span>
      </h3>
      {attempt.error !== null && <p className="mt-1 text-hint text-failure">{attempt.error}</p>}
      <Part title="Request headers">
        <JsonView value={attempt.requestHeaders} depth={1} label={`request headers of attempt ${attempt.number}`} />
      </Part>
      {attempt.statusCode !== null && (
        <Part title="Response headers">
          <JsonView value={attempt.responseHeaders} depth={0} label={`response headers of attempt ${attempt.number}`} />
        </Part>
      )}
      {attempt.responseBody !== null && attempt.responseBody !== '' && (
        <Part title="Response">
          {/* Somebody else's words: shown as text, whatever they say they are. */}
          <pre className="max-h-60 overflow-auto rounded-md border border-line bg-sunk p-3 font-mono text-xs break-words whitespace-pre-wrap">{attempt.responseBody}</pre>
        </Part>
      )}
    </section>
  )
}

function Part({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <div className="mt-2">
      <h4 className="mb-1 text-xs text-ink-3">{title}</h4>
      {children}
    </div>
  )
}
