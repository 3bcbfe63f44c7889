import { CheckCircleIcon } from '@phosphor-icons/react/CheckCircle'
import { InfoIcon } from '@phosphor-icons/react/Info'
import { useId, useState } from 'react'
import { describeCron } from '@/features/schedules/language/describe-cron'
import { parseWhen, type When } from '@/features/schedules/language/parse-when'
import { zoneLabel } from '@/lib/zoned-time'
import { Field } from '@/ui/field'
import { Input } from '@/ui/input'

interface WhenWordsProps {
  cron: string
  timeZone: string
  /** A time that was understood. timeZone: null where none was named, and what is chosen stays. */
  onUnderstood: (cron: string, timeZone: string | null) => void
}

/** A schedule as one would say it. What is understood fills the fields below, where it can be changed; what is not is said. */
export function WhenWords({ cron, timeZone, onUnderstood }: WhenWordsProps) {
  const id = useId()
  const [text, setText] = useState('')
  const when = text.trim() === '' ? null : parseWhen(text)
  // Once somebody goes on in the fields below, those are what counts.
  const stale = when?.ok === true && (when.cron !== cron || (when.timeZone ?? timeZone) !== timeZone)
  return (
    <div className="flex flex-col gap-1.5">
      <Field label="Say it in words" optional hint={when === null ? 'For example "every weekday at 9:00 in Chicago" or "on the 1st of each month at 6:00".' : undefined}>
        <Input
          value={text}
          autoComplete="off"
          spellCheck={false}
          placeholder="every weekday at 9:00 in Chicago"
          aria-describedby={when === null ? undefined : id}
          onChange={(event) => {
            setText(event.target.value)
            const said = parseWhen(event.target.value)
            if (said.ok) onUnderstood(said.cron, said.timeZone)
          }}
        />
      </Field>
      <div id={id} role="status">
        {when !== null && <Understanding when={when} stale={stale} timeZone={timeZone} />}
      </div>
    </div>
  )
}

function Understanding({ when, stale, timeZone }: { when: When; stale: boolean; timeZone: string }) {
  const passedOver = when.ignored.length > 0 && <p>Not understood, and passed over: {when.ignored.map((word) => `"${word}"`).join(', ')}.</p>
  if (!when.ok) {
    return (
      <div className="flex items-start gap-1.5 text-hint text-warning">
        <InfoIcon aria-hidden weight="fill" className="mt-0.5 size-3.5 shrink-0" />
        <div>
          <p>{when.problem}</p>
          {passedOver}
        </div>
      </div>
    )
  }
  return (
    <div className="flex items-start gap-1.5 text-hint text-ink-2">
      <CheckCircleIcon aria-hidden weight="fill" className="mt-0.5 size-3.5 shrink-0 text-success" />
      <div>
        <p>
          <span className="font-semibold text-ink">{describeCron(when.cron)}</span>, {when.timeZone === null ? `in your choice of zone (${zoneLabel(timeZone)})` : zoneLabel(when.timeZone)}
          {stale ? '. You have changed it below since.' : '.'}
        </p>
        {when.assumed.map((sentence) => (
          <p key={sentence}>{sentence}</p>
        ))}
        {passedOver}
      </div>
    </div>
  )
}
