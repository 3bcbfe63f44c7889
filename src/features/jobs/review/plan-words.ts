import type { ItemChange, Plan, PlanSite } from '@/features/jobs/queries/plan'
import { capitalize, count, countInWords, formatBytes } from '@/lib/format'

export interface PlanParts {
  /** In the order to read them: those with a warning first, then by name. */
  changed: PlanSite[]
  unchanged: PlanSite[]
  warnings: { site: PlanSite; code: string; message: string }[]
  /** A run would be refused: one payload is larger than a delivery carries. */
  tooLarge: boolean
  /** Nothing is published for any of the sites, and none has ever accepted anything. */
  nothingToSend: boolean
}

export function partsOf({ sites }: Plan): PlanParts {
  const warnings = sites.flatMap((site) => site.warnings.map((warning) => ({ site, ...warning })))
  const weight = (site: PlanSite) => (site.warnings.length > 0 ? 0 : 1)
  return {
    changed: sites.filter(({ unchanged }) => !unchanged).sort((a, b) => weight(a) - weight(b) || a.name.localeCompare(b.name)),
    unchanged: sites.filter(({ unchanged }) => unchanged),
    warnings,
    tooLarge: warnings.some(({ code }) => code === 'too_large'),
    nothingToSend: sites.every(({ item_count, accepted_hash }) => item_count === 0 && accepted_hash === null),
  }
}

export const isItemChange = (change: PlanSite['changes'][number]): change is ItemChange => change.kind !== 'site'

const KINDS = ['added', 'changed', 'moved', 'removed'] as const

/** "2 items added, 1 changed": in one order, whatever comes first. */
export function changeWords(changes: PlanSite['changes']): string {
  const items = changes.filter(isItemChange)
  const parts: string[] = []
  for (const kind of KINDS) {
    const n = items.filter((change) => change.kind === kind).length
    if (n > 0) parts.push(parts.length === 0 ? `${count('item', n)} ${kind}` : `${n} ${kind}`)
  }
  const renamed = changes.length - items.length
  if (renamed > 0) parts.push(renamed === 1 ? 'site renamed' : `${count('site', renamed)} renamed`)
  return parts.join(', ')
}

/** The sentence that opens the review. */
export function planSentence({ sites }: Plan, { changed, nothingToSend }: PlanParts): string {
  if (nothingToSend) return 'There is nothing to send yet'
  if (changed.length === 0) {
    return sites.length === 1 ? 'Nothing has changed: the site is up to date' : `Nothing has changed: all ${countInWords('site', sites.length)} are up to date`
  }
  const words = changeWords(changed.flatMap(({ changes }) => changes))
  const subject = capitalize(
    changed.length === sites.length ? countInWords('site', changed.length) : `${countInWords('', changed.length, '').trim()} of ${count('site', sites.length)}`,
  )
  return words === '' ? `${subject} would receive a first delivery` : `${subject} would change: ${words}`
}

/** "2 items, 1.1 kB", and what is there now: "now 3 items" or "now nothing". */
export function sizeWords(site: PlanSite): string {
  const next = `${count('item', site.item_count)}, ${formatBytes(site.bytes)}`
  if (site.accepted_hash === null) return `${next} · first delivery`
  return site.accepted_item_count === null || site.accepted_item_count === site.item_count ? next : `${next} · now ${count('item', site.accepted_item_count)}`
}
