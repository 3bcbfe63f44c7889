import type { Drift, Site } from '@/features/sites/queries/sites'
import { DRIFT_WORDS, siteConditions, type SiteCondition } from '@/features/sites/site-words'
import { StatusChip } from '@/ui/status-chip'

export function DriftChip({ drift }: { drift: Drift }) {
  return <StatusChip status={DRIFT_WORDS[drift]} />
}

function ConditionChip({ condition }: { condition: SiteCondition }) {
  return <StatusChip status={condition === 'circuit open' ? 'open' : condition} label={condition} />
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
