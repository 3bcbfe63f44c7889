import type { PlanSite } from '@/features/jobs/queries/plan'
import { withParameters, type UrlFilters } from '@/lib/use-url-filters'

export const PARTS = ['all', 'changed', 'warnings', 'unchanged'] as const
export type Part = (typeof PARTS)[number]

/** Which sites of a plan a run is for. An address names the shorter side: those that are in, or those that are out. */
export interface Choice {
  kind: 'all' | 'changed' | 'none' | 'only' | 'except'
  slugs: readonly string[]
}

/** What the address of the review says besides the plan that is reviewed. */
export interface ReviewAddress {
  part: Part
  text: string
  choice: Choice
}

const ALL: Choice = { kind: 'all', slugs: [] }

const list = (value: string | null): string[] => (value ?? '').split(',').filter(Boolean)

function readChoice(search: URLSearchParams): Choice {
  const word = search.get('choose')
  if (word === 'changed' || word === 'none') return { kind: word, slugs: [] }
  const only = list(search.get('only'))
  if (only.length > 0) return { kind: 'only', slugs: only }
  const except = list(search.get('except'))
  return except.length > 0 ? { kind: 'except', slugs: except } : ALL
}

export const reviewAddress: UrlFilters<ReviewAddress> = {
  read: (search) => ({
    part: PARTS.find((part) => part === search.get('show')) ?? 'all',
    text: (search.get('q') ?? '').slice(0, 100),
    choice: readChoice(search),
  }),
  write: ({ part, text, choice: { kind, slugs } }, search) =>
    withParameters(search, {
      show: part === 'all' ? null : part,
      q: text.trim(),
      choose: kind === 'changed' || kind === 'none' ? kind : null,
      only: kind === 'only' ? slugs.join(',') : null,
      except: kind === 'except' ? slugs.join(',') : null,
    }),
}

type Choosable = Pick<PlanSite, 'site_id' | 'slug' | 'unchanged' | 'enabled'>

/** Ids of the sites that are chosen. A disabled site receives nothing, so there is nothing to choose. */
export function chosenIds({ kind, slugs }: Choice, sites: readonly Choosable[]): ReadonlySet<string> {
  const named = new Set(slugs)
  const isChosen = (site: Choosable) =>
    kind === 'all' || (kind === 'changed' && !site.unchanged) || (kind === 'only' && named.has(site.slug)) || (kind === 'except' && !named.has(site.slug))
  return new Set(sites.filter((site) => site.enabled && isChosen(site)).map(({ site_id }) => site_id))
}

/** How an address says which sites are chosen: in a word where one says it, or by the fewer names. */
export function choiceOf(chosen: ReadonlySet<string>, sites: readonly Choosable[]): Choice {
  const enabled = sites.filter((site) => site.enabled)
  const inside = enabled.filter(({ site_id }) => chosen.has(site_id)).map(({ slug }) => slug)
  const outside = enabled.filter(({ site_id }) => !chosen.has(site_id)).map(({ slug }) => slug)
  if (outside.length === 0) return ALL
  if (inside.length === 0) return { kind: 'none', slugs: [] }
  return inside.length <= outside.length ? { kind: 'only', slugs: inside } : { kind: 'except', slugs: outside }
}

/** What `private.plan_hash` hashes of these sites, in the order in which PostgreSQL sorts ids. */
export function planText(sites: readonly Pick<PlanSite, 'site_id' | 'hash' | 'accepted_hash'>[]): string {
  return [...sites]
    .sort((a, b) => (a.site_id < b.site_id ? -1 : 1))
    .map(({ site_id, hash, accepted_hash }) => `${site_id}:${hash}:${accepted_hash ?? '-'}`)
    .join(',')
}
