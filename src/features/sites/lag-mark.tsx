import type { Lag } from '@/features/sites/queries/site-health'
import type { Site } from '@/features/sites/queries/sites'
import { hasNothingToShow } from '@/features/sites/site-words'
import { count } from '@/lib/format'
import { Skeleton } from '@/ui/skeleton'
import { StatusChip } from '@/ui/status-chip'

interface LagMarkProps {
  site: Pick<Site, 'state'>
  /** undefined while it is asked for. */
  lag: Lag | undefined
  variant?: 'chip' | 'bare'
}

/** "behind by 3 items", "in sync". */
export function LagMark({ site, lag, variant = 'bare' }: LagMarkProps) {
  if (lag === undefined) return <Skeleton className="w-20" />
  if (hasNothingToShow(site, lag)) return <span className="text-hint whitespace-nowrap text-ink-3">nothing mapped</span>
  if (!lag.differs) return <StatusChip status="in sync" variant={variant} />
  return <StatusChip status="behind" variant={variant} label={lagWords(lag)} />
}

function lagWords({ behindBy }: Lag): string {
  if (behindBy === null) return 'behind'
  return behindBy === 0 ? 'its name' : count('item', behindBy)
}
