import { queryOptions } from '@tanstack/react-query'
import { supabase } from '@/lib/supabase'

/** Whether a run by an editor needs the approval of an admin. */
export function approvalRuleQuery(organizationId: string) {
  return queryOptions({
    queryKey: ['organizations', 'approval-rule', organizationId],
    queryFn: async ({ signal }): Promise<boolean> => {
      const { data, error } = await supabase.from('organizations').select('approval_required').eq('id', organizationId).abortSignal(signal).single()
      if (error) throw error
      return data.approval_required
    },
  })
}

/** How many plans wait for an approval. */
export function pendingApprovalsQuery(organizationId: string) {
  return queryOptions({
    queryKey: ['plan_approvals', 'pending', organizationId],
    queryFn: async ({ signal }): Promise<number> => {
      const { count, error } = await supabase.from('plan_approvals').select('id', { count: 'exact' }).eq('state', 'pending').limit(1).abortSignal(signal)
      if (error) throw error
      return count ?? 0
    },
  })
}
