import { infiniteQueryOptions, queryOptions, type InfiniteData, type QueryClient } from '@tanstack/react-query'
import type { AuditFilters } from '@/features/audit/audit-filters'
import { readChanges, type AuditEntry } from '@/features/audit/entry'
import { periodOf } from '@/lib/days'
import { supabase } from '@/lib/supabase'

const PAGE = 100

const select = (options?: { count: 'exact'; head: true }) =>
  supabase
    .from('audit_log')
    .select('seq, at, actor_kind, actor_id, actor_name, action, subject_kind, subject_id, subject_name, changes, ip, user_agent, request_id, previous_hash, hash', options)

type Query = ReturnType<typeof select>
type Row = NonNullable<Awaited<Query>['data']>[number]

const toEntry = (row: Row): AuditEntry => ({
  seq: row.seq,
  at: row.at,
  actorKind: row.actor_kind,
  actorId: row.actor_id,
  actorName: row.actor_name ?? '',
  action: row.action,
  subjectKind: row.subject_kind,
  subjectId: row.subject_id,
  subjectName: row.subject_name ?? '',
  changes: readChanges(row.changes),
  ip: row.ip,
  userAgent: row.user_agent,
  requestId: row.request_id,
  previousHash: row.previous_hash,
  hash: row.hash,
})

/** `%` and `_` are wildcards of LIKE, and PostgREST adds `*`, which has no escape: it then matches anything, which is not wrong. */
const literally = (text: string): string => text.replace(/[\\%_]/g, '\\$&')

function narrow(query: Query, filters: AuditFilters): Query {
  const { from, before } = periodOf(filters)
  if (filters.actor !== null) query = 'id' in filters.actor ? query.eq('actor_id', filters.actor.id) : query.eq('actor_kind', filters.actor.kind)
  if (filters.subjectKind !== null) query = query.eq('subject_kind', filters.subjectKind)
  if (filters.subjectId !== null) query = query.eq('subject_id', filters.subjectId)
  if (filters.action !== null) query = query.eq('action', filters.action)
  if (from !== null) query = query.gte('at', from)
  if (before !== null) query = query.lt('at', before)
  if (filters.text !== '') query = query.ilike('subject_name', `%${literally(filters.text)}%`)
  return query
}

/** The newest entries below `before`, a page that begins where the one before ended: what is added meanwhile moves nothing. */
export async function fetchEntries(filters: AuditFilters, before: number | null, limit: number, signal: AbortSignal): Promise<AuditEntry[]> {
  let query = narrow(select(), filters)
  if (before !== null) query = query.lt('seq', before)
  const { data, error } = await query.order('seq', { ascending: false }).limit(limit).abortSignal(signal)
  if (error) throw error
  return data.map(toEntry)
}

/** The first entry that is kept, or the last, by its number and hash; null where there is none. */
export async function fetchEnd(end: 'first' | 'last', signal: AbortSignal): Promise<Pick<AuditEntry, 'seq' | 'hash'> | null> {
  const { data, error } = await supabase.from('audit_log').select('seq, hash').order('seq', { ascending: end === 'first' }).limit(1).abortSignal(signal)
  if (error) throw error
  return data[0] ?? null
}

/**
 * The list stays as it was read, for entries never change: its key does not begin with the table, so news does not ask for all of
 * its pages again. What is new is counted (`newEntriesQuery`), and comes when the reader wants it (`showNewest`).
 */
export function entriesQuery(organizationId: string, filters: AuditFilters) {
  return infiniteQueryOptions({
    queryKey: ['audit', 'entries', organizationId, filters],
    staleTime: Infinity,
    // Whoever comes back later begins with what is newest then.
    gcTime: 0,
    initialPageParam: null as number | null,
    queryFn: ({ pageParam, signal }) => fetchEntries(filters, pageParam, PAGE, signal),
    getNextPageParam: (page) => (page.length < PAGE ? undefined : page.at(-1)?.seq),
  })
}

/** Reads the first page again and forgets the others, while the old lines stay in sight. */
export async function showNewest(client: QueryClient, organizationId: string, filters: AuditFilters): Promise<void> {
  const { queryKey } = entriesQuery(organizationId, filters)
  client.setQueryData<InfiniteData<AuditEntry[], number | null>>(queryKey, (data) =>
    data && { pages: data.pages.slice(0, 1), pageParams: data.pageParams.slice(0, 1) },
  )
  await client.refetchQueries({ queryKey, exact: true })
}

/** How many entries of this selection are newer than the newest that is shown (`after`). */
export function newEntriesQuery(organizationId: string, filters: AuditFilters, after: number) {
  return queryOptions({
    queryKey: ['audit_log', 'new', organizationId, filters, after],
    queryFn: async ({ signal }): Promise<number> => {
      const { count, error } = await narrow(select({ count: 'exact', head: true }), filters).gt('seq', after).abortSignal(signal)
      if (error) throw error
      return count ?? 0
    },
  })
}

/** One entry by its number; null where the organization keeps none of this number. */
export function entryQuery(organizationId: string, seq: number) {
  return queryOptions({
    queryKey: ['audit', 'entry', organizationId, seq],
    queryFn: async ({ signal }): Promise<AuditEntry | null> => {
      const { data, error } = await select().eq('seq', seq).limit(1).abortSignal(signal)
      if (error) throw error
      const [row] = data
      return row === undefined ? null : toEntry(row)
    },
  })
}
