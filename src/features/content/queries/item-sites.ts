import { queryOptions, useQuery } from '@tanstack/react-query'
import { supabase } from '@/lib/supabase'

export interface ItemSite {
  siteId: string
  siteName: string
  mode: string
  overridden: string[]
}

async function getItemSites(itemId: string, signal: AbortSignal): Promise<ItemSite[]> {
  const { data, error } = await supabase
    .from('site_item_mappings')
    .select('site_id, mode, overrides, sites(name)')
    .eq('item_id', itemId)
    .abortSignal(signal)
  if (error) throw error
  return data
    .map(({ site_id, mode, overrides, sites }) => ({
      siteId: site_id,
      siteName: sites.name,
      mode,
      overridden: typeof overrides === 'object' ? Object.keys(overrides) : [],
    }))
    .sort((a, b) => a.siteName.localeCompare(b.siteName))
}

/** Where an item goes, by site name; null: one that does not exist yet. */
export function itemSitesQuery(itemId: string | null) {
  return queryOptions({
    queryKey: ['site_item_mappings', 'of-item', itemId],
    meta: { tables: ['sites'] },
    queryFn: ({ signal }) => (itemId === null ? [] : getItemSites(itemId, signal)),
    enabled: itemId !== null,
  })
}

export function useItemSites(itemId: string | null) {
  return useQuery(itemSitesQuery(itemId))
}
