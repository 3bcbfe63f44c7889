import { useQuery } from '@tanstack/react-query'
import { UserCheckIcon } from '@phosphor-icons/react/UserCheck'
import { useMemo } from 'react'
import { Link, useSearchParams } from 'react-router-dom'
import { personWords, requesterWords, STATE_WORDS } from '@/features/jobs/approvals/approval-words'
import { approvalsQuery, type Approval } from '@/features/jobs/queries/approvals'
import { describeError } from '@/lib/errors'
import { capitalize } from '@/lib/format'
import { useJobsTabs } from '@/lib/jobs-tabs'
import { usePageTitle } from '@/lib/page-title'
import { paths } from '@/lib/paths'
import { approvalRuleQuery } from '@/lib/queries/approvals'
import { useHasRole, useOrganizationId, useSession } from '@/lib/session'
import { Button } from '@/ui/button'
import { DataTable, type Column } from '@/ui/data-table'
import { EmptyState } from '@/ui/empty-state'
import { ErrorState } from '@/ui/error-state'
import { LinkTabs } from '@/ui/link-tabs'
import { PageHeader } from '@/ui/page-header'
import { RelativeTime } from '@/ui/relative-time'
import { SegmentedControl } from '@/ui/segmented-control'
import { StatusChip } from '@/ui/status-chip'

export function Component() {
  usePageTitle({ label: 'Jobs', href: paths.jobs.getHref() }, 'Approvals')
  const [search, setSearch] = useSearchParams()
  const open = search.get('show') !== 'all'
  const userId = useSession((state) => state.user?.id)
  const { data, error, refetch, isFetching } = useQuery(approvalsQuery(open))
  const columns = useMemo(() => columnsFor(userId), [userId])
  return (
    <>
      <PageHeader title="Approvals" sub="Plans that editors ask an admin to approve before they are sent." />
      <LinkTabs aria-label="Jobs" tabs={useJobsTabs()} />
      <SegmentedControl
        aria-label="Which requests"
        className="mb-3"
        value={open ? 'open' : 'all'}
        onValueChange={(value) => setSearch(value === 'all' ? { show: 'all' } : {}, { replace: true })}
        segments={[
          { value: 'open', label: 'Open' },
          { value: 'all', label: 'All' },
        ]}
      />
      {error !== null && data === undefined ? (
        <ErrorState className="rounded-lg border border-line bg-panel" {...describeError(error)} onRetry={() => void refetch()} retrying={isFetching} />
      ) : (
        <DataTable
          caption="Requests for approval"
          columns={columns}
          rows={data}
          rowKey={({ id }) => id}
          rowHref={({ id }) => paths.approval.getHref(id)}
          empty={<Empty open={open} onAll={() => setSearch({ show: 'all' }, { replace: true })} />}
        />
      )}
    </>
  )
}

function columnsFor(userId: string | undefined): readonly Column<Approval>[] {
  return [
    {
      key: 'state',
      header: 'State',
      cell: ({ state, title }) => {
        const { label, status } = STATE_WORDS[state] ?? { label: state, status: state }
        return (
          <>
            <span className="sr-only">{title}: </span>
            <StatusChip status={status} label={label} />
          </>
        )
      },
    },
    {
      key: 'plan',
      header: 'Plan',
      className: 'w-full sm:w-[45%]',
      cell: (approval) => (
        <>
          <div className="line-clamp-2">
            <span aria-hidden>{approval.title}</span>
            {approval.note !== '' && <span className="text-ink-2"> “{approval.note}”</span>}
          </div>
          {/* On a narrow screen the row is read from top to bottom. */}
          <p className="text-xs text-ink-3 sm:hidden">
            {capitalize(requesterWords(approval, userId))}, <RelativeTime at={approval.requestedAt} />
          </p>
        </>
      ),
    },
    { key: 'who', header: 'Asked by', className: 'max-w-48 truncate', hideBelow: 'sm', cell: (approval) => requesterWords(approval, userId) },
    { key: 'when', header: 'When', className: 'whitespace-nowrap', hideBelow: 'sm', cell: ({ requestedAt }) => <RelativeTime at={requestedAt} /> },
    {
      key: 'decided',
      header: 'Decided by',
      className: 'max-w-48 truncate',
      hideBelow: 'md',
      cell: ({ decidedAt, decidedBy, decider }) => (decidedAt === null ? <span className="text-ink-3">–</span> : personWords(decidedBy, decider, userId)),
    },
    {
      key: 'run',
      header: 'Run',
      mono: true,
      hideBelow: 'sm',
      cell: ({ job }) => (job === null ? <span className="text-ink-3">–</span> : <Link className="text-accent-ink underline underline-offset-2" to={paths.job.getHref(job.id)}>{job.number}</Link>),
    },
  ]
}

function Empty({ open, onAll }: { open: boolean; onAll: () => void }) {
  const isAdmin = useHasRole('admin')
  const { data: required } = useQuery(approvalRuleQuery(useOrganizationId()))
  if (required === false) {
    return (
      <EmptyState
        icon={<UserCheckIcon />}
        title="Runs need no approval here"
        detail="With the rule on, a run by an editor waits until an admin has looked at its plan."
        actions={
          isAdmin ? (
            <Button asChild>
              <Link to={paths.settings.getHref()}>Open the settings</Link>
            </Button>
          ) : undefined
        }
      />
    )
  }
  return (
    <EmptyState
      icon={<UserCheckIcon />}
      title={open ? 'Nothing waits for an approval' : 'Nobody has asked for an approval yet'}
      detail="Editors ask in the review of a run; what they ask shows up here, live."
      actions={
        open ? (
          <Button onClick={onAll}>Show decided ones</Button>
        ) : (
          <Button asChild>
            <Link to={paths.review.getHref()}>Review a run</Link>
          </Button>
        )
      }
    />
  )
}
