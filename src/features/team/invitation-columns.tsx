import { ArrowClockwiseIcon } from '@phosphor-icons/react/ArrowClockwise'
import { DotsThreeIcon } from '@phosphor-icons/react/DotsThree'
import { LinkIcon } from '@phosphor-icons/react/Link'
import { TrashIcon } from '@phosphor-icons/react/Trash'
import type { PendingInvitation } from '@/features/team/queries/invitations'
import { roleLabel } from '@/features/team/roles'
import { formatRelative } from '@/lib/format'
import { Chip } from '@/ui/chip'
import type { Column } from '@/ui/data-table'
import { DropdownMenu, MenuItem, MenuSeparator } from '@/ui/dropdown-menu'
import { IconButton } from '@/ui/icon-button'
import { RelativeTime } from '@/ui/relative-time'
import { useNow } from '@/ui/use-now'

interface InvitationActs {
  /** The link, while it is known: just after it was made. */
  linkOf: (id: string) => string | undefined
  onCopy: (link: string) => void
  onSendAgain: (invitation: PendingInvitation) => void
  onRevoke: (invitation: PendingInvitation) => void
}

export function invitationColumns({ linkOf, onCopy, onSendAgain, onRevoke }: InvitationActs): Column<PendingInvitation>[] {
  return [
    {
      key: 'email',
      header: 'E-mail',
      className: 'py-2! min-w-0 max-w-0 w-full',
      cell: (invitation) => (
        <>
          <span className="block font-semibold break-words">{invitation.email}</span>
          <span className="block text-xs break-words text-ink-3">
            Invited{invitation.invitedBy === null ? '' : ` by ${invitation.invitedBy}`}
            <span className="sm:hidden">
              , <RelativeTime at={invitation.sentAt} />
            </span>
          </span>
          <span className="mt-1 block sm:hidden">
            <Expiry at={invitation.expiresAt} prefix="Expires " />
          </span>
        </>
      ),
    },
    { key: 'role', header: 'Role', className: 'whitespace-nowrap', cell: ({ role }) => <span className="text-hint">{roleLabel(role)}</span> },
    { key: 'sent', header: 'Sent', hideBelow: 'sm', className: 'whitespace-nowrap', cell: ({ sentAt }) => <RelativeTime at={sentAt} className="text-ink-2" /> },
    { key: 'expires', header: 'Expires', hideBelow: 'sm', className: 'whitespace-nowrap', cell: ({ expiresAt }) => <Expiry at={expiresAt} /> },
    {
      key: 'actions',
      header: 'Actions',
      hideHeader: true,
      align: 'right',
      className: 'w-10',
      cell: (invitation) => {
        const link = linkOf(invitation.id)
        return (
          <DropdownMenu
            align="end"
            trigger={<IconButton label={`Actions for the invitation of ${invitation.email}`} size="sm" icon={<DotsThreeIcon weight="bold" aria-hidden />} />}
          >
            {link !== undefined && (
              <MenuItem icon={<LinkIcon aria-hidden />} onSelect={() => onCopy(link)}>
                Copy the link
              </MenuItem>
            )}
            <MenuItem icon={<ArrowClockwiseIcon aria-hidden />} onSelect={() => onSendAgain(invitation)}>
              Send again
            </MenuItem>
            <MenuSeparator />
            <MenuItem tone="danger" icon={<TrashIcon aria-hidden />} onSelect={() => onRevoke(invitation)}>
              Revoke
            </MenuItem>
          </DropdownMenu>
        )
      },
    },
  ]
}

function Expiry({ at, prefix }: { at: string; prefix?: string }) {
  const now = useNow()
  if (Date.parse(at) > now) {
    return (
      <span className={prefix === undefined ? 'text-ink-2' : 'text-xs text-ink-3'}>
        {prefix}
        <RelativeTime at={at} />
      </span>
    )
  }
  return <Chip tone="warning">expired {formatRelative(at, now)}</Chip>
}
