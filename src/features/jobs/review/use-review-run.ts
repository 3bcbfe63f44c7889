import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from 'react-router-dom'
import { approvalsOfPlanQuery, requestApproval } from '@/features/jobs/queries/approvals'
import { describeError } from '@/lib/errors'
import { paths } from '@/lib/paths'
import { approvalRuleQuery } from '@/lib/queries/approvals'
import { startRun } from '@/lib/runs'
import { useHasRole, useOrganizationId, useSession } from '@/lib/session'
import { toast } from '@/ui/toaster'

/** The content is another one by now: what is on screen is looked at again. */
const CHANGED = new Set(['DS012', 'DS098', 'DS102'])

interface ReviewedRun {
  /** null: every enabled site. */
  siteIds: readonly string[] | null
  /** null while it is counted, or where no site is chosen. */
  planHash: string | null
  /** Nothing of it has changed: it is sent all the same. */
  force: boolean
  onChanged: () => void
}

/** Starting exactly what was reviewed; and under the rule of the organization, the approval that it needs first. */
export function useReviewRun({ siteIds, planHash, force, onChanged }: ReviewedRun) {
  const navigate = useNavigate()
  const client = useQueryClient()
  const isAdmin = useHasRole('admin')
  const userId = useSession((state) => state.user?.id)
  const { data: ruled } = useQuery(approvalRuleQuery(useOrganizationId()))
  const { data: approvals } = useQuery({ ...approvalsOfPlanQuery(planHash ?? ''), enabled: planHash !== null && ruled === true })
  const onError = (error: unknown) => {
    if (CHANGED.has(describeError(error).code ?? '')) onChanged()
  }
  const start = useMutation({
    mutationFn: () => startRun({ siteIds, planHash: planHash ?? undefined, force }, toast.message),
    onSuccess: (jobId) => navigate(paths.job.getHref(jobId)),
    onError,
  })
  const ask = useMutation({
    mutationFn: (note: string) => requestApproval({ siteIds, planHash: planHash ?? '', note, force }),
    onSuccess: async () => {
      toast.success('The admins see your request')
      await client.invalidateQueries({ queryKey: ['plan_approvals'] })
    },
    onError,
  })
  const fitting = approvals?.filter((approval) => approval.force || !force)
  const approved = fitting?.find(({ state }) => state === 'approved')
  const waiting = fitting?.find(({ state, requestedBy }) => state === 'pending' && (!isAdmin || requestedBy !== userId))
  return {
    start,
    ask,
    approved,
    waiting: approved === undefined ? waiting : undefined,
    /** undefined until it is known. */
    needsApproval: isAdmin ? false : ruled,
    mayStart: isAdmin || ruled === false || approved !== undefined,
    isAdmin,
    userId,
  }
}
