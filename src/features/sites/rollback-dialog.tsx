import type { Payload } from '@core/payload'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useNavigate } from 'react-router-dom'
import { detailedChanges } from '@/features/sites/payload-changes'
import { PayloadSkeleton } from '@/features/sites/payload-skeleton'
import { acceptedQuery } from '@/features/sites/queries/received'
import { rollBack } from '@/features/sites/queries/rollbacks'
import type { Site } from '@/features/sites/queries/sites'
import { describeError, errorLine } from '@/lib/errors'
import { count, formatBytes } from '@/lib/format'
import { paths } from '@/lib/paths'
import { Button } from '@/ui/button'
import { ChangeList } from '@/ui/change-list'
import { Dialog } from '@/ui/dialog'
import { ErrorState } from '@/ui/error-state'
import { Notice } from '@/ui/notice'
import { RelativeTime } from '@/ui/relative-time'

/** A delivery that the site accepted and whose body is still kept. */
interface Rollback {
  deliveryId: string
  sequence: number
  jobNumber: number
  acceptedAt: string
  itemCount: number
  bytes: number
}

interface RollbackDialogProps {
  open: boolean
  onOpenChange: (open: boolean) => void
  site: Site
  rollback: Rollback
}

/** What going back would change, before it does. */
export function RollbackDialog({ open, onOpenChange, site, rollback }: RollbackDialogProps) {
  const navigate = useNavigate()
  const roll = useMutation({
    mutationFn: () => rollBack(site.id, rollback.deliveryId),
    onSuccess: (jobId) => navigate(paths.job.getHref(jobId)),
  })
  const change = (next: boolean) => {
    if (roll.isPending) return
    roll.reset()
    onOpenChange(next)
  }
  return (
    <Dialog
      open={open}
      onOpenChange={change}
      size="lg"
      title={`Roll "${site.name}" back to version ${rollback.sequence}?`}
      description={
        <>
          It accepted this <RelativeTime at={rollback.acceptedAt} />, from run {rollback.jobNumber}: {count('item', rollback.itemCount)}, {formatBytes(rollback.bytes)}. The same body is sent again, as a run of its own.
        </>
      }
      footer={
        <>
          <Button onClick={() => change(false)}>Cancel</Button>
          <Button variant="primary" busy={roll.isPending || roll.isSuccess} onClick={() => roll.mutate()}>
            Roll back
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <Notice tone="warning" title="The site will be on hold">
          Scheduled runs pass it by until somebody lifts the hold or runs it by hand. The content itself stays as it is.
        </Notice>
        {open && <Difference site={site} rollback={rollback} />}
        {roll.error !== null && <Notice tone="failure">{errorLine(roll.error)}</Notice>}
      </div>
    </Dialog>
  )
}

function Difference({ site, rollback }: { site: Site; rollback: Rollback }) {
  const { acceptedDeliveryId } = site.state
  const then = useQuery(acceptedQuery(rollback.deliveryId))
  const now = useQuery({ ...acceptedQuery(acceptedDeliveryId ?? ''), enabled: acceptedDeliveryId !== null })
  const failed = [then, now].find(({ error }) => error !== null)
  if (failed !== undefined) return <ErrorState {...describeError(failed.error)} onRetry={() => void failed.refetch()} className="py-6" />
  if (then.data === undefined || now.data === undefined) return <PayloadSkeleton />
  const before = now.data?.payload ?? null
  const after = then.data?.payload ?? null
  if (before === null || after === null) return <p className="text-hint text-ink-2">What would change cannot be shown: a body is no longer kept, or is in a form that this version does not know.</p>
  return <Changes before={before} after={after} />
}

function Changes({ before, after }: { before: Payload; after: Payload }) {
  const changes = useMemo(() => detailedChanges(before, after), [before, after])
  if (changes.length === 0) return <p className="text-hint text-ink-2">Nothing would change: the site has accepted exactly this since.</p>
  return (
    <section aria-label="What would change">
      <h3 className="text-sm font-semibold">What would change</h3>
      <p className="mb-2 text-hint text-ink-3">− is what it accepted last, + is what it goes back to.</p>
      <ChangeList changes={changes} />
    </section>
  )
}
