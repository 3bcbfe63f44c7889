import { Cron, type CronOptions } from 'croner'
import type { Problem, Result } from './result.ts'

/**
 * When a schedule runs: five fields of cron in an IANA time zone. Where the clock is put forward, a fixed time that does
 * not exist that day runs at the first one that does; where it is put back, a fixed time runs once, at the first of the
 * two; what runs every hour or every few minutes runs on, by the hours that pass.
 */

export interface ScheduleProblem extends Problem<'cron' | 'time_zone'> {
  /** Which of the two to correct. */
  where: 'cron' | 'time_zone'
}

/** The first run after `afterMs` (milliseconds since 1970), in the same unit. */
export function nextRun(cron: string, timeZone: string, afterMs: number): Result<number, ScheduleProblem> {
  const runs = nextRuns(cron, timeZone, afterMs, 1)
  if (!runs.ok) return runs
  const [first] = runs.value
  return first === undefined ? never(cron) : { ok: true, value: first }
}

/** The next runs after `afterMs`, earliest first: `count` of them, or as many as there are before the year 10000. */
export function nextRuns(
  cron: string,
  timeZone: string,
  afterMs: number,
  count: number,
): Result<number[], ScheduleProblem> {
  const fault = faultOf(cron, timeZone)
  if (fault !== null) return { ok: false, error: fault }
  const dates = new Cron(cron.trim(), { ...rules, timezone: timeZone }).nextRuns(count, new Date(afterMs))
  return dates.length === 0 && count > 0 ? never(cron) : { ok: true, value: dates.map((date) => date.getTime()) }
}

/** No wildcard, no step: lists and ranges of hours are fixed times too, as Vixie cron has it. */
const rules: CronOptions = { mode: '5-part', fixedTimeRule: 'no-wildcard', paused: true }

const longestCron = 120

interface Field {
  name: string
  expected: string
}

const fields: readonly Field[] = [
  { name: 'minute', expected: '0 to 59' },
  { name: 'hour', expected: '0 to 23' },
  { name: 'day of the month', expected: '1 to 31, or L for the last' },
  { name: 'month', expected: '1 to 12, or JAN to DEC' },
  { name: 'day of the week', expected: '0 to 7 (0 and 7 are Sunday), or SUN to SAT' },
]

function faultOf(cron: string, timeZone: string): ScheduleProblem | null {
  const text = cron.trim()
  if (text === '') {
    return inCron('there is no cron expression; it has five fields: minute, hour, day of the month, month, day of the week, as in "0 * * * *" for every hour')
  }
  if (text.length > longestCron) return inCron(`the cron expression is longer than ${longestCron} characters`)
  const parts = text.split(/\s+/)
  if (parts.length !== fields.length) {
    const count = `${parts.length} ${parts.length === 1 ? 'field' : 'fields'}`
    const hint = parts.length === 6 ? '; seconds and years are not among them' : ''
    return inCron(`"${text}" has ${count}; five are expected: minute, hour, day of the month, month, day of the week${hint}`)
  }
  for (const [index, field] of fields.entries()) {
    const part = parts[index] ?? ''
    // Each field by itself, so that the one that is wrong can be named.
    if (isUnderstood(fields.map((_, other) => (other === index ? part : '*')).join(' '))) continue
    return inCron(`the ${field.name} "${part}" is not understood; expected ${field.expected}, a list (1,2), a range (1-5), a step (*/2) or *`)
  }
  if (!isUnderstood(text)) return inCron(`"${text}" is not understood as a cron expression`)
  return isTimeZone(timeZone) ? null : inTimeZone(timeZone)
}

function isUnderstood(text: string): boolean {
  try {
    new Cron(text, rules)
    return true
  } catch {
    return false
  }
}

function isTimeZone(name: string): boolean {
  // Some engines take offsets such as +02:00 as well, which know no summer time.
  if (!/^[A-Za-z]/.test(name)) return false
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

function inCron(message: string): ScheduleProblem {
  return { code: 'cron', where: 'cron', message }
}

function inTimeZone(name: string): ScheduleProblem {
  const what = name.trim() === '' ? 'there is no time zone' : `"${name}" is not a time zone`
  return { code: 'time_zone', where: 'time_zone', message: `${what}; expected a name of the IANA list, such as Europe/Berlin or UTC` }
}

function never(cron: string): { ok: false; error: ScheduleProblem } {
  return { ok: false, error: inCron(`"${cron.trim()}" names a day that never comes`) }
}
