import { useQuery } from '@tanstack/react-query'
import { CaretRightIcon } from '@phosphor-icons/react/CaretRight'
import { useState } from 'react'
import { curlCommand, textHeaders } from '@/features/jobs/curl-command'
import type { Delivery } from '@/features/jobs/live/shapes'
import { deliveryRecordQuery, destinationQuery, type Attempt } from '@/features/jobs/queries/delivery-detail'
import { describeError } from '@/lib/errors'
import { formatClock } from '@/lib/format'
import { cn } from '@/ui/cn'
import { CopyButton } from '@/ui/copy-button'
import { ErrorState } from '@/ui/error-state'
import { Skeleton } from '@/ui/skeleton'

/** The request of an attempt for a terminal of one's own: headers, signature and body as they were sent. */
export function CurlPart({ attempt, delivery }: { attempt: Attempt; delivery: Delivery }) {
  const [open, setOpen] = useState(false)
  return (
    <div className="mt-2">
      <button type="button" aria-expanded={open} onClick={() => setOpen(!open)} className="inline-flex min-h-6 items-center gap-1 text-hint text-ink-2 hover:text-ink">
        <CaretRightIcon aria-hidden className={cn('size-3 transition-transform', open && 'rotate-90')} />
        As cURL
        <span className="sr-only"> of attempt {attempt.number}</span>
      </button>
      {open && <Curl attempt={attempt} delivery={delivery} />}
    </div>
  )
}

function Curl({ attempt, delivery }: { attempt: Attempt; delivery: Delivery }) {
  const record = useQuery(deliveryRecordQuery(delivery.id, delivery.status))
  const destination = useQuery({ ...destinationQuery(delivery.siteId ?? ''), enabled: delivery.siteId !== null })
  const failed = [record, destination].find(({ error }) => error !== null)
  if (failed !== undefined) return <ErrorState {...describeError(failed.error)} className="py-4" onRetry={() => void failed.refetch()} retrying={failed.isFetching} />
  if (record.data === undefined || (delivery.siteId !== null && destination.data === undefined)) return <Skeleton className="h-24" />
  if (record.data.text === null) return <p className="text-hint text-ink-2">The body is no longer kept, so the request cannot be made again.</p>
  const url = destination.data ?? null
  const command = curlCommand({ url: url ?? 'https://the-site-is-deleted.invalid/', headers: textHeaders(attempt.requestHeaders), body: record.data.text })
  return (
    <>
      <div className="relative mt-1 rounded-md border border-line bg-sunk">
        <CopyButton className="absolute top-1.5 right-1.5" label={`Copy attempt ${attempt.number} as cURL`} text={command} />
        {/* A region that scrolls must be reachable by keyboard (WCAG 2.1.1). */}
        {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
        <pre role="region" aria-label={`cURL of attempt ${attempt.number}`} tabIndex={0} className="max-h-60 overflow-auto p-3 pr-10 font-mono text-xs break-words whitespace-pre-wrap">
          {command}
        </pre>
      </div>
      <p className="mt-1 text-hint text-ink-3">
        Signed at {formatClock(attempt.startedAt)}: the signature is the one that was sent, so a receiver that looks at the timestamp refuses it 5 minutes later, as it should. To try one now, sign webhook-id, the time and this body anew with the site’s secret.
        {url === null ? ' The site is deleted, so its address is not known any more.' : ' The address is the one that the site has now.'}
      </p>
    </>
  )
}
