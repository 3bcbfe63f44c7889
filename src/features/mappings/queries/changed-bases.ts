import { queryOptions, useQuery } from '@tanstack/react-query'
import { useOrganizationId } from '@/lib/session'
import { supabase } from '@/lib/supabase'

/** Fields by item id by site id. */
export type ChangedBases = Partial<Record<string, Partial<Record<string, string[]>>>>

async function getChangedBases(signal: AbortSignal): Promise<ChangedBases> {
  const { data, error } = await supabase.rpc('changed_bases').abortSignal(signal)
  if (error) throw error
  // The verb's own form: {site_id: {item_id: [field]}}.
  return data as ChangedBases
}

/** Overrides to look at: the item says something else by now than when they were made. */
export function changedBasesQuery(organizationId: string) {
  return queryOptions({
    queryKey: ['site_item_mappings', 'changed-bases', organizationId],
    meta: { tables: ['content_items'] },
    queryFn: ({ signal }) => getChangedBases(signal),
  })
}

export function useChangedBases() {
  return useQuery(changedBasesQuery(useOrganizationId()))
}
