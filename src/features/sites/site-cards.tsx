import { Link } from 'react-router-dom'
import { LagMark } from '@/features/sites/lag-mark'
import { useSiteDeliveries, type SiteDelivery } from '@/features/sites/queries/deliveries'
import { useSiteLag } from '@/features/sites/queries/site-health'
import { useSiteTest } from '@/features/sites/queries/site-test'
import type { Site } from '@/features/sites/queries/sites'
import { describeError } from '@/lib/errors'
import { count, formatBytes, formatDuration } from '@/lib/format'
import { paths } from '@/lib/paths'
import { Card } from '@/ui/card'
import { CopyButton } from '@/ui/copy-button'
import { DataTable, type Column } from '@/ui/data-table'
import { ErrorState } from '@/ui/error-state'
import { RelativeTime } from '@/ui/relative-time'
import { StatusChip } from '@/ui/status-chip'

const LIST = 'grid grid-cols-[7.5rem_minmax(0,1fr)] gap-x-3 gap-y-2 text-sm'

/** How the last delivery went, and what the site has accepted. */
export function StateCard({ site }: { site: Site }) {
  const { state } = site
  const lag = useSiteLag(site.id)
  return (
    <Card title="State">
      <dl className={LIST}>
        <dt className="text-ink-3">Behind by</dt>
        <dd>
          {lag.error !== null ? <span className="text-ink-2">not known: {describeError(lag.error).title}</span> : <LagMark site={site} lag={lag.data ?? undefined} />}
        </dd>
        <dt className="text-ink-3">Last attempt</dt>
        <dd className="flex flex-wrap items-center gap-x-2 gap-y-1">
          {state.lastStatus === null ? <span className="text-ink-2">none yet</span> : <StatusChip status={state.lastStatus} />}
          {state.lastAttemptAt !== null && <RelativeTime at={state.lastAttemptAt} className="text-ink-2" />}
        </dd>
        {state.lastError !== null && (
          <>
            <dt className="text-ink-3">Reason</dt>
            <dd className="break-words text-failure">{state.lastError}</dd>
          </>
        )}
        <dt className="text-ink-3">Accepted</dt>
        <dd>
          <RelativeTime at={state.acceptedAt} empty="nothing yet" />
          {state.acceptedAt !== null && (
            <span className="text-ink-2">
              , {count('item', state.acceptedItemCount ?? 0)}
              {state.acceptedSequence !== null && `, sequence ${state.acceptedSequence}`}
            </span>
          )}
        </dd>
        {state.acceptedHash !== null && (
          <>
            <dt className="text-ink-3">Content hash</dt>
            <dd className="flex min-w-0 items-center gap-1">
              <code className="truncate font-mono text-xs" title={state.acceptedHash}>{state.acceptedHash.slice(0, 16)}…</code>
              <CopyButton text={state.acceptedHash} label="Copy the hash" />
            </dd>
          </>
        )}
        <dt className="text-ink-3">Last test</dt>
        <dd>
          <LastTest site={site} />
        </dd>
      </dl>
    </Card>
  )
}

function LastTest({ site }: { site: Site }) {
  const { data: test } = useSiteTest(site.id)
  const link = (
    <Link to={paths.site.getHref(site.id, 'connection')} className="text-accent-ink underline underline-offset-2">
      {test === null || test === undefined ? 'Send one' : 'Details'}
    </Link>
  )
  if (test === null || test === undefined) return <span className="text-ink-2">none yet. {link}</span>
  return (
    <>
      {test.judgement.title}, <RelativeTime at={test.tested_at} className="text-ink-2" />. {link}
    </>
  )
}

const COLUMNS: Column<SiteDelivery>[] = [
  { key: 'run', header: 'Run', cell: (delivery) => `Run ${delivery.jobNumber}` },
  {
    key: 'status',
    header: 'Result',
    cell: (delivery) => (
      <>
        <StatusChip status={delivery.status} />
        {delivery.reason !== '' && delivery.status !== 'success' && <span className="mt-0.5 line-clamp-2 max-w-80 text-xs text-ink-2">{delivery.reason}</span>}
      </>
    ),
  },
  { key: 'code', header: 'Answer', hideBelow: 'md', mono: true, cell: (delivery) => delivery.statusCode ?? <span className="text-ink-3">none</span> },
  { key: 'attempts', header: 'Attempts', align: 'right', hideBelow: 'md', cell: (delivery) => delivery.attempts },
  { key: 'items', header: 'Items', align: 'right', hideBelow: 'sm', cell: (delivery) => delivery.itemCount },
  { key: 'size', header: 'Size', align: 'right', hideBelow: 'lg', cell: (delivery) => formatBytes(delivery.bytes) },
  { key: 'duration', header: 'Took', align: 'right', hideBelow: 'lg', cell: (delivery) => (delivery.durationMs === null ? '' : formatDuration(delivery.durationMs)) },
  { key: 'when', header: 'When', cell: (delivery) => <RelativeTime at={delivery.createdAt} className="text-ink-2" /> },
]

export function DeliveriesSection({ siteId }: { siteId: string }) {
  const { data, error, refetch } = useSiteDeliveries(siteId)
  return (
    <section>
      <h2 className="mb-3 text-base font-semibold">Last deliveries</h2>
      {error !== null && data === undefined ? (
        <Card>
          <ErrorState {...describeError(error)} onRetry={() => void refetch()} className="py-6" />
        </Card>
      ) : data?.length === 0 ? (
        <Card>
          <p className="text-hint text-ink-2">
            No run has sent anything to this site yet. See what a run would do in the <Link to={paths.review.getHref()} className="text-accent-ink underline underline-offset-2">review</Link>.
          </p>
        </Card>
      ) : (
        <DataTable caption="Last deliveries" columns={COLUMNS} rows={data} rowKey={(delivery) => delivery.id} rowHref={(delivery) => paths.job.getHref(delivery.jobId)} skeletonRows={3} />
      )}
    </section>
  )
}
