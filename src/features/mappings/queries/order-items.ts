import { supabase } from '@/lib/supabase'

/** The items take the places that they hold among themselves, in this order; others stay. */
export async function orderSiteItems(siteId: string, itemIds: readonly string[]): Promise<void> {
  const { error } = await supabase.rpc('order_site_items', { site_id: siteId, item_ids: [...itemIds] })
  if (error) throw error
}
