import { useMutation, useQuery } from '@tanstack/react-query'
import { PaperPlaneTiltIcon } from '@phosphor-icons/react/PaperPlaneTilt'
import { useCallback, useEffect, useMemo, useState } from 'react'
import { useNavigate, useSearchParams } from 'react-router-dom'
import { planQuery, type Plan } from '@/features/jobs/queries/plan'
import { useReviewPreference } from '@/features/jobs/review-preference'
import { PlanSummary } from '@/features/jobs/review/plan-summary'
import { partsOf, planNotes, planSentence } from '@/features/jobs/review/plan-words'
import { NOTHING_TO_SEND, ReviewRefusal } from '@/features/jobs/review/review-refusal'
import { SiteList } from '@/features/jobs/review/site-list'
import { preloadJobPage } from '@/features/jobs/run-sync'
import { describeError, errorLine } from '@/lib/errors'
import { count } from '@/lib/format'
import { usePageTitle } from '@/lib/page-title'
import { paths } from '@/lib/paths'
import { startRun } from '@/lib/runs'
import { useHasRole } from '@/lib/session'
import { Button } from '@/ui/button'
import { Checkbox } from '@/ui/checkbox'
import { Notice } from '@/ui/notice'
import { PageHeader } from '@/ui/page-header'
import { Skeleton } from '@/ui/skeleton'
import { toast } from '@/ui/toaster'

export function Component() {
  usePageTitle('Review')
  const [search] = useSearchParams()
  const chosen = search.get('sites')
  // Another choice of sites is another plan: nothing that was said about the one before stays.
  return <Review key={chosen ?? ''} siteIds={chosen === null ? null : chosen.split(',').filter(Boolean)} />
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
  const navigate = useNavigate()
  const mayRun = useHasRole('editor')
  const { skip, setSkip } = useReviewPreference()
  const [first] = useState(plan)
  const onStale = useCallback(() => void refetch(), [refetch])
  const start = useMutation({
    mutationFn: (force: boolean) => startRun({ siteIds, planHash: plan.hash, force }, toast.message),
    onSuccess: (jobId) => navigate(paths.job.getHref(jobId)),
    onError: (error) => {
      if (describeError(error).code === 'DS012') onStale()
    },
  })
  const parts = useMemo(() => partsOf(plan), [plan])
  const news = useMemo(() => newsSince(first, plan), [first, plan])
  const { changed } = parts
  const nothingChanged = changed.length === 0
  const refused = start.error === null ? null : describeError(start.error)

  return (
    <>
      <PageHeader
        title={planSentence(plan, parts)}
        sub={planNotes(plan, parts)}
        actions={
          <Button
            variant={nothingChanged ? 'secondary' : 'primary'}
            icon={<PaperPlaneTiltIcon aria-hidden weight="bold" />}
            busy={start.isPending || start.isSuccess}
            disabled={!mayRun || parts.tooLarge}
            onClick={() => start.mutate(nothingChanged)}
          >
            {nothingChanged ? 'Send anyway' : `Send to ${count('site', changed.length)}`}
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
        {parts.tooLarge && (
          <Notice tone="failure" title="This run would be refused">
            A delivery carries at most 1 MB. Map fewer items to the site, or shorten the longest ones.
          </Notice>
        )}
        <PlanSummary parts={parts} />
        <SiteList parts={parts} news={news} onStale={onStale} />
        <Checkbox
          checked={skip}
          onCheckedChange={setSkip}
          label="Skip the review next time"
          hint="“Run Sync” then starts at once, in this browser. This page stays at its address, where you can turn the review on again."
        />
      </div>
    </>
  )
}

/** The sites whose comparison is another one than when the reading began. */
function newsSince(first: Plan, plan: Plan): ReadonlySet<string> {
  if (first.hash === plan.hash) return new Set()
  const pair = ({ hash, accepted_hash }: Plan['sites'][number]) => `${hash} ${accepted_hash ?? ''}`
  const known = new Map(first.sites.map((site) => [site.site_id, pair(site)]))
  return new Set(plan.sites.filter((site) => known.get(site.site_id) !== pair(site)).map(({ site_id }) => site_id))
}

function Loading() {
  return (
    <div aria-busy="true">
      <PageHeader title="Review the sync" sub="Comparing what each site should show with what it last accepted." />
      <div className="space-y-4">
        {[1, 2, 3].map((key) => (
          <Skeleton key={key} className="h-36 rounded-lg" />
        ))}
      </div>
    </div>
  )
}
