import type { Payload } from '@core/payload'
import { useMemo, useState, type ReactNode } from 'react'
import { payloadChanges, type PayloadChanges } from '@/features/sites/payload-changes'
import { PayloadSkeleton } from '@/features/sites/payload-skeleton'
import { useReceived, type Received } from '@/features/sites/queries/received'
import type { Site } from '@/features/sites/queries/sites'
import { describeError } from '@/lib/errors'
import { count, formatBytes } from '@/lib/format'
import { useContentTypes } from '@/lib/queries/content-types'
import { usePayloadPreview } from '@/lib/queries/payload-preview'
import { Card } from '@/ui/card'
import { Chip } from '@/ui/chip'
import { ErrorState } from '@/ui/error-state'
import { JsonView } from '@/ui/json-view'
import { PayloadCards } from '@/ui/payload-cards'
import { RelativeTime } from '@/ui/relative-time'
import { SegmentedControl } from '@/ui/segmented-control'
import { StatusChip } from '@/ui/status-chip'

type View = 'cards' | 'json'
const VIEWS = [
  { value: 'cards', label: 'Cards' },
  { value: 'json', label: 'JSON' },
] as const

/** What the site has beside what the next run would send it. */
export function DestinationViewer({ site }: { site: Site }) {
  const [view, setView] = useState<View>('cards')
  const received = useReceived(site)
  const preview = usePayloadPreview(site.id)
  const types = useContentTypes()
  const byName = useMemo(() => new Map((types.data ?? []).map((type) => [type.name, type])), [types.data])
  const now = preview.data?.payload ?? null
  const changes = useMemo(() => (now === null ? null : payloadChanges(received.data?.payload ?? null, now)), [received.data, now])
  const same = preview.data !== undefined && received.data?.body === preview.data.body
  const builtIn = site.destinationUrl === null

  return (
    <section aria-label="Destination viewer">
      <header className="mb-3 flex flex-wrap items-center justify-between gap-3">
        <p className="text-sm text-ink-2">What it has, beside what the next run would send.</p>
        <SegmentedControl<View> aria-label="Show payloads as" value={view} onValueChange={setView} segments={VIEWS} />
      </header>
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <Card
          title={builtIn ? 'Last received' : 'Last accepted delivery'}
          actions={received.data !== undefined && received.data !== null && <ReceivedNote received={received.data} />}
        >
          <Side
            query={received}
            view={view}
            body={received.data?.body}
            payload={received.data?.payload ?? null}
            problem={received.data?.problem ?? null}
            label={`what ${site.name} received`}
            none={builtIn ? 'Nothing has been received yet. Run Sync sends it the first payload.' : 'Its destination has not accepted anything yet.'}
            cards={(payload) => <PayloadCards items={payload.items} types={byName} empty="An empty payload: the site shows nothing." />}
          />
        </Card>
        <Card
          title="Next run would send"
          actions={preview.data !== undefined && received.data !== undefined && <Comparison received={received.data} same={same} />}
        >
          {same ? (
            <p className="text-hint text-ink-2">The same as it has: a run passes this site by.</p>
          ) : (
            <Side
              query={preview}
              view={view}
              body={preview.data?.body}
              payload={now}
              problem={preview.data?.problem ?? null}
              label={`what ${site.name} would receive`}
              none="Nothing."
              cards={(payload) => (
                <>
                  <PayloadCards
                    items={payload.items}
                    types={byName}
                    mark={({ id }) => <ChangeMark change={received.data === undefined || received.data === null ? undefined : changes?.items.get(id)} />}
                    empty="No published item is mapped to this site. Say what it gets in Mappings."
                  />
                  {changes !== null && !received.isPending && <Gone changes={changes} />}
                </>
              )}
            />
          )}
          {preview.data !== undefined && !same && (
            <p className="mt-3 text-hint text-ink-3">
              {count('item', preview.data.itemCount)}, {formatBytes(preview.data.bytes)}
            </p>
          )}
        </Card>
      </div>
    </section>
  )
}

function Comparison({ received, same }: { received: Received | null; same: boolean }) {
  if (received === null) return <StatusChip status="never synced" label="not sent yet" />
  return same ? <StatusChip status="up to date" /> : <StatusChip status="behind" label="differs" />
}

function ReceivedNote({ received }: { received: Received }) {
  return (
    <span className="text-hint text-ink-3">
      <RelativeTime at={received.at} />
      {received.sequence !== null && <>, sequence {received.sequence}</>}
    </span>
  )
}

interface SideProps {
  query: { isPending: boolean; error: unknown; refetch: () => unknown; data?: unknown }
  view: View
  body: string | undefined
  payload: Payload | null
  problem: string | null
  label: string
  none: string
  cards: (payload: Payload) => ReactNode
}

function Side({ query, view, body, payload, problem, label, none, cards }: SideProps) {
  if (query.error !== null && body === undefined) return <ErrorState {...describeError(query.error)} onRetry={() => void query.refetch()} className="py-6" />
  if (body === undefined && query.data !== null) return <PayloadSkeleton />
  if (body === undefined) return <div className="rounded-md border border-dashed border-line-strong px-4 py-6 text-center text-hint text-ink-2">{none}</div>
  if (payload === null) return <p className="text-hint text-failure">This cannot be sent: {problem}.</p>
  return view === 'json' ? <JsonView value={payload} text={body} depth={3} label={label} /> : cards(payload)
}

function ChangeMark({ change }: { change: 'added' | 'changed' | undefined }) {
  if (change === undefined) return null
  return <Chip tone="accent">{change === 'added' ? 'new' : 'changed'}</Chip>
}

function Gone({ changes }: { changes: PayloadChanges }) {
  if (changes.removed.length === 0 && !changes.moved) return null
  return (
    <ul className="mt-3 flex flex-col gap-1 text-hint text-ink-2">
      {changes.removed.map((item) => (
        <li key={item.id}>
          <span className="line-through">{item.title}</span> would be taken away
        </li>
      ))}
      {changes.moved && <li>The order changes.</li>}
    </ul>
  )
}
