import { useQueryClient } from '@tanstack/react-query'
import { changeRole, removeMember, transferOwnership } from '@/features/team/queries/change-members'
import { nameOf, type Member } from '@/features/team/queries/members'
import { aRole } from '@/features/team/roles'
import type { Role } from '@/lib/claims'
import { errorLine } from '@/lib/errors'
import { withRecentSignIn } from '@/lib/reauthenticate'
import { refreshSession } from '@/lib/session'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { toast } from '@/ui/toaster'

interface DialogProps {
  open: boolean
  onOpenChange: (open: boolean) => void
}

interface MemberDialogProps extends DialogProps {
  member: Member
  organizationName: string
}

function useReread(): () => Promise<void> {
  const queryClient = useQueryClient()
  return () => queryClient.invalidateQueries({ queryKey: ['memberships'] })
}

export function RemoveMemberDialog({ member, organizationName, ...dialog }: MemberDialogProps) {
  const reread = useReread()
  const name = nameOf(member)
  return (
    <ConfirmDialog
      {...dialog}
      title={`Remove ${name} from ${organizationName}?`}
      description="They lose access at once, on every device. What they have made stays. You can invite them again at any time."
      confirmLabel="Remove member"
      describeFailure={errorLine}
      onConfirm={async () => {
        await removeMember(member.id).finally(reread)
        toast.success(`${name} was removed from ${organizationName}`)
      }}
    />
  )
}

export function TransferDialog({ member, organizationName, ...dialog }: MemberDialogProps) {
  const reread = useReread()
  const name = nameOf(member)
  return (
    <ConfirmDialog
      {...dialog}
      title={`Make ${name} the owner of ${organizationName}?`}
      description={
        <>
          <p>Only the owner may delete the organization or hand it on, and nobody can remove the owner.</p>
          <p className="mt-1">You stay an admin. Only {name} can make you the owner again.</p>
        </>
      }
      confirmLabel="Transfer ownership"
      describeFailure={errorLine}
      onConfirm={async () => {
        await withRecentSignIn(() => transferOwnership(member.id)).finally(reread)
        toast.success(`${name} is the owner of ${organizationName} now`)
      }}
    />
  )
}

export function ChangeOwnRoleDialog({ me, role, ...dialog }: DialogProps & { me: Member; role: Role }) {
  const reread = useReread()
  return (
    <ConfirmDialog
      {...dialog}
      title={`Make yourself ${aRole(role)}?`}
      description="You stop being an admin at once. Only another admin can make you one again."
      confirmLabel={`Become ${aRole(role)}`}
      describeFailure={errorLine}
      onConfirm={async () => {
        await changeRole(me.id, role)
        await refreshSession()
        await reread()
      }}
    />
  )
}
