import type { Lag } from '@/features/sites/queries/site-health'
import type { Site } from '@/features/sites/queries/sites'
import { isBehind, siteCondition, siteConditions, type SiteCondition } from '@/features/sites/site-words'
import { withParameters, type UrlFilters } from '@/lib/use-url-filters'
import type { Sort } from '@/ui/long-table'

export const HEALTHS = ['healthy', 'failing', 'paused', 'held', 'drifted', 'new'] as const
export type Health = (typeof HEALTHS)[number]

export const HEALTH_WORDS: Record<Health, string> = {
  healthy: 'Healthy', failing: 'Failing', paused: 'Paused by failures', held: 'On hold', drifted: 'Drifted', new: 'Never synced',
}

const LAGS = ['behind', 'in-sync'] as const
const STATES = ['enabled', 'disabled'] as const
export const SORTS = ['name', 'slug', 'health', 'behind', 'accepted', 'region'] as const

export interface SiteFilters {
  text: string
  health: Health | null
  lag: (typeof LAGS)[number] | null
  state: (typeof STATES)[number] | null
  /** '' for those without one. */
  region: string | null
  sort: Sort
}

const BY_NAME: Sort = { key: 'name', descending: false }
export const NO_FILTERS: SiteFilters = { text: '', health: null, lag: null, state: null, region: null, sort: BY_NAME }

function oneOf<Word extends string>(words: readonly Word[], value: string | null): Word | null {
  return words.find((word) => word === value) ?? null
}

function readSort(text: string | null): Sort {
  const descending = text?.startsWith('-') === true
  const key = oneOf(SORTS, text === null ? null : text.replace(/^-/, ''))
  return key === null ? BY_NAME : { key, descending }
}

export const siteFilters: UrlFilters<SiteFilters> = {
  read: (search) => ({
    text: (search.get('q') ?? '').trim().slice(0, 200),
    health: oneOf(HEALTHS, search.get('health')),
    lag: oneOf(LAGS, search.get('behind')),
    state: oneOf(STATES, search.get('state')),
    region: search.has('region') ? (search.get('region') ?? '').slice(0, 60) : null,
    sort: readSort(search.get('sort')),
  }),
  write: ({ text, health, lag, state, region, sort }, search) => {
    const next = withParameters(search, {
      q: text, health, behind: lag, state,
      sort: sort.key === 'name' && !sort.descending ? null : `${sort.descending ? '-' : ''}${sort.key}`,
    })
    // An empty region is one that can be looked for.
    if (region === null) next.delete('region')
    else next.set('region', region)
    return next
  },
}

export function isFiltering({ text, health, lag, state, region }: SiteFilters): boolean {
  return text !== '' || health !== null || lag !== null || state !== null || region !== null
}

const HEALTH_OF: Record<Health, readonly SiteCondition[]> = {
  healthy: ['success'], failing: ['failed', 'retrying'], paused: ['circuit open', 'half-open'], held: ['on hold'], drifted: ['drifted'], new: ['never synced'],
}

/** The most pressing first. */
const RANK: readonly SiteCondition[] = ['circuit open', 'half-open', 'failed', 'retrying', 'drifted', 'on hold', 'never synced', 'success', 'disabled']

/** The sites that match, in their order. What is not known yet (figures that are still being asked for) matches no filter of it and is sorted last. */
export function applyFilters(sites: readonly Site[], lags: ReadonlyMap<string, Lag> | undefined, filters: SiteFilters): Site[] {
  const wanted = filters.text.toLowerCase()
  const found = sites.filter((site) => {
    if (filters.state !== null && site.enabled !== (filters.state === 'enabled')) return false
    if (filters.region !== null && (site.region ?? '') !== filters.region) return false
    if (filters.health !== null && !siteConditions(site).some((condition) => HEALTH_OF[filters.health as Health].includes(condition))) return false
    if (filters.lag !== null) {
      const lag = lags?.get(site.id)
      if (lag === undefined || isBehind(site, lag) !== (filters.lag === 'behind')) return false
    }
    return wanted === '' || [site.name, site.slug, site.region ?? '', site.destinationUrl ?? ''].some((text) => text.toLowerCase().includes(wanted))
  })
  return found.sort((a, b) => {
    const order = compare(a, b, lags, filters.sort)
    return order !== 0 ? order : names.compare(a.name, b.name) || (a.id < b.id ? -1 : 1)
  })
}

const names = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' })

function compare(a: Site, b: Site, lags: ReadonlyMap<string, Lag> | undefined, { key, descending }: Sort): number {
  const sign = descending ? -1 : 1
  const known = <Value>(left: Value | null | undefined, right: Value | null | undefined, order: (left: Value, right: Value) => number): number => {
    // Nothing is neither more nor less: it stands at the end, whichever way.
    if (left === null || left === undefined) return right === null || right === undefined ? 0 : 1
    if (right === null || right === undefined) return -1
    return sign * order(left, right)
  }
  switch (key) {
    case 'slug':
      return sign * names.compare(a.slug, b.slug)
    case 'region':
      return known(a.region, b.region, (left, right) => names.compare(left, right))
    case 'health':
      return sign * (RANK.indexOf(siteCondition(a)) - RANK.indexOf(siteCondition(b)))
    case 'behind':
      return known(weight(a, lags), weight(b, lags), (left, right) => left - right)
    case 'accepted':
      return known(a.state.acceptedAt, b.state.acceptedAt, (left, right) => Date.parse(left) - Date.parse(right))
    default:
      return sign * names.compare(a.name, b.name)
  }
}

/** A site that only its name sets apart is less behind than one with a single item. */
function weight(site: Site, lags: ReadonlyMap<string, Lag> | undefined): number | null {
  const lag = lags?.get(site.id)
  if (lag === undefined) return null
  return isBehind(site, lag) ? (lag.behindBy ?? 0) + 0.5 : 0
}

export function regionsOf(sites: readonly Site[]): string[] {
  return [...new Set(sites.map(({ region }) => region ?? ''))].sort(names.compare)
}
