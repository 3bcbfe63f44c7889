import type { Drift, Site } from '@/features/sites/queries/sites'

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

/** "hooks.example.com/datasync" of "https://hooks.example.com/datasync": what tells two addresses apart in a list. */
export function shortAddress(url: string): string {
  return url.replace(/^https?:\/\//, '').replace(/\/$/, '')
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
