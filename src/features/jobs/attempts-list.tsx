import { useQuery } from '@tanstack/react-query'
import { textHeaders } from '@/features/jobs/curl-command'
import { CurlPart } from '@/features/jobs/curl-part'
import { phasesOf, timingWords, type Phase } from '@/features/jobs/attempt-timing'
import { isOpen } from '@/features/jobs/delivery-words'
import type { Delivery } from '@/features/jobs/live/shapes'
import { attemptsQuery, type Attempt } from '@/features/jobs/queries/delivery-detail'
import { describeError } from '@/lib/errors'
import { capitalize, countInWords, formatClock, formatExact } from '@/lib/format'
import { Chip } from '@/ui/chip'
import { cn } from '@/ui/cn'
import { EmptyState } from '@/ui/empty-state'
import { ErrorState } from '@/ui/error-state'
import { JsonView } from '@/ui/json-view'
import { Skeleton } from '@/ui/skeleton'

/** Every HTTP try of a delivery, with what was sent around the body and what came back. */
export function AttemptsList({ delivery }: { delivery: Delivery }) {
  const { data, error, refetch, isFetching } = useQuery(attemptsQuery(delivery.id, `${delivery.attempts}/${delivery.status}`))
  if (error !== null && data === undefined) return <ErrorState {...describeError(error)} onRetry={() => void refetch()} retrying={isFetching} />
  if (data === undefined) return <Skeleton className="h-40" />
  if (data.length === 0) return <EmptyState {...nothingWords(delivery)} />
  const longest = Math.max(...data.map(({ durationMs }) => durationMs))
  return (
    <ol className="space-y-6">
      {data.map((attempt) => (
        <li key={attempt.number}>
          <AttemptView attempt={attempt} delivery={delivery} longest={longest} />
        </li>
      ))}
    </ol>
  )
}

function nothingWords(delivery: Delivery): { title: string; detail: string } {
  if (isOpen(delivery)) return { title: 'Nothing was sent yet', detail: 'The first attempt shows up here once it is recorded.' }
  if (delivery.attempts === 0) return { title: 'Nothing was sent', detail: delivery.reason === '' ? 'No attempt was made.' : capitalize(`${delivery.reason}.`) }
  return {
    title: `${capitalize(countInWords('attempt', delivery.attempts))} removed by retention`,
    detail: 'Attempts are kept for as long as the organization’s settings name. The last answer stays with the site above.',
  }
}

/** `longest`: of the delivery's attempts, so that their bars can be compared. */
function AttemptView({ attempt, delivery, longest }: { attempt: Attempt; delivery: Delivery; longest: number }) {
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
          , worker <span className="font-mono text-xs break-all">{attempt.worker}</span>
        </span>
      </h3>
      {attempt.error !== null && <p className="mt-1 text-hint text-failure">{attempt.error}</p>}
      <Timing attempt={attempt} longest={longest} />
      <Part title="Request headers">
        <JsonView value={attempt.requestHeaders} depth={1} label={`request headers of attempt ${attempt.number}`} />
      </Part>
      {Object.keys(textHeaders(attempt.requestHeaders)).length > 0 && <CurlPart attempt={attempt} delivery={delivery} />}
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

const PHASE: Record<Phase['name'], string> = { connect: 'bg-warning/55', wait: 'bg-accent/45', receive: 'bg-accent' }
const KEY: Record<string, string | undefined> = { connect: PHASE.connect, 'first byte': PHASE.wait, total: PHASE.receive }

/** Where the time went: figures from the start of the attempt, and a bar that shows the same. */
function Timing({ attempt, longest }: { attempt: Attempt; longest: number }) {
  return (
    <div className="mt-2">
      <dl className="flex flex-wrap gap-x-5 gap-y-1 text-hint">
        {timingWords(attempt).map(({ name, value }) => (
          <div key={name} className="flex items-baseline gap-1.5">
            <dt className="inline-flex items-center gap-1.5 text-ink-3">
              <span aria-hidden className={cn('size-2 rounded-full', KEY[name])} />
              {name}
            </dt>
            <dd className="font-mono text-xs tabular-nums">{value}</dd>
          </div>
        ))}
      </dl>
      <div aria-hidden className="mt-1.5 flex h-1.5 overflow-hidden rounded-full bg-muted-ground">
        {phasesOf(attempt).map(({ name, lasts }) => (
          <span key={name} className={cn('h-full', PHASE[name])} style={{ width: `${(lasts / Math.max(1, longest)) * 100}%`, minWidth: 2 }} />
        ))}
      </div>
    </div>
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
