import { infiniteQueryOptions, useInfiniteQuery, type InfiniteData, type QueryClient } from '@tanstack/react-query'
import { isItemStatus, literally, type ItemFilters, type ItemStatus } from '@/features/content/item-status'
import { useOrganizationId } from '@/lib/session'
import { supabase } from '@/lib/supabase'

export interface ItemRow {
  id: string
  title: string
  status: ItemStatus
  publishAt: string | null
  unpublishAt: string | null
  revision: number
  updatedAt: string
  typeId: string
  typeTitle: string
  /** Sites it is mapped to, blocked ones left out. */
  siteCount: number
  updatedBy: string | null
}

export interface ItemsPage {
  items: ItemRow[]
  total: number
}

const PAGE = 100

async function getItems(filters: ItemFilters, from: number, signal: AbortSignal): Promise<ItemsPage> {
  let query = supabase
    .from('content_items')
    .select(
      'id, title, status, publish_at, unpublish_at, revision, updated_at, type_id, content_types(title), editor:profiles!content_items_updated_by_fkey(full_name, email), site_item_mappings(count)',
      { count: 'exact' },
    )
    .neq('site_item_mappings.mode', 'block')
    .order('updated_at', { ascending: false })
    .order('id')
    .range(from, from + PAGE - 1)
  const now = new Date().toISOString()
  switch (filters.status) {
    case null:
      break
    case 'scheduled':
      query = query.eq('status', 'published').gt('publish_at', now)
      break
    case 'ended':
      query = query.eq('status', 'published').lte('unpublish_at', now)
      break
    case 'published':
      // One `or`: the embedded Data API reads only the last of several.
      query = query.eq('status', 'published').or(`and(or(publish_at.is.null,publish_at.lte."${now}"),or(unpublish_at.is.null,unpublish_at.gt."${now}"))`)
      break
    default:
      query = query.eq('status', filters.status)
  }
  if (filters.typeId !== null) query = query.eq('type_id', filters.typeId)
  if (filters.text !== '') query = query.ilike('title', `%${literally(filters.text)}%`)
  const { data, count, error } = await query.abortSignal(signal)
  if (error) throw error
  return {
    total: count ?? data.length,
    items: data.map((row) => ({
      id: row.id,
      title: row.title,
      status: isItemStatus(row.status) ? row.status : 'draft',
      publishAt: row.publish_at,
      unpublishAt: row.unpublish_at,
      revision: row.revision,
      updatedAt: row.updated_at,
      typeId: row.type_id,
      typeTitle: row.content_types.title,
      siteCount: row.site_item_mappings[0]?.count ?? 0,
      updatedBy: row.editor === null ? null : (row.editor.full_name ?? row.editor.email),
    })),
  }
}

/** Items, the one changed last first, a page at a time. */
export function itemsQuery(organizationId: string, filters: ItemFilters) {
  return infiniteQueryOptions({
    queryKey: ['content_items', 'list', organizationId, filters],
    // A run that a window starts is the sign that something went out or came off.
    meta: { tables: ['content_types', 'site_item_mappings', 'profiles', 'sync_jobs'] },
    queryFn: ({ pageParam, signal }) => getItems(filters, pageParam, signal),
    initialPageParam: 0,
    getNextPageParam: (last, pages) => {
      const read = pages.reduce((sum, page) => sum + page.items.length, 0)
      return last.items.length > 0 && read < last.total ? read : undefined
    },
  })
}

export function useItems(filters: ItemFilters) {
  return useInfiniteQuery({ ...itemsQuery(useOrganizationId(), filters), placeholderData: (previous) => previous })
}

/** Shows a change in every list at once; the refetch that follows has the last word. */
export function patchItemInLists(queryClient: QueryClient, id: string, patch: Partial<ItemRow>): void {
  queryClient.setQueriesData<InfiniteData<ItemsPage>>({ queryKey: ['content_items', 'list'] }, (data) =>
    data && {
      ...data,
      pages: data.pages.map((page) => ({ ...page, items: page.items.map((item) => (item.id === id ? { ...item, ...patch } : item)) })),
    },
  )
}
