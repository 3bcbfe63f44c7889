import { CaretRightIcon } from '@phosphor-icons/react/CaretRight'
import { useId, useState } from 'react'
import { useFormContext, useWatch } from 'react-hook-form'
import { isDefaultPolicy, POLICY_LIMITS, policySentence, retryWords } from '@/features/sites/delivery-policy'
import type { DeliveryPolicy } from '@/features/sites/queries/sites'
import { POLICY_FIELDS, toPolicy, type SiteFormValues } from '@/features/sites/site-schema'
import { cn } from '@/ui/cn'
import { Field } from '@/ui/field'
import { Input } from '@/ui/input'

/** The section "Delivery" of a site's form: one sentence until somebody wants it otherwise. */
export function DeliveryFields() {
  const { control, formState } = useFormContext<SiteFormValues>()
  const destination = useWatch({ control, name: 'destination' })
  const policy = useWatch({ control, compute: toPolicy })
  const [wanted, setWanted] = useState(() => !isDefaultPolicy(policy))
  // What is wrong must be seen.
  const open = wanted || POLICY_FIELDS.some((name) => formState.errors[name] !== undefined)
  const id = useId()
  return (
    <section aria-label="Delivery" className="rounded-md border border-line bg-ground">
      <h3>
        <button
          type="button"
          aria-expanded={open}
          aria-controls={id}
          onClick={() => setWanted(!open)}
          className="flex w-full items-start gap-2 rounded-md px-3 py-2.5 text-left hover:bg-hover"
        >
          <CaretRightIcon aria-hidden className={cn('mt-1 size-3 shrink-0 text-ink-3 transition-transform', open && 'rotate-90')} />
          <span className="min-w-0">
            <span className="block text-hint font-semibold text-ink">Delivery</span>
            <span className="block text-hint text-ink-2">{policySentence(policy)}</span>
          </span>
        </button>
      </h3>
      <div id={id} hidden={!open} className="border-t border-line p-3">
        {open && <Fields policy={policy} builtIn={destination === 'built-in'} />}
      </div>
    </section>
  )
}

function Fields({ policy, builtIn }: { policy: DeliveryPolicy; builtIn: boolean }) {
  const { register, formState } = useFormContext<SiteFormValues>()
  const { errors } = formState
  const { maxAttempts, firstRetryMs, timeoutSeconds } = POLICY_LIMITS
  return (
    <div className="flex flex-col gap-4">
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="Attempts" error={errors.maxAttempts?.message} hint="1 to 10, the first included.">
          <Input {...register('maxAttempts', { valueAsNumber: true })} type="number" inputMode="numeric" {...maxAttempts} className="tabular-nums" />
        </Field>
        <Field label="Timeout, seconds" error={errors.timeoutSeconds?.message} hint="1 to 30, for each attempt.">
          <Input {...register('timeoutSeconds', { valueAsNumber: true })} type="number" inputMode="numeric" {...timeoutSeconds} className="tabular-nums" />
        </Field>
      </div>
      <Field
        label="First retry after, milliseconds"
        error={errors.firstRetryMs?.message}
        hint={`Then doubles, up to 5 min: ${retryWords(policy)}. A longer wait that the destination asks for is kept.`}
      >
        <Input {...register('firstRetryMs', { valueAsNumber: true })} type="number" inputMode="numeric" {...firstRetryMs} step={100} className="max-w-32 tabular-nums" />
      </Field>
      <Field label="Requests per minute" optional error={errors.requestsPerMinute?.message} hint="Retries count too. Empty: no limit.">
        <Input {...register('requestsPerMinute')} inputMode="numeric" autoComplete="off" placeholder="no limit" className="max-w-32 tabular-nums" />
      </Field>
      {!builtIn && (
        <Field
          label="State address"
          optional
          error={errors.stateUrl?.message}
          hint="Where the site says what it shows, as JSON in the form of a delivery. A drift check asks it."
        >
          <Input {...register('stateUrl')} mono type="url" inputMode="url" autoComplete="off" spellCheck={false} placeholder="https://example.com/datasync-state" />
        </Field>
      )}
    </div>
  )
}
