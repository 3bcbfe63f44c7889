import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from 'react-router-dom'
import { checkDrift } from '@/features/sites/queries/drift'
import { sendAgain } from '@/features/sites/queries/send-again'
import type { Site } from '@/features/sites/queries/sites'
import { DriftChip } from '@/features/sites/site-chips'
import { canCheckDrift } from '@/features/sites/site-words'
import { errorLine } from '@/lib/errors'
import { paths } from '@/lib/paths'
import { useHasRole } from '@/lib/session'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { ChangeList } from '@/ui/change-list'
import { Notice } from '@/ui/notice'
import { RelativeTime } from '@/ui/relative-time'
import { toast } from '@/ui/toaster'

/** Whether the site still shows what it accepted, and what differs when it does not. */
export function DriftCard({ site }: { site: Site }) {
  const { state } = site
  const queryClient = useQueryClient()
  const isEditor = useHasRole('editor')
  const checkable = canCheckDrift(site)
  const check = useMutation({
    mutationFn: () => checkDrift(site.id),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['sites'] }),
    onError: (error) => toast.error(errorLine(error)),
  })
  return (
    <Card
      title="Drift"
      actions={
        checkable &&
        state.acceptedAt !== null &&
        isEditor && (
          <Button size="sm" busy={check.isPending} onClick={() => check.mutate()}>
            Check now
          </Button>
        )
      }
    >
      <div className="flex flex-col gap-3">
        <div role="status" className="flex flex-col gap-1.5 text-hint text-ink-2">
          <p className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
            <DriftChip drift={state.drift} />
            {state.driftCheckedAt !== null && (
              <span>
                checked <RelativeTime at={state.driftCheckedAt} />
              </span>
            )}
          </p>
          <p className="break-words">
            <Sentence site={site} checkable={checkable} />
          </p>
        </div>
        {state.drift === 'drifted' && <Difference site={site} />}
      </div>
    </Card>
  )
}

function Sentence({ site, checkable }: { site: Site; checkable: boolean }) {
  const { drift, driftMessage, acceptedAt } = site.state
  const said = driftMessage ?? ''
  if (!checkable && drift === 'unknown') return 'Its destination does not say what it shows. With a state address (Edit, Delivery) it can be asked.'
  if (acceptedAt === null && drift === 'unknown') return 'It has accepted nothing yet, so there is nothing to compare.'
  switch (drift) {
    case 'unknown':
      return said === '' ? 'What it shows has not been compared with what it accepted.' : said
    case 'in_sync':
      return 'It shows exactly what it accepted.'
    case 'drifted':
      return said === '' ? 'It shows something else than it accepted.' : said
    case 'unreachable':
      return `What it shows could not be read. ${said}`.trim()
  }
}

function Difference({ site }: { site: Site }) {
  const { driftChanges, onHold } = site.state
  const navigate = useNavigate()
  const isEditor = useHasRole('editor')
  const send = useMutation({
    mutationFn: () => sendAgain(site),
    onSuccess: (jobId) => navigate(paths.job.getHref(jobId)),
  })
  return (
    <>
      {driftChanges.length > 0 && (
        <div>
          <p className="mb-2 text-hint text-ink-3">− is what it shows, + is what it accepted.</p>
          <ChangeList changes={driftChanges} />
        </div>
      )}
      {isEditor && (
        <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
          <Button variant="primary" busy={send.isPending || send.isSuccess} disabled={!site.enabled} onClick={() => send.mutate()}>
            Send again
          </Button>
          <span className="min-w-0 flex-1 text-hint text-ink-2">
            {!site.enabled
              ? 'It is disabled: enable it first.'
              : onHold
                ? 'Sends what it accepted. It stays on hold.'
                : 'Sends the content as it is now, whether or not it has changed since.'}
          </span>
        </div>
      )}
      {send.error !== null && <Notice tone="failure">{errorLine(send.error)}</Notice>}
    </>
  )
}
