import { useQueryClient } from '@tanstack/react-query'
import { Link } from 'react-router-dom'
import { changeRole, removeMember, transferOwnership } from '@/features/team/queries/change-members'
import { useKeysOf } from '@/features/team/queries/keys-of'
import { nameOf, type Member } from '@/features/team/queries/members'
import { aRole } from '@/features/team/roles'
import type { Role } from '@/lib/claims'
import { errorLine } from '@/lib/errors'
import { formatNumber } from '@/lib/format'
import { paths } from '@/lib/paths'
import { withRecentSignIn } from '@/lib/reauthenticate'
import { refreshSession } from '@/lib/session'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { toast } from '@/ui/toaster'

const SHOWN_KEYS = 5

const apiKeysLink = (
  <Link to={paths.apiKeys.getHref()} className="font-semibold text-accent-ink underline-offset-2 hover:underline">
    API keys page
  </Link>
)

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
  const queryClient = useQueryClient()
  const rereadInvitations = () => queryClient.invalidateQueries({ queryKey: ['invitations'] })
  const name = nameOf(member)
  return (
    <ConfirmDialog
      {...dialog}
      title={`Remove ${name} from ${organizationName}?`}
      description={
        <>
          <p>They lose access at once, on every device. What they have made stays, but open invitations that they made are revoked. You can invite them again at any time.</p>
          <KeysLeft member={member} />
        </>
      }
      confirmLabel="Remove member"
      describeFailure={errorLine}
      onConfirm={async () => {
        await removeMember(member.id).finally(() => Promise.all([reread(), rereadInvitations()]))
        toast.success(`${name} was removed from ${organizationName}`)
      }}
    />
  )
}

/** Keys belong to the organization and live on: whoever is removed may have kept one. */
function KeysLeft({ member }: { member: Member }) {
  const { data: names, isError } = useKeysOf(member.id)
  if (names === undefined) {
    return <p className="mt-2">{isError ? <>API keys that they created keep working; which those are could not be read. See the {apiKeysLink}.</> : 'Looking for API keys that they created …'}</p>
  }
  if (names.length === 0) return null
  const shown = names.slice(0, SHOWN_KEYS)
  const more = names.length - shown.length
  return (
    <div className="mt-2">
      <p>{names.length === 1 ? 'An API key that they created keeps working:' : `${formatNumber(names.length)} API keys that they created keep working:`}</p>
      <ul className="my-1 list-disc pl-4 marker:text-ink-3">
        {shown.map((name, index) => (
          <li key={index} className="font-semibold break-words text-ink">
            {name}
          </li>
        ))}
        {more > 0 && <li>and {formatNumber(more)} more</li>}
      </ul>
      <p>Revoke on the {apiKeysLink} what they may have kept.</p>
    </div>
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
