import { useQuery } from '@tanstack/react-query'
import { PaperPlaneTiltIcon } from '@phosphor-icons/react/PaperPlaneTilt'
import { UserCheckIcon } from '@phosphor-icons/react/UserCheck'
import { lazy, Suspense, useCallback, useEffect, useMemo, useState } from 'react'
import { useLocation, useSearchParams } from 'react-router-dom'
import { ApprovalNotice } from '@/features/jobs/approvals/approval-notice'
import { planQuery, type Plan } from '@/features/jobs/queries/plan'
import { planHashQuery } from '@/features/jobs/queries/plan-hash'
import { useReviewPreference } from '@/features/jobs/review-preference'
import { choiceOf, chosenIds, reviewAddress } from '@/features/jobs/review/choice'
import { PlanSummary } from '@/features/jobs/review/plan-summary'
import { newsSince, partsOf, planNotes, planSentence } from '@/features/jobs/review/plan-words'
import { NOTHING_TO_SEND, ReviewRefusal } from '@/features/jobs/review/review-refusal'
import { SiteList } from '@/features/jobs/review/site-list'
import { useReviewRun } from '@/features/jobs/review/use-review-run'
import { preloadJobPage } from '@/features/jobs/run-sync'
import { describeError, errorLine } from '@/lib/errors'
import { noteFirstStep } from '@/lib/first-steps'
import { count } from '@/lib/format'
import { usePageTitle } from '@/lib/page-title'
import { useHasRole } from '@/lib/session'
import { useShortcut } from '@/lib/shortcuts'
import { useUrlFilters } from '@/lib/use-url-filters'
import { Button } from '@/ui/button'
import { Checkbox } from '@/ui/checkbox'
import { Notice } from '@/ui/notice'
import { PageHeader } from '@/ui/page-header'
import { Skeleton } from '@/ui/skeleton'

const AskDialog = lazy(() => import('@/features/jobs/approvals/ask-dialog').then((module) => ({ default: module.AskDialog })))
const ApprovalReview = lazy(() => import('@/features/jobs/approvals/approval-review').then((module) => ({ default: module.ApprovalReview })))

export function Component() {
  usePageTitle('Review')
  useEffect(() => void noteFirstStep('review'), [])
  const [search] = useSearchParams()
  const approval = search.get('approval')
  const location = useLocation()
  const chosen = search.get('sites') ?? sitesIn(location.state)
  if (approval !== null) {
    return (
      <Suspense fallback={<Loading />}>
        <ApprovalReview key={approval} approvalId={approval} />
      </Suspense>
    )
  }
  // Other sites are another plan: nothing that was said about the one before stays.
  return <Review key={chosen ?? ''} siteIds={chosen === null ? null : chosen.split(',').filter(Boolean)} />
}

/** The list of sites hands over a choice that is too long for an address in the history's state, which survives a reload. */
function sitesIn(state: unknown): string | null {
  const siteIds = typeof state === 'object' && state !== null && 'siteIds' in state ? state.siteIds : undefined
  return Array.isArray(siteIds) && siteIds.every((id) => typeof id === 'string') ? siteIds.join(',') : null
}

function Review({ siteIds }: { siteIds: readonly string[] | null }) {
  const { data, error, refetch, isFetching } = useQuery(planQuery(siteIds))
  // The run follows a click: its page is wanted next.
  useEffect(preloadJobPage, [])

  if (error !== null && data === undefined) {
    return (
      <>
        <PageHeader title="Review the sync" />
        <ReviewRefusal error={error} onRetry={() => void refetch()} retrying={isFetching} />
      </>
    )
  }
  if (data === undefined) return <Loading />
  if (partsOf(data).nothingToSend) {
    return (
      <>
        <PageHeader title="There is nothing to send yet" />
        <ReviewRefusal error={NOTHING_TO_SEND} onRetry={() => void refetch()} retrying={isFetching} />
      </>
    )
  }
  return <PlanView plan={data} siteIds={siteIds} refetch={refetch} />
}

interface PlanViewProps {
  plan: Plan
  siteIds: readonly string[] | null
  refetch: () => Promise<unknown>
}

function PlanView({ plan, siteIds, refetch }: PlanViewProps) {
  const mayRun = useHasRole('editor')
  const { skip, setSkip } = useReviewPreference()
  const [first] = useState(plan)
  const [asking, setAsking] = useState(false)
  const onStale = useCallback(() => void refetch(), [refetch])
  const [{ part, text, choice }, setAddress] = useUrlFilters(reviewAddress)

  const all = useMemo(() => partsOf(plan), [plan])
  const chosen = useMemo(() => chosenIds(choice, plan.sites), [choice, plan.sites])
  const whole = chosen.size === plan.sites.length - all.disabled.length
  // What the run would be: the plan without the sites that are left out.
  const run = useMemo<Plan>(() => (whole ? plan : { ...plan, sites: plan.sites.filter(({ site_id }) => chosen.has(site_id)) }), [plan, whole, chosen])
  const parts = useMemo(() => partsOf(run), [run])
  const news = useMemo(() => newsSince(first, plan), [first, plan])
  const { data: planHash = null } = useQuery(planHashQuery(plan, chosen, whole))

  const nobody = chosen.size === 0
  const nothingChanged = parts.changed.length === 0
  const { start, ask, approved, waiting, needsApproval, mayStart, isAdmin, userId } = useReviewRun({
    siteIds: whole ? siteIds : [...chosen], planHash, force: nothingChanged, onChanged: onStale,
  })
  const refused = start.error === null ? null : describeError(start.error)
  const able = mayRun && !nobody && !parts.tooLarge && planHash !== null
  const asks = needsApproval === true && !mayStart
  const canAct = able && (mayStart || (asks && waiting === undefined)) && !start.isPending && !start.isSuccess
  const words = nothingChanged ? 'Send anyway' : `Send to ${count('site', parts.changed.length)}`
  const act = () => {
    if (!canAct) return
    if (asks) setAsking(true)
    else start.mutate()
  }
  useShortcut('$mod+Enter', asks ? 'Ask for approval' : 'Send what is reviewed', act, { enabled: canAct })

  return (
    <>
      <PageHeader
        title={nobody ? 'No site is chosen' : planSentence(run, parts)}
        sub={nobody ? 'Choose the sites that this run is for.' : planNotes(run, parts)}
        actions={
          <Button
            variant={nothingChanged ? 'secondary' : 'primary'}
            icon={asks ? <UserCheckIcon aria-hidden weight="bold" /> : <PaperPlaneTiltIcon aria-hidden weight="bold" />}
            busy={start.isPending || start.isSuccess}
            disabled={!canAct && !start.isPending && !start.isSuccess}
            onClick={act}
          >
            {asks ? (waiting === undefined ? 'Ask for approval' : 'Waits for approval') : words}
          </Button>
        }
      />
      <div className="space-y-3">
        {refused !== null && refused.code !== 'DS012' && <Notice tone="failure">{errorLine(start.error)}</Notice>}
        {(refused?.code === 'DS012' || plan.hash !== first.hash) && (
          <Notice tone="warning" title="The content changed while you were reading">
            This is the plan as it is now. {refused?.code === 'DS012' && 'Nothing was sent: look at it again and confirm.'}
          </Notice>
        )}
        {!mayRun && <Notice>You can look at the plan; starting a run takes the role of an editor. Ask an admin of the organization for it.</Notice>}
        {mayRun && <ApprovalNotice approved={approved} waiting={waiting} needsApproval={needsApproval} isAdmin={isAdmin} userId={userId} />}
        {parts.tooLarge && (
          <Notice tone="failure" title="This run would be refused">
            A delivery carries at most 1 MB. Map fewer items to the site, or shorten the longest ones, or leave the site out.
          </Notice>
        )}
        {!nobody && (!nothingChanged || parts.warnings.length > 0) && <PlanSummary parts={parts} />}
        <SiteList
          parts={all}
          news={news}
          onStale={onStale}
          filter={{ part, text }}
          onFilter={setAddress}
          {...(mayRun ? { chosen, onChoose: (next: ReadonlySet<string>) => setAddress({ choice: choiceOf(next, plan.sites) }) } : {})}
        />
        {needsApproval === false && (
          <Checkbox
            checked={skip}
            onCheckedChange={setSkip}
            label="Skip the review next time"
            hint="“Run Sync” then starts at once, in this browser. This page stays at its address, where you can turn the review on again."
          />
        )}
      </div>
      {asking && (
        <Suspense>
          <AskDialog what={`a run to ${count('site', nothingChanged ? chosen.size : parts.changed.length)}`} onAsk={ask.mutateAsync} onClose={() => setAsking(false)} />
        </Suspense>
      )}
    </>
  )
}

function Loading() {
  return (
    <div aria-busy="true">
      <PageHeader title="Review the sync" sub="Comparing what each site should show with what it last accepted." />
      <div className="space-y-3">
        <Skeleton className="h-10 rounded-lg" />
        <Skeleton className="h-60 rounded-lg" />
      </div>
    </div>
  )
}
