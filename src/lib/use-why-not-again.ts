import { useQuery } from '@tanstack/react-query'
import { approvalRuleQuery } from '@/lib/queries/approvals'
import { useHasRole, useOrganizationId } from '@/lib/session'

/** Why the caller may not send what was sent before once more, nor lift the hold of a rollback (DS104); null where they may. */
export function useWhyNotAgain(): string | null {
  const isAdmin = useHasRole('admin')
  const { data: ruled } = useQuery({ ...approvalRuleQuery(useOrganizationId()), enabled: !isAdmin })
  return !isAdmin && ruled === true ? 'Runs need an approval here, so this is for admins. What is current you can send with an approval, from the review.' : null
}
