import { useQuery } from '@tanstack/react-query'
import { CaretRightIcon } from '@phosphor-icons/react/CaretRight'
import { useEffect, useEffectEvent, useState } from 'react'
import { sitePayloadQuery, siteChangesQuery, type PlanSite } from '@/features/jobs/queries/plan'
import { nowWords } from '@/features/jobs/review/plan-words'
import { isGrave } from '@/features/jobs/review/warning-words'
import { describeError } from '@/lib/errors'
import { count } from '@/lib/format'
import { ChangeList } from '@/ui/change-list'
import { cn } from '@/ui/cn'
import { ErrorState } from '@/ui/error-state'
import { JsonView } from '@/ui/json-view'
import { Notice } from '@/ui/notice'
import { RelativeTime } from '@/ui/relative-time'
import { Skeleton } from '@/ui/skeleton'

interface SiteDetailProps {
  site: PlanSite
  /** What was fetched for the site belongs to newer content than the plan. */
  onStale: () => void
}

/** What one site would receive, and what that changes against what it last accepted. */
export function SiteDetail({ site, onStale }: SiteDetailProps) {
  const now = nowWords(site)
  return (
    <div className="space-y-3">
      <p className="text-hint text-ink-2">
        {count('item', site.item_count)}
        {now !== '' && `, ${now}`}
        {' · to '}
        {site.destination === 'built-in' ? 'its page here' : <span className="font-mono text-xs break-all">{site.destination}</span>}
        {site.accepted_at !== null && (
          <>
            {' · last accepted '}
            <RelativeTime at={site.accepted_at} />
          </>
        )}
      </p>
      {site.warnings.map(({ code, message }) => (
        <Notice key={`${code} ${message}`} tone={isGrave(code) ? 'failure' : 'warning'}>
          {message}
        </Notice>
      ))}
      <Changes site={site} onStale={onStale} />
      <Payload site={site} onStale={onStale} />
    </div>
  )
}

function Changes({ site, onStale }: SiteDetailProps) {
  // Of a site that a run passes by there is nothing to compare.
  const isHere = site.changes !== null || site.unchanged || !site.enabled
  const { data, error, refetch, isFetching } = useQuery({ ...siteChangesQuery(site), enabled: !isHere })
  const stale = data !== undefined && (data.hash !== site.hash || data.acceptedHash !== site.accepted_hash)
  useStale(stale, onStale)

  const changes = site.changes ?? data?.changes
  if (!isHere && error !== null) {
    return <ErrorState {...describeError(error)} className="py-4" onRetry={() => void refetch()} retrying={isFetching} />
  }
  if (!isHere && (changes === undefined || stale)) {
    return (
      <div aria-busy="true">
        <Skeleton className="h-16" />
      </div>
    )
  }
  if (changes === undefined || changes.length === 0) return <p className="text-hint text-ink-2">{noChangeWords(site)}</p>
  return <ChangeList changes={changes} first={site.accepted_hash === null} />
}

function noChangeWords(site: PlanSite): string {
  if (!site.enabled) return 'A run passes it by: it keeps what it shows.'
  if (site.accepted_hash === null) return 'The site receives its first delivery, without an item: none that is published is mapped to it.'
  return 'Its items stay as they are.'
}

function Payload({ site, onStale }: SiteDetailProps) {
  const [open, setOpen] = useState(false)
  return (
    <div>
      <button type="button" aria-expanded={open} onClick={() => setOpen(!open)} className="inline-flex min-h-6 items-center gap-1 text-hint text-ink-2 hover:text-ink">
        <CaretRightIcon aria-hidden className={cn('size-3 transition-transform', open && 'rotate-90')} />
        Payload
        <span className="sr-only"> of {site.name}</span>
      </button>
      {open && <PayloadView site={site} onStale={onStale} />}
    </div>
  )
}

function PayloadView({ site, onStale }: SiteDetailProps) {
  const { data, error, refetch, isFetching } = useQuery(sitePayloadQuery(site))
  const stale = data !== undefined && data.hash !== site.hash
  useStale(stale, onStale)
  if (error !== null && data === undefined) return <ErrorState {...describeError(error)} className="py-4" onRetry={() => void refetch()} retrying={isFetching} />
  if (data === undefined || stale) {
    return (
      <div aria-busy="true">
        <Skeleton className="mt-1.5 h-24" />
      </div>
    )
  }
  return <JsonView className="mt-1.5" value={data.payload ?? data.body} text={data.body} depth={4} label={`payload of ${site.name}`} />
}

function useStale(stale: boolean, onStale: () => void): void {
  const tell = useEffectEvent(onStale)
  useEffect(() => {
    if (stale) tell()
  }, [stale])
}
