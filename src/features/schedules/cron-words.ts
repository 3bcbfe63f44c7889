/** The rhythms that the form offers by name; everything else is written as cron. */
export const RHYTHMS = ['hourly', 'daily', 'weekdays', 'weekly', 'custom'] as const
export type Rhythm = (typeof RHYTHMS)[number]

/** Cron's numbers: 0 is Sunday. The week begins with Monday here, as in most of the world's offices. */
export const WEEKDAYS = [
  { value: '1', label: 'Monday' },
  { value: '2', label: 'Tuesday' },
  { value: '3', label: 'Wednesday' },
  { value: '4', label: 'Thursday' },
  { value: '5', label: 'Friday' },
  { value: '6', label: 'Saturday' },
  { value: '0', label: 'Sunday' },
] as const

export interface Timing {
  rhythm: Rhythm
  /** "09:00", for all but hourly and custom. */
  time: string
  /** Cron's number of the day, for weekly. */
  weekday: string
  /** The expression itself, for custom. */
  cron: string
}

const DEFAULT: Omit<Timing, 'rhythm' | 'cron'> = { time: '09:00', weekday: '1' }

/** The expression of what was chosen; a time that is no time gives none. */
export function toCron({ rhythm, time, weekday, cron }: Timing): string {
  if (rhythm === 'hourly') return '0 * * * *'
  if (rhythm === 'custom') return tidy(cron)
  const [, hour, minute] = /^(\d\d):(\d\d)$/.exec(time) ?? []
  if (hour === undefined || minute === undefined) return ''
  return `${Number(minute)} ${Number(hour)} * * ${rhythm === 'daily' ? '*' : rhythm === 'weekdays' ? '1-5' : weekday}`
}

/** The other way: an expression that is none of the named rhythms is custom. */
export function fromCron(expression: string): Timing {
  const cron = tidy(expression)
  const fields = cron.split(' ')
  const [minute = '', hour = '', day, month, weekday = ''] = fields
  const custom: Timing = { ...DEFAULT, rhythm: 'custom', cron }
  if (fields.length !== 5 || day !== '*' || month !== '*') return custom
  if (minute === '0' && hour === '*' && weekday === '*') return { ...DEFAULT, rhythm: 'hourly', cron }
  if (!isWhole(minute, 59) || !isWhole(hour, 23)) return custom
  const time = `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`
  if (weekday === '*') return { ...DEFAULT, rhythm: 'daily', time, cron }
  if (weekday === '1-5') return { ...DEFAULT, rhythm: 'weekdays', time, cron }
  // Sunday has two numbers.
  if (isWhole(weekday, 7)) return { rhythm: 'weekly', time, weekday: weekday === '7' ? '0' : weekday, cron }
  return custom
}

function isWhole(text: string, most: number): boolean {
  return /^\d{1,2}$/.test(text) && Number(text) <= most
}

function tidy(expression: string): string {
  return expression.trim().replace(/\s+/g, ' ')
}
