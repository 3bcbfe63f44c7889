import { ArchiveIcon } from '@phosphor-icons/react/Archive'
import { count } from '@/lib/format'
import { RelativeTime } from '@/ui/relative-time'

interface LogRemovedProps {
  at: string
  /** Lines that are still there. */
  kept: number
}

/** In the place of the terminal, or above what is left of its lines. */
export function LogRemoved({ at, kept }: LogRemovedProps) {
  return (
    <section aria-label="Log of the run" className="mt-4 flex items-start gap-3 rounded-lg border border-term-line bg-term-ground px-4 py-3.5 text-term-ink">
      <ArchiveIcon aria-hidden className="mt-0.5 size-4 shrink-0 text-term-dim" />
      <div className="text-hint">
        <p className="font-semibold">{kept === 0 ? 'The lines of this log were removed by retention' : `Retention removed lines of this log, ${count('line', kept)} are left`}</p>
        <p className="text-term-dim">
          That was <RelativeTime at={at} />: logs are kept for as long as the organization’s settings name. What became of each site stays above.
        </p>
      </div>
    </section>
  )
}
