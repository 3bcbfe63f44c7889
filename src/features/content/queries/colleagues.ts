import { queryOptions, useQuery } from '@tanstack/react-query'
import { personName } from '@/features/content/queries/item'
import { supabase } from '@/lib/supabase'

async function getNames(ids: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
  const { data, error } = await supabase.from('profiles').select('id, full_name, email').in('id', [...ids]).abortSignal(signal)
  if (error) throw error
  return new Map(data.map((row) => [row.id, personName(row) ?? '']))
}

/** Names of people by their id: who is not a colleague is not among them. */
export function namesQuery(ids: readonly string[]) {
  const sorted = [...ids].sort()
  return queryOptions({
    queryKey: ['profiles', 'names', sorted],
    queryFn: ({ signal }) => getNames(sorted, signal),
    enabled: sorted.length > 0,
  })
}

export function useNames(ids: readonly string[]) {
  return useQuery(namesQuery(ids))
}
