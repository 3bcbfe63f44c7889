import type { PlanSite } from '@/features/jobs/queries/plan'
import { formatNumber } from '@/lib/format'
import { Button } from '@/ui/button'

interface ChooseBarProps {
  sites: readonly PlanSite[]
  chosen: ReadonlySet<string>
  onChoose: (chosen: ReadonlySet<string>) => void
}

/** How many sites the run is for, and the three choices that are made most. */
export function ChooseBar({ sites, chosen, onChoose }: ChooseBarProps) {
  const enabled = sites.filter((site) => site.enabled)
  const changed = enabled.filter(({ unchanged }) => !unchanged)
  const ids = (some: readonly PlanSite[]) => new Set(some.map(({ site_id }) => site_id))
  const isJustChanged = chosen.size === changed.length && changed.every(({ site_id }) => chosen.has(site_id))
  return (
    <div role="group" aria-label="Choose sites" className="flex flex-wrap items-center gap-x-1 gap-y-1 text-hint text-ink-2">
      <span role="status" className="mr-1.5 whitespace-nowrap tabular-nums">
        {chosen.size === enabled.length ? `All ${formatNumber(enabled.length)} chosen` : `${formatNumber(chosen.size)} of ${formatNumber(enabled.length)} chosen`}
      </span>
      <Button size="sm" variant="ghost" disabled={chosen.size === enabled.length} onClick={() => onChoose(ids(enabled))}>
        All
      </Button>
      {changed.length > 0 && changed.length < enabled.length && (
        <Button size="sm" variant="ghost" disabled={isJustChanged} onClick={() => onChoose(ids(changed))}>
          Changed only
        </Button>
      )}
      <Button size="sm" variant="ghost" disabled={chosen.size === 0} onClick={() => onChoose(new Set())}>
        None
      </Button>
    </div>
  )
}
