import { ShieldCheckIcon } from '@phosphor-icons/react/ShieldCheck'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { AuthenticatorSetupDialog } from '@/features/account/authenticator-setup-dialog'
import { authenticatorsQuery, removeAuthenticator } from '@/features/account/queries/authenticators'
import { authErrorText } from '@/lib/auth-errors'
import { describeError } from '@/lib/errors'
import { confirmIdentity, wasCancelled } from '@/lib/reauthenticate'
import type { Authenticator } from '@/lib/second-factor'
import { useSession } from '@/lib/session'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { ErrorState } from '@/ui/error-state'
import { RelativeTime } from '@/ui/relative-time'
import { Skeleton } from '@/ui/skeleton'
import { toast } from '@/ui/toaster'

/** Only where the Auth server has second factors (offersAuthenticators). */
export function AuthenticatorsCard() {
  const queryClient = useQueryClient()
  const userId = useSession((state) => state.user?.id) ?? ''
  const { data, error, refetch, isFetching } = useQuery(authenticatorsQuery(userId))
  const [adding, setAdding] = useState(false)
  const [removing, setRemoving] = useState<Authenticator | null>(null)
  const reread = () => queryClient.invalidateQueries({ queryKey: ['authenticators'] })

  const add = async () => {
    try {
      // Somebody at a browser that was left open must not put their own app in front of the account.
      await confirmIdentity()
      setAdding(true)
    } catch (refused) {
      if (!wasCancelled(refused)) toast.error(authErrorText(refused).message)
    }
  }

  return (
    <Card title="Authenticator app" className="lg:col-span-2" actions={data !== undefined && <Button size="sm" onClick={() => void add()}>Add an app</Button>}>
      {error !== null && data === undefined ? (
        <ErrorState {...describeError(error)} retrying={isFetching} onRetry={() => void refetch()} />
      ) : data === undefined ? (
        <div aria-busy>
          <Skeleton className="w-64" />
        </div>
      ) : data.length === 0 ? (
        <p className="text-ink-2">Signing in takes your password only. With an authenticator app it takes a code of your phone as well, so that a stolen password is not enough.</p>
      ) : (
        <ul className="flex flex-col divide-y divide-line">
          {data.map((authenticator) => (
            <li key={authenticator.id} className="flex flex-wrap items-center justify-between gap-3 py-2 first:pt-0 last:pb-0">
              <span className="flex min-w-0 items-center gap-2">
                <ShieldCheckIcon aria-hidden weight="fill" className="size-4 shrink-0 text-success" />
                <span className="truncate font-semibold">{authenticator.name}</span>
                <span className="text-hint text-ink-2">
                  since <RelativeTime at={authenticator.since} />
                </span>
              </span>
              <Button size="sm" aria-label={`Remove ${authenticator.name}`} onClick={() => setRemoving(authenticator)}>
                Remove
              </Button>
            </li>
          ))}
        </ul>
      )}
      <AuthenticatorSetupDialog open={adding} onOpenChange={setAdding} onDone={reread} taken={(data ?? []).map(({ name }) => name)} />
      <ConfirmDialog
        open={removing !== null}
        onOpenChange={(open) => {
          if (!open) setRemoving(null)
        }}
        title={`Remove ${removing?.name ?? 'the app'}?`}
        description={data?.length === 1 ? 'From then on your password alone signs you in.' : 'Your other apps go on working.'}
        confirmLabel="Remove app"
        describeFailure={(refused) => authErrorText(refused).message}
        onConfirm={async () => {
          if (removing === null) return
          await confirmIdentity()
          await removeAuthenticator(removing)
          await reread()
          toast.success(`${removing.name} was removed`)
        }}
      />
    </Card>
  )
}
