import type { ContentSchema } from '@core/content-schema'
import { infiniteQueryOptions, queryOptions, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { z } from 'zod/mini'
import { isItemStatus, type ItemStatus } from '@/features/content/item-status'
import type { PublishWindow } from '@/features/content/publish-window'
import { personName, type ItemData } from '@/features/content/queries/item'
import { asContentSchema } from '@/lib/queries/content-types'
import { supabase } from '@/lib/supabase'

export interface RevisionRow {
  revision: number
  title: string
  status: ItemStatus
  createdAt: string
  createdBy: string | null
}

const PAGE = 50

async function getRevisions(itemId: string, before: number | null, signal: AbortSignal): Promise<RevisionRow[]> {
  const query = supabase
    .from('content_item_revisions')
    .select('revision, title, status, created_at, author:profiles!content_item_revisions_created_by_fkey(full_name, email)')
    .eq('item_id', itemId)
    .order('revision', { ascending: false })
    .limit(PAGE)
  const { data, error } = await (before === null ? query : query.lt('revision', before)).abortSignal(signal)
  if (error) throw error
  return data.map((row) => ({
    revision: row.revision,
    title: row.title,
    status: isItemStatus(row.status) ? row.status : 'draft',
    createdAt: row.created_at,
    createdBy: personName(row.author),
  }))
}

/** Every save of an item, the latest first, a page at a time: by the number of the last one read, so that new saves shift nothing. */
export function revisionsQuery(itemId: string) {
  return infiniteQueryOptions({
    queryKey: ['content_item_revisions', 'of-item', itemId],
    meta: { tables: ['content_items', 'profiles'] },
    queryFn: ({ pageParam, signal }) => getRevisions(itemId, pageParam, signal),
    initialPageParam: null as number | null,
    getNextPageParam: (last) => (last.length < PAGE ? undefined : last.at(-1)?.revision),
  })
}

export function useRevisions(itemId: string) {
  return useInfiniteQuery(revisionsQuery(itemId))
}

/** A save as it was: its content, and the schema under whose names it was written. */
export interface Revision extends PublishWindow {
  revision: number
  title: string
  data: ItemData
  status: ItemStatus
  schema: ContentSchema
}

async function getRevision(itemId: string, revision: number, signal: AbortSignal): Promise<Revision | null> {
  const { data, error } = await supabase
    .from('content_item_revisions')
    .select('revision, title, data, status, publish_at, unpublish_at, content_type_revisions(schema)')
    .eq('item_id', itemId)
    .eq('revision', revision)
    .abortSignal(signal)
    .maybeSingle()
  if (error) throw error
  if (data === null) return null
  return {
    revision: data.revision,
    title: data.title,
    data: data.data as ItemData,
    status: isItemStatus(data.status) ? data.status : 'draft',
    publishAt: data.publish_at,
    unpublishAt: data.unpublish_at,
    schema: asContentSchema(data.content_type_revisions.schema),
  }
}

/** A revision never changes. null: there is none of that number. */
export function revisionQuery(itemId: string, revision: number | null) {
  return queryOptions({
    queryKey: ['content_item_revisions', 'one', itemId, revision],
    queryFn: ({ signal }) => (revision === null ? null : getRevision(itemId, revision, signal)),
    enabled: revision !== null,
    staleTime: Infinity,
  })
}

export function useRevision(itemId: string, revision: number | null) {
  return useQuery(revisionQuery(itemId, revision))
}

const restored = z.object({
  item: z.object({ revision: z.number() }),
  previous: z.number(),
  changed: z.boolean(),
  left_out: z.array(z.object({ name: z.string(), title: z.string() })),
})

export interface Restored {
  revision: number
  previous: number
  changed: boolean
  /** Fields of then that the type no longer has. */
  leftOut: string[]
}

/** `known`: the latest revision that was seen; a newer one refuses, so that nobody's save is put aside unseen. */
export async function restoreRevision(itemId: string, revision: number, known: number): Promise<Restored> {
  const { data, error } = await supabase.rpc('restore_revision', { item_id: itemId, revision, known_revision: known })
  if (error) throw error
  const answer = restored.parse(data)
  return { revision: answer.item.revision, previous: answer.previous, changed: answer.changed, leftOut: answer.left_out.map(({ title }) => title) }
}
