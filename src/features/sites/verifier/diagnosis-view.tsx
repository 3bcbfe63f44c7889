import type { Diagnosis, Step } from '@core/diagnose'
import { CheckCircleIcon } from '@phosphor-icons/react/CheckCircle'
import { InfoIcon } from '@phosphor-icons/react/Info'
import { WarningIcon } from '@phosphor-icons/react/Warning'
import { XCircleIcon } from '@phosphor-icons/react/XCircle'
import { Card } from '@/ui/card'
import { cn } from '@/ui/cn'
import { Notice } from '@/ui/notice'

const LOOK: Record<Step['status'], { icon: typeof InfoIcon; ink: string; word: string }> = {
  passed: { icon: CheckCircleIcon, ink: 'text-success', word: 'Passed' },
  failed: { icon: XCircleIcon, ink: 'text-failure', word: 'Failed' },
  warning: { icon: WarningIcon, ink: 'text-warning', word: 'Warning' },
  note: { icon: InfoIcon, ink: 'text-ink-3', word: 'Note' },
}

const SUBJECT: Record<Step['subject'], string> = {
  secret: 'Secret', headers: 'Headers', timestamp: 'Time', body: 'Body', signature: 'webhook-signature', sequence: 'X-DSIGN',
}

export function DiagnosisView({ diagnosis }: { diagnosis: Diagnosis | null }) {
  return (
    <Card title="Result">
      {diagnosis === null ? (
        <p className="text-hint text-ink-2">
          Paste a request and its secret: every step of the check is listed here, and what was done to the request where it fails. It is the check of the receiver kit: the signature, the time, and the sequence.
        </p>
      ) : (
        <div className="flex flex-col gap-4">
          <Notice tone={diagnosis.verifies ? 'success' : 'failure'} title={diagnosis.verifies ? 'It verifies' : 'It does not verify'}>
            {diagnosis.verifies ? 'A receiver with this secret accepts it.' : diagnosis.title}
          </Notice>
          <ol aria-label="Steps" className="flex flex-col">
            {diagnosis.steps.map((step, index) => (
              <StepView key={index} step={step} isLast={index === diagnosis.steps.length - 1} />
            ))}
          </ol>
        </div>
      )}
    </Card>
  )
}

function StepView({ step, isLast }: { step: Step; isLast: boolean }) {
  const { icon: Icon, ink, word } = LOOK[step.status]
  return (
    <li className={cn('flex gap-2.5 py-2.5', !isLast && 'border-b border-line')}>
      <Icon weight="fill" aria-hidden className={cn('mt-0.5 size-4 shrink-0', ink)} />
      <div className="min-w-0 text-hint">
        <p>
          <span className="sr-only">{word}: </span>
          <span className="font-semibold text-ink">{step.title}</span> <span className="text-ink-3">{SUBJECT[step.subject]}</span>
        </p>
        {step.detail !== '' && <p className="break-words text-ink-2">{step.detail}</p>}
      </div>
    </li>
  )
}
