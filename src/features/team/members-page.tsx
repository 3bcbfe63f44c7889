import { MagnifyingGlassIcon } from '@phosphor-icons/react/MagnifyingGlass'
import { UserPlusIcon } from '@phosphor-icons/react/UserPlus'
import { useState } from 'react'
import { ChangeOwnRoleDialog, RemoveMemberDialog, TransferDialog } from '@/features/team/member-dialogs'
import { InvitationsSection } from '@/features/team/invitations-section'
import { InviteDialog } from '@/features/team/invite-dialog'
import { LeaveCard } from '@/features/team/leave-card'
import { memberColumns } from '@/features/team/member-columns'
import { actsOn } from '@/features/team/member-rules'
import type { SentInvitation } from '@/features/team/queries/invite'
import { useMembers, type Member } from '@/features/team/queries/members'
import { ROLES } from '@/features/team/roles'
import { useRoleChange } from '@/features/team/use-role-change'
import type { Role } from '@/lib/claims'
import { describeError } from '@/lib/errors'
import { countInWords, capitalize } from '@/lib/format'
import { useActiveOrganization } from '@/lib/organizations'
import { usePageTitle } from '@/lib/page-title'
import { paths } from '@/lib/paths'
import { useHasRole, useSession } from '@/lib/session'
import { useSettingsTabs } from '@/lib/settings-tabs'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { DataTable } from '@/ui/data-table'
import { EmptyState } from '@/ui/empty-state'
import { ErrorState } from '@/ui/error-state'
import { Input } from '@/ui/input'
import { LinkTabs } from '@/ui/link-tabs'
import { PageHeader } from '@/ui/page-header'

/** From so many on, one looks for a name rather than down the list. */
const SEARCHABLE = 12

type Target = { what: 'remove' | 'transfer'; member: Member } | { what: 'own-role'; role: Role }

export function Component() {
  usePageTitle({ label: 'Settings', href: paths.settings.getHref() }, 'Members')
  const userId = useSession((state) => state.user?.id)
  const isAdmin = useHasRole('admin')
  const organizationName = useActiveOrganization()?.name ?? 'the organization'
  const { data: members, error, refetch, isFetching } = useMembers()
  const changeRole = useRoleChange()
  const [search, setSearch] = useState('')
  const [target, setTarget] = useState<Target | null>(null)
  const [open, setOpen] = useState(false)
  const [inviting, setInviting] = useState(false)
  const [sent, setSent] = useState<SentInvitation | null>(null)
  const [links, setLinks] = useState<ReadonlyMap<string, string>>(new Map())

  const show = (next: Target) => {
    setTarget(next)
    setOpen(true)
  }
  const inviteSomebody = () => {
    setSent(null)
    setInviting(true)
  }
  const onSent = (next: SentInvitation | null) => {
    setSent(next)
    if (next !== null) setLinks((known) => new Map(known).set(next.id, next.link))
  }

  const all = members ?? []
  const me = all.find(({ id }) => id === userId)
  const acts = (member: Member) => actsOn(member, me, all)
  const columns = memberColumns({
    userId,
    acts,
    withMenus: all.some((member) => acts(member).remove || acts(member).transfer),
    onRole: (member, role) => {
      // One's own rights are not taken back by oneself: that is asked first.
      if (member.id === userId) show({ what: 'own-role', role })
      else changeRole({ member, role })
    },
    onRemove: (member) => show({ what: 'remove', member }),
    onTransfer: (member) => show({ what: 'transfer', member }),
  })
  const wanted = search.trim().toLowerCase()
  const found = members?.filter(({ email, fullName }) => `${fullName ?? ''} ${email}`.toLowerCase().includes(wanted))

  return (
    <>
      <PageHeader
        title={members === undefined ? 'Members' : sentence(members.length, organizationName)}
        sub={isAdmin ? 'Who may read, change and manage what is here.' : 'Admins of the organization invite people and change roles.'}
        actions={
          isAdmin && (
            <Button variant="primary" icon={<UserPlusIcon aria-hidden />} onClick={inviteSomebody}>
              Invite
            </Button>
          )
        }
      />
      <LinkTabs aria-label="Settings" tabs={useSettingsTabs()} />
      {all.length >= SEARCHABLE && (
        <Input
          type="search"
          aria-label="Find a member"
          placeholder="Find a member"
          icon={<MagnifyingGlassIcon />}
          className="mb-3 max-w-72"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
      )}
      {error !== null && members === undefined ? (
        <ErrorState className="rounded-lg border border-line bg-panel" {...describeError(error)} retrying={isFetching} onRetry={() => void refetch()} />
      ) : (
        <DataTable
          caption="Members of the organization"
          columns={columns}
          rows={found}
          rowKey={({ id }) => id}
          skeletonRows={2}
          boxClassName="max-h-160"
          empty={<EmptyState title="Nobody here is called that" actions={<Button onClick={() => setSearch('')}>Show everybody</Button>} />}
        />
      )}
      {isAdmin && (
        <InvitationsSection
          links={links}
          onSent={(next) => {
            onSent(next)
            setInviting(true)
          }}
        />
      )}
      <Card title="What the roles may do" className="mt-6">
        <dl className="grid gap-x-4 gap-y-1.5 sm:grid-cols-[5rem_minmax(0,1fr)]">
          {ROLES.map(({ value, label, may }) => (
            <div key={value} className="contents">
              <dt className="font-semibold">{label}</dt>
              <dd className="text-ink-2 max-sm:mb-1.5">{may}</dd>
            </div>
          ))}
        </dl>
      </Card>
      {me !== undefined && <LeaveCard me={me} members={all} organizationName={organizationName} />}
      {isAdmin && <InviteDialog open={inviting} onOpenChange={setInviting} sent={sent} onSent={onSent} />}
      {target?.what === 'remove' && <RemoveMemberDialog open={open} onOpenChange={setOpen} member={target.member} organizationName={organizationName} />}
      {target?.what === 'transfer' && <TransferDialog open={open} onOpenChange={setOpen} member={target.member} organizationName={organizationName} />}
      {target?.what === 'own-role' && me !== undefined && <ChangeOwnRoleDialog open={open} onOpenChange={setOpen} me={me} role={target.role} />}
    </>
  )
}

function sentence(members: number, organizationName: string): string {
  if (members === 1) return `Only you belong to ${organizationName} so far`
  return `${capitalize(countInWords('person', members, 'people'))} belong to ${organizationName}`
}
