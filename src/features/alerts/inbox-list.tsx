import { BellSlashIcon } from '@phosphor-icons/react/BellSlash'
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from 'react-router-dom'
import { EventEntry } from '@/features/alerts/event-entry'
import { inboxQuery, markEvents, type Shown } from '@/features/alerts/queries/inbox'
import { describeError, errorLine } from '@/lib/errors'
import { paths } from '@/lib/paths'
import { useHasRole, useOrganizationId } from '@/lib/session'
import { Button } from '@/ui/button'
import { EmptyState } from '@/ui/empty-state'
import { ErrorState } from '@/ui/error-state'
import { Skeleton } from '@/ui/skeleton'
import { toast } from '@/ui/toaster'

interface InboxListProps {
  shown: Shown
  /** Of a page; older ones are asked for. */
  limit?: number
  /** Older ones are elsewhere. */
  short?: boolean
  onFollow?: () => void
}

const NOTHING: Record<Shown, { title: string; detail: string }> = {
  all: { title: 'Nothing has happened yet', detail: 'When a rule sees something, it stands here, and once more when it is over.' },
  unread: { title: 'Nothing is unread', detail: 'You have seen everything that rules had to tell.' },
  firing: { title: 'Nothing has fired', detail: 'No rule has seen anything that is still kept.' },
  recovered: { title: 'Nothing has recovered', detail: 'What has fired and is over stands here.' },
}

export function InboxList({ shown, limit, short = false, onFollow }: InboxListProps) {
  const organizationId = useOrganizationId()
  const isAdmin = useHasRole('admin')
  const client = useQueryClient()
  const { data, error, isFetching, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(inboxQuery(organizationId, shown, limit))
  const events = data?.pages.flatMap((page) => page.events)
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
            shown === 'all' &&
            isAdmin && (
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
  return (
    <>
      <ul aria-label="Inbox" aria-busy={events === undefined || undefined} className="rounded-lg border border-line bg-panel">
        {events === undefined
          ? Array.from({ length: 4 }, (_, index) => (
              <li key={index} className="flex flex-col gap-2 border-b border-line px-4 py-3.5 last:border-b-0">
                <Skeleton className="w-64 max-w-full" />
                <Skeleton className="h-3 w-40" />
              </li>
            ))
          : events.map((event) => <EventEntry key={event.id} event={event} onMark={(read) => mark(event.id, read)} onFollow={onFollow} />)}
      </ul>
      {!short && hasNextPage && (
        <div className="mt-3 flex justify-center">
          <Button busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            Show older
          </Button>
        </div>
      )}
    </>
  )
}
