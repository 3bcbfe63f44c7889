import { queryOptions, useQuery } from '@tanstack/react-query'
import { useOrganizationId } from '@/lib/session'
import { supabase } from '@/lib/supabase'

/** The limits of the table, in days. */
export const SHORTEST = 7
export const LONGEST = 3650

export function retentionQuery(organizationId: string) {
  return queryOptions({
    queryKey: ['organizations', 'retention', organizationId],
    queryFn: async ({ signal }): Promise<number> => {
      const { data, error } = await supabase.from('organizations').select('retention_days').eq('id', organizationId).abortSignal(signal).single()
      if (error) throw error
      return data.retention_days
    },
  })
}

/** Days that log lines and attempts are kept. */
export function useRetention() {
  return useQuery(retentionQuery(useOrganizationId()))
}

export async function setRetention(days: number): Promise<void> {
  const { error } = await supabase.rpc('set_retention', { days })
  if (error) throw error
}
