import type { Lag } from '@/features/sites/queries/site-health'
import type { Drift, Site } from '@/features/sites/queries/sites'
import { formatNumber } from '@/lib/format'

export type SiteCondition = 'disabled' | 'on hold' | 'circuit open' | 'half-open' | 'failed' | 'retrying' | 'drifted' | 'never synced' | 'success'

/** What is to be said of a site, the most pressing first; never empty. */
export function siteConditions({ enabled, state }: Pick<Site, 'enabled' | 'state'>): [SiteCondition, ...SiteCondition[]] {
  const pressing: SiteCondition[] = []
  if (!enabled) pressing.push('disabled')
  if (state.onHold) pressing.push('on hold')
  if (state.circuit === 'open') pressing.push('circuit open')
  else if (state.circuit === 'half_open') pressing.push('half-open')
  // An open circuit says it already, and says what follows from it.
  else if (enabled && (state.lastStatus === 'failed' || state.lastStatus === 'retrying')) pressing.push(state.lastStatus)
  if (state.drift === 'drifted') pressing.push('drifted')
  const [first, ...others] = pressing
  return first === undefined ? [state.acceptedAt === null ? 'never synced' : 'success'] : [first, ...others]
}

/** The most pressing of them: what a list entry is filed under. */
export function siteCondition(site: Pick<Site, 'enabled' | 'state'>): SiteCondition {
  return siteConditions(site)[0]
}

/** Why the site is in the condition it is filed under, where that has a reason. */
export function reasonOf(site: Pick<Site, 'enabled' | 'state'>): string | null {
  const { disabledReason, holdReason, lastError } = site.state
  switch (siteCondition(site)) {
    case 'disabled':
      return disabledReason
    case 'on hold':
      return holdReason
    case 'failed':
    case 'retrying':
    case 'circuit open':
    case 'half-open':
      return lastError
    default:
      return null
  }
}

export const DRIFT_WORDS: Record<Drift, string> = {
  unknown: 'not checked',
  in_sync: 'in sync',
  drifted: 'drifted',
  unreachable: 'unreachable',
}

/** Whether anybody could say what the site shows: our own receiver, or an address that the site offers for it. */
export function canCheckDrift({ destinationUrl, delivery }: Pick<Site, 'destinationUrl' | 'delivery'>): boolean {
  return destinationUrl === null || delivery.stateUrl !== null
}

/** "Google Campaign" -> "google-campaign": what the database takes as a slug, or nothing. */
export function suggestSlug(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 63)
    .replace(/-+$/, '')
}

/** The sentence that opens the list: true right now. */
export function sitesSentence(sites: readonly Pick<Site, 'enabled' | 'state'>[], count: (noun: string, n: number) => string): string {
  const conditions = sites.filter((site) => site.enabled).map(siteConditions)
  const having = (...wanted: SiteCondition[]) => conditions.filter((all) => all.some((condition) => wanted.includes(condition))).length
  const failing = having('failed', 'retrying', 'circuit open', 'half-open')
  const drifted = having('drifted')
  const held = having('on hold')
  const fresh = having('never synced')
  const all = count('site', sites.length)
  if (failing > 0) return failing === sites.length ? `${all}, ${sites.length === 1 ? 'and it refused' : 'all refused'} the last delivery` : `${all}, ${failing} refused the last delivery`
  if (drifted > 0) return `${all}, ${drifted} ${drifted === 1 ? 'shows' : 'show'} something else than was accepted`
  if (held > 0) return `${all}, ${held} on hold`
  if (fresh > 0 && fresh === conditions.length) return `${all}, nothing received yet`
  if (fresh > 0) return `${all}, ${fresh} received nothing yet`
  return conditions.length === 0 ? `${all}, none enabled` : `${all}, every delivery accepted`
}

/** It has accepted nothing and nothing is mapped to it: there is nothing that it could be behind. */
export function hasNothingToShow({ state }: { state: { acceptedAt: string | null } }, lag: Lag): boolean {
  return state.acceptedAt === null && lag.itemCount === 0
}

export function isBehind(site: { state: { acceptedAt: string | null } }, lag: Lag): boolean {
  return lag.differs && !hasNothingToShow(site, lag)
}

/** The line under it: how far the enabled ones are behind what they should show. */
export function lagSentence(sites: readonly Pick<Site, 'id' | 'enabled' | 'state'>[], lags: ReadonlyMap<string, Lag> | undefined): string {
  const known = sites.flatMap((site) => {
    const lag = site.enabled ? lags?.get(site.id) : undefined
    return lag === undefined ? [] : [isBehind(site, lag)]
  })
  if (known.length === 0) return 'Each receives its own payload, signed, with every run.'
  const behind = known.filter(Boolean).length
  if (behind === 0) return 'All that are enabled show what they should: nothing is waiting to be sent.'
  return behind === known.length && behind > 1
    ? `All ${formatNumber(behind)} that are enabled are behind: a run brings them up to date.`
    : `${formatNumber(behind)} ${behind === 1 ? 'is' : 'are'} behind ${behind === 1 ? 'its' : 'their'} content: a run brings ${behind === 1 ? 'it' : 'them'} up to date.`
}
