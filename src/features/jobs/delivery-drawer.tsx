import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link } from 'react-router-dom'
import { AttemptsList } from '@/features/jobs/attempts-list'
import { isOpen, payloadWords } from '@/features/jobs/delivery-words'
import type { Delivery } from '@/features/jobs/live/shapes'
import { deliveryRecordQuery, type DeliveryLink, type DeliveryRecord } from '@/features/jobs/queries/delivery-detail'
import { DeliveryReplay } from '@/features/jobs/replay/delivery-replay'
import type { DeliveryView } from '@/features/jobs/site-card'
import { describeError } from '@/lib/errors'
import { capitalize, formatClock, formatExact } from '@/lib/format'
import { paths } from '@/lib/paths'
import { useHasRole } from '@/lib/session'
import { CopyButton } from '@/ui/copy-button'
import { Drawer } from '@/ui/drawer'
import { EmptyState } from '@/ui/empty-state'
import { ErrorState } from '@/ui/error-state'
import { JsonView } from '@/ui/json-view'
import { RelativeTime } from '@/ui/relative-time'
import { Skeleton } from '@/ui/skeleton'
import { StatusChip } from '@/ui/status-chip'
import { Tabs } from '@/ui/tabs'

interface DeliveryDrawerProps {
  delivery: Delivery
  view: DeliveryView
  onView: (view: DeliveryView) => void
  onClose: () => void
}

/** What went to one site: the exact bytes, every try to deliver them, and the way to send them again. */
export function DeliveryDrawer({ delivery, view, onView, onClose }: DeliveryDrawerProps) {
  const query = useQuery(deliveryRecordQuery(delivery.id, delivery.status))
  const mayReplay = useHasRole('editor') && !isOpen(delivery) && delivery.siteId !== null
  const withRecord = (show: (record: DeliveryRecord) => ReactNode) => {
    if (query.data !== undefined) return show(query.data)
    if (query.error !== null) return <ErrorState {...describeError(query.error)} onRetry={() => void query.refetch()} retrying={query.isFetching} />
    return (
      <div aria-busy="true">
        <Skeleton className="h-60" />
      </div>
    )
  }
  const tabs: { value: DeliveryView; label: string; count?: number; content: ReactNode }[] = [
    { value: 'payload', label: 'Payload', content: withRecord((record) => <Payload delivery={delivery} record={record} />) },
    { value: 'attempts', label: 'Attempts', count: delivery.attempts, content: <AttemptsList delivery={delivery} /> },
  ]
  if (mayReplay) {
    tabs.push({ value: 'replay', label: 'Replay', content: withRecord((record) => <DeliveryReplay key={delivery.id} delivery={delivery} record={record} />) })
  }
  return (
    <Drawer
      open
      size="lg"
      onOpenChange={(open) => {
        if (!open) onClose()
      }}
      title={delivery.name}
      description={payloadWords(delivery)}
      actions={<StatusChip status={delivery.status} />}
    >
      {query.data !== undefined && <Relations record={query.data} />}
      <Tabs aria-label="Delivery" value={tabs.some(({ value }) => value === view) ? view : 'payload'} onValueChange={onView} tabs={tabs} />
    </Drawer>
  )
}

/** Other deliveries that this one has to do with. */
function Relations({ record: { retryOf, supersededBy } }: { record: DeliveryRecord }) {
  if (retryOf === null && supersededBy === null) return null
  return (
    <p className="mb-3 text-hint text-ink-2">
      {retryOf !== null && (
        <>
          Repeats the delivery of <RunLink to={retryOf} />.{' '}
        </>
      )}
      {supersededBy !== null && (
        <>
          Superseded by <RunLink to={supersededBy} />, whose content is newer.
        </>
      )}
    </p>
  )
}

function RunLink({ to }: { to: DeliveryLink }) {
  return (
    <Link to={`${paths.job.getHref(to.jobId)}?delivery=${to.id}`} className="font-semibold text-accent-ink underline-offset-3 hover:underline">
      run {to.jobNumber}
    </Link>
  )
}

function Payload({ delivery, record }: { delivery: Delivery; record: DeliveryRecord }) {
  if (record.text === null) {
    return (
      <>
        {delivery.status === 'skipped' ? <Skipped delivery={delivery} record={record} /> : <NotKept />}
        <Facts record={record} />
      </>
    )
  }
  return (
    <>
      <p className="mb-3 text-hint text-ink-2">The exact text that is signed and sent. Copying it copies these bytes, not a prettier form.</p>
      <JsonView value={parse(record.text)} text={record.text} depth={4} label="payload" />
      <Facts record={record} />
    </>
  )
}

function Skipped({ delivery, record: { sameAs } }: { delivery: Delivery; record: DeliveryRecord }) {
  // Skipped for another reason (a disabled site): then that is the story, whatever the site has accepted before.
  const unchanged = sameAs !== null && sameAs.finishedAt !== null && delivery.reason.startsWith('unchanged')
  return (
    <EmptyState
      className="rounded-md border border-dashed border-line-strong py-8!"
      title="Nothing was sent"
      detail={
        unchanged ? (
          <>
            Unchanged since{' '}
            <time dateTime={sameAs.finishedAt ?? undefined} title={formatExact(sameAs.finishedAt ?? '')}>
              {formatClock(sameAs.finishedAt ?? '')}
            </time>{' '}
            (<RelativeTime at={sameAs.finishedAt} />
            ), when the site accepted exactly this content from <RunLink to={sameAs} />.
          </>
        ) : (
          capitalize(`${delivery.reason}.`)
        )
      }
    />
  )
}

function NotKept() {
  return (
    <EmptyState
      className="rounded-md border border-dashed border-line-strong py-8!"
      title="The body is no longer kept"
      detail="It was removed with the logs, after the time that the organization’s settings name. Its hash stays, and proves what it was."
    />
  )
}

function Facts({ record }: { record: DeliveryRecord }) {
  const facts = [
    ['sha-256', record.hash],
    ['webhook-id', record.webhookId],
    ['webhook-sequence', record.sequence === null ? 'none: it was not sent' : String(record.sequence)],
  ] as const
  return (
    <dl className="mt-4 divide-y divide-line rounded-md border border-line text-hint">
      {facts.map(([name, value]) => (
        <div key={name} className="flex flex-wrap items-center gap-x-4 px-3 py-1.5">
          <dt className="w-32 text-ink-2">{name}</dt>
          <dd className="flex min-w-0 flex-1 items-center gap-1 font-mono text-xs">
            <span className="min-w-0 flex-1 break-all">{value}</span>
            {name !== 'webhook-sequence' && <CopyButton text={value} label={`Copy ${name}`} />}
          </dd>
        </div>
      ))}
    </dl>
  )
}

/** Our own bodies are JSON; should one ever not be, its text is still what was sent. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
