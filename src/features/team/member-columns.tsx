import { CrownSimpleIcon } from '@phosphor-icons/react/CrownSimple'
import { DotsThreeIcon } from '@phosphor-icons/react/DotsThree'
import { UserMinusIcon } from '@phosphor-icons/react/UserMinus'
import type { MemberActs } from '@/features/team/member-rules'
import { nameOf, type Member } from '@/features/team/queries/members'
import { roleLabel, ROLES } from '@/features/team/roles'
import type { Role } from '@/lib/claims'
import { Chip } from '@/ui/chip'
import { cn } from '@/ui/cn'
import type { Column } from '@/ui/data-table'
import { DropdownMenu, MenuItem, MenuSeparator } from '@/ui/dropdown-menu'
import { IconButton } from '@/ui/icon-button'
import { RelativeTime } from '@/ui/relative-time'
import { Select } from '@/ui/select'

interface MemberColumns {
  userId: string | undefined
  acts: (member: Member) => MemberActs
  /** A column of menus, for those who may use one. */
  withMenus: boolean
  onRole: (member: Member, role: Role) => void
  onRemove: (member: Member) => void
  onTransfer: (member: Member) => void
}

const ROLE_OPTIONS = ROLES.map(({ value, label }) => ({ value, label }))

export function memberColumns({ userId, acts, withMenus, onRole, onRemove, onTransfer }: MemberColumns): Column<Member>[] {
  return [
    {
      key: 'person',
      header: 'Person',
      className: 'py-2! min-w-0 max-w-0 w-full',
      cell: (member) => (
        <>
          <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
            <span className="min-w-0 font-semibold break-words">
              {nameOf(member)}
              {member.id === userId && <span className="font-normal text-ink-3"> (you)</span>}
            </span>
            {member.isOwner && (
              <Chip tone="accent" icon={<CrownSimpleIcon weight="fill" aria-hidden className="size-3.5" />}>
                owner
              </Chip>
            )}
          </span>
          {member.fullName !== null && <span className="block text-hint break-words text-ink-2">{member.email}</span>}
          <span className="block text-xs text-ink-3 sm:hidden">
            Since <RelativeTime at={member.since} />
          </span>
        </>
      ),
    },
    {
      key: 'role',
      header: 'Role',
      className: 'whitespace-nowrap',
      cell: (member) =>
        acts(member).changeRole ? (
          <Select
            size="sm"
            className="w-24"
            aria-label={`Role of ${nameOf(member)}`}
            value={member.role}
            options={ROLE_OPTIONS}
            onValueChange={(role) => onRole(member, role)}
          />
        ) : (
          // Among selects, as far in as their words.
          <span className={cn('text-hint', withMenus && 'pl-2')}>{roleLabel(member.role)}</span>
        ),
    },
    { key: 'since', header: 'Since', hideBelow: 'sm', className: 'whitespace-nowrap', cell: (member) => <RelativeTime at={member.since} className="text-ink-2" /> },
    ...(withMenus
      ? [
          {
            key: 'actions',
            header: 'Actions',
            hideHeader: true,
            align: 'right' as const,
            className: 'w-10',
            cell: (member: Member) => {
              const { remove, transfer } = acts(member)
              if (!remove && !transfer) return null
              return (
                <DropdownMenu
                  align="end"
                  trigger={<IconButton label={`Actions for ${nameOf(member)}`} size="sm" icon={<DotsThreeIcon weight="bold" aria-hidden />} />}
                >
                  {transfer && (
                    <MenuItem icon={<CrownSimpleIcon aria-hidden />} onSelect={() => onTransfer(member)}>
                      Make owner
                    </MenuItem>
                  )}
                  {transfer && remove && <MenuSeparator />}
                  {remove && (
                    <MenuItem tone="danger" icon={<UserMinusIcon aria-hidden />} onSelect={() => onRemove(member)}>
                      Remove
                    </MenuItem>
                  )}
                </DropdownMenu>
              )
            },
          },
        ]
      : []),
  ]
}
