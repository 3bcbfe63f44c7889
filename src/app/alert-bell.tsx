import { BellIcon } from '@phosphor-icons/react/Bell'
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { alertSummaryQuery, waitingFor } from '@/lib/queries/alert-summary'
import { useOrganizationId } from '@/lib/session'
import { cn } from '@/ui/cn'
import { IconButton } from '@/ui/icon-button'

const loadDrawer = () => import('@/features/alerts/inbox-drawer').then(({ InboxDrawer: Drawer }) => ({ default: Drawer }))
const InboxDrawer = lazy(loadDrawer)

/** What has happened since somebody looked last: a number, and the inbox behind it. */
export function AlertBell() {
  const { data } = useQuery(alertSummaryQuery(useOrganizationId()))
  const [open, setOpen] = useState(false)
  const [wanted, setWanted] = useState(false)
  const waiting = data === undefined ? 0 : waitingFor(data)
  const firing = (data?.firing.length ?? 0) > 0
  return (
    <>
      <span className="relative">
        <IconButton
          label={waiting === 0 ? 'Alerts' : `Alerts, ${waiting} new`}
          icon={<BellIcon aria-hidden weight={firing ? 'fill' : 'regular'} className={cn(firing && 'text-failure')} />}
          onPointerEnter={() => void loadDrawer().catch(() => undefined)}
          onClick={() => {
            setWanted(true)
            setOpen(true)
          }}
        />
        {waiting > 0 && (
          <span aria-hidden className="pointer-events-none absolute -top-0.5 -right-1 min-w-4 rounded-full bg-accent px-1 text-center text-2xs leading-4 font-semibold text-on-accent tabular-nums">
            {waiting > 99 ? '99+' : waiting}
          </span>
        )}
      </span>
      {wanted && (
        <Suspense>
          <InboxDrawer open={open} onOpenChange={setOpen} />
        </Suspense>
      )}
    </>
  )
}
