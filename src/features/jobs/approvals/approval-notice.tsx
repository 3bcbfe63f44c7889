import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from 'react-router-dom'
import { personWords, requesterWords } from '@/features/jobs/approvals/approval-words'
import { withdrawApproval, type Approval } from '@/features/jobs/queries/approvals'
import { errorLine } from '@/lib/errors'
import { capitalize } from '@/lib/format'
import { paths } from '@/lib/paths'
import { Button } from '@/ui/button'
import { Notice } from '@/ui/notice'
import { RelativeTime } from '@/ui/relative-time'
import { toast } from '@/ui/toaster'

interface ApprovalNoticeProps {
  approved: Approval | undefined
  waiting: Approval | undefined
  needsApproval: boolean | undefined
  isAdmin: boolean
  userId: string | undefined
}

/** In a review: whether somebody has approved exactly this, or is still asked to. */
export function ApprovalNotice({ approved, waiting, needsApproval, isAdmin, userId }: ApprovalNoticeProps) {
  if (approved !== undefined) {
    return (
      <Notice tone="success" title={`Approved by ${personWords(approved.decidedBy, approved.decider, userId)}`} action={<OpenRequest approval={approved} />}>
        <RelativeTime at={approved.decidedAt ?? approved.requestedAt} />, for one run of exactly this content.{approved.comment !== '' && ` “${approved.comment}”`}
      </Notice>
    )
  }
  if (waiting !== undefined) {
    const who = requesterWords(waiting, userId)
    return (
      <Notice
        tone="warning"
        title={isAdmin ? `${capitalize(who)} asked for an approval of exactly this` : 'Waits for the approval of an admin'}
        action={
          <span className="flex gap-2">
            {waiting.requestedBy === userId && <Withdraw approval={waiting} />}
            <OpenRequest approval={waiting} />
          </span>
        }
      >
        {isAdmin ? 'Sending it approves it.' : <>Asked by {who} <RelativeTime at={waiting.requestedAt} />.</>}
        {waiting.note !== '' && ` “${waiting.note}”`}
      </Notice>
    )
  }
  if (needsApproval === true) return <Notice>In this organization a run needs the approval of an admin. Ask for it here: it then holds for exactly this content and these sites.</Notice>
  return null
}

function OpenRequest({ approval }: { approval: Approval }) {
  return (
    <Link to={paths.approval.getHref(approval.id)} className="shrink-0 self-center font-semibold underline underline-offset-2">
      Open the request
    </Link>
  )
}

export function Withdraw({ approval }: { approval: Approval }) {
  const client = useQueryClient()
  const withdraw = useMutation({
    mutationFn: () => withdrawApproval(approval.id),
    onSuccess: async () => {
      toast.success('The request is withdrawn')
      await client.invalidateQueries({ queryKey: ['plan_approvals'] })
    },
    onError: (error) => toast.error(errorLine(error)),
  })
  return (
    <Button size="sm" busy={withdraw.isPending} onClick={() => withdraw.mutate()}>
      Withdraw
    </Button>
  )
}
