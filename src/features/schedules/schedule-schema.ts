import * as z from 'zod/mini'
import { fromCron, RHYTHMS, toCron, WEEKDAYS, type Rhythm } from '@/features/schedules/cron-words'
import type { ScheduleDraft } from '@/features/schedules/queries/save-schedule'
import type { Schedule } from '@/features/schedules/queries/schedules'
import { upcoming } from '@/features/schedules/upcoming'
import { browserTimeZone } from '@/lib/zoned-time'

/** The checks of the table `schedules`, in words. */
export const scheduleSchema = z
  .object({
    name: z.string().check(z.trim(), z.minLength(1, 'A schedule needs a name.'), z.maxLength(120, 'Use at most 120 characters.')),
    kind: z.enum(['publish', 'drift']),
    rhythm: z.enum(RHYTHMS),
    time: z.string(),
    weekday: z.enum(WEEKDAYS.map(({ value }) => value)),
    cron: z.string().check(z.maxLength(120, 'Use at most 120 characters.')),
    timeZone: z.string(),
    scope: z.enum(['all', 'chosen']),
    siteIds: z.array(z.string()),
    enabled: z.boolean(),
  })
  .check(({ value, issues }) => {
    const refuse = (path: keyof typeof value, message: string) => issues.push({ code: 'custom', input: value, path: [path], message })
    if (value.scope === 'chosen' && value.siteIds.length === 0) refuse('siteIds', 'Choose at least one site, or all of them.')
    if (value.rhythm !== 'hourly' && value.rhythm !== 'custom' && toCron(value) === '') {
      refuse('time', 'Choose a time of day.')
      return
    }
    const coming = upcoming(toCron(value), value.timeZone, Date.now(), 1)
    if (!coming.ok) refuse(coming.error.field, coming.error.message)
  })

export type ScheduleFormValues = z.infer<typeof scheduleSchema>

export function toFormValues(schedule: Schedule | null, rhythm: Rhythm = 'hourly'): ScheduleFormValues {
  const timing = fromCron(schedule?.cron ?? '0 * * * *')
  return {
    name: schedule?.name ?? '',
    kind: schedule?.kind ?? 'publish',
    rhythm: schedule === null ? rhythm : timing.rhythm,
    time: timing.time,
    weekday: WEEKDAYS.find(({ value }) => value === timing.weekday)?.value ?? '1',
    cron: timing.cron,
    timeZone: schedule?.timeZone ?? browserTimeZone(),
    scope: schedule === null || schedule.allSites ? 'all' : 'chosen',
    siteIds: schedule?.siteIds ?? [],
    enabled: schedule?.enabled ?? true,
  }
}

export function toDraft(values: ScheduleFormValues): ScheduleDraft {
  return {
    kind: values.kind,
    name: values.name,
    cron: toCron(values),
    timeZone: values.timeZone,
    allSites: values.scope === 'all',
    siteIds: values.scope === 'all' ? [] : values.siteIds,
    enabled: values.enabled,
  }
}
