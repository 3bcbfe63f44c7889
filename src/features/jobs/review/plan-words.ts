import type { Plan, PlanCounts, PlanSite } from '@/features/jobs/queries/plan'
import { isGrave } from '@/features/jobs/review/warning-words'
import { capitalize, count, countInWords } from '@/lib/format'

export interface PlanParts {
  /** What a run would send to, in the order to read it: grave warnings first, then other warnings, then by name. */
  changed: PlanSite[]
  unchanged: PlanSite[]
  /** Chosen, and disabled: a run passes them by. */
  disabled: PlanSite[]
  /** Over the sites that would change; `unchanged` over all of them. */
  totals: PlanCounts & { bytes: number }
  /** How many sites have a warning, by its code; the most frequent first, grave ones before others. */
  warnings: { code: string; sites: number }[]
  /** A run would be refused: one payload is larger than a delivery carries. */
  tooLarge: boolean
  /** Nothing is published for any of the sites, and none has ever accepted anything. */
  nothingToSend: boolean
}

/** A site may have one warning several times (an invalid item each): its codes, each once. */
export function codesOf({ warnings }: Pick<PlanSite, 'warnings'>): string[] {
  return [...new Set(warnings.map(({ code }) => code))]
}

const names = new Intl.Collator('en')

export function partsOf({ sites }: Plan): PlanParts {
  const weight = ({ warnings }: PlanSite) => (warnings.some(({ code }) => isGrave(code)) ? 0 : warnings.length > 0 ? 1 : 2)
  const enabled = sites.filter((site) => site.enabled)
  const changed = enabled.filter(({ unchanged }) => !unchanged).sort((a, b) => weight(a) - weight(b) || names.compare(a.name, b.name))
  const codes = new Map<string, number>()
  for (const code of sites.flatMap(codesOf)) codes.set(code, (codes.get(code) ?? 0) + 1)
  const sum = (of: readonly PlanSite[], value: (site: PlanSite) => number) => of.reduce((total, site) => total + value(site), 0)
  return {
    changed,
    unchanged: enabled.filter(({ unchanged }) => unchanged),
    disabled: sites.filter((site) => !site.enabled),
    totals: {
      added: sum(changed, ({ counts }) => counts.added),
      changed: sum(changed, ({ counts }) => counts.changed),
      removed: sum(changed, ({ counts }) => counts.removed),
      reordered: sum(changed, ({ counts }) => counts.reordered),
      unchanged: sum(enabled, ({ counts }) => counts.unchanged),
      bytes: sum(changed, ({ bytes }) => bytes),
    },
    warnings: [...codes]
      .map(([code, n]) => ({ code, sites: n }))
      .sort((a, b) => Number(isGrave(b.code)) - Number(isGrave(a.code)) || b.sites - a.sites),
    tooLarge: enabled.some(({ warnings }) => warnings.some(({ code }) => code === 'too_large')),
    nothingToSend: sites.every(({ item_count, accepted_hash }) => item_count === 0 && accepted_hash === null),
  }
}

const KINDS = ['added', 'changed', 'reordered', 'removed'] as const

/** "2 items added, 1 changed": in one order, whatever comes first. Empty when no item differs. */
export function changeWords(counts: PlanCounts): string {
  return KINDS.filter((kind) => counts[kind] > 0)
    .map((kind, index) => (index === 0 ? `${count('item', counts[kind])} ${kind}` : `${counts[kind]} ${kind}`))
    .join(', ')
}

/** What differs where no item does: a body holds nothing but the items and the site's own name and slug. */
export function siteWords(site: PlanSite): string {
  const words = changeWords(site.counts)
  if (words !== '' || site.unchanged) return words
  return site.accepted_hash === null ? 'first delivery, without an item' : 'site renamed'
}

/** The sentence that opens the review. */
export function planSentence({ sites }: Plan, { changed, totals, disabled, nothingToSend }: PlanParts): string {
  if (nothingToSend) return 'There is nothing to send yet'
  const enabled = sites.length - disabled.length
  if (changed.length === 0) {
    return enabled === 1 ? 'Nothing has changed: the site is up to date' : `Nothing has changed: all ${countInWords('site', enabled)} are up to date`
  }
  const words = changeWords(totals)
  const subject = capitalize(
    changed.length === sites.length ? countInWords('site', changed.length) : `${countInWords('', changed.length, '').trim()} of ${count('site', sites.length)}`,
  )
  if (words !== '') return `${subject} would change: ${words}`
  return changed.every(({ accepted_hash }) => accepted_hash !== null) ? `${subject} would change: renamed` : `${subject} would receive a first delivery`
}

/** What is there now, where that says something: "first delivery", "now 3 items". */
export function nowWords(site: PlanSite): string {
  if (site.accepted_hash === null) return 'first delivery'
  return site.accepted_item_count === null || site.accepted_item_count === site.item_count ? '' : `now ${count('item', site.accepted_item_count)}`
}

/** The line under the sentence. */
export function planNotes({ drafts, scheduled_items: scheduled }: Plan, { changed }: PlanParts): string {
  return [
    changed.length === 0 ? 'Every site has accepted exactly what it would receive now.' : 'Nothing is sent until you confirm.',
    drafts === 0 ? '' : `${capitalize(countInWords('draft', drafts))} ${drafts === 1 ? 'stays' : 'stay'} behind.`,
    scheduled === 0 ? '' : `${capitalize(countInWords('item', scheduled))} ${scheduled === 1 ? 'waits for its' : 'wait for their'} time.`,
  ]
    .filter(Boolean)
    .join(' ')
}

/** The sites whose comparison is another one than when the reading began. */
export function newsSince(first: Plan, plan: Plan): ReadonlySet<string> {
  if (first.hash === plan.hash) return new Set()
  const pair = ({ hash, accepted_hash }: PlanSite) => `${hash} ${accepted_hash ?? ''}`
  const known = new Map(first.sites.map((site) => [site.site_id, pair(site)]))
  return new Set(plan.sites.filter((site) => known.get(site.site_id) !== pair(site)).map(({ site_id }) => site_id))
}
