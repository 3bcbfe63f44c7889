import { isItemCondition, ITEM_CONDITIONS, type ItemCondition } from '@/features/content/publish-window'
import { periodOf, readDay } from '@/lib/days'
import { withParameters, type UrlFilters } from '@/lib/use-url-filters'

/** One of the sites by its id, any of them, or none. */
export type SiteFilter = 'any' | 'none' | { id: string }

export const SORT_KEYS = ['title', 'status', 'type', 'updated', 'sites'] as const
export type SortKey = (typeof SORT_KEYS)[number]
export interface ItemSort {
  key: SortKey
  descending: boolean
}

export interface ItemFilters {
  /** As the chips say it: what is scheduled or has ended is not "published". Empty: whatever it is. */
  conditions: readonly ItemCondition[]
  typeIds: readonly string[]
  site: SiteFilter | null
  /** Words of the title or of a field. */
  text: string
  /** Days of the last change, both included, in the reader's own time zone. */
  from: string | null
  to: string | null
  sort: ItemSort
}

export const NEWEST_FIRST: ItemSort = { key: 'updated', descending: true }
export const NO_FILTERS: Omit<ItemFilters, 'sort'> = { conditions: [], typeIds: [], site: null, text: '', from: null, to: null }

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const list = (search: URLSearchParams, name: string): string[] => [...new Set((search.get(name) ?? '').split(',').filter((value) => value !== ''))]

function readSite(value: string | null): SiteFilter | null {
  if (value === 'any' || value === 'none') return value
  return value !== null && UUID.test(value) ? { id: value.toLowerCase() } : null
}

function readSort(value: string | null): ItemSort {
  const key = SORT_KEYS.find((candidate) => candidate === value?.replace(/^-/, ''))
  return key === undefined ? NEWEST_FIRST : { key, descending: value?.startsWith('-') === true }
}

const isSameSort = (a: ItemSort, b: ItemSort) => a.key === b.key && a.descending === b.descending

/** What an address says; what it says wrongly, it does not say. */
export function readFilters(search: URLSearchParams): ItemFilters {
  const wanted = list(search, 'status')
  return {
    // In the order of the menu: the same choice is the same address, however it came about.
    conditions: ITEM_CONDITIONS.filter((condition) => wanted.includes(condition) && isItemCondition(condition)),
    typeIds: list(search, 'type').filter((id) => UUID.test(id)).map((id) => id.toLowerCase()).slice(0, 50),
    site: readSite(search.get('site')),
    text: (search.get('q') ?? '').trim().slice(0, 200),
    from: readDay(search.get('from')),
    to: readDay(search.get('to')),
    sort: readSort(search.get('sort')),
  }
}

/** The address with these filters; whatever else it says (the item that is looked at) stays. */
export function writeFilters({ conditions, typeIds, site, text, from, to, sort }: ItemFilters, search: URLSearchParams = new URLSearchParams()): URLSearchParams {
  return withParameters(search, {
    status: conditions.join(','),
    type: typeIds.join(','),
    site: site === null || typeof site === 'string' ? site : site.id,
    q: text,
    from,
    to,
    sort: isSameSort(sort, NEWEST_FIRST) ? null : `${sort.descending ? '-' : ''}${sort.key}`,
  })
}

export const itemFilters: UrlFilters<ItemFilters> = { read: readFilters, write: writeFilters }

export function isFiltering(filters: ItemFilters): boolean {
  return writeFilters({ ...filters, sort: NEWEST_FIRST }).size > 0
}

/** The question as the database understands it (list_items). */
export function questionOf({ conditions, typeIds, site, text, from, to }: ItemFilters): Record<string, string | boolean | string[]> {
  const period = periodOf({ from, to })
  return {
    ...(conditions.length > 0 ? { conditions: [...conditions] } : {}),
    ...(typeIds.length > 0 ? { types: [...typeIds] } : {}),
    ...(site === null ? {} : typeof site === 'string' ? { linked: site === 'any' } : { sites: [site.id] }),
    ...(text === '' ? {} : { text }),
    ...(period.from === null ? {} : { from: period.from }),
    ...(period.before === null ? {} : { before: period.before }),
  }
}
