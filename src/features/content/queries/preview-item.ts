import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query'
import { z } from 'zod/mini'
import type { ItemData } from '@/features/content/queries/item'
import { supabase } from '@/lib/supabase'

const item = z.object({ id: z.string(), type: z.string(), title: z.string(), data: z.record(z.string(), z.unknown()) })
const named = z.object({ name: z.string(), slug: z.string() })

const preview = z.object({
  organization: named,
  site: named,
  /** null: not mapped to this site. */
  mode: z.nullable(z.enum(['full', 'override', 'block'])),
  overridden: z.array(z.string()),
  /** The item with the site's overrides. */
  item,
  /** All that the site would show. */
  items: z.array(item),
})

export type ItemPreview = z.infer<typeof preview>

export interface PreviewRequest {
  siteId: string
  /** null: one that does not exist yet. */
  itemId: string | null
  typeId: string
  /** What stands in the form; without it, what is stored. */
  work?: { title: string; data: ItemData }
}

/** What a site would show if the item were out: merged in SQL, as runs do it. */
export function itemPreviewQuery(request: PreviewRequest | null) {
  return queryOptions({
    queryKey: ['site_item_mappings', 'preview-item', request],
    meta: { tables: ['sites', 'content_items', 'content_types'] },
    queryFn: async ({ signal }) => {
      if (request === null) throw new Error('no site was chosen')
      const { siteId, itemId, typeId, work } = request
      const { data, error } = await supabase
        .rpc('preview_item', { site_id: siteId, type_id: typeId, ...(itemId === null ? {} : { item_id: itemId }), ...work })
        .abortSignal(signal)
      if (error) throw error
      return preview.parse(data)
    },
    enabled: request !== null,
    placeholderData: keepPreviousData,
    // One for every pause in typing: they are not looked at again.
    gcTime: 10_000,
  })
}

export function useItemPreview(request: PreviewRequest | null) {
  return useQuery(itemPreviewQuery(request))
}
