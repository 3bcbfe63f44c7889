import { zodResolver } from '@hookform/resolvers/zod'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { Controller, FormProvider, useForm, useWatch } from 'react-hook-form'
import { DeliveryFields } from '@/features/sites/delivery-fields'
import { createSite, updateSite } from '@/features/sites/queries/save-site'
import { makeSiteSecret } from '@/features/sites/queries/secret'
import type { Site } from '@/features/sites/queries/sites'
import { siteSchema, toDraft, toFormValues, type SiteFormValues } from '@/features/sites/site-schema'
import { suggestSlug } from '@/features/sites/site-words'
import { errorLine } from '@/lib/errors'
import { Button } from '@/ui/button'
import { Checkbox } from '@/ui/checkbox'
import { Drawer, DrawerClose } from '@/ui/drawer'
import { Field } from '@/ui/field'
import { Input } from '@/ui/input'
import { SegmentedControl } from '@/ui/segmented-control'
import { toast } from '@/ui/toaster'

interface SiteDrawerProps {
  open: boolean
  onOpenChange: (open: boolean) => void
  /** null: a new one. */
  site: Site | null
  onCreated?: (id: string) => void
}

export function SiteDrawer({ open, onOpenChange, site, onCreated }: SiteDrawerProps) {
  const [busy, setBusy] = useState(false)
  const [dirty, setDirty] = useState(false)
  return (
    <Drawer
      open={open}
      onOpenChange={onOpenChange}
      // A new site is shown as soon as it is saved: that is no leaving.
      dirty={dirty && !busy}
      title={site === null ? 'New site' : `Edit ${site.name}`}
      description={site === null ? 'A target that receives content, signed, with every run.' : undefined}
      footer={
        <>
          <DrawerClose>Cancel</DrawerClose>
          <Button variant="primary" type="submit" form="site-form" busy={busy}>
            {site === null ? 'Create site' : 'Save site'}
          </Button>
        </>
      }
    >
      <SiteForm
        site={site}
        onBusy={setBusy}
        onDirty={setDirty}
        onDone={(id) => {
          onOpenChange(false)
          if (site === null) onCreated?.(id)
        }}
      />
    </Drawer>
  )
}

const DESTINATIONS = [
  { value: 'built-in', label: 'Built-in receiver' },
  { value: 'url', label: 'A web address' },
] as const

interface SiteFormProps {
  site: Site | null
  onBusy: (busy: boolean) => void
  onDirty: (dirty: boolean) => void
  onDone: (id: string) => void
}

function SiteForm({ site, onBusy, onDirty, onDone }: SiteFormProps) {
  const queryClient = useQueryClient()
  const form = useForm<SiteFormValues>({
    resolver: zodResolver(siteSchema),
    defaultValues: toFormValues(site),
    mode: 'onTouched',
  })
  const { register, control, handleSubmit, setValue, setError, getFieldState, formState } = form
  const { errors, isDirty } = formState
  useEffect(() => onDirty(isDirty), [isDirty, onDirty])
  const destination = useWatch({ control, name: 'destination' })
  const address = useWatch({ control, name: 'address' })

  const save = useMutation({
    mutationFn: async (values: SiteFormValues) => {
      const draft = toDraft(values)
      if (site !== null) {
        await updateSite(site.id, draft)
        return { id: site.id, secret: null }
      }
      const id = await createSite(draft)
      // The site exists now whatever becomes of its secret: without one, the first run makes it.
      const secret = await makeSiteSecret(id).then(() => 'made' as const, errorLine)
      return { id, secret }
    },
    onMutate: () => onBusy(true),
    onSuccess: async ({ id, secret }, { name }) => {
      if (secret === null) toast.success(`"${name}" was saved`)
      else if (secret === 'made') toast.success(`"${name}" was created`, { description: 'Its signing secret was made and encrypted.' })
      else toast.warning(`"${name}" was created, its signing secret not yet`, { description: `The first run makes it. ${secret}` })
      onDone(id)
      await queryClient.invalidateQueries({ queryKey: ['sites'] })
    },
    onError: (error) => {
      if ('code' in error && error.code === '23505') setError('slug', { message: 'Another site has this slug.' }, { shouldFocus: true })
      else toast.error(errorLine(error))
    },
    onSettled: () => onBusy(false),
  })

  const { onChange: onNameChange, ...nameField } = register('name')
  return (
    <form id="site-form" noValidate className="flex flex-col gap-4" onSubmit={(event) => void handleSubmit((values) => save.mutate(values))(event)}>
      <Field label="Name" required error={errors.name?.message}>
        <Input
          {...nameField}
          autoComplete="off"
          placeholder="Google Campaign"
          onChange={(event) => {
            void onNameChange(event)
            if (site === null && !getFieldState('slug').isDirty) setValue('slug', suggestSlug(event.target.value))
          }}
        />
      </Field>
      <Field
        label="Slug"
        required
        error={errors.slug?.message}
        hint={site === null ? 'Part of its landing page’s address.' : 'Part of its landing page’s address: a new one breaks links to the old.'}
      >
        <Input {...register('slug')} mono autoComplete="off" spellCheck={false} placeholder="google-campaign" />
      </Field>
      <Field label="Region" optional error={errors.region?.message}>
        <Input {...register('region')} autoComplete="off" placeholder="South" />
      </Field>

      <fieldset className="flex flex-col gap-2">
        <legend className="mb-1.5 text-hint font-semibold text-ink">Destination</legend>
        <Controller
          control={control}
          name="destination"
          render={({ field }) => <SegmentedControl aria-label="Destination" value={field.value} onValueChange={field.onChange} segments={DESTINATIONS} />}
        />
        {destination === 'built-in' ? (
          <p className="text-hint text-ink-3">DataSync receives it itself and shows it on a landing page.</p>
        ) : (
          <Field
            label="Address"
            required
            error={errors.address?.message}
            hint={
              /^http:\/\//i.test(address)
                ? 'Without https anybody on the way can read what is sent. It is signed all the same.'
                : 'Deliveries are posted here, signed with Standard Webhooks headers.'
            }
          >
            <Input {...register('address')} mono type="url" inputMode="url" autoComplete="off" spellCheck={false} placeholder="https://example.com/hooks/datasync" />
          </Field>
        )}
      </fieldset>

      <Controller
        control={control}
        name="enabled"
        render={({ field }) => (
          <Checkbox checked={field.value} onCheckedChange={field.onChange} label="Enabled" hint="A run passes a disabled site by." />
        )}
      />

      <FormProvider {...form}>
        <DeliveryFields />
      </FormProvider>

      {destination === 'built-in' && (
        <fieldset className="flex flex-col gap-3 rounded-md border border-line bg-ground p-3">
          <legend className="px-1 text-hint font-semibold text-ink">Simulated failures</legend>
          <p className="text-hint text-ink-2">To see what retries do: the receiver refuses on purpose.</p>
          <Field label="How many of 100 attempts fail" error={errors.failureRate?.message}>
            <Input {...register('failureRate', { valueAsNumber: true })} type="number" inputMode="numeric" min={0} max={100} className="max-w-24 tabular-nums" />
          </Field>
          <Controller
            control={control}
            name="failNext"
            render={({ field }) => <Checkbox checked={field.value} onCheckedChange={field.onChange} label="Fail the next attempt" hint="Once, then as above." />}
          />
        </fieldset>
      )}
    </form>
  )
}
