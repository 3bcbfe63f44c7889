import { CheckCircleIcon } from '@phosphor-icons/react/CheckCircle'
import { CircleDashedIcon } from '@phosphor-icons/react/CircleDashed'
import { XIcon } from '@phosphor-icons/react/X'
import { useQueryClient } from '@tanstack/react-query'
import { Link } from 'react-router-dom'
import { firstSteps, type Step } from '@/features/dashboard/first-steps-words'
import type { Steps } from '@/features/dashboard/queries/outlook'
import { noteFirstStep, type FirstStep } from '@/lib/first-steps'
import { Button } from '@/ui/button'
import { cn } from '@/ui/cn'
import { IconButton } from '@/ui/icon-button'
import { toast } from '@/ui/toaster'

interface FirstStepsProps {
  steps: Steps
  /** Viewers read along, and have nothing to do. */
  canEdit: boolean
  loading: boolean
  onLoadDemo: () => void
}

/** From nothing to a live page in five minutes: a list that ticks itself, from what is there. */
export function FirstSteps({ steps, canEdit, loading, onLoadDemo }: FirstStepsProps) {
  const client = useQueryClient()
  const list = firstSteps(steps)
  const done = list.filter((step) => step.done).length
  const next = list.find((step) => !step.done)
  const note = async (step: FirstStep) => {
    const noted = await noteFirstStep(step)
    await client.invalidateQueries({ queryKey: ['dashboard'] })
    return noted
  }
  const dismiss = async () => {
    if (!(await note('dismiss'))) return
    toast.success('The first steps are put away', { description: '"More" brings them back.', action: { label: 'Undo', onClick: () => void note('resume') } })
  }

  return (
    <section aria-labelledby="first-steps" className="rounded-lg border border-line bg-panel">
      <header className="flex items-start justify-between gap-3 px-4 pt-3.5">
        <div>
          <h2 id="first-steps" className="text-sm font-semibold">
            First steps
          </h2>
          <p className="text-hint text-ink-2">
            {done === 0 ? 'From nothing to a live page, in about five minutes.' : `${done} of ${list.length} done`}
            <span role="status" className="sr-only">
              {`, ${done} of ${list.length} steps are done`}
            </span>
          </p>
        </div>
        <IconButton size="sm" label="Put the first steps away" icon={<XIcon aria-hidden />} onClick={() => void dismiss()} />
      </header>
      <div aria-hidden className="mx-4 mt-3 h-1 overflow-hidden rounded-full bg-sunk">
        <div className="h-full origin-left rounded-full bg-accent transition-transform duration-250 motion-reduce:transition-none" style={{ transform: `scaleX(${done / list.length})` }} />
      </div>
      <ol className="grid px-1.5 py-1.5 sm:grid-cols-2 xl:grid-cols-3">
        {list.map((step) => (
          <li key={step.name} aria-current={step === next ? 'step' : undefined} className={cn('grid grid-cols-[auto_minmax(0,1fr)] items-start gap-x-3 gap-y-2 rounded-md px-2.5 sm:grid-cols-[auto_minmax(0,1fr)_auto]', step === next ? 'col-span-full my-0.5 bg-sunk py-2' : 'py-1.5')}>
            {step.done ? (
              <CheckCircleIcon weight="fill" aria-hidden className="mt-0.5 size-4.5 shrink-0 animate-fade-in text-success" />
            ) : (
              <CircleDashedIcon weight="bold" aria-hidden className="mt-0.5 size-4.5 shrink-0 text-ink-3" />
            )}
            <div>
              <p className={cn(step.done ? 'text-ink-2' : 'text-ink', step === next && 'font-semibold')}>
                <StepTitle step={step} onNote={(what) => void note(what)} />
                <span className="sr-only">{step.done ? ', done' : ', to do'}</span>
              </p>
              {step === next && <p className="mt-0.5 text-hint text-ink-2">{step.detail}</p>}
            </div>
            {step.name === 'content' && step === next && canEdit && (
              <Button variant="primary" className="max-sm:col-start-2 max-sm:justify-self-start" busy={loading} onClick={onLoadDemo}>
                Load Demo Data
              </Button>
            )}
          </li>
        ))}
      </ol>
      {!canEdit && next !== undefined && <p className="border-t border-line px-4 py-2.5 text-hint text-ink-3">Your role reads along: an editor or an admin does these.</p>}
    </section>
  )
}

function StepTitle({ step, onNote }: { step: Step; onNote: (step: FirstStep) => void }) {
  const className = 'underline-offset-3 hover:underline'
  if (step.href === null) return step.title
  if (step.name === 'landing') {
    // Another entry of the build, in a tab of its own.
    return (
      <a href={step.href} target="_blank" rel="noreferrer" className={className} onClick={() => onNote('landing')}>
        {step.title}
        <span className="sr-only"> (opens in a new tab)</span>
      </a>
    )
  }
  return (
    <Link to={step.href} className={className} onClick={step.name === 'review' ? () => onNote('review') : undefined}>
      {step.title}
    </Link>
  )
}
