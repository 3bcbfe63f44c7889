import { TotalCounts } from '@/features/jobs/review/counts'
import type { PlanParts } from '@/features/jobs/review/plan-words'
import { WarningChip } from '@/features/jobs/review/warning-chip'
import { count, formatBytes } from '@/lib/format'

/** One line over all sites: what a run would change, how much it would send, what to look at first. */
export function PlanSummary({ parts }: { parts: PlanParts }) {
  const { changed, unchanged, disabled, totals, warnings } = parts
  const rest = [
    unchanged.length > 0 ? `${count('site', unchanged.length)} up to date` : '',
    disabled.length > 0 ? `${disabled.length} disabled, passed by` : '',
  ].filter(Boolean)
  return (
    <section aria-label="Over all sites" className="rounded-lg border border-line bg-panel px-3 py-2.5 sm:px-4">
      <p className="flex flex-wrap items-baseline gap-x-4 gap-y-1 text-hint">
        <TotalCounts counts={totals} />
        <span className="text-ink-2 sm:ml-auto">
          {changed.length > 0 && (
            <>
              <span className="font-mono tabular-nums">{formatBytes(totals.bytes)}</span> to {count('site', changed.length)}
            </>
          )}
          {rest.length > 0 && (changed.length > 0 ? `, ${rest.join(', ')}` : rest.join(', '))}
        </span>
      </p>
      {warnings.length > 0 && (
        <ul aria-label="Warnings" className="mt-2 flex flex-wrap gap-1.5">
          {warnings.map(({ code, sites }) => (
            <li key={code}>
              <WarningChip code={code} sites={sites} />
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
