import { ArrowRightIcon } from '@phosphor-icons/react/ArrowRight'
import { limitWords, retryWaits } from '@/features/sites/delivery-policy'
import type { Site } from '@/features/sites/queries/sites'
import { SecretCard } from '@/features/sites/secret-card'
import { SimulationCard } from '@/features/sites/simulation-card'
import { TestCard } from '@/features/sites/test-card'
import { count, formatDuration } from '@/lib/format'
import { useHasRole } from '@/lib/session'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { CopyButton } from '@/ui/copy-button'

const LIST = 'grid grid-cols-[7.5rem_minmax(0,1fr)] gap-x-3 gap-y-2 text-sm'

/** Where deliveries go, what proves them, how patiently they are sent, and whether all of that works. */
export function ConnectionSection({ site, onEdit }: { site: Site; onEdit: () => void }) {
  return (
    <div className="grid items-start gap-4 lg:grid-cols-2">
      <div className="flex flex-col gap-4">
        <DestinationCard site={site} onEdit={onEdit} />
        <SecretCard site={site} />
        <DeliveryCard site={site} onEdit={onEdit} />
      </div>
      <div className="flex flex-col gap-4">
        <TestCard site={site} />
        {site.destinationUrl === null && <SimulationCard key={`${site.failureRate} ${site.failNext}`} site={site} />}
      </div>
    </div>
  )
}

function EditButton({ what, onEdit }: { what: string; onEdit: () => void }) {
  if (!useHasRole('editor')) return null
  return (
    <Button size="sm" onClick={onEdit}>
      Edit<span className="sr-only"> {what}</span>
    </Button>
  )
}

function DestinationCard({ site, onEdit }: { site: Site; onEdit: () => void }) {
  return (
    <Card title="Destination" actions={<EditButton what="the destination" onEdit={onEdit} />}>
      <dl className={LIST}>
        <dt className="text-ink-3">Address</dt>
        <dd className="flex min-w-0 items-start gap-1">
          {site.destinationUrl === null ? (
            'Built-in receiver'
          ) : (
            <>
              <code className="min-w-0 font-mono text-xs leading-5 break-all">{site.destinationUrl}</code>
              <CopyButton text={site.destinationUrl} label="Copy the address" />
            </>
          )}
        </dd>
        <dt className="text-ink-3">Slug</dt>
        <dd className="font-mono text-xs leading-5">{site.slug}</dd>
        {site.destinationUrl !== null && (
          <>
            <dt className="text-ink-3">State address</dt>
            <dd>
              {site.delivery.stateUrl === null ? (
                <span className="text-ink-2">none: it cannot be asked what it shows</span>
              ) : (
                <code className="min-w-0 font-mono text-xs leading-5 break-all">{site.delivery.stateUrl}</code>
              )}
            </dd>
          </>
        )}
      </dl>
    </Card>
  )
}

function DeliveryCard({ site, onEdit }: { site: Site; onEdit: () => void }) {
  const { delivery } = site
  const waits = retryWaits(delivery)
  const patience = delivery.maxAttempts * delivery.timeoutSeconds * 1000 + waits.reduce((sum, wait) => sum + wait, 0)
  return (
    <Card title="Retry policy" actions={<EditButton what="the retry policy" onEdit={onEdit} />}>
      <p className="text-sm">
        {count('attempt', delivery.maxAttempts)}, {delivery.timeoutSeconds} s for each, {limitWords(delivery.requestsPerMinute)}.
      </p>
      <ol aria-label="Attempts" className="mt-3 flex flex-wrap items-center gap-x-1.5 gap-y-2 text-hint">
        {Array.from({ length: delivery.maxAttempts }, (_, index) => (
          <li key={index} className="flex items-center gap-1.5">
            {index > 0 && (
              <span className="inline-flex items-center gap-1 text-ink-3">
                {formatDuration(waits[index - 1] ?? 0)}
                <ArrowRightIcon aria-hidden className="size-3" />
              </span>
            )}
            <span className="inline-flex h-6 min-w-6 items-center justify-center rounded-sm border border-line bg-sunk px-1.5 font-semibold tabular-nums">{index + 1}</span>
          </li>
        ))}
      </ol>
      <p className="mt-3 text-hint text-ink-3">
        A delivery that nobody answers is given up after {formatDuration(patience)} at most. Timeouts, network errors and the answers 408, 425, 429 and 5xx are tried again; other refusals are final. Pauses vary by 20 %.
      </p>
    </Card>
  )
}
