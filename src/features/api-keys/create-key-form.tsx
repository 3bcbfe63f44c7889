import { zodResolver } from '@hookform/resolvers/zod'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { Controller, useForm, useWatch } from 'react-hook-form'
import { EXPIRIES, firstValues, keySchema, toDraft, type KeyFormValues } from '@/features/api-keys/key-schema'
import { SCOPES } from '@/features/api-keys/key-words'
import { createKey, type NewKey } from '@/features/api-keys/queries/create-key'
import { errorLine } from '@/lib/errors'
import { wasCancelled, withRecentSignIn } from '@/lib/reauthenticate'
import { formatMoment } from '@/lib/zoned-time'
import { Checkbox } from '@/ui/checkbox'
import { Field } from '@/ui/field'
import { Input } from '@/ui/input'
import { Notice } from '@/ui/notice'
import { Select } from '@/ui/select'

interface CreateKeyFormProps {
  onBusy: (busy: boolean) => void
  onDirty: (dirty: boolean) => void
  onCreated: (key: NewKey & { name: string }) => void
}

export function CreateKeyForm({ onBusy, onDirty, onCreated }: CreateKeyFormProps) {
  const queryClient = useQueryClient()
  const { register, control, handleSubmit, formState } = useForm<KeyFormValues>({
    resolver: zodResolver(keySchema),
    defaultValues: firstValues(),
    mode: 'onTouched',
  })
  const { errors, isDirty } = formState
  useEffect(() => onDirty(isDirty), [isDirty, onDirty])
  const values = useWatch({ control }) as KeyFormValues
  const create = useMutation({
    mutationFn: (next: KeyFormValues) => withRecentSignIn(() => createKey(toDraft(next))),
    onMutate: () => onBusy(true),
    onSuccess: (key, { name }) => {
      onCreated({ ...key, name: name.trim() })
      // Not waited for: the key is there to be copied, and the drawer may be closed.
      void queryClient.invalidateQueries({ queryKey: ['api_keys'] })
    },
    onSettled: () => onBusy(false),
  })

  return (
    <form id="create-key" noValidate className="flex flex-col gap-5" onSubmit={(event) => void handleSubmit((next) => create.mutate(next))(event)}>
      <Field label="Name" required error={errors.name?.message} hint="What will use it, so that you know what stops when you revoke it.">
        <Input {...register('name')} autoComplete="off" placeholder="Static build of the shop" />
      </Field>

      <Controller
        control={control}
        name="scopes"
        render={({ field }) => (
          <fieldset className="flex flex-col gap-2.5" aria-describedby={errors.scopes === undefined ? undefined : 'scopes-error'}>
            <legend className="mb-2 text-hint font-semibold text-ink">What it may do</legend>
            {SCOPES.map(({ scope, label, hint }) => (
              <Checkbox
                key={scope}
                label={label}
                hint={
                  <>
                    {hint} <code className="font-mono text-xs">{scope}</code>
                  </>
                }
                checked={field.value.includes(scope)}
                onCheckedChange={(checked) => field.onChange(checked ? [...field.value, scope] : field.value.filter((one) => one !== scope))}
              />
            ))}
            {errors.scopes !== undefined && (
              <p id="scopes-error" role="alert" className="text-hint text-failure">
                {errors.scopes.message}
              </p>
            )}
          </fieldset>
        )}
      />

      <div className="flex flex-wrap gap-4">
        <Field label="Expires" hint={expiryWords(values)}>
          <Controller
            control={control}
            name="expiry"
            render={({ field }) => <Select className="w-40" value={field.value} options={EXPIRIES} onValueChange={field.onChange} />}
          />
        </Field>
        {values.expiry === 'date' && (
          <Field label="Last day" required error={errors.date?.message}>
            <Input {...register('date')} type="date" className="w-40 tabular-nums" />
          </Field>
        )}
      </div>
      {create.error !== null && !wasCancelled(create.error) && <Notice tone="failure">{errorLine(create.error)}</Notice>}
    </form>
  )
}

function expiryWords(values: KeyFormValues): string {
  const { expiresAt } = toDraft(values)
  if (values.expiry === 'never') return 'It works until somebody revokes it.'
  return expiresAt === null ? 'At the end of that day, on your clock.' : `It stops working on ${formatMoment(expiresAt)}.`
}
