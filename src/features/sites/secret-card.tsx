import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { endSecretOverlap, makeSiteSecret } from '@/features/sites/queries/secret'
import type { Site } from '@/features/sites/queries/sites'
import { RotateSecretDialog } from '@/features/sites/rotate-secret-dialog'
import { SecretText } from '@/features/sites/secret-text'
import { TimeUntil } from '@/features/sites/time-until'
import { useTimeLeft } from '@/features/sites/use-time-left'
import { errorLine } from '@/lib/errors'
import { formatExact } from '@/lib/format'
import { useHasRole } from '@/lib/session'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { RelativeTime } from '@/ui/relative-time'
import { toast } from '@/ui/toaster'

const LIST = 'grid grid-cols-[7.5rem_minmax(0,1fr)] gap-x-3 gap-y-2 text-sm'

/** The signing secret: which one signs, since when, and whether the one before still does. Its text only for an admin who asks. */
export function SecretCard({ site }: { site: Site }) {
  const isAdmin = useHasRole('admin')
  const [rotating, setRotating] = useState(false)
  const [ending, setEnding] = useState(false)
  const queryClient = useQueryClient()
  const { secretSetAt, secretVersion, secretOverlapUntil } = site.state
  const overlaps = useTimeLeft(secretOverlapUntil) > 0
  if (secretSetAt === null) {
    return (
      <Card title="Signing secret">
        <NoSecret site={site} />
      </Card>
    )
  }
  return (
    <Card
      title="Signing secret"
      actions={
        isAdmin && (
          <Button size="sm" onClick={() => setRotating(true)}>
            Rotate…
          </Button>
        )
      }
    >
      <dl className={LIST}>
        <dt className="text-ink-3">Version</dt>
        <dd>{secretVersion ?? 1}</dd>
        <dt className="text-ink-3">Signs since</dt>
        <dd>
          <RelativeTime at={secretSetAt} />, <span className="text-ink-2">kept encrypted</span>
        </dd>
        {isAdmin && (
          <>
            <dt className="pt-1 text-ink-3">Secret</dt>
            <dd className="min-w-0">
              <SecretText key={secretVersion} siteId={site.id} />
            </dd>
          </>
        )}
        {secretOverlapUntil !== null && overlaps && (
          <>
            <dt className="text-ink-3">Old secret</dt>
            <dd className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
              <span title={formatExact(secretOverlapUntil)}>
                signs too, ends <TimeUntil at={secretOverlapUntil} over="now" />
              </span>
              {isAdmin && (
                <Button size="sm" onClick={() => setEnding(true)}>
                  End overlap now
                </Button>
              )}
            </dd>
          </>
        )}
      </dl>
      {isAdmin && <RotateSecretDialog key={secretVersion} open={rotating} onOpenChange={setRotating} site={site} />}
      <ConfirmDialog
        open={ending}
        onOpenChange={setEnding}
        title={`End the old secret of "${site.name}"?`}
        description="From the next delivery on only the new secret signs. A receiver that still knows only the old one will refuse what it gets."
        confirmLabel="End overlap now"
        describeFailure={errorLine}
        onConfirm={async () => {
          await endSecretOverlap(site.id)
          toast.success(`Only the new secret of "${site.name}" signs now`)
          await queryClient.invalidateQueries({ queryKey: ['sites'] })
        }}
      />
    </Card>
  )
}

function NoSecret({ site }: { site: Site }) {
  const queryClient = useQueryClient()
  const isEditor = useHasRole('editor')
  const make = useMutation({
    mutationFn: () => makeSiteSecret(site.id),
    onSuccess: async () => {
      toast.success(`The signing secret of "${site.name}" was made`)
      await queryClient.invalidateQueries({ queryKey: ['sites'] })
    },
    onError: (error) => toast.error(errorLine(error)),
  })
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
      <span className="text-ink-2">None yet: it is made before the first delivery.</span>
      {isEditor && (
        <Button size="sm" busy={make.isPending} onClick={() => make.mutate()}>
          Make it now
        </Button>
      )}
    </div>
  )
}
