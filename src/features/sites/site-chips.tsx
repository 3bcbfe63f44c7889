import type { Drift, Site } from '@/features/sites/queries/sites'
import { DRIFT_WORDS, siteConditions, type SiteCondition } from '@/features/sites/site-words'
import { StatusChip } from '@/ui/status-chip'

export function DriftChip({ drift }: { drift: Drift }) {
  return <StatusChip status={DRIFT_WORDS[drift]} />
}

function ConditionChip({ condition }: { condition: SiteCondition }) {
  return <StatusChip status={condition === 'circuit open' ? 'open' : condition} label={condition === 'success' ? 'healthy' : condition} />
}

/** All that is to be said of a site, the most pressing first. */
export function SiteChips({ site }: { site: Pick<Site, 'enabled' | 'state'> }) {
  return (
    <span className="inline-flex flex-wrap gap-1.5">
      {siteConditions(site).map((condition) => (
        <ConditionChip key={condition} condition={condition} />
      ))}
    </span>
  )
}

/** The most pressing of them, for a cell: a site that only has to be left alone is healthy. */
export function HealthMark({ site }: { site: Pick<Site, 'enabled' | 'state'> }) {
  const [condition, ...others] = siteConditions(site)
  return (
    <span className="inline-flex items-center gap-1">
      <StatusChip status={condition === 'circuit open' ? 'open' : condition} label={condition === 'success' ? 'healthy' : condition} variant="bare" />
      {others.length > 0 && (
        <span className="text-xs text-ink-3" title={others.join(', ')}>
          +{others.length}
        </span>
      )}
    </span>
  )
}
