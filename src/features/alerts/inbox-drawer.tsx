import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router-dom'
import { FiringNow } from '@/features/alerts/firing-now'
import { InboxList } from '@/features/alerts/inbox-list'
import { inboxSentence } from '@/features/alerts/alert-words'
import { MarkAllRead } from '@/features/alerts/mark-all-read'
import { WaitingApprovals } from '@/features/alerts/waiting-approvals'
import { paths } from '@/lib/paths'
import { alertSummaryQuery } from '@/lib/queries/alert-summary'
import { useHasRole, useOrganizationId } from '@/lib/session'
import { Button } from '@/ui/button'
import { Drawer } from '@/ui/drawer'

interface InboxDrawerProps {
  open: boolean
  onOpenChange: (open: boolean) => void
}

/** Behind the bell: what is wrong now, and what happened last. */
export function InboxDrawer({ open, onOpenChange }: InboxDrawerProps) {
  const { data } = useQuery(alertSummaryQuery(useOrganizationId()))
  const isAdmin = useHasRole('admin')
  const close = () => onOpenChange(false)
  return (
    <Drawer
      open={open}
      onOpenChange={onOpenChange}
      title="Alerts"
      description={data === undefined ? undefined : inboxSentence(data.firing.length)}
      footer={
        <>
          {isAdmin && (
            <Button asChild variant="ghost" className="mr-auto">
              <Link to={paths.alertRules.getHref()} onClick={close}>
                Rules
              </Link>
            </Button>
          )}
          <MarkAllRead unread={data?.unread ?? 0} />
          <Button asChild>
            <Link to={paths.alerts.getHref()} onClick={close}>
              Open inbox
            </Link>
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <WaitingApprovals approvals={data?.approvals ?? []} onFollow={close} />
        <FiringNow firing={data?.firing ?? []} />
        <InboxList shown="all" limit={20} short onFollow={close} />
      </div>
    </Drawer>
  )
}
