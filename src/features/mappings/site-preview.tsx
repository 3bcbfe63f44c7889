import { useLayoutEffect, useMemo, useRef, useState } from 'react'
import type { MatrixItem, MatrixSite } from '@/features/mappings/queries/matrix'
import { describeError } from '@/lib/errors'
import { count, formatBytes } from '@/lib/format'
import { useContentTypes } from '@/lib/queries/content-types'
import { usePayloadPreview } from '@/lib/queries/payload-preview'
import { ErrorState } from '@/ui/error-state'
import { JsonView } from '@/ui/json-view'
import { Notice } from '@/ui/notice'
import { PayloadCards } from '@/ui/payload-cards'
import { SegmentedControl } from '@/ui/segmented-control'
import { Skeleton } from '@/ui/skeleton'

type View = 'cards' | 'json'
const VIEWS = [
  { value: 'cards', label: 'Cards' },
  { value: 'json', label: 'JSON' },
] as const

/** What a run would send to the site now, kept up to date while one edits, with the part of the selected item marked. */
export function SitePreview({ item, site }: { item: MatrixItem; site: MatrixSite }) {
  const { data, error, refetch, isFetching } = usePayloadPreview(site.id)
  const types = useContentTypes()
  const [view, setView] = useState<View>('cards')
  const box = useRef<HTMLDivElement>(null)
  const byName = useMemo(() => new Map((types.data ?? []).map((type) => [type.name, type])), [types.data])
  const part = data?.payload?.items.find(({ id }) => id === item.id)
  const isIn = part !== undefined
  useLayoutEffect(() => {
    const part = box.current?.querySelector('[data-highlighted]')
    if (isIn && part != null) scrollWithin(part)
  }, [isIn, item.id, view])

  if (error !== null && data === undefined) return <ErrorState {...describeError(error)} onRetry={() => void refetch()} className="py-6" />
  if (data === undefined) {
    return (
      <div aria-busy className="flex flex-col gap-3">
        <Skeleton className="w-40" />
        <Skeleton className="h-24" />
      </div>
    )
  }
  return (
    <div ref={box} className="flex flex-col gap-3">
      <p className="text-hint text-ink-2">What {site.name} will receive: published items that are mapped to it, with its overrides, in its order. Nothing is sent before a run.</p>
      <div className="flex flex-wrap items-center justify-between gap-x-3 gap-y-1">
        <SegmentedControl<View> aria-label="Show as" value={view} onValueChange={setView} segments={VIEWS} />
        <span className="text-hint text-ink-3 tabular-nums" aria-live="polite">
          {isFetching ? 'Updating' : `${count('item', data.itemCount)}, ${formatBytes(data.bytes)}`}
        </span>
      </div>
      {data.payload === null && (
        <Notice tone="failure" title="This cannot be sent">
          {data.problem}
        </Notice>
      )}
      {data.payload !== null && !isIn && <p className="rounded-md border border-dashed border-line-strong px-3 py-2 text-hint text-ink-2">“{item.title}” is not part of it.</p>}
      {data.payload !== null && view === 'cards' && (
        <PayloadCards
          items={data.payload.items}
          types={byName}
          isHighlighted={({ id }) => id === item.id}
          empty="No published item is mapped to this site: it would receive an empty list."
        />
      )}
      {data.payload !== null && view === 'json' && (
        <>
          {part !== undefined && (
            <section data-highlighted aria-label={`The part of "${item.title}"`}>
              <h3 className="mb-1.5 text-hint font-semibold text-accent-ink">“{item.title}”</h3>
              <JsonView value={part} depth={3} label="the item" className="border-accent" />
            </section>
          )}
          <section aria-label="All of it">
            <h3 className="mb-1.5 text-hint font-semibold text-ink-2">All of it</h3>
            <JsonView value={data.payload} text={data.body} depth={part === undefined ? 4 : 2} label="the payload" />
          </section>
        </>
      )}
    </div>
  )
}

/** Into sight within the panel that scrolls; the page itself stays where it is, which scrollIntoView would not leave alone. */
function scrollWithin(part: Element): void {
  let panel = part.parentElement
  while (panel !== null && !(panel.scrollHeight > panel.clientHeight && /auto|scroll/.test(getComputedStyle(panel).overflowY))) panel = panel.parentElement
  if (panel === null || panel === document.documentElement || panel === document.body) return
  const { top, bottom } = part.getBoundingClientRect()
  const view = panel.getBoundingClientRect()
  if (top >= view.top && bottom <= view.bottom) return
  panel.scrollTop += top - view.top - 8
}
