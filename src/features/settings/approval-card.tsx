import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { setApprovalRule } from '@/features/settings/queries/approval-rule'
import { describeError, errorLine } from '@/lib/errors'
import { approvalRuleQuery } from '@/lib/queries/approvals'
import { useHasRole, useOrganizationId } from '@/lib/session'
import { Card } from '@/ui/card'
import { ErrorState } from '@/ui/error-state'
import { Skeleton } from '@/ui/skeleton'
import { Switch } from '@/ui/switch'
import { toast } from '@/ui/toaster'

/** Whether a second person looks at what editors send. */
export function ApprovalCard() {
  const organizationId = useOrganizationId()
  const client = useQueryClient()
  const isAdmin = useHasRole('admin')
  const rule = approvalRuleQuery(organizationId)
  const { data: required, error, refetch, isFetching } = useQuery(rule)
  const save = useMutation({
    mutationFn: setApprovalRule,
    // Shown at once, and taken back where it was refused.
    onMutate: (next) => {
      client.setQueryData(rule.queryKey, next)
    },
    onSuccess: (_, next) => toast.success(next ? 'Runs by editors need an approval now' : 'Editors start runs by themselves now'),
    onError: (problem, next) => {
      client.setQueryData(rule.queryKey, !next)
      toast.error(errorLine(problem))
    },
    onSettled: () => client.invalidateQueries({ queryKey: rule.queryKey }),
  })
  return (
    <Card title="Approval of runs" className="lg:col-span-2">
      {error !== null && required === undefined ? (
        <ErrorState {...describeError(error)} retrying={isFetching} onRetry={() => void refetch()} />
      ) : required === undefined ? (
        <div aria-busy>
          <Skeleton className="w-64" />
        </div>
      ) : (
        <>
          {isAdmin ? (
            <div className="flex items-center justify-between gap-4">
              <span aria-hidden>Runs by editors need an admin’s approval</span>
              <Switch checked={required} disabled={save.isPending} onCheckedChange={(next) => save.mutate(next)} label="Runs by editors need an admin’s approval" />
            </div>
          ) : (
            <p>{required ? 'A run by an editor needs the approval of an admin.' : 'Editors start runs by themselves.'}</p>
          )}
          <p className="mt-3 text-hint text-ink-2">
            An editor then asks in the review, and another person, an admin, approves exactly that content for those sites, for one run. Replays, retries, rollbacks and
            where a site is sent are for admins, and a publishing time asks instead of sending.
          </p>
          <p className="mt-2 text-hint text-ink-2">
            The rule holds runs, not publishing: schedules and API keys, which admins make, send what editors have published without asking. A schedule only passes a site by
            that has never accepted anything.
          </p>
        </>
      )}
    </Card>
  )
}
