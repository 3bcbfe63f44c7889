import { SignOutIcon } from '@phosphor-icons/react/SignOut'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useNavigate } from 'react-router-dom'
import { whyStay } from '@/features/team/member-rules'
import { leaveOrganization } from '@/features/team/queries/change-members'
import type { Member } from '@/features/team/queries/members'
import { errorLine } from '@/lib/errors'
import { paths } from '@/lib/paths'
import { refreshSession } from '@/lib/session'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { toast } from '@/ui/toaster'

interface LeaveCardProps {
  me: Member
  members: readonly Member[]
  organizationName: string
}

export function LeaveCard({ me, members, organizationName }: LeaveCardProps) {
  const navigate = useNavigate()
  const [open, setOpen] = useState(false)
  // As one act: the app waits for its new token instead of fetching one for itself.
  const leave = useMutation({
    mutationFn: async () => {
      await leaveOrganization()
      await refreshSession()
    },
  })
  const reason = whyStay(me, members)
  return (
    <Card title="Leave the organization" className="mt-6">
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-3">
        <p className="max-w-140 text-ink-2">
          {reason === null && `You lose access to ${organizationName} at once. What you have made stays, and an admin can invite you again.`}
          {reason === 'owner' &&
            `You are the owner of ${organizationName}, and an owner stays. Make another member the owner first: "Make owner" is in the menu at the end of their row.`}
          {reason === 'last-admin' && `You are the only admin of ${organizationName}, and an organization keeps at least one. Make somebody else an admin first.`}
          {reason === 'last-member' && (
            <>
              You are the only member of {organizationName}, and nobody could reach it without you. To be rid of it,{' '}
              <Link to={paths.settings.getHref()} className="font-semibold text-accent-ink underline-offset-2 hover:underline">
                delete the organization
              </Link>
              .
            </>
          )}
        </p>
        {reason === null && (
          <Button icon={<SignOutIcon aria-hidden />} onClick={() => setOpen(true)}>
            Leave {organizationName.length > 24 ? 'organization' : organizationName}
          </Button>
        )}
      </div>
      <ConfirmDialog
        open={open}
        onOpenChange={setOpen}
        title={`Leave ${organizationName}?`}
        description="You lose access at once, on every device. What you have made stays. Only an admin can let you in again."
        confirmLabel="Leave organization"
        describeFailure={errorLine}
        onConfirm={async () => {
          await leave.mutateAsync()
          toast.success(`You have left ${organizationName}`)
          await navigate(paths.home.getHref())
        }}
      />
    </Card>
  )
}
