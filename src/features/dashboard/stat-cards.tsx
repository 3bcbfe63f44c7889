import { lazy, Suspense } from 'react'
import { Link } from 'react-router-dom'
import type { Figures } from '@/features/dashboard/queries/figures'
import { capitalize, count, formatDuration, formatNumber, formatPercent } from '@/lib/format'
import { paths } from '@/lib/paths'
import { RelativeTime } from '@/ui/relative-time'
import { Skeleton } from '@/ui/skeleton'
import { StatCard } from '@/ui/stat-card'

const Durations = lazy(() => import('@/features/dashboard/below-figures').then((module) => ({ default: module.Durations })))

/** `figures` undefined: they are on their way. */
export function StatCards({ figures }: { figures: Figures | undefined }) {
  return (
    <div className="grid grid-cols-2 gap-3 sm:grid-cols-3 xl:grid-cols-5">
      <StatCard
        label="Sites"
        value={figures && formatNumber(figures.sites)}
        detail={figures && (figures.sites === 0 ? 'none yet' : `${formatNumber(figures.sitesUpToDate)} up to date`)}
      />
      <StatCard
        label="Published items"
        value={figures && formatNumber(figures.published)}
        detail={figures && (figures.drafts === 0 ? 'no draft waits' : `${count('draft', figures.drafts)} ${figures.drafts === 1 ? 'waits' : 'wait'}`)}
      />
      <StatCard label="Last run" value={figures && lastRunWord(figures)} detail={figures && <LastRun figures={figures} />} />
      <StatCard
        label="Success rate, 30 days"
        value={figures && (figures.successRate === null ? '–' : formatPercent(figures.successRate))}
        detail={figures && rateDetail(figures)}
      />
      <StatCard
        label="Run time, median"
        className="col-span-2 xl:col-span-1"
        value={figures && (figures.medianMs === null ? '–' : formatDuration(figures.medianMs))}
        chart={
          figures && (
            <Suspense fallback={<Skeleton className="h-8" />}>
              <Durations figures={figures} />
            </Suspense>
          )
        }
      />
    </div>
  )
}

function lastRunWord({ lastRun }: Figures): string {
  if (lastRun === null) return '–'
  return lastRun.idle ? 'No change' : capitalize(lastRun.status)
}

function LastRun({ figures: { lastRun } }: { figures: Figures }) {
  if (lastRun === null) return 'none yet'
  return (
    <>
      <Link to={paths.job.getHref(lastRun.id)} className="underline decoration-line-strong underline-offset-3 hover:text-ink">
        Run {lastRun.number}
      </Link>
      , <RelativeTime at={lastRun.finishedAt ?? lastRun.createdAt} />
    </>
  )
}

function rateDetail({ runs, runsNotWhole }: Figures): string {
  if (runs === 0) return 'no run counts yet'
  return runsNotWhole === 0 ? `${count('run', runs)}, all whole` : `${formatNumber(runsNotWhole)} of ${count('run', runs)} not whole`
}
