import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router-dom'
import { inboxSentence } from '@/features/alerts/alert-words'
import { FiringNow } from '@/features/alerts/firing-now'
import { InboxList } from '@/features/alerts/inbox-list'
import { MarkAllRead } from '@/features/alerts/mark-all-read'
import { SHOWN, type Shown } from '@/features/alerts/queries/inbox'
import { WaitingApprovals } from '@/features/alerts/waiting-approvals'
import { usePageTitle } from '@/lib/page-title'
import { paths } from '@/lib/paths'
import { alertSummaryQuery } from '@/lib/queries/alert-summary'
import { useHasRole, useOrganizationId } from '@/lib/session'
import { useUrlFilters } from '@/lib/use-url-filters'
import { Button } from '@/ui/button'
import { PageHeader } from '@/ui/page-header'
import { SegmentedControl } from '@/ui/segmented-control'

const inboxFilters = {
  read: (search: URLSearchParams): { shown: Shown } => ({ shown: SHOWN.find((known) => known === search.get('show')) ?? 'all' }),
  write: ({ shown }: { shown: Shown }, search: URLSearchParams): URLSearchParams => {
    const next = new URLSearchParams(search)
    if (shown === 'all') next.delete('show')
    else next.set('show', shown)
    return next
  },
}

export function Component() {
  usePageTitle('Alerts')
  const isAdmin = useHasRole('admin')
  const { data } = useQuery(alertSummaryQuery(useOrganizationId()))
  const [{ shown }, setFilters] = useUrlFilters(inboxFilters)
  return (
    <>
      <PageHeader
        title={data === undefined ? 'Alerts' : inboxSentence(data.firing.length)}
        sub="What alert rules have seen: one entry when something begins, and one when it is over."
        actions={
          <>
            {isAdmin && (
              <Button asChild>
                <Link to={paths.alertRules.getHref()}>Rules</Link>
              </Button>
            )}
            <MarkAllRead unread={data?.unread ?? 0} />
          </>
        }
      />
      <div className="flex max-w-3xl flex-col gap-4">
        <WaitingApprovals approvals={data?.approvals ?? []} />
        <FiringNow firing={data?.firing ?? []} />
        <div>
          <SegmentedControl
            aria-label="Which entries"
            className="mb-3"
            value={shown}
            onValueChange={(next) => setFilters({ shown: next })}
            segments={[
              { value: 'all', label: 'All' },
              { value: 'unread', label: data === undefined || data.unread === 0 ? 'Unread' : `Unread ${data.unread}` },
              { value: 'firing', label: 'Firing' },
              { value: 'recovered', label: 'Recovered' },
            ]}
          />
          <InboxList shown={shown} onShowAll={() => setFilters({ shown: 'all' })} />
        </div>
      </div>
    </>
  )
}
