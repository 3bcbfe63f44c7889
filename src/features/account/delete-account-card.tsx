import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { accountDeletionQuery, deleteAccount, forgetAccount, type AccountDeletion } from '@/features/account/queries/delete-account'
import { describeError, errorLine } from '@/lib/errors'
import { withRecentSignIn } from '@/lib/reauthenticate'
import { useSession } from '@/lib/session'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { ErrorState } from '@/ui/error-state'
import { Notice } from '@/ui/notice'
import { Skeleton } from '@/ui/skeleton'

export function DeleteAccountCard() {
  const userId = useSession((state) => state.user?.id) ?? ''
  const { data, error, refetch, isFetching } = useQuery(accountDeletionQuery(userId))
  return (
    <Card title="Delete your account" className="lg:col-span-2">
      {error !== null && data === undefined ? (
        <ErrorState {...describeError(error)} retrying={isFetching} onRetry={() => void refetch()} />
      ) : data === undefined ? (
        <div aria-busy>
          <Skeleton className="w-64" />
        </div>
      ) : (
        <Preview deletion={data} />
      )}
    </Card>
  )
}

function Preview({ deletion }: { deletion: AccountDeletion }) {
  const [open, setOpen] = useState(false)
  const { email, deletes, blocked_by: blockedBy } = deletion
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-3">
      <div className="flex max-w-160 flex-col gap-3">
        <p className="text-ink-2">
          Your profile, your memberships and your sessions go, at once and for good. What you made in organizations that others are in stays there.
        </p>
        {deletes.length > 0 && (
          <div>
            <p className="text-ink-2">{deletes.length === 1 ? 'This organization has no other member and goes' : 'These organizations have no other member and go'} as well, with everything in it:</p>
            <Names organizations={deletes} />
          </div>
        )}
        {blockedBy.length > 0 && (
          <Notice tone="warning" title={blockedBy.length === 1 ? 'One organization needs you' : `${blockedBy.length} organizations need you`}>
            <p>You are the owner or the only admin there. Transfer the ownership, make somebody else an admin, or delete the organization first.</p>
            <Names organizations={blockedBy} />
          </Notice>
        )}
      </div>
      <Button variant="danger" disabled={blockedBy.length > 0} onClick={() => setOpen(true)}>
        Delete account
      </Button>
      <ConfirmDialog
        open={open}
        onOpenChange={setOpen}
        title={`Delete the account ${email}?`}
        description={
          deletes.length === 0
            ? 'This cannot be undone. You are signed out everywhere.'
            : `This cannot be undone. You are signed out everywhere, and ${deletes.map(({ name }) => name).join(', ')} ${deletes.length === 1 ? 'is' : 'are'} deleted with everything in it: content, sites, runs and history.`
        }
        typed={{ label: `Type ${email} to confirm`, expected: email }}
        confirmLabel="Delete account"
        describeFailure={errorLine}
        onConfirm={async () => {
          await withRecentSignIn(() => deleteAccount(email))
          await forgetAccount()
        }}
      />
    </div>
  )
}

function Names({ organizations }: { organizations: readonly { id: string; name: string }[] }) {
  return (
    <ul className="mt-1 max-h-40 list-disc overflow-y-auto pl-5 marker:text-ink-3">
      {organizations.map(({ id, name }) => (
        <li key={id} className="font-semibold break-words">
          {name}
        </li>
      ))}
    </ul>
  )
}
