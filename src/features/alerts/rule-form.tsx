import { zodResolver } from '@hookform/resolvers/zod'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { Controller, useForm, useWatch } from 'react-hook-form'
import { KINDS, type RuleKind } from '@/features/alerts/alert-words'
import { PeoplePicker } from '@/features/alerts/people-picker'
import { makeSecret, saveRule } from '@/features/alerts/queries/change-rules'
import type { AlertRule } from '@/features/alerts/queries/rules'
import { freshTime, ruleSchema, toDraft, toFormValues, UNITS, type RuleFormValues } from '@/features/alerts/rule-schema'
import { errorLine } from '@/lib/errors'
import { useSession } from '@/lib/session'
import { Checkbox } from '@/ui/checkbox'
import { cn } from '@/ui/cn'
import { Field } from '@/ui/field'
import { Input } from '@/ui/input'
import { Select } from '@/ui/select'
import { toast } from '@/ui/toaster'

export interface MadeSecret {
  ruleName: string
  secret: string
}

interface RuleFormProps {
  rule: AlertRule | null
  onBusy: (busy: boolean) => void
  onDirty: (dirty: boolean) => void
  /** With the secret of a webhook that had none: it is seen this once. */
  onDone: (made: MadeSecret | null) => void
}

const TIME_LABEL: Record<Exclude<RuleKind, 'run'>, string> = { site: 'Unhealthy for', silence: 'Nothing synced for', schedule: 'Late by' }

export function RuleForm({ rule, onBusy, onDirty, onDone }: RuleFormProps) {
  const queryClient = useQueryClient()
  const userId = useSession((state) => state.user?.id)
  const { register, control, handleSubmit, setValue, getFieldState, formState } = useForm<RuleFormValues>({
    resolver: zodResolver(ruleSchema),
    defaultValues: toFormValues(rule, userId),
    mode: 'onTouched',
  })
  const { errors, isDirty } = formState
  useEffect(() => onDirty(isDirty), [isDirty, onDirty])
  const [kind, webhookUrl] = useWatch({ control, name: ['kind', 'webhookUrl'] })

  const save = useMutation({
    mutationFn: async (values: RuleFormValues): Promise<MadeSecret | null> => {
      const draft = toDraft(values)
      const id = await saveRule(rule?.id ?? null, draft)
      if (draft.webhook_url === null || (rule?.secretVersion ?? 0) > 0) return null
      try {
        return { ruleName: draft.name, secret: await makeSecret(id, 0) }
      } catch (error) {
        // The rule stands; its row says that the webhook still wants a secret.
        toast.error(`The rule was saved, but its webhook has no signing secret yet. ${errorLine(error)}`)
        return null
      }
    },
    onMutate: () => onBusy(true),
    onSuccess: async (made, { name }) => {
      toast.success(rule === null ? `"${name}" was created` : `"${name}" was saved`)
      onDone(made)
      await queryClient.invalidateQueries({ queryKey: ['alert_rules'] })
    },
    onError: (error) => toast.error(errorLine(error)),
    onSettled: () => onBusy(false),
  })

  const choose = (next: RuleKind) => {
    setValue('kind', next, { shouldDirty: true })
    const fresh = freshTime(next)
    setValue('amount', fresh.amount)
    setValue('unit', fresh.unit)
    if (!getFieldState('name').isDirty) setValue('name', fresh.name)
  }

  return (
    <form id="alert-rule-form" noValidate className="flex flex-col gap-5" onSubmit={(event) => void handleSubmit((values) => save.mutate(values))(event)}>
      {rule === null ? (
        <Field label="Tell when" hint={KINDS.find(({ value }) => value === kind)?.hint}>
          <Controller control={control} name="kind" render={({ field }) => <Select value={field.value} options={KINDS} onValueChange={choose} />} />
        </Field>
      ) : (
        <p className="text-hint text-ink-2">{KINDS.find(({ value }) => value === kind)?.hint}</p>
      )}
      {kind === 'run' ? (
        <Controller
          control={control}
          name="partial"
          render={({ field }) => (
            <Checkbox checked={field.value} onCheckedChange={field.onChange} label="Also when only some sites fail" hint="Otherwise a run counts when none of its sites was reached." />
          )}
        />
      ) : (
        <div>
          <div className="flex items-end gap-2">
            <Field label={TIME_LABEL[kind]} required>
              <Input {...register('amount')} inputMode="numeric" autoComplete="off" aria-invalid={errors.amount !== undefined || undefined} aria-describedby="alert-rule-time" className="w-20 tabular-nums" />
            </Field>
            <Controller
              control={control}
              name="unit"
              render={({ field }) => <Select aria-label="Unit of time" className="w-32" value={field.value} options={UNITS} onValueChange={field.onChange} />}
            />
          </div>
          <p id="alert-rule-time" role={errors.amount === undefined ? undefined : 'alert'} className={cn('mt-1.5 text-hint', errors.amount === undefined ? 'text-ink-3' : 'text-failure')}>
            {errors.amount?.message ??
              (kind === 'site' ? 'A site that comes and goes within this time says nothing. It is well again after five minutes without trouble, or sooner where you wait for less.' : 'One message when it begins, one when it is over.')}
          </p>
        </div>
      )}
      <Field label="Name" required error={errors.name?.message}>
        <Input {...register('name')} autoComplete="off" />
      </Field>

      <fieldset className="flex flex-col gap-4">
        <legend className="mb-1.5 text-hint font-semibold text-ink">Who is told</legend>
        <p className="-mt-1 text-hint text-ink-3">The inbox behind the bell always is. Mails and webhooks go out once per change, and once when it is over.</p>
        <Controller control={control} name="memberIds" render={({ field }) => <PeoplePicker value={field.value} onChange={field.onChange} />} />
        <Field label="More addresses" optional error={errors.emails?.message} hint="Separated by commas. Whoever reads mail there need not be a member.">
          <Input {...register('emails')} autoComplete="off" placeholder="ops@example.com" />
        </Field>
        <Field
          label="Webhook"
          optional
          error={errors.webhookUrl?.message}
          hint={
            webhookUrl.trim() === ''
              ? 'A signed POST (Standard Webhooks) to an address of yours.'
              : rule === null || rule.secretVersion === 0
                ? 'Its signing secret is made when you save, and shown once.'
                : 'Signed with the secret that the receiver has. Rotate it from the menu of the rule.'
          }
        >
          <Input {...register('webhookUrl')} mono type="url" inputMode="url" autoComplete="off" spellCheck={false} placeholder="https://hooks.example.com/datasync" />
        </Field>
      </fieldset>
    </form>
  )
}
