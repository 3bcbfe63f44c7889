import type { JsonValue } from '@core/content-schema'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { supabase } from '@/lib/supabase'

async function getBaseData(itemId: string, signal: AbortSignal): Promise<Record<string, JsonValue> | null> {
  const { data, error } = await supabase.from('content_items').select('data').eq('id', itemId).abortSignal(signal).maybeSingle()
  if (error) throw error
  // A check of the table: `data` is an object.
  return data === null ? null : (data.data as Record<string, JsonValue>)
}

/** What an item says where nothing overrides it; null when it was deleted meanwhile. */
export function baseDataQuery(itemId: string) {
  return queryOptions({
    queryKey: ['content_items', 'base-data', itemId],
    queryFn: ({ signal }) => getBaseData(itemId, signal),
  })
}

export function useBaseData(itemId: string) {
  return useQuery(baseDataQuery(itemId))
}
