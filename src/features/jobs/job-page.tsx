import { lazy, Suspense, useCallback, useEffect, useMemo, useState } from 'react'
import { Link, useLocation, useParams, useSearchParams } from 'react-router-dom'
import { useStore } from 'zustand'
import { JobHeader } from '@/features/jobs/job-header'
import { createJobLogStore } from '@/features/jobs/live/job-log-store'
import { streamState } from '@/features/jobs/live/stream-state'
import { LogRemoved } from '@/features/jobs/log-removed'
import { lineLink, readLine } from '@/features/jobs/line-link'
import { everyLine, jobFeed } from '@/features/jobs/queries/job-feed'
import type { DeliveryView } from '@/features/jobs/site-card'
import { SiteCards } from '@/features/jobs/site-cards'
import { describeError } from '@/lib/errors'
import { usePageTitle } from '@/lib/page-title'
import { paths } from '@/lib/paths'
import { Button } from '@/ui/button'
import { ErrorState } from '@/ui/error-state'
import { Notice } from '@/ui/notice'
import { PageHeader } from '@/ui/page-header'
import { Skeleton } from '@/ui/skeleton'
import { Terminal } from '@/ui/terminal/terminal'
import { toast } from '@/ui/toaster'

const DeliveryDrawer = lazy(() => import('@/features/jobs/delivery-drawer').then((module) => ({ default: module.DeliveryDrawer })))

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

export function Component() {
  const { jobId = '' } = useParams()
  const [round, setRound] = useState(0)
  // What is no id cannot be asked for: the database would refuse the question.
  if (!UUID.test(jobId)) return <Missing />
  // Another run, or another try, is another store: nothing of the one before stays on the page.
  return <Run key={`${jobId}/${round}`} jobId={jobId} onRetry={() => setRound(round + 1)} />
}

function Run({ jobId, onRetry }: { jobId: string; onRetry: () => void }) {
  const { search: query, hash } = useLocation()
  const marked = readLine(query, hash)
  const [feed] = useState(() => jobFeed(jobId))
  const [{ store, start }] = useState(() => createJobLogStore(feed, undefined, marked))
  useEffect(() => start(), [start])
  const live = useStore(store)
  const { job, deliveries } = live
  usePageTitle({ label: 'Jobs', href: paths.jobs.getHref() }, job === null ? 'Run' : `Run ${job.number}`)

  // A link from another run names the delivery that it means.
  const [search, setSearch] = useSearchParams()
  const [opened, setOpened] = useState<{ deliveryId: string; view: DeliveryView } | null>(() => {
    const deliveryId = search.get('delivery')
    return deliveryId === null ? null : { deliveryId, view: 'payload' }
  })
  const onOpen = useCallback((deliveryId: string, view: DeliveryView) => setOpened({ deliveryId, view }), [])
  const onClose = () => {
    setOpened(null)
    if (search.has('delivery')) {
      const next = new URLSearchParams(search)
      next.delete('delivery')
      setSearch(next, { replace: true, preventScrollReset: true })
    }
  }
  const onMark = useCallback((seq: number) => {
    const link = lineLink(seq)
    setSearch(link.searchParams, { replace: true, preventScrollReset: true })
    navigator.clipboard.writeText(link.href).then(
      () => toast.success(`The link to line ${seq} is copied`),
      () => toast.message(`The address is now that of line ${seq}`, { description: 'The browser does not allow copying here: copy it from the address bar.' }),
    )
  }, [setSearch])
  const allLines = useCallback(() => everyLine(feed, store.getState().log.lines), [feed, store])
  const shown = opened === null ? undefined : deliveries.find(({ id }) => id === opened.deliveryId)

  // Names change with no delivery's status, so that the terminal keeps its rows.
  const names = JSON.stringify(deliveries.map(({ targetId, name, slug }) => [targetId, name, slug]))
  const sites = useMemo(() => (JSON.parse(names) as [string, string, string][]).map(([id, name, slug]) => ({ id, name, slug })), [names])

  if (live.missing) return <Missing />
  if (job === null) {
    if (live.problem === null) return <Loading />
    return (
      <>
        <PageHeader title="Run" />
        <ErrorState className="rounded-lg border border-line bg-panel" {...describeError(live.problem)} onRetry={onRetry} />
      </>
    )
  }

  const idle = job.status === 'success' && deliveries.length > 0 && deliveries.every(({ status }) => status === 'skipped')
  return (
    <>
      <JobHeader job={job} deliveries={deliveries} starter={live.starter} schedule={live.schedule} idle={idle} />
      <SiteCards deliveries={deliveries} clockOffset={live.clockOffset ?? 0} onOpen={onOpen} />
      {marked !== null && live.settled && marked > job.logSeq && (
        <Notice tone="warning" className="mt-4">
          The link names line {marked}; this log ends with line {job.logSeq}.
        </Notice>
      )}
      {job.logsRemovedAt !== null && <LogRemoved at={job.logsRemovedAt} kept={live.log.lines.length} />}
      {(job.logsRemovedAt === null || live.log.lines.length > 0) && (
        <Terminal
          className="mt-4 max-h-[max(22rem,calc(100dvh-18rem))]"
          lines={live.log.lines}
          origin={Date.parse(job.createdAt)}
          sites={sites}
          state={streamState(live)}
          fileName={`run-${job.number}`}
          allLines={allLines}
          marked={marked}
          onMark={onMark}
        />
      )}
      {opened !== null && shown !== undefined && (
        <Suspense>
          <DeliveryDrawer delivery={shown} view={opened.view} onView={(view) => setOpened({ ...opened, view })} onClose={onClose} />
        </Suspense>
      )}
    </>
  )
}

function Missing() {
  usePageTitle({ label: 'Jobs', href: paths.jobs.getHref() }, 'Run')
  return (
    <>
      <PageHeader title="There is no such run here" sub="It may belong to another organization, or the address is not complete." />
      <Button asChild>
        <Link to={paths.jobs.getHref()}>All jobs</Link>
      </Button>
    </>
  )
}

function Loading() {
  return (
    <div aria-busy="true">
      <PageHeader title="Run" sub={<Skeleton className="mt-1.5 w-72 max-w-full" />} />
      <div className="grid gap-3 sm:grid-cols-2 xl:grid-cols-3">
        {[1, 2, 3].map((key) => (
          <Skeleton key={key} className="h-30 rounded-lg" />
        ))}
      </div>
      <div className="mt-4 h-60 rounded-lg border border-term-line bg-term-ground" />
    </div>
  )
}
