import { useVirtualizer } from '@tanstack/react-virtual'
import { useMemo, useRef, useState, type ReactNode } from 'react'
import { isOpen } from '@/features/jobs/delivery-words'
import type { Delivery } from '@/features/jobs/live/shapes'
import { formatNumber } from '@/lib/format'
import { useMediaQuery } from '@/lib/use-media-query'
import { SegmentedControl } from '@/ui/segmented-control'

type Part = 'all' | 'open' | 'failed' | 'accepted' | 'not-sent'

const PARTS: readonly { value: Part; label: string; takes: (delivery: Delivery) => boolean }[] = [
  { value: 'all', label: 'All', takes: () => true },
  { value: 'open', label: 'Under way', takes: isOpen },
  { value: 'failed', label: 'Failed', takes: ({ status }) => status === 'failed' },
  { value: 'accepted', label: 'Accepted', takes: ({ status }) => status === 'success' },
  { value: 'not-sent', label: 'Not sent', takes: ({ status }) => status === 'skipped' || status === 'superseded' || status === 'cancelled' },
]

const CARD_HEIGHT = 120
const GAP = 12

interface ManySiteCardsProps {
  deliveries: readonly Delivery[]
  /** Of a height that is the same for all. */
  card: (delivery: Delivery) => ReactNode
}

/** Hundreds of sites: narrowed by what became of them, and drawn only where they are in sight. */
export function ManySiteCards({ deliveries, card }: ManySiteCardsProps) {
  const box = useRef<HTMLDivElement>(null)
  const [part, setPart] = useState<Part>('all')
  const wide = useMediaQuery('(min-width: 80rem)')
  const middle = useMediaQuery('(min-width: 40rem)')
  const lanes = wide ? 3 : middle ? 2 : 1
  const parts = useMemo(() => PARTS.map((each) => ({ ...each, deliveries: deliveries.filter(each.takes) })), [deliveries])
  const shown = parts.find(({ value }) => value === part)?.deliveries ?? deliveries
  // eslint-disable-next-line react-hooks/incompatible-library -- its answers change without its identity; nothing below memoises on it
  const rows = useVirtualizer({
    count: Math.ceil(shown.length / lanes),
    getScrollElement: () => box.current,
    estimateSize: () => CARD_HEIGHT + GAP,
    overscan: 3,
  })
  const visible = rows.getVirtualItems().flatMap(({ index, start }) =>
    shown.slice(index * lanes, (index + 1) * lanes).map((delivery, lane) => ({ delivery, lane, start, position: index * lanes + lane + 1 })),
  )
  const width = `((100% - ${(lanes - 1) * GAP}px) / ${lanes})`
  return (
    <>
      <div className="mb-3 max-w-full overflow-x-auto">
        <SegmentedControl
          aria-label="Which sites"
          value={part}
          onValueChange={setPart}
          segments={parts
            .filter(({ value, deliveries: some }) => value === 'all' || value === part || some.length > 0)
            .map(({ value, label, deliveries: some }) => ({ value, label: `${label} ${formatNumber(some.length)}` }))}
        />
      </div>
      {/* A region that scrolls must be reachable by keyboard (WCAG 2.1.1). */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div ref={box} role="region" aria-label="Sites" tabIndex={0} className="max-h-88 overflow-y-auto overscroll-contain">
        {shown.length === 0 ? (
          <p role="status" className="py-4 text-hint text-ink-2">
            No site of this run is in that state any more.
          </p>
        ) : (
          <ul aria-label="Sites of this run" className="relative" style={{ height: rows.getTotalSize() - GAP }}>
            {visible.map(({ delivery, lane, start, position }) => (
              <li
                key={delivery.id}
                aria-setsize={shown.length}
                aria-posinset={position}
                className="absolute top-0"
                style={{ transform: `translateY(${start}px)`, height: CARD_HEIGHT, width: `calc(${width})`, left: `calc((${width} + ${GAP}px) * ${lane})` }}
              >
                {card(delivery)}
              </li>
            ))}
          </ul>
        )}
      </div>
    </>
  )
}
