import { CaretRightIcon } from '@phosphor-icons/react/CaretRight'
import { useId, useState } from 'react'
import type { PlanSite } from '@/features/jobs/queries/plan'
import { sizeWords } from '@/features/jobs/review/plan-words'
import { capitalize, countInWords } from '@/lib/format'
import { cn } from '@/ui/cn'
import { RelativeTime } from '@/ui/relative-time'
import { StatusChip } from '@/ui/status-chip'

/** Sites that would receive what they have already: one line, until somebody asks. */
export function UnchangedSites({ sites, startOpen }: { sites: readonly PlanSite[]; startOpen: boolean }) {
  const [open, setOpen] = useState(startOpen)
  const id = useId()
  return (
    <section className="rounded-lg border border-line bg-panel">
      <h2>
        <button
          type="button"
          aria-expanded={open}
          aria-controls={id}
          onClick={() => setOpen(!open)}
          className="flex w-full items-center gap-2 rounded-lg px-4 py-2.5 text-left text-sm font-semibold outline-offset-[-2px] hover:bg-hover"
        >
          <CaretRightIcon aria-hidden className={cn('size-3 text-ink-3 transition-transform', open && 'rotate-90')} />
          {capitalize(countInWords('site', sites.length))} unchanged
        </button>
      </h2>
      {open && (
        <ul id={id} className="divide-y divide-line border-t border-line">
          {sites.map((site) => (
            <li key={site.site_id} className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2 text-hint">
              <span className="font-semibold">{site.name}</span>
              <span className="text-ink-2">{sizeWords(site)}</span>
              <StatusChip className="sm:ml-auto" status="up to date" variant="bare" />
              <span className="text-ink-3">
                <RelativeTime at={site.accepted_at} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
