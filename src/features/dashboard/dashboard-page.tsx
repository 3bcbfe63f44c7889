import { DotsThreeIcon } from '@phosphor-icons/react/DotsThree'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { lazy, Suspense } from 'react'
import { Link } from 'react-router-dom'
import { figuresQuery, type Figures } from '@/features/dashboard/queries/figures'
import { readSteps } from '@/features/dashboard/queries/outlook'
import { recentJobsQuery } from '@/features/dashboard/queries/recent-jobs'
import { headline, subline } from '@/features/dashboard/sentence'
import { StatCards } from '@/features/dashboard/stat-cards'
import { useDemoData } from '@/features/dashboard/use-demo-data'
import { describeError } from '@/lib/errors'
import { noteFirstStep } from '@/lib/first-steps'
import { usePageTitle } from '@/lib/page-title'
import { paths } from '@/lib/paths'
import { useOrganizationId, useSession } from '@/lib/session'
import { Button } from '@/ui/button'
import { DataTable } from '@/ui/data-table'
import { DropdownMenu, MenuItem } from '@/ui/dropdown-menu'
import { EmptyState } from '@/ui/empty-state'
import { ErrorState } from '@/ui/error-state'
import { IconButton } from '@/ui/icon-button'
import { jobColumns } from '@/ui/job-columns'
import { PageHeader } from '@/ui/page-header'
import { Skeleton } from '@/ui/skeleton'

// Not part of the first load: it comes beside the figures that it shows.
const loadBelow = () => import('@/features/dashboard/below-figures')
const Top = lazy(() => loadBelow().then((module) => ({ default: module.Top })))
const Aside = lazy(() => loadBelow().then((module) => ({ default: module.Aside })))

export function Component() {
  usePageTitle('Home')
  const organizationId = useOrganizationId()
  const { data: figures, error, refetch, isFetching } = useQuery(figuresQuery(organizationId))
  const demo = useDemoData()
  const client = useQueryClient()

  if (error !== null && figures === undefined) {
    return (
      <>
        <PageHeader title="Home" />
        <ErrorState className="rounded-lg border border-line bg-panel" {...describeError(error)} onRetry={() => void refetch()} retrying={isFetching} />
      </>
    )
  }
  const isNew = figures !== undefined && (figures.sites === 0 || figures.published + figures.drafts === 0)
  const steps = figures && readSteps(figures.rest)
  const loadDemo = () => void demo.load()
  const showSteps = async () => {
    await noteFirstStep('resume')
    await client.invalidateQueries({ queryKey: ['dashboard'] })
  }

  return (
    <>
      <div className="relative">
        <PageHeader
          title={figures === undefined ? <Skeleton className="my-1 h-5 w-80 max-w-full" /> : <span className="block pr-9">{headline(figures)}</span>}
          sub={figures === undefined ? <Skeleton className="mt-1.5 w-64" /> : <Sub figures={figures} />}
        />
        {/* At the corner, not among the header's actions: on a narrow screen those take a line of their own. */}
        {figures !== undefined && (
          <div className="absolute -top-0.5 right-0">
            <DropdownMenu trigger={<IconButton label="More" icon={<DotsThreeIcon weight="bold" aria-hidden />} />}>
              {/* "Run Sync" may skip the review in this browser; this never does. */}
              <MenuItem asChild>
                <Link to={paths.review.getHref()}>Review what would be sent</Link>
              </MenuItem>
              <MenuItem onSelect={loadDemo}>Load Demo Data</MenuItem>
              {steps?.dismissed === true && <MenuItem onSelect={() => void showSteps()}>Show the first steps</MenuItem>}
            </DropdownMenu>
          </div>
        )}
      </div>
      {figures !== undefined && (
        <Suspense fallback={isNew ? <Skeleton className="mb-4 h-72 rounded-lg" /> : null}>
          <Top figures={figures} loading={demo.loading} onLoadDemo={loadDemo} />
        </Suspense>
      )}
      {/* Zeros say nothing that the first steps do not say. */}
      {!(isNew && steps?.dismissed === false) && <StatCards figures={figures} />}
      <div className="mt-6 grid items-start gap-x-4 gap-y-6 xl:grid-cols-[minmax(0,1fr)_21rem]">
        <RecentRuns hideEmpty={isNew} />
        {figures !== undefined && !isNew && (
          <Suspense fallback={<Skeleton className="h-56 rounded-lg" />}>
            <Aside figures={figures} />
          </Suspense>
        )}
      </div>
    </>
  )
}

function Sub({ figures }: { figures: Figures }) {
  const behind = figures.sites > figures.sitesUpToDate
  const running = figures.lastRun !== null && figures.lastRun.finishedAt === null
  return (
    <>
      {subline(figures)}{' '}
      {running && figures.lastRun !== null ? (
        <TextLink to={paths.job.getHref(figures.lastRun.id)}>Watch it</TextLink>
      ) : (
        behind && <TextLink to={paths.review.getHref()}>See what would be sent</TextLink>
      )}
    </>
  )
}

function TextLink({ to, children }: { to: string; children: string }) {
  return (
    <Link to={to} className="font-semibold text-accent-ink underline-offset-3 hover:underline">
      {children}
    </Link>
  )
}

/** `hideEmpty`: something else on the page says what to do first. */
function RecentRuns({ hideEmpty }: { hideEmpty: boolean }) {
  const userId = useSession((state) => state.user?.id)
  const { data, error, refetch, isFetching } = useQuery(recentJobsQuery(userId))
  if (hideEmpty && data?.length === 0) return <span className="max-xl:hidden" />
  return (
    <div className="min-w-0">
      <div className="mb-2 flex items-baseline justify-between gap-4">
        <h2 className="text-sm font-semibold">Recent runs</h2>
        {data !== undefined && data.length > 0 && (
          <Link to={paths.jobs.getHref()} className="text-hint text-ink-2 hover:text-ink hover:underline">
            All jobs
          </Link>
        )}
      </div>
      {error !== null && data === undefined ? (
        <ErrorState className="rounded-lg border border-line bg-panel" {...describeError(error)} onRetry={() => void refetch()} retrying={isFetching} />
      ) : (
        <DataTable
          caption="Recent runs"
          columns={jobColumns}
          rows={data}
          rowKey={({ id }) => id}
          rowHref={({ id }) => paths.job.getHref(id)}
          skeletonRows={5}
          empty={
            <EmptyState
              title="No run yet"
              detail="A run sends every site what it should show now. You see what it would change before anything is sent."
              actions={
                <Button asChild>
                  <Link to={paths.review.getHref()}>Review the first run</Link>
                </Button>
              }
            />
          }
        />
      )}
    </div>
  )
}
