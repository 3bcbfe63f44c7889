import { queryOptions, useQuery } from '@tanstack/react-query'
import { everyRow } from '@/lib/queries/every-row'
import { useOrganizationId } from '@/lib/session'
import { supabase } from '@/lib/supabase'

export interface SiteName {
  id: string
  name: string
}

/** Every site by name, for a choice. */
export function siteNamesQuery(organizationId: string) {
  return queryOptions({
    queryKey: ['sites', 'names', organizationId],
    queryFn: ({ signal }) => everyRow<SiteName>((from, to) => supabase.from('sites').select('id, name', { count: 'exact' }).order('name').order('id').range(from, to).abortSignal(signal)),
  })
}

export function useSiteNames() {
  return useQuery(siteNamesQuery(useOrganizationId()))
}
