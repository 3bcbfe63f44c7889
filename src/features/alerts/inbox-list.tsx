import { BellSlashIcon } from '@phosphor-icons/react/BellSlash'
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { useMemo } from 'react'
import { Link } from 'react-router-dom'
import { EventEntry } from '@/features/alerts/event-entry'
import { inboxQuery, markEvents, type AlertEvent, type Shown } from '@/features/alerts/queries/inbox'
import { describeError, errorLine } from '@/lib/errors'
import { paths } from '@/lib/paths'
import { useHasRole, useOrganizationId } from '@/lib/session'
import { Button } from '@/ui/button'
import { EmptyState } from '@/ui/empty-state'
import { ErrorState } from '@/ui/error-state'
import { LongList } from '@/ui/long-list'
import { Skeleton } from '@/ui/skeleton'
import { toast } from '@/ui/toaster'

interface InboxListProps {
  shown: Shown
  /** Of the first page; older ones are asked for as their place comes into sight. */
  limit?: number
  /** Older ones are elsewhere, and the list scrolls in a box of its own. */
  short?: boolean
  onFollow?: () => void
  /** Away from the choice that `shown` is. */
  onShowAll?: () => void
}

const NOTHING: Record<Shown, { title: string; detail: string }> = {
  all: { title: 'Nothing has happened yet', detail: 'When a rule sees something, it stands here, and once more when it is over.' },
  unread: { title: 'Nothing is unread', detail: 'You have seen everything that rules had to tell.' },
  firing: { title: 'Nothing has fired', detail: 'No rule has seen anything that is still kept.' },
  recovered: { title: 'Nothing has recovered', detail: 'What has fired and is over stands here.' },
}

export function InboxList({ shown, limit, short = false, onFollow, onShowAll }: InboxListProps) {
  const organizationId = useOrganizationId()
  const isAdmin = useHasRole('admin')
  const client = useQueryClient()
  const { data, error, isFetching, refetch, hasNextPage, fetchNextPage, isFetchingNextPage, isFetchNextPageError } = useInfiniteQuery(inboxQuery(organizationId, shown, limit))
  const events = useMemo(() => data?.pages.flatMap((page) => page.events), [data])
  const loadMore = hasNextPage && !isFetchingNextPage && !isFetchNextPageError ? () => void fetchNextPage() : undefined
  const mark = (id: string, read: boolean) => {
    markEvents(client, organizationId, [id], read).catch((failure: unknown) => toast.error(errorLine(failure)))
  }
  if (error !== null && events === undefined) {
    return <ErrorState className="rounded-lg border border-line bg-panel" {...describeError(error)} retrying={isFetching} onRetry={() => void refetch()} />
  }
  if (events?.length === 0) {
    return (
      <div className="rounded-lg border border-line bg-panel">
        <EmptyState
          icon={<BellSlashIcon />}
          {...NOTHING[shown]}
          actions={
            shown !== 'all' ? (
              onShowAll !== undefined && <Button onClick={onShowAll}>Show all entries</Button>
            ) : isAdmin && (
              <Button asChild>
                <Link to={paths.alertRules.getHref()} onClick={onFollow}>
                  Set up rules
                </Link>
              </Button>
            )
          }
        />
      </div>
    )
  }
  const entry = (event: AlertEvent) => <EventEntry event={event} onMark={(read) => mark(event.id, read)} onFollow={onFollow} />
  if (events !== undefined && !short) {
    return (
      <>
        {/* The heights of one choice are not those of another. */}
        <LongList key={shown} aria-label="Inbox" rows={events} rowKey={({ id }) => id} rowHeight={86} hasMore={hasNextPage} onEnd={loadMore}>
          {entry}
        </LongList>
        {(isFetchingNextPage || isFetchNextPageError) && (
          <div className="mt-3 flex flex-wrap items-center justify-center gap-3 text-hint text-ink-3">
            {isFetchNextPageError ? (
              <>
                <span role="alert" className="text-failure">Older entries could not be read.</span>
                <Button size="sm" busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>Try again</Button>
              </>
            ) : (
              <span role="status">Reading older entries</span>
            )}
          </div>
        )}
      </>
    )
  }
  return (
    <ul aria-label="Inbox" aria-busy={events === undefined || undefined} className="rounded-lg border border-line bg-panel">
      {events === undefined
        ? Array.from({ length: 4 }, (_, index) => (
            <li key={index} className="flex flex-col gap-2 border-b border-line px-4 py-3.5 last:border-b-0">
              <Skeleton className="w-64 max-w-full" />
              <Skeleton className="h-3 w-40" />
            </li>
          ))
        : events.map((event) => (
            <li key={event.id} className="border-b border-line last:border-b-0">
              {entry(event)}
            </li>
          ))}
    </ul>
  )
}
