import type { Site } from '@/features/sites/queries/sites'

export type SiteCondition = 'disabled' | 'on hold' | 'failed' | 'retrying' | 'never synced' | 'success'

/** What a site's list entry says of it, the most pressing first. */
export function siteCondition(site: Pick<Site, 'enabled' | 'state'>): SiteCondition {
  const { onHold, lastStatus, acceptedAt } = site.state
  if (!site.enabled) return 'disabled'
  if (onHold) return 'on hold'
  if (lastStatus === 'failed' || lastStatus === 'retrying') return lastStatus
  return acceptedAt === null ? 'never synced' : 'success'
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
  const enabled = sites.filter((site) => site.enabled)
  const failing = enabled.filter((site) => ['failed', 'retrying'].includes(siteCondition(site))).length
  const fresh = enabled.filter((site) => siteCondition(site) === 'never synced').length
  const all = count('site', sites.length)
  if (failing > 0) return failing === sites.length ? `${all}, ${sites.length === 1 ? 'and it refused' : 'all refused'} the last delivery` : `${all}, ${failing} refused the last delivery`
  if (fresh > 0 && fresh === enabled.length) return `${all}, nothing received yet`
  if (fresh > 0) return `${all}, ${fresh} received nothing yet`
  return enabled.length === 0 ? `${all}, none enabled` : `${all}, every delivery accepted`
}
