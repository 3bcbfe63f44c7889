import { useQuery } from '@tanstack/react-query'
import { AttemptsList } from '@/features/jobs/attempts-list'
import { payloadWords } from '@/features/jobs/delivery-words'
import type { Delivery } from '@/features/jobs/live/shapes'
import { deliveryBodyQuery, type DeliveryBody } from '@/features/jobs/queries/delivery-detail'
import type { DeliveryView } from '@/features/jobs/site-card'
import { describeError } from '@/lib/errors'
import { CopyButton } from '@/ui/copy-button'
import { Drawer } from '@/ui/drawer'
import { ErrorState } from '@/ui/error-state'
import { JsonView } from '@/ui/json-view'
import { Skeleton } from '@/ui/skeleton'
import { StatusChip } from '@/ui/status-chip'
import { Tabs } from '@/ui/tabs'

interface DeliveryDrawerProps {
  delivery: Delivery
  view: DeliveryView
  onView: (view: DeliveryView) => void
  onClose: () => void
}

/** What went to one site: the exact bytes, and every try to deliver them. */
export function DeliveryDrawer({ delivery, view, onView, onClose }: DeliveryDrawerProps) {
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
      <Tabs
        aria-label="Delivery"
        value={view}
        onValueChange={onView}
        tabs={[
          { value: 'payload', label: 'Payload', content: <Payload deliveryId={delivery.id} /> },
          { value: 'attempts', label: 'Attempts', count: delivery.attempts, content: <AttemptsList delivery={delivery} /> },
        ]}
      />
    </Drawer>
  )
}

function Payload({ deliveryId }: { deliveryId: string }) {
  const { data, error, refetch, isFetching } = useQuery(deliveryBodyQuery(deliveryId))
  if (error !== null) return <ErrorState {...describeError(error)} onRetry={() => void refetch()} retrying={isFetching} />
  if (data === undefined) return <Skeleton className="h-60" />
  return (
    <>
      <p className="mb-3 text-hint text-ink-2">The exact text that is signed and sent. Copying it copies these bytes, not a prettier form.</p>
      <JsonView value={parse(data.text)} text={data.text} depth={4} label="payload" />
      <Facts body={data} />
    </>
  )
}

function Facts({ body }: { body: DeliveryBody }) {
  const facts = [
    ['sha-256', body.hash],
    ['webhook-id', body.webhookId],
    ['webhook-sequence', body.sequence === null ? 'none: it was not sent' : String(body.sequence)],
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
