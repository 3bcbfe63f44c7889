import { ArrowsClockwiseIcon } from '@phosphor-icons/react/ArrowsClockwise'
import { CalendarCheckIcon } from '@phosphor-icons/react/CalendarCheck'
import { CheckCircleIcon } from '@phosphor-icons/react/CheckCircle'
import { ClockIcon } from '@phosphor-icons/react/Clock'
import { XCircleIcon } from '@phosphor-icons/react/XCircle'
import type { ReactNode } from 'react'
import { Link } from 'react-router-dom'
import type { NextRun, Outlook, SiteToLookAt } from '@/features/dashboard/queries/outlook'
import { count } from '@/lib/format'
import { paths } from '@/lib/paths'
import { Card } from '@/ui/card'
import { RelativeTime } from '@/ui/relative-time'

/** Beside the runs: which sites want a look, and what happens by itself next. */
export function OutlookPanels({ outlook, sites }: { outlook: Outlook; sites: number }) {
  return (
    <div className="flex flex-col gap-4">
      <Card title="Sites to look at" padded={false} actions={outlook.attentionCount > outlook.attention.length && <More to={paths.sites.getHref()}>All {outlook.attentionCount}</More>}>
        {outlook.attention.length > 0 ? (
          <ul className="py-1">
            {outlook.attention.map((site) => (
              <SiteLine key={site.id} site={site} />
            ))}
          </ul>
        ) : (
          <p className="flex items-center gap-2 px-4 py-3 text-hint text-ink-2">
            {sites === 0 ? (
              'No site is set up yet.'
            ) : (
              <>
                <CheckCircleIcon weight="fill" aria-hidden className="size-4 shrink-0 text-success" />
                {sites === 1 ? 'The site is' : `All ${sites} sites are`} healthy, with the newest content.
              </>
            )}
          </p>
        )}
      </Card>
      <Card title="Next runs" padded={false} actions={<More to={paths.schedules.getHref()}>Schedules</More>}>
        {outlook.nextRuns.length > 0 ? (
          <ul className="py-1">
            {outlook.nextRuns.map((run) => (
              <NextLine key={`${run.kind} ${run.id} ${run.what}`} run={run} />
            ))}
          </ul>
        ) : (
          <p className="px-4 py-3 text-hint text-ink-2">No run is planned. A schedule sends what has changed, at the times that you choose.</p>
        )}
      </Card>
    </div>
  )
}

function More({ to, children }: { to: string; children: ReactNode }) {
  return (
    <Link to={to} className="text-hint whitespace-nowrap text-ink-2 hover:text-ink hover:underline">
      {children}
    </Link>
  )
}

function SiteLine({ site }: { site: SiteToLookAt }) {
  return (
    <li className="flex items-start gap-2.5 px-4 py-1.5">
      {site.trouble === null ? (
        <ArrowsClockwiseIcon weight="bold" aria-hidden className="mt-0.5 size-4 shrink-0 text-warning" />
      ) : (
        <XCircleIcon weight="fill" aria-hidden className="mt-0.5 size-4 shrink-0 text-failure" />
      )}
      <div className="min-w-0 flex-1">
        <Link to={paths.site.getHref(site.id)} className="block truncate font-medium text-ink underline-offset-3 hover:underline">
          {site.name}
        </Link>
        <p className="text-hint break-words text-ink-2">
          {site.trouble === null ? (
            site.acceptedAt === null ? (
              'behind: it has received nothing yet'
            ) : (
              <>
                behind: what it shows is from <RelativeTime at={site.acceptedAt} />
              </>
            )
          ) : (
            <>unhealthy: {site.trouble}</>
          )}
        </p>
      </div>
    </li>
  )
}

function NextLine({ run }: { run: NextRun }) {
  const isWindow = run.kind === 'window'
  const Icon = isWindow ? CalendarCheckIcon : ClockIcon
  return (
    <li className="flex items-start gap-2.5 px-4 py-1.5">
      <Icon aria-hidden className="mt-0.5 size-4 shrink-0 text-ink-3" />
      <div className="min-w-0 flex-1">
        <Link to={isWindow ? paths.contentItem.getHref(run.id) : paths.schedule.getHref(run.id)} className="block truncate font-medium text-ink underline-offset-3 hover:underline">
          {run.name}
        </Link>
        <p className="text-hint text-ink-2">
          {run.at === null ? 'being planned' : <RelativeTime at={run.at} />}, {sentenceOf(run)}
        </p>
      </div>
    </li>
  )
}

function sentenceOf({ kind, what, sites }: NextRun): string {
  if (kind === 'window') return what === 'opens' ? 'goes live' : 'is taken down'
  const where = sites === null ? 'all sites' : count('site', sites)
  return what === 'drift' ? `checks ${where} for drift` : `sends to ${where}`
}
