import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { invitationColumns } from '@/features/team/invitation-columns'
import { revokeInvitation, useInvitations, type PendingInvitation } from '@/features/team/queries/invitations'
import { inviteAgain, type SentInvitation } from '@/features/team/queries/invite'
import { describeError, errorLine } from '@/lib/errors'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { DataTable } from '@/ui/data-table'
import { ErrorState } from '@/ui/error-state'
import { toast } from '@/ui/toaster'

interface InvitationsSectionProps {
  /** Links that are known because they were made while this page was open. */
  links: ReadonlyMap<string, string>
  onSent: (sent: SentInvitation) => void
}

/** For admins: whom the organization waits for. */
export function InvitationsSection({ links, onSent }: InvitationsSectionProps) {
  const queryClient = useQueryClient()
  const { data: invitations, error, refetch, isFetching } = useInvitations(true)
  const [target, setTarget] = useState<PendingInvitation | null>(null)
  const [open, setOpen] = useState(false)
  const reread = () => queryClient.invalidateQueries({ queryKey: ['invitations', 'pending'] })

  const again = useMutation({
    mutationFn: ({ id }: PendingInvitation) => inviteAgain(id),
    onSuccess: onSent,
    onError: (failure) => toast.error(errorLine(failure)),
    onSettled: reread,
  })
  const columns = invitationColumns({
    linkOf: (id) => links.get(id),
    onCopy: (link) =>
      void navigator.clipboard.writeText(link).then(
        () => toast.success('The link is in the clipboard'),
        () => toast.error('The browser does not allow copying here. Send the invitation again and copy the link by hand.'),
      ),
    onSendAgain: (invitation) => {
      if (!again.isPending) again.mutate(invitation)
    },
    onRevoke: (invitation) => {
      setTarget(invitation)
      setOpen(true)
    },
  })

  return (
    <section className="mt-6">
      <h2 className="mb-2 text-sm font-semibold">Open invitations</h2>
      {error !== null && invitations === undefined ? (
        <ErrorState className="rounded-lg border border-line bg-panel" {...describeError(error)} retrying={isFetching} onRetry={() => void refetch()} />
      ) : (
        <DataTable
          caption="Open invitations"
          columns={columns}
          rows={invitations}
          rowKey={({ id }) => id}
          skeletonRows={1}
          boxClassName="max-h-120"
          empty={
            <p className="px-4 py-3 text-hint text-ink-2">Nobody is invited at the moment. Whoever you invite gets a mail, and is listed here until they have accepted.</p>
          }
        />
      )}
      {target !== null && (
        <ConfirmDialog
          open={open}
          onOpenChange={setOpen}
          title={`Revoke the invitation of ${target.email}?`}
          description="The link that was sent stops working at once. You can invite them again at any time."
          confirmLabel="Revoke invitation"
          describeFailure={errorLine}
          onConfirm={async () => {
            await revokeInvitation(target.id).finally(reread)
            toast.success(`The invitation of ${target.email} was revoked`)
          }}
        />
      )}
    </section>
  )
}
