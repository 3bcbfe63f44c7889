import { useMutation, useQueryClient } from '@tanstack/react-query'
import { liftHold } from '@/features/sites/queries/lift-hold'
import { updateSite } from '@/features/sites/queries/save-site'
import type { Site } from '@/features/sites/queries/sites'
import { TimeUntil } from '@/features/sites/time-until'
import { errorLine } from '@/lib/errors'
import { useHasRole } from '@/lib/session'
import { useWhyNotAgain } from '@/lib/use-why-not-again'
import { GatedButton } from '@/ui/gated-button'
import { Notice } from '@/ui/notice'
import { RelativeTime } from '@/ui/relative-time'
import { toast } from '@/ui/toaster'

/** Where the words would be squeezed beside the button, it stands under them. */
const NARROW = 'flex-wrap [&>div]:basis-60'

/** What keeps deliveries from the site, why, and the way out of it. */
export function SiteNotices({ site }: { site: Site }) {
  const { enabled, state } = site
  const notices = [
    !enabled && <Disabled key="disabled" site={site} />,
    state.onHold && <OnHold key="hold" site={site} />,
    state.circuit !== 'closed' && <Circuit key="circuit" site={site} />,
  ].filter((notice) => notice !== false)
  return notices.length === 0 ? null : <div className="flex flex-col gap-2">{notices}</div>
}

function Disabled({ site }: { site: Site }) {
  const { disabledReason } = site.state
  return (
    <Notice
      tone="warning"
      className={NARROW}
      title="This site is disabled: runs pass it by"
      action={<Act site={site} act={(id) => updateSite(id, { enabled: true })} done={`"${site.name}" takes part in runs again`} label="Enable again" />}
    >
      {disabledReason !== null && <p className="break-words">{disabledReason}</p>}
    </Notice>
  )
}

function OnHold({ site }: { site: Site }) {
  const whyNot = useWhyNotAgain()
  const { holdReason, onHoldSince } = site.state
  return (
    <Notice
      tone="warning"
      className={NARROW}
      title="On hold: scheduled runs pass this site by"
      action={<Act site={site} act={liftHold} done={`The hold of "${site.name}" was lifted`} label="Lift hold" why={whyNot} />}
    >
      <p className="break-words">
        {holdReason !== null && `${holdReason} `}
        {onHoldSince !== null && (
          <>
            On hold since <RelativeTime at={onHoldSince} />.
          </>
        )}
      </p>
      <p>A run by hand sends it the current content and lifts the hold as well.</p>
    </Notice>
  )
}

function Circuit({ site }: { site: Site }) {
  const { circuit, circuitChangedAt, notBefore } = site.state
  const probing = circuit === 'half_open'
  return (
    <Notice tone={probing ? 'warning' : 'failure'} title={probing ? 'Half-open: one attempt shows whether it works again' : 'Circuit open: too many attempts failed, so deliveries wait'}>
      <p>
        {circuitChangedAt !== null && (
          <>
            {probing ? 'Since' : 'Opened'} <RelativeTime at={circuitChangedAt} />.{' '}
          </>
        )}
        {notBefore === null ? 'The next attempt goes out with the next delivery.' : <>Next attempt <TimeUntil at={notBefore} over="with the next delivery" />.</>} A success closes it.
      </p>
    </Notice>
  )
}

interface ActProps {
  site: Site
  act: (siteId: string) => Promise<void>
  done: string
  label: string
  /** Why the caller may not, where others may. */
  why?: string | null
}

function Act({ site, act, done, label, why = null }: ActProps) {
  const queryClient = useQueryClient()
  const isEditor = useHasRole('editor')
  const mutation = useMutation({
    mutationFn: () => act(site.id),
    onSuccess: async () => {
      toast.success(done)
      await queryClient.invalidateQueries({ queryKey: ['sites'] })
    },
    onError: (error) => toast.error(errorLine(error)),
  })
  if (!isEditor) return null
  return (
    <GatedButton why={why} size="sm" busy={mutation.isPending} onClick={() => mutation.mutate()}>
      {label}
    </GatedButton>
  )
}
