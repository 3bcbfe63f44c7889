import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { PaperPlaneTiltIcon } from '@phosphor-icons/react/PaperPlaneTilt'
import { useCallback, useMemo, useState } from 'react'
import { Link, useNavigate } from 'react-router-dom'
import { Withdraw } from '@/features/jobs/approvals/approval-notice'
import { personWords, requesterWords, STATE_WORDS } from '@/features/jobs/approvals/approval-words'
import { approvalQuery, decideApproval, type ApprovalDetail } from '@/features/jobs/queries/approvals'
import { planQuery, type Plan } from '@/features/jobs/queries/plan'
import { PlanSummary } from '@/features/jobs/review/plan-summary'
import { partsOf } from '@/features/jobs/review/plan-words'
import { ReviewRefusal } from '@/features/jobs/review/review-refusal'
import { SiteList, type SiteFilter } from '@/features/jobs/review/site-list'
import { describeError, errorLine } from '@/lib/errors'
import { count } from '@/lib/format'
import { usePageTitle } from '@/lib/page-title'
import { paths } from '@/lib/paths'
import { startRun } from '@/lib/runs'
import { useHasRole, useSession } from '@/lib/session'
import { useShortcut } from '@/lib/shortcuts'
import { Button } from '@/ui/button'
import { ErrorState } from '@/ui/error-state'
import { Field } from '@/ui/field'
import { Notice } from '@/ui/notice'
import { PageHeader } from '@/ui/page-header'
import { RelativeTime } from '@/ui/relative-time'
import { Skeleton } from '@/ui/skeleton'
import { StatusChip } from '@/ui/status-chip'
import { Textarea } from '@/ui/textarea'
import { toast } from '@/ui/toaster'

/** What somebody asks to be approved, as it is now, and the decision on it. */
export function ApprovalReview({ approvalId }: { approvalId: string }) {
  usePageTitle({ label: 'Approvals', href: paths.approvals.getHref() }, 'Request')
  const { data: approval, error, refetch, isFetching } = useQuery(approvalQuery(approvalId))
  if (error !== null && approval === undefined) {
    // What is no id cannot be asked for: the database refuses the question.
    if (describeError(error).code === '22P02') return <Missing />
    return (
      <>
        <PageHeader title="Request for approval" />
        <ErrorState className="rounded-lg border border-line bg-panel" {...describeError(error)} onRetry={() => void refetch()} retrying={isFetching} />
      </>
    )
  }
  if (approval === undefined) return <Waiting />
  if (approval === null) return <Missing />
  const open = approval.state === 'pending' || approval.state === 'approved'
  return open ? <OpenRequest approval={approval} /> : <Closed approval={approval} />
}

function Story({ approval }: { approval: ApprovalDetail }) {
  const userId = useSession((state) => state.user?.id)
  return (
    <>
      Asked by {requesterWords(approval, userId)} <RelativeTime at={approval.requestedAt} />
      {approval.decidedAt !== null && (
        <>
          {`, ${approval.state === 'rejected' ? 'rejected' : approval.state === 'outdated' ? 'found out of date' : 'approved'} by ${personWords(approval.decidedBy, approval.decider, userId)} `}
          <RelativeTime at={approval.decidedAt} />
        </>
      )}
      {approval.force && '. It also sends what has not changed.'}
    </>
  )
}

function Words({ approval }: { approval: ApprovalDetail }) {
  const said = [
    ['Note', approval.note],
    ['Comment', approval.comment],
  ].filter(([, text]) => text !== '')
  if (said.length === 0) return null
  return (
    <dl className="space-y-2 rounded-lg border border-line bg-panel px-4 py-3">
      {said.map(([name, text]) => (
        <div key={name}>
          <dt className="text-xs text-ink-3">{name}</dt>
          <dd className="break-words whitespace-pre-wrap text-ink">{text}</dd>
        </div>
      ))}
    </dl>
  )
}

function StateChip({ state }: { state: string }) {
  const { label, status } = STATE_WORDS[state] ?? { label: state, status: state }
  return <StatusChip status={status} label={label} />
}

/** Nothing is decided on it any more: what became of it, and the way on. */
function Closed({ approval }: { approval: ApprovalDetail }) {
  return (
    <>
      <PageHeader title={approval.title} chip={<StateChip state={approval.state} />} sub={<Story approval={approval} />} />
      <div className="space-y-3">
        <Words approval={approval} />
        {approval.state === 'outdated' && <Notice tone="warning">The content has changed since this was asked, so it was not approved. Look at the plan as it is now, and ask again.</Notice>}
        <div className="flex flex-wrap gap-2">
          {approval.job !== null && (
            <Button asChild variant="primary">
              <Link to={paths.job.getHref(approval.job.id)}>Open run {approval.job.number}</Link>
            </Button>
          )}
          {approval.state !== 'used' && (
            <Button asChild>
              <Link to={`${paths.review.getHref()}?sites=${approval.siteIds.join(',')}`}>Review these sites now</Link>
            </Button>
          )}
          <Button asChild>
            <Link to={paths.approvals.getHref()}>All approvals</Link>
          </Button>
        </div>
      </div>
    </>
  )
}

function OpenRequest({ approval }: { approval: ApprovalDetail }) {
  const { data: plan, error, refetch, isFetching } = useQuery(planQuery(approval.siteIds))
  if (plan === undefined) {
    if (error === null) return <Waiting />
    return (
      <>
        <PageHeader title={approval.title} chip={<StateChip state={approval.state} />} sub={<Story approval={approval} />} />
        <div className="space-y-3">
          <Words approval={approval} />
          <ReviewRefusal error={error} onRetry={() => void refetch()} retrying={isFetching} />
          <Decision approval={approval} current={false} sites={approval.siteIds.length} onDecided={() => undefined} />
        </div>
      </>
    )
  }
  return <Compared approval={approval} plan={plan} refetch={refetch} />
}

function Compared({ approval, plan, refetch }: { approval: ApprovalDetail; plan: Plan; refetch: () => Promise<unknown> }) {
  const [filter, setFilter] = useState<SiteFilter>({ part: 'all', text: '' })
  const onStale = useCallback(() => void refetch(), [refetch])
  const parts = useMemo(() => partsOf(plan), [plan])
  const current = plan.hash === approval.planHash
  // Which sites would be sent something else than when it was asked.
  const news = useMemo(() => {
    const asked = new Map(approval.siteIds.map((id, index) => [id, approval.siteHashes[index]]))
    return new Set(current ? [] : plan.sites.filter(({ site_id, hash }) => asked.get(site_id) !== hash.slice(0, 16)).map(({ site_id }) => site_id))
  }, [approval, plan, current])
  return (
    <>
      <PageHeader title={approval.title} chip={<StateChip state={approval.state} />} sub={<Story approval={approval} />} />
      <div className="space-y-3">
        {!current && (
          <Notice tone="warning" title="The content has changed since this was asked">
            {news.size > 0
              ? `${count('site', news.size)} would be sent something else by now, marked below. This is the plan as it is now; it cannot be approved by this request.`
              : 'What the sites show has changed meanwhile, so the plan is another one. It cannot be approved by this request.'}{' '}
            <Link className="font-semibold underline underline-offset-2" to={`${paths.review.getHref()}?sites=${approval.siteIds.join(',')}`}>
              Review it as it is now
            </Link>
          </Notice>
        )}
        <Words approval={approval} />
        <Decision approval={approval} current={current && !parts.tooLarge} sites={parts.changed.length} onDecided={onStale} />
        {(parts.changed.length > 0 || parts.warnings.length > 0) && <PlanSummary parts={parts} />}
        <SiteList parts={parts} news={news} onStale={onStale} filter={filter} onFilter={(change) => setFilter((before) => ({ ...before, ...change }))} />
      </div>
    </>
  )
}

interface DecisionProps {
  approval: ApprovalDetail
  /** The plan is still the one that was asked for. */
  current: boolean
  /** How many it would send to. */
  sites: number
  onDecided: () => void
}

function Decision({ approval, current, sites, onDecided }: DecisionProps) {
  const navigate = useNavigate()
  const client = useQueryClient()
  const isAdmin = useHasRole('admin')
  const mayRun = useHasRole('editor')
  const userId = useSession((state) => state.user?.id)
  const [comment, setComment] = useState('')
  const own = approval.requestedBy === userId
  const start = useMutation({
    mutationFn: async () => {
      // What an admin starts they approve with that; said first, so that the comment is kept with it.
      if (approval.state === 'pending' && (await decideApproval(approval.id, true, comment)) !== 'approved') {
        throw new Error('The content changed while you were reading, so nothing was approved or sent.')
      }
      return startRun({ siteIds: approval.siteIds, planHash: approval.planHash, force: approval.force }, toast.message)
    },
    onSuccess: (jobId) => navigate(paths.job.getHref(jobId)),
    onError: async () => {
      onDecided()
      await client.invalidateQueries({ queryKey: ['plan_approvals'] })
    },
  })
  const decide = useMutation({
    mutationFn: (approve: boolean) => decideApproval(approval.id, approve, comment),
    onSuccess: async (state) => {
      if (state === 'outdated') toast.error('The content changed while you were reading, so nothing was approved.')
      else toast.success(state === 'approved' ? 'Approved: the run can be started' : 'Rejected')
      onDecided()
      await client.invalidateQueries({ queryKey: ['plan_approvals'] })
    },
  })
  const busy = decide.isPending || start.isPending || start.isSuccess
  const mayDecide = isAdmin && !own
  const canApprove = mayDecide && current && approval.state === 'pending' && !busy
  const canStart = mayRun && current && (approval.state === 'approved' || isAdmin) && !busy
  useShortcut('$mod+Enter', approval.state === 'pending' ? 'Approve' : 'Send what is approved', () => {
    if (canApprove) decide.mutate(true)
    else if (canStart) start.mutate()
  }, { enabled: canApprove || canStart, inFields: true })
  const problem = decide.error ?? start.error
  const send = (
    <Button variant={canApprove ? 'secondary' : 'primary'} icon={<PaperPlaneTiltIcon aria-hidden weight="bold" />} busy={start.isPending || start.isSuccess} disabled={!canStart && !start.isPending} onClick={() => start.mutate()}>
      {approval.state === 'pending' ? 'Approve and send' : sites === 0 ? 'Send anyway' : `Send to ${count('site', sites)}`}
    </Button>
  )
  return (
    <section aria-label="Decision" className="rounded-lg border border-line bg-panel px-4 py-3">
      {approval.state === 'approved' && (
        <p className="mb-3 text-ink-2">{current ? 'It can be started once, by any editor, as long as nothing of it changes.' : 'It cannot be used any more unless the content goes back to what it was.'}</p>
      )}
      {!mayDecide && approval.state === 'pending' && (
        <p className="text-ink-2">{own ? 'You asked for this, so another admin decides on it.' : 'An admin decides on this.'}</p>
      )}
      {mayDecide && (
        <Field label="Comment" optional className="max-w-160">
          <Textarea rows={2} maxLength={2000} value={comment} onChange={(event) => setComment(event.target.value)} />
        </Field>
      )}
      <div className="mt-3 flex flex-wrap gap-2 empty:hidden">
        {mayDecide && approval.state === 'pending' && (
          <Button variant="primary" busy={decide.isPending && decide.variables} disabled={!canApprove && !decide.isPending} onClick={() => decide.mutate(true)}>
            Approve
          </Button>
        )}
        {(approval.state === 'approved' || mayDecide) && mayRun && send}
        {mayDecide && (
          <Button busy={decide.isPending && !decide.variables} disabled={busy} onClick={() => decide.mutate(false)}>
            {approval.state === 'approved' ? 'Take the approval back' : 'Reject'}
          </Button>
        )}
        {own && <Withdraw approval={approval} />}
      </div>
      {problem !== null && (
        <Notice tone="failure" className="mt-3">
          {errorLine(problem)}
        </Notice>
      )}
    </section>
  )
}

function Missing() {
  return (
    <>
      <PageHeader title="There is no such request here" sub="It may belong to another organization, or the address is not complete." />
      <Button asChild>
        <Link to={paths.approvals.getHref()}>All approvals</Link>
      </Button>
    </>
  )
}

function Waiting() {
  return (
    <div aria-busy="true">
      <PageHeader title="Request for approval" sub={<Skeleton className="mt-1.5 w-72 max-w-full" />} />
      <div className="space-y-4">
        {[1, 2, 3].map((key) => (
          <Skeleton key={key} className="h-28 rounded-lg" />
        ))}
      </div>
    </div>
  )
}
