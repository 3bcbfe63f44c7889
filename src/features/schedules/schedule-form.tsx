import { zodResolver } from '@hookform/resolvers/zod'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo } from 'react'
import { Controller, useForm, useWatch } from 'react-hook-form'
import { fromCron, toCron, WEEKDAYS, type Rhythm } from '@/features/schedules/cron-words'
import { describeCron } from '@/features/schedules/language/describe-cron'
import { NextRuns } from '@/features/schedules/next-runs'
import { saveSchedule } from '@/features/schedules/queries/save-schedule'
import type { Schedule } from '@/features/schedules/queries/schedules'
import { scheduleSchema, toDraft, toFormValues, type ScheduleFormValues } from '@/features/schedules/schedule-schema'
import { SitePicker } from '@/features/schedules/site-picker'
import { WhenWords } from '@/features/schedules/when-words'
import { errorLine } from '@/lib/errors'
import { timeZones, zoneLabel } from '@/lib/zoned-time'
import { Checkbox } from '@/ui/checkbox'
import { Combobox } from '@/ui/combobox'
import { Field } from '@/ui/field'
import { Input } from '@/ui/input'
import { SegmentedControl } from '@/ui/segmented-control'
import { Select } from '@/ui/select'
import { toast } from '@/ui/toaster'

interface ScheduleFormProps {
  schedule: Schedule | null
  rhythm: Rhythm
  onBusy: (busy: boolean) => void
  /** Whether something is typed that is not saved. */
  onDirty?: (dirty: boolean) => void
  onDone: () => void
}

const RHYTHMS = [
  { value: 'hourly', label: 'Hourly' },
  { value: 'daily', label: 'Daily' },
  { value: 'weekdays', label: 'Weekdays' },
  { value: 'weekly', label: 'Weekly' },
  { value: 'custom', label: 'Custom' },
] as const

const KINDS = [
  { value: 'publish', label: 'Publish' },
  { value: 'drift', label: 'Check drift' },
] as const

const SCOPES = [
  { value: 'all', label: 'All sites' },
  { value: 'chosen', label: 'Chosen sites' },
] as const

/** What the database alone can refuse, and the field that it is about. */
const FIELD_OF: Partial<Record<string, 'timeZone' | 'siteIds'>> = { DS040: 'timeZone', DS041: 'siteIds', DS032: 'siteIds' }

export function ScheduleForm({ schedule, rhythm, onBusy, onDirty, onDone }: ScheduleFormProps) {
  const queryClient = useQueryClient()
  const { register, control, handleSubmit, setValue, setError, getFieldState, getValues, formState } = useForm<ScheduleFormValues>({
    resolver: zodResolver(scheduleSchema),
    defaultValues: firstValues(schedule, rhythm),
    mode: 'onTouched',
  })
  const { errors, isDirty } = formState
  useEffect(() => onDirty?.(isDirty), [isDirty, onDirty])
  const values = useWatch({ control }) as ScheduleFormValues
  const cron = toCron(values)
  const zones = useMemo(() => [...new Set([...timeZones(), values.timeZone])].map((zone) => ({ value: zone, label: zoneLabel(zone) })), [values.timeZone])

  const save = useMutation({
    mutationFn: (next: ScheduleFormValues) => saveSchedule(schedule?.id ?? null, toDraft(next)),
    onMutate: () => onBusy(true),
    onSuccess: async (_, { name, enabled }) => {
      toast.success(schedule === null ? `"${name}" was created` : `"${name}" was saved`, {
        description: enabled ? undefined : 'It is off: nothing starts until you turn it on.',
      })
      onDone()
      await queryClient.invalidateQueries({ queryKey: ['schedules'] })
    },
    onError: (error) => {
      const field = 'code' in error ? FIELD_OF[String(error.code)] : undefined
      if (field === undefined) toast.error(errorLine(error))
      else setError(field, { message: errorLine(error) }, { shouldFocus: true })
    },
    onSettled: () => onBusy(false),
  })

  /** A new schedule is called what it does, until somebody gives it a name. */
  const rename = () => {
    if (schedule === null && !getFieldState('name').isDirty) setValue('name', suggestName(getValues()))
  }

  const understand = (said: string, timeZone: string | null) => {
    const timing = fromCron(said)
    const set = <Name extends keyof ScheduleFormValues>(name: Name, value: ScheduleFormValues[Name]) =>
      setValue(name, value as never, { shouldDirty: true, shouldValidate: formState.isSubmitted })
    set('rhythm', timing.rhythm)
    set('time', timing.time)
    set('weekday', WEEKDAYS.find(({ value }) => value === timing.weekday)?.value ?? '1')
    set('cron', timing.cron)
    if (timeZone !== null) set('timeZone', timeZone)
    rename()
  }

  return (
    <form id="schedule-form" noValidate className="flex flex-col gap-5" onSubmit={(event) => void handleSubmit((next) => save.mutate(next))(event)}>
      <Field label="Name" required error={errors.name?.message}>
        <Input {...register('name')} autoComplete="off" placeholder="Every hour" />
      </Field>

      <fieldset className="flex flex-col gap-2">
        <legend className="mb-1.5 text-hint font-semibold text-ink">What it does</legend>
        <Controller
          control={control}
          name="kind"
          render={({ field }) => (
            <SegmentedControl
              aria-label="What it does"
              value={field.value}
              segments={KINDS}
              onValueChange={(kind) => {
                field.onChange(kind)
                rename()
              }}
            />
          )}
        />
        <p className="text-hint text-ink-3">
          {values.kind === 'publish'
            ? 'Sends every site what it should show. Sites that are up to date are left alone, and so are those on hold.'
            : 'Compares what every site shows with what it accepted last. Nothing is sent.'}
        </p>
      </fieldset>

      <fieldset className="flex flex-col gap-3">
        <legend className="mb-1.5 text-hint font-semibold text-ink">When</legend>
        <WhenWords cron={cron} timeZone={values.timeZone} onUnderstood={understand} />
        <Controller
          control={control}
          name="rhythm"
          render={({ field }) => (
            <SegmentedControl
              aria-label="When"
              className="flex-wrap"
              value={field.value}
              segments={RHYTHMS}
              onValueChange={(next) => {
                // Whoever goes on to write an expression begins with the one that was chosen.
                if (next === 'custom') setValue('cron', cron)
                field.onChange(next)
                rename()
              }}
            />
          )}
        />
        {values.rhythm === 'custom' ? (
          <Field
            label="Cron expression"
            required
            error={errors.cron?.message}
            hint={
              <>
                Minute, hour, day of month, month, day of week. For example <code className="font-mono">*/15 8-18 * * 1-5</code>: every 15 minutes in office hours.
              </>
            }
          >
            <Input {...register('cron', { onChange: rename })} mono autoComplete="off" spellCheck={false} className="max-w-64" />
          </Field>
        ) : (
          values.rhythm !== 'hourly' && (
            <div className="flex flex-wrap gap-4">
              {values.rhythm === 'weekly' && (
                <Field label="Day">
                  <Controller
                    control={control}
                    name="weekday"
                    render={({ field }) => (
                      <Select
                        className="w-36"
                        value={field.value}
                        options={WEEKDAYS}
                        onValueChange={(day) => {
                          field.onChange(day)
                          rename()
                        }}
                      />
                    )}
                  />
                </Field>
              )}
              <Field label="Time" required error={errors.time?.message}>
                <Input {...register('time', { onChange: rename })} type="time" className="w-32 tabular-nums" />
              </Field>
            </div>
          )
        )}
        <Field label="Time zone" required error={errors.timeZone?.message}>
          <Controller
            control={control}
            name="timeZone"
            render={({ field }) => (
              <Combobox value={field.value} onValueChange={field.onChange} options={zones} nothingFound="No time zone is called that. Try a large city near you, or UTC." />
            )}
          />
        </Field>
        <NextRuns cron={cron} timeZone={values.timeZone} enabled={values.enabled} told={errors.cron !== undefined || errors.timeZone !== undefined} />
      </fieldset>

      <fieldset className="flex flex-col gap-2">
        <legend className="mb-1.5 text-hint font-semibold text-ink">Sites</legend>
        <Controller
          control={control}
          name="scope"
          render={({ field }) => <SegmentedControl aria-label="Sites" value={field.value} onValueChange={field.onChange} segments={SCOPES} />}
        />
        {values.scope === 'all' ? (
          <p className="text-hint text-ink-3">Sites that are added later are in it too.</p>
        ) : (
          <Controller
            control={control}
            name="siteIds"
            render={({ field }) => <SitePicker value={field.value} onChange={field.onChange} error={errors.siteIds?.message} />}
          />
        )}
      </fieldset>

      <Controller
        control={control}
        name="enabled"
        render={({ field }) => <Checkbox checked={field.value} onCheckedChange={field.onChange} label="Enabled" hint="While it is off, it keeps its settings and starts nothing." />}
      />
    </form>
  )
}

function firstValues(schedule: Schedule | null, rhythm: Rhythm): ScheduleFormValues {
  const values = toFormValues(schedule, rhythm)
  return schedule === null ? { ...values, name: suggestName(values) } : values
}

function suggestName(values: ScheduleFormValues): string {
  const words = describeCron(toCron(values))
  if (values.kind === 'publish') return words?.slice(0, 120) ?? 'My schedule'
  return words === null ? 'Drift check' : `Drift check, ${/^(every|the|weekdays)/i.test(words) ? words.charAt(0).toLowerCase() + words.slice(1) : words}`
}
