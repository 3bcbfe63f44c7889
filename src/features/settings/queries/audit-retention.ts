import { queryOptions, useQuery } from '@tanstack/react-query'
import { useOrganizationId } from '@/lib/session'
import { supabase } from '@/lib/supabase'

/** The limits of the verb, in days. */
export const AUDIT_SHORTEST = 30
export const AUDIT_LONGEST = 3650

export function auditRetentionQuery(organizationId: string) {
  return queryOptions({
    queryKey: ['organizations', 'audit-retention', organizationId],
    queryFn: async ({ signal }): Promise<number | null> => {
      const { data, error } = await supabase.from('organizations').select('audit_retention_days').eq('id', organizationId).abortSignal(signal).single()
      if (error) throw error
      return data.audit_retention_days
    },
  })
}

/** Days that entries of the audit log are kept; null: for ever. */
export function useAuditRetention() {
  return useQuery(auditRetentionQuery(useOrganizationId()))
}

export async function setAuditRetention(days: number | null): Promise<void> {
  // The generated types know no argument that may be null; the verb's comment does.
  const { error } = await supabase.rpc('set_audit_retention', { days: days as number })
  if (error) throw error
}
