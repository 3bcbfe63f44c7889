import { sameMapping } from '@/features/mappings/mapping'
import type { ChangedBases } from '@/features/mappings/queries/changed-bases'
import type { Columns, MatrixItem, MatrixSite } from '@/features/mappings/queries/matrix'
import { withParameters } from '@/lib/use-url-filters'

/** Rows by what their cells hold. */
export const SHOWS = ['differing', 'unmapped', 'changed'] as const
export type Show = (typeof SHOWS)[number]

export interface MappingFilters {
  text: string
  typeId: string | null
  status: 'published' | 'draft' | null
  /** Part of a site's name or slug. */
  site: string
  region: string | null
  enabled: boolean | null
  show: Show | null
  /** Rows by title, or by type and then by title. */
  byType: boolean
}

export const NO_FILTERS: MappingFilters = { text: '', typeId: null, status: null, site: '', region: null, enabled: null, show: null, byType: false }

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

export function readFilters(search: URLSearchParams): MappingFilters {
  const one = <Value extends string>(name: string, values: readonly Value[]): Value | null => values.find((value) => value === search.get(name)) ?? null
  const type = search.get('type')
  const enabled = one('sites', ['enabled', 'disabled'])
  return {
    text: (search.get('q') ?? '').trim().slice(0, 200),
    typeId: type !== null && UUID.test(type) ? type.toLowerCase() : null,
    status: one('status', ['published', 'draft']),
    site: (search.get('sq') ?? '').trim().slice(0, 200),
    region: search.get('region') === '' ? null : (search.get('region')?.slice(0, 60) ?? null),
    enabled: enabled === null ? null : enabled === 'enabled',
    show: one('show', SHOWS),
    byType: search.get('by') === 'type',
  }
}

export function writeFilters(filters: MappingFilters, search: URLSearchParams): URLSearchParams {
  return withParameters(search, {
    q: filters.text, type: filters.typeId, status: filters.status, sq: filters.site, region: filters.region,
    sites: filters.enabled === null ? null : filters.enabled ? 'enabled' : 'disabled',
    show: filters.show, by: filters.byType ? 'type' : null,
  })
}

export const isFiltering = (filters: MappingFilters): boolean => writeFilters({ ...filters, byType: false }, new URLSearchParams()).size > 0

export function filterSites(sites: readonly MatrixSite[], { site, region, enabled }: Pick<MappingFilters, 'site' | 'region' | 'enabled'>): readonly MatrixSite[] {
  const words = site.toLowerCase()
  if (words === '' && region === null && enabled === null) return sites
  return sites.filter(
    (one) =>
      (words === '' || one.name.toLowerCase().includes(words) || one.slug.includes(words)) &&
      (region === null || one.region === region) &&
      (enabled === null || one.enabled === enabled),
  )
}

export function filterItems(items: readonly MatrixItem[], filters: Pick<MappingFilters, 'text' | 'typeId' | 'status' | 'byType'>, typeTitles: ReadonlyMap<string, string>): readonly MatrixItem[] {
  const words = filters.text.toLowerCase()
  const shown =
    words === '' && filters.typeId === null && filters.status === null
      ? items
      : items.filter(
          (item) =>
            (words === '' || item.title.toLowerCase().includes(words)) &&
            (filters.typeId === null || item.typeId === filters.typeId) &&
            (filters.status === null || item.status === filters.status),
        )
  if (!filters.byType) return shown
  const title = ({ typeId }: MatrixItem) => typeTitles.get(typeId) ?? ''
  // Items come by title already, and a sort keeps that within a type.
  return [...shown].sort((a, b) => title(a).localeCompare(title(b)) || (a.typeId < b.typeId ? -1 : a.typeId > b.typeId ? 1 : 0))
}

/** The rows that hold what is asked for, over the columns shown. */
export function rowsShowing(show: Show, items: readonly MatrixItem[], sites: readonly MatrixSite[], columns: Columns, changed: ChangedBases): Set<string> {
  const found = items.filter(({ id }) => {
    if (show === 'changed') return sites.some((site) => changed[site.id]?.[id] !== undefined)
    if (show === 'unmapped') return sites.every((site) => columns[site.id]?.[id] === undefined)
    const [first, ...others] = sites
    if (first === undefined) return false
    const one = columns[first.id]?.[id] ?? null
    return others.some((site) => !sameMapping(one, columns[site.id]?.[id] ?? null))
  })
  return new Set(found.map(({ id }) => id))
}
