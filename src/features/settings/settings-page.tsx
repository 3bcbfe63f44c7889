import { SignOutIcon } from '@phosphor-icons/react/SignOut'
import { useQuery } from '@tanstack/react-query'
import { membersQuery, type Member } from '@/features/settings/queries'
import { OrganizationCard } from '@/features/settings/organization-card'
import { RetentionCard } from '@/features/settings/retention-card'
import { describeError, errorLine } from '@/lib/errors'
import { usePageTitle } from '@/lib/page-title'
import { signOut, useOrganizationId, useSession } from '@/lib/session'
import { useTheme, type ThemeChoice } from '@/lib/theme'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { Chip } from '@/ui/chip'
import { DataTable, type Column } from '@/ui/data-table'
import { ErrorState } from '@/ui/error-state'
import { PageHeader } from '@/ui/page-header'
import { RelativeTime } from '@/ui/relative-time'
import { SegmentedControl } from '@/ui/segmented-control'
import { toast } from '@/ui/toaster'

const THEMES: { value: ThemeChoice; label: string }[] = [
  { value: 'system', label: 'System' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
]

export function Component() {
  usePageTitle('Settings')
  const email = useSession((state) => state.user?.email)
  const choice = useTheme((state) => state.choice)
  const setChoice = useTheme((state) => state.setChoice)
  return (
    <>
      <PageHeader title="Settings" sub="Your account, how the app looks, who is in the organization, and how long history is kept." />
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <Card title="You">
          <dl className="grid grid-cols-[8rem_minmax(0,1fr)] items-center gap-y-3">
            <dt className="text-ink-2">E-mail</dt>
            <dd className="break-words">{email}</dd>
            <dt className="text-ink-2">Theme</dt>
            <dd>
              <SegmentedControl aria-label="Theme" value={choice} onValueChange={setChoice} segments={THEMES} />
            </dd>
          </dl>
          <Button
            className="mt-4"
            icon={<SignOutIcon aria-hidden />}
            onClick={() => void signOut().catch((error: unknown) => toast.error(errorLine(error)))}
          >
            Sign out
          </Button>
        </Card>
        <OrganizationCard />
        <RetentionCard />
        <Members />
      </div>
    </>
  )
}

function Members() {
  const organizationId = useOrganizationId()
  const userId = useSession((state) => state.user?.id)
  const { data, error, refetch, isFetching } = useQuery(membersQuery(organizationId))
  const columns: Column<Member>[] = [
    {
      key: 'person', header: 'Person',
      cell: (member) => (
        <>
          <span className="font-semibold">{member.fullName ?? member.email}</span>
          {member.id === userId && <span className="text-ink-3"> (you)</span>}
        </>
      ),
    },
    { key: 'email', header: 'E-mail', hideBelow: 'sm', cell: (member) => member.email },
    { key: 'role', header: 'Role', cell: (member) => <Chip tone={member.role === 'admin' ? 'accent' : 'neutral'}>{member.role}</Chip> },
    { key: 'since', header: 'Since', hideBelow: 'sm', cell: (member) => <RelativeTime at={member.since} className="text-ink-2" /> },
  ]
  return (
    <section className="lg:col-span-2">
      <h2 className="mb-2 text-sm font-semibold">Members</h2>
      {error === null ? (
        <DataTable caption="Members of the organization" columns={columns} rows={data} rowKey={(member) => member.id} skeletonRows={2} />
      ) : (
        <ErrorState className="rounded-lg border border-line bg-panel" {...describeError(error)} retrying={isFetching} onRetry={() => void refetch()} />
      )}
    </section>
  )
}
