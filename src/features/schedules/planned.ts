import type { Schedule } from '@/features/schedules/queries/schedules'
import { upcoming } from '@/features/schedules/upcoming'

/** When it runs next, in ms: as the engine has planned it, or as it will with its next tick. null: it is off, or cannot be planned. */
export function plannedAt(schedule: Pick<Schedule, 'enabled' | 'problem' | 'nextRunAt' | 'cron' | 'timeZone'>, now: number): number | null {
  if (!schedule.enabled || schedule.problem !== '') return null
  if (schedule.nextRunAt !== null) return Date.parse(schedule.nextRunAt)
  const coming = upcoming(schedule.cron, schedule.timeZone, now, 1)
  return coming.ok ? (coming.value[0] ?? null) : null
}
