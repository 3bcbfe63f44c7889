import { readCron, valuesOf, type CronFields, type Field } from '@/features/schedules/language/cron-fields'
import { capitalize } from '@/lib/format'

/** "Weekdays at 09:00", "Every 15 minutes from 08:00 to 18:59, Monday to Friday"; null for an expression that is not understood. */
export function describeCron(expression: string): string | null {
  const fields = readCron(expression)
  if (fields === null) return null
  const months = monthsOf(fields)
  const at = fixedTimes(fields)
  if (at !== null) {
    const days = daysOf(fields)
    return capitalize(`${days ?? 'every day'} at ${at}${months}`)
  }
  const days = daysOf(fields)
  return capitalize(`${frequencyOf(fields)}${days === null ? '' : `, ${days}`}${months}`)
}

/** How many times of a day are still named one by one. */
const MOST_TIMES = 6

/** "09:00", "09:00 and 17:00": null where they are too many to name. */
function fixedTimes({ minute, hour }: CronFields): string | null {
  if (hour.kind !== 'list' || minute.kind !== 'list' || (minute.values.length > 1 && hour.values.length * minute.values.length > MOST_TIMES)) return null
  return join(hour.values.flatMap((h) => minute.values.map((m) => clock(h, m))))
}

function frequencyOf({ minute, hour }: CronFields): string {
  const [only] = minute.kind === 'list' && minute.values.length === 1 ? minute.values : []
  const span = hoursOf(hour)
  if (only !== undefined) {
    const past = only === 0 ? '' : ` at minute ${only}`
    if (hour.kind === 'every') return `every hour${past}`
    if (hour.kind === 'range') return `every hour from ${clock(hour.from, only)} to ${clock(hour.to, only)}`
    if (hour.kind === 'step') {
      const last = hour.from + Math.floor(((hour.to ?? 23) - hour.from) / hour.step) * hour.step
      const whole = hour.from === 0 && hour.to === null
      return `${everyNth(hour.step, 'hour')}${whole ? past : ` from ${clock(hour.from, only)} to ${clock(last, only)}`}`
    }
    // A list of hours with one minute is a list of times.
    return `at minute ${only}${span}`
  }
  if (minute.kind === 'every') return `every minute${span}`
  if (minute.kind === 'step' && minute.from === 0 && minute.to === null) return `${everyNth(minute.step, 'minute')}${span}`
  const minutes = minute.kind === 'step' ? stepWords(minute, 'minute') : `minutes ${join((valuesOf(minute) ?? []).map(String))}`
  return hour.kind === 'every' ? `every hour at ${minutes}` : `at ${minutes}${span === '' ? '' : `,${span}`}`
}

/** " from 08:00 to 18:59", " between …" for what runs within hours; empty for all day. */
function hoursOf(hour: Field): string {
  switch (hour.kind) {
    case 'every':
      return ''
    case 'range':
      return ` from ${clock(hour.from, 0)} to ${clock(hour.to, 59)}`
    case 'list':
      return ` in the ${hour.values.length === 1 ? 'hour' : 'hours'} from ${join(hour.values.map((value) => clock(value, 0)))}`
    case 'step':
      return ` in ${everyNth(hour.step, 'hour')}${hour.from === 0 && hour.to === null ? '' : ` from ${clock(hour.from, 0)}${hour.to === null ? '' : ` to ${clock(hour.to, 59)}`}`}`
    case 'last':
    case 'nth':
      return ''
  }
}

/** null: every day. */
function daysOf({ day, month, weekday }: CronFields): string | null {
  const ofMonth = dayOfMonth(day, month)
  const ofWeek = dayOfWeek(weekday)
  if (ofMonth === null) return ofWeek
  // Cron takes two restrictions of days for an "or".
  return ofWeek === null ? ofMonth : `${ofMonth} or ${ofWeek}`
}

function dayOfMonth(day: Field, month: Field): string | null {
  const inMonth = month.kind === 'list' && month.values.length === 1 ? MONTHS[(month.values[0] ?? 1) - 1] : undefined
  switch (day.kind) {
    case 'every':
      return null
    case 'last':
      return inMonth === undefined ? 'the last day of each month' : `the last day of ${inMonth}`
    case 'step':
      return `every ${ordinal(day.step)} day of the month${day.from === 1 ? '' : ` from the ${ordinal(day.from)}`}`
    case 'range':
      return `the ${ordinal(day.from)} to the ${ordinal(day.to)} of ${inMonth ?? 'each month'}`
    case 'list':
      if (day.last === true) return `the ${join([...day.values.map(ordinal), 'last day'])} of ${inMonth ?? 'each month'}`
      return inMonth !== undefined && day.values.length === 1 ? `every ${day.values[0] ?? 1} ${inMonth}` : `the ${join(day.values.map(ordinal))} of ${inMonth ?? 'each month'}`
    case 'nth':
      return null
  }
}

function dayOfWeek(weekday: Field): string | null {
  if (weekday.kind === 'nth') return `the ${weekday.nth === 'last' ? 'last' : ORDINALS[weekday.nth - 1]} ${WEEKDAYS[weekday.weekday]} of each month`
  if (weekday.kind === 'step') return `every ${ordinal(weekday.step)} day of the week`
  const values = valuesOf(weekday)
  if (values === null || values.length === 7) return null
  const key = values.join()
  if (key === '1,2,3,4,5') return 'weekdays'
  if (key === '0,6') return 'Saturdays and Sundays'
  // The week of an office begins with Monday.
  const sorted = values.toSorted((a, b) => ((a + 6) % 7) - ((b + 6) % 7))
  const [first = 0, last = 0] = [sorted[0], sorted.at(-1)]
  if (sorted.length > 2 && ((last + 6) % 7) - ((first + 6) % 7) === sorted.length - 1) return `${WEEKDAYS[first]} to ${WEEKDAYS[last]}`
  return join(sorted.map((value) => `${WEEKDAYS[value]}s`))
}

/** ", in January and July"; empty where the day names its month, and for every month. */
function monthsOf({ day, month }: CronFields): string {
  if (month.kind === 'every') return ''
  if (month.kind === 'step') return `, every ${ordinal(month.step)} month${month.from === 1 ? '' : ` from ${MONTHS[month.from - 1]}`}`
  const values = valuesOf(month) ?? []
  const named = values.length === 1 && (day.kind === 'last' || day.kind === 'range' || day.kind === 'list')
  return named ? '' : month.kind === 'range' ? `, ${MONTHS[month.from - 1]} to ${MONTHS[month.to - 1]}` : `, in ${join(values.map((value) => MONTHS[value - 1] ?? ''))}`
}

export const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December']
const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const ORDINALS = ['first', 'second', 'third', 'fourth', 'fifth']

export const clock = (hour: number, minute: number): string => `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`
const everyNth = (step: number, unit: string): string => (step === 1 ? `every ${unit}` : `every ${step} ${unit}s`)
const stepWords = ({ from, to, step }: Extract<Field, { kind: 'step' }>, unit: string): string =>
  `${everyNth(step, unit)} from ${unit} ${from}${to === null ? '' : ` to ${to}`}`

export function ordinal(value: number): string {
  const teen = value % 100 >= 11 && value % 100 <= 13
  return `${value}${teen ? 'th' : (['th', 'st', 'nd', 'rd'][value % 10] ?? 'th')}`
}

/** "09:00, 12:00 and 17:00" */
export function join(words: readonly string[]): string {
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`
}
