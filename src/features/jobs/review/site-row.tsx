import { CaretRightIcon } from '@phosphor-icons/react/CaretRight'
import { memo, useId } from 'react'
import type { PlanSite } from '@/features/jobs/queries/plan'
import { COUNT_COLUMNS, CountCells } from '@/features/jobs/review/counts'
import { codesOf, siteWords } from '@/features/jobs/review/plan-words'
import { SiteDetail } from '@/features/jobs/review/site-detail'
import { WarningChip } from '@/features/jobs/review/warning-chip'
import { formatBytes } from '@/lib/format'
import { Checkbox } from '@/ui/checkbox'
import { Chip } from '@/ui/chip'
import { cn } from '@/ui/cn'
import { StatusChip } from '@/ui/status-chip'

interface SiteRowProps {
  site: PlanSite
  open: boolean
  /** It has changed since the plan was first read. */
  news: boolean
  onToggle: (siteId: string) => void
  onStale: () => void
  /** undefined where nothing is to be chosen. */
  chosen?: boolean
  onChoose?: (siteId: string, chosen: boolean, range: boolean) => void
}

/** One site of a plan: what would change in figures, and on request in full. */
export const SiteRow = memo(function SiteRow({ site, open, news, onToggle, onStale, chosen, onChoose }: SiteRowProps) {
  const id = useId()
  return (
    <>
      <div className={cn('flex items-center', chosen !== undefined && 'pl-3 sm:pl-4')}>
        {chosen !== undefined && onChoose !== undefined && (
          // Shift is known to the click and not to the checkbox; its keys come as clicks too.
          <span
            className="-my-1.5 -ml-1.5 shrink-0 p-1.5"
            onClickCapture={(event) => {
              event.preventDefault()
              event.stopPropagation()
              if (site.enabled) onChoose(site.site_id, !chosen, event.shiftKey)
            }}
          >
            <Checkbox hideLabel label={`Choose ${site.name}`} checked={site.enabled && chosen} disabled={!site.enabled} onCheckedChange={(on) => onChoose(site.site_id, on, false)} />
          </span>
        )}
        <h2 className="min-w-0 flex-1">
          <button
            type="button"
            data-site-toggle
            aria-expanded={open}
            aria-controls={id}
            onClick={() => onToggle(site.site_id)}
            className={cn(
              'flex w-full flex-wrap items-center gap-x-3 gap-y-0.5 px-3 py-2 text-left outline-offset-[-2px] hover:bg-hover sm:grid sm:px-4',
              COUNT_COLUMNS,
            )}
          >
            <span className="flex min-w-0 flex-wrap items-center gap-x-2.5 gap-y-1 max-sm:w-full">
              <CaretRightIcon aria-hidden className={cn('size-3 shrink-0 text-ink-3 transition-transform', open && 'rotate-90')} />
              <span className={cn('min-w-0 font-semibold break-words', (site.unchanged || chosen === false) && 'text-ink-2')}>{site.name}</span>
              {codesOf(site).map((code) => (
                <WarningChip key={code} code={code} />
              ))}
              {site.unchanged ? (
                <StatusChip status="up to date" variant="bare" />
              ) : (
                site.counts.added + site.counts.changed + site.counts.removed + site.counts.reordered === 0 && (
                  <span className="text-hint text-ink-2">{siteWords(site)}</span>
                )
              )}
              {news && <Chip tone="accent">new since you looked</Chip>}
            </span>
            <CountCells counts={site.counts} />
            <span className="font-mono text-hint text-ink-2 tabular-nums max-sm:ml-auto sm:text-right">
              <span className="sr-only">payload </span>
              {formatBytes(site.bytes)}
            </span>
          </button>
        </h2>
      </div>
      {/* In line with the site's name, which stands behind the caret. */}
      <div id={id} hidden={!open} className={cn('px-3 pt-0.5 pb-4 sm:pr-4 sm:pl-9.5', chosen !== undefined && 'sm:pl-18.5')}>
        {open && <SiteDetail site={site} onStale={onStale} />}
      </div>
    </>
  )
})
