import { readOutlook } from '@/features/dashboard/queries/outlook'
import type { Figures } from '@/features/dashboard/queries/figures'
import { FiringBanner } from '@/features/dashboard/firing-banner'
import { FirstSteps } from '@/features/dashboard/first-steps'
import { showsFirstSteps } from '@/features/dashboard/first-steps-words'
import { OutlookPanels } from '@/features/dashboard/outlook-panels'
import { RunDurations } from '@/features/dashboard/run-durations'
import { useHasRole } from '@/lib/session'

// Everything on the home page that is not its first sentence, its figures and its runs: one chunk that comes after them.

interface TopProps {
  figures: Figures
  loading: boolean
  onLoadDemo: () => void
}

/** What wants an eye before anything else: alerts that fire, and the first steps. */
export function Top({ figures, loading, onLoadDemo }: TopProps) {
  const canEdit = useHasRole('editor')
  const outlook = readOutlook(figures.rest)
  const steps = showsFirstSteps(outlook.steps)
  if (outlook.firing.length === 0 && !steps) return null
  return (
    <div className="mb-4 flex flex-col gap-4">
      <FiringBanner firing={outlook.firing} />
      {steps && <FirstSteps steps={outlook.steps} canEdit={canEdit} loading={loading} onLoadDemo={onLoadDemo} />}
    </div>
  )
}

export function Aside({ figures }: { figures: Figures }) {
  return <OutlookPanels outlook={readOutlook(figures.rest)} sites={figures.sites} />
}

export function Durations({ figures }: { figures: Figures }) {
  const { durations } = readOutlook(figures.rest)
  if (durations.length < 2) return <p className="text-hint text-ink-3">{durations.length === 0 ? 'nothing sent yet' : 'a picture of them comes with the second run'}</p>
  return <RunDurations runs={durations} />
}
