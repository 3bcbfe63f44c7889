import { queryOptions } from '@tanstack/react-query'
import { everyRow } from '@/lib/queries/every-row'
import { supabase } from '@/lib/supabase'

export interface SiteName {
  id: string
  name: string
}

/** Every site of the organization by name, to choose from. */
export function siteNamesQuery() {
  return queryOptions({
    queryKey: ['sites', 'names'],
    queryFn: ({ signal }): Promise<SiteName[]> =>
      everyRow((from, to) => supabase.from('sites').select('id, name', { count: 'exact' }).order('name').order('id').range(from, to).abortSignal(signal)),
  })
}
