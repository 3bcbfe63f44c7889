import { infiniteQueryOptions, useInfiniteQuery, type InfiniteData, type QueryClient } from '@tanstack/react-query'
import { isItemStatus, type ItemStatus } from '@/features/content/item-status'
import { questionOf, type ItemFilters } from '@/features/content/list/item-filters'
import type { Json } from '@/lib/database.types'
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

/** As list_items answers. */
interface Answer {
  total: number
  items: {
    id: string
    title: string
    status: string
    publish_at: string | null
    unpublish_at: string | null
    revision: number
    updated_at: string
    type_id: string
    type_title: string
    site_count: number
    updated_by: string | null
  }[]
}

/** The first page quickly; whoever goes on scrolling gets more at a time, so that a long list is few requests. */
const pageSize = (skip: number) => (skip === 0 ? 100 : skip < 1000 ? 300 : 1000)

async function getItems(filters: ItemFilters, skip: number, signal: AbortSignal): Promise<ItemsPage> {
  const { data, error } = await supabase
    .rpc('list_items', { filter: questionOf(filters) as Json, sort: filters.sort.key, descending: filters.sort.descending, skip, most: pageSize(skip) })
    .abortSignal(signal)
  if (error) throw error
  const { total, items } = data as unknown as Answer
  return {
    total,
    items: items.map((row) => ({
      id: row.id,
      title: row.title,
      status: isItemStatus(row.status) ? row.status : 'draft',
      publishAt: row.publish_at,
      unpublishAt: row.unpublish_at,
      revision: row.revision,
      updatedAt: row.updated_at,
      typeId: row.type_id,
      typeTitle: row.type_title,
      siteCount: row.site_count,
      updatedBy: row.updated_by,
    })),
  }
}

/** What one act takes. */
const MOST_IDS = 20_000

interface WhichIds {
  skip?: number
  most?: number
  signal?: AbortSignal | undefined
}

/** The ids of all that match, in the order of the list; at most 20,000. */
export async function getItemIds(filters: ItemFilters, { skip = 0, most = MOST_IDS, signal }: WhichIds = {}): Promise<{ total: number; ids: string[] }> {
  let question = supabase.rpc('list_items', { filter: questionOf(filters) as Json, sort: filters.sort.key, descending: filters.sort.descending, skip, most, only_ids: true })
  if (signal !== undefined) question = question.abortSignal(signal)
  const { data, error } = await question
  if (error) throw error
  return data as unknown as { total: number; ids: string[] }
}

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
export function patchItemsInLists(queryClient: QueryClient, patches: ReadonlyMap<string, Partial<ItemRow>>): void {
  queryClient.setQueriesData<InfiniteData<ItemsPage>>({ queryKey: ['content_items', 'list'] }, (data) =>
    data && {
      ...data,
      pages: data.pages.map((page) => ({
        ...page,
        items: page.items.map((item) => {
          const patch = patches.get(item.id)
          return patch === undefined ? item : { ...item, ...patch }
        }),
      })),
    },
  )
}
