import { queryOptions, useQuery } from '@tanstack/react-query'
import { everyRow } from '@/lib/queries/every-row'
import { useOrganizationId } from '@/lib/session'
import { supabase } from '@/lib/supabase'

/** The API keys in use that somebody has created, by their names: they outlive the membership. Only admins may read them. */
export function keysOfQuery(organizationId: string, userId: string) {
  return queryOptions({
    queryKey: ['api_keys', 'created-by', organizationId, userId],
    // Somebody is about to decide by it.
    staleTime: 0,
    queryFn: async ({ signal }): Promise<string[]> => {
      const rows = await everyRow((from, to) =>
        supabase
          .from('api_keys')
          .select('name, expires_at', { count: 'exact' })
          .eq('organization_id', organizationId)
          .eq('created_by', userId)
          .is('revoked_at', null)
          .order('name')
          .order('id')
          .range(from, to)
          .abortSignal(signal),
      )
      return rows.filter(({ expires_at }) => expires_at === null || Date.parse(expires_at) > Date.now()).map(({ name }) => name)
    },
  })
}

export function useKeysOf(userId: string) {
  return useQuery(keysOfQuery(useOrganizationId(), userId))
}
