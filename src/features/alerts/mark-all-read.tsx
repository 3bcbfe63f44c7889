import { ChecksIcon } from '@phosphor-icons/react/Checks'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { markEvents } from '@/features/alerts/queries/inbox'
import { errorLine } from '@/lib/errors'
import { count } from '@/lib/format'
import { useOrganizationId } from '@/lib/session'
import { Button } from '@/ui/button'
import { toast } from '@/ui/toaster'

export function MarkAllRead({ unread }: { unread: number }) {
  const organizationId = useOrganizationId()
  const client = useQueryClient()
  const [busy, setBusy] = useState(false)

  const markAll = async () => {
    setBusy(true)
    try {
      const changed = await markEvents(client, organizationId, null, true)
      toast.success(`${count('entry', changed.length, 'entries')} marked as read`, {
        action: {
          label: 'Undo',
          onClick: () => {
            markEvents(client, organizationId, changed, false).catch((failure: unknown) => toast.error(errorLine(failure)))
          },
        },
      })
    } catch (failure) {
      toast.error(errorLine(failure))
    } finally {
      setBusy(false)
    }
  }

  return (
    <Button icon={<ChecksIcon aria-hidden />} busy={busy} disabled={unread === 0} onClick={() => void markAll()}>
      Mark all read
    </Button>
  )
}
