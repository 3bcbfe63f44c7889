import type { Result } from '@core/result'
import { nextRuns } from '@core/schedule'
import { capitalize } from '@/lib/format'

interface TimingProblem {
  /** The field of the form that is to be mended. */
  field: 'cron' | 'timeZone'
  message: string
}

/** The next runs in ms, by the same reckoning as the engine's; what stands in the way, in a sentence. */
export function upcoming(cron: string, timeZone: string, afterMs: number, count: number): Result<number[], TimingProblem> {
  const runs = nextRuns(cron, timeZone, afterMs, count)
  if (runs.ok) return runs
  const { where, message } = runs.error
  return { ok: false, error: { field: where === 'time_zone' ? 'timeZone' : 'cron', message: `${capitalize(message)}.` } }
}
