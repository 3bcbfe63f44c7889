import { useQuery } from '@tanstack/react-query'
import { jobsTabs, paths } from '@/lib/paths'
import { approvalRuleQuery, pendingApprovalsQuery } from '@/lib/queries/approvals'
import { useOrganizationId } from '@/lib/session'

/** The pages of Jobs, for ui/link-tabs.tsx: several features share them. Approvals are among them where runs need one, or wait for one. */
export function useJobsTabs(): readonly { label: string; href: string; count?: number }[] {
  const organizationId = useOrganizationId()
  const { data: required } = useQuery(approvalRuleQuery(organizationId))
  const { data: pending = 0 } = useQuery(pendingApprovalsQuery(organizationId))
  if (required !== true && pending === 0) return jobsTabs
  return [...jobsTabs, { label: 'Approvals', href: paths.approvals.getHref(), count: pending }]
}
