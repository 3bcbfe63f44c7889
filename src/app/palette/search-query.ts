import { queryOptions } from '@tanstack/react-query'
import { supabase } from '@/lib/supabase'

export interface Found {
  items: { id: string; title: string; status: string; type: string }[]
  sites: { id: string; name: string; slug: string; enabled: boolean }[]
  types: { id: string; title: string; name: string }[]
  runs: { id: string; number: number; status: string }[]
  schedules: { id: string; name: string; enabled: boolean }[]
}

const ITEMS = 6
const OTHERS = 4

/** Data of the organization by a part of its name, as row security lets the person see it; runs by their number. */
export function searchQuery(organizationId: string, term: string) {
  return queryOptions({
    queryKey: ['search', organizationId, term],
    meta: { tables: ['content_items', 'sites', 'content_types', 'sync_jobs', 'schedules'] },
    staleTime: 10_000,
    queryFn: async ({ signal }): Promise<Found> => {
      const like = `%${escapeLike(term)}%`
      const number = runNumber(term)
      const [items, byName, bySlug, types, schedules, runs] = await Promise.all([
        supabase.from('content_items').select('id, title, status, content_types(title)').ilike('title', like).order('updated_at', { ascending: false }).limit(ITEMS).abortSignal(signal),
        // Two questions instead of one "or": what is typed may hold the commas and brackets that part an or's conditions.
        supabase.from('sites').select('id, name, slug, enabled').ilike('name', like).order('name').limit(OTHERS).abortSignal(signal),
        supabase.from('sites').select('id, name, slug, enabled').ilike('slug', like).order('name').limit(OTHERS).abortSignal(signal),
        supabase.from('content_types').select('id, title, name').ilike('title', like).order('title').limit(OTHERS).abortSignal(signal),
        supabase.from('schedules').select('id, name, enabled').ilike('name', like).order('name').limit(OTHERS).abortSignal(signal),
        number === null ? null : supabase.from('sync_jobs').select('id, number, status').eq('number', number).limit(1).abortSignal(signal),
      ])
      for (const answer of [items, byName, bySlug, types, schedules, runs]) if (answer?.error) throw answer.error
      return {
        items: (items.data ?? []).map(({ id, title, status, content_types }) => ({ id, title, status, type: content_types.title })),
        sites: [...new Map([...(byName.data ?? []), ...(bySlug.data ?? [])].map((site) => [site.id, site])).values()].slice(0, OTHERS),
        types: types.data ?? [],
        schedules: schedules.data ?? [],
        runs: runs?.data ?? [],
      }
    },
  })
}

/** The latest runs, for the list before anything is typed. */
export function latestRunsQuery(organizationId: string) {
  return queryOptions({
    queryKey: ['sync_jobs', 'latest-for-palette', organizationId],
    queryFn: async ({ signal }) => {
      const { data, error } = await supabase.from('sync_jobs').select('id, number, status').order('number', { ascending: false }).limit(3).abortSignal(signal)
      if (error) throw error
      return data
    },
  })
}

/** "12", "#12", "run 12" */
function runNumber(term: string): number | null {
  const found = /^(?:run\s*|job\s*)?#?(\d{1,9})$/i.exec(term.trim())
  return found === null ? null : Number(found[1])
}

/** What LIKE reads as signs is meant as letters. */
const escapeLike = (term: string): string => term.replace(/[\\%_]/g, (sign) => `\\${sign}`)
