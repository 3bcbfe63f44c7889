import { queryOptions, useQuery } from '@tanstack/react-query'
import { useOrganizationId } from '@/lib/session'
import { supabase } from '@/lib/supabase'

/** The slug of a site for examples that work as they stand; null where there is no site yet. */
export function exampleSiteQuery(organizationId: string) {
  return queryOptions({
    queryKey: ['sites', 'example', organizationId],
    queryFn: async ({ signal }): Promise<string | null> => {
      const { data, error } = await supabase.from('sites').select('slug').eq('enabled', true).order('name').order('id').limit(1).abortSignal(signal)
      if (error) throw error
      return data[0]?.slug ?? null
    },
  })
}

export function useExampleSite() {
  return useQuery(exampleSiteQuery(useOrganizationId()))
}
