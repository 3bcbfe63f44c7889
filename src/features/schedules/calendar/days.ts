/** A day without a time or a zone: "2026-11-24". Text, so that it sorts, compares and stands in an address. */
export type Day = string

const DAY_MS = 86_400_000
const formatters = new Map<string, Intl.DateTimeFormat>()

/** Making one costs a hundred times what using it does. */
function clockOf(timeZone: string): Intl.DateTimeFormat {
  let made = formatters.get(timeZone)
  if (made === undefined) {
    made = new Intl.DateTimeFormat('en-GB', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' })
    formatters.set(timeZone, made)
  }
  return made
}

function parts(instant: number, timeZone: string): Record<string, string> {
  return Object.fromEntries(clockOf(timeZone).formatToParts(instant).map(({ type, value }) => [type, value]))
}

/** The day on the wall of that zone. `instant` in ms. */
export function dayOf(instant: number, timeZone: string): Day {
  const { year, month, day } = parts(instant, timeZone)
  return `${year ?? ''}-${month ?? ''}-${day ?? ''}`
}

/** "09:00" on the wall of that zone. */
export function timeOf(instant: number, timeZone: string): string {
  const { hour, minute } = parts(instant, timeZone)
  return `${hour ?? ''}:${minute ?? ''}`
}

/** How far that zone is ahead of UTC at that moment, in ms. */
function offsetAt(instant: number, timeZone: string): number {
  const { year, month, day, hour, minute, second } = parts(instant, timeZone)
  return Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second)) - Math.floor(instant / 1000) * 1000
}

/** The first moment of a day in that zone, in ms: midnight, or the first after it where the clock is put forward at midnight. */
export function startOfDay(day: Day, timeZone: string): number {
  const wall = utc(day)
  let instant = wall - offsetAt(wall, timeZone)
  // The offset of the guess may be that of the other side of a change.
  instant = wall - offsetAt(instant, timeZone)
  while (dayOf(instant, timeZone) < day) instant += 15 * 60_000
  while (dayOf(instant - 1, timeZone) >= day) instant -= 15 * 60_000
  return instant
}

const utc = (day: Day): number => Date.parse(`${day}T00:00:00Z`)
const fromUtc = (instant: number): Day => new Date(instant).toISOString().slice(0, 10)

export function isDay(text: string | null): text is Day {
  return text !== null && /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(utc(text)) && fromUtc(utc(text)) === text
}

export const addDays = (day: Day, days: number): Day => fromUtc(utc(day) + days * DAY_MS)

/** The same day of another month, or its last where it has none. */
export function addMonths(day: Day, months: number): Day {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number)
  const last = new Date(Date.UTC(year, month - 1 + months + 1, 0)).getUTCDate()
  return fromUtc(Date.UTC(year, month - 1 + months, Math.min(date, last)))
}

/** 0 is Monday, with which a week begins here. */
export const weekdayOf = (day: Day): number => (new Date(utc(day)).getUTCDay() + 6) % 7

export const weekOf = (day: Day): Day[] => daysFrom(addDays(day, -weekdayOf(day)), 7)

/** The whole weeks that hold a month: 28 to 42 days. */
export function monthGrid(day: Day): Day[] {
  const first = `${day.slice(0, 7)}-01`
  const last = addDays(addMonths(first, 1), -1)
  const start = addDays(first, -weekdayOf(first))
  return daysFrom(start, (utc(last) - utc(start)) / DAY_MS + 7 - weekdayOf(last))
}

export function daysOfMonth(day: Day): Day[] {
  const first = `${day.slice(0, 7)}-01`
  return daysFrom(first, (utc(addMonths(first, 1)) - utc(first)) / DAY_MS)
}

const daysFrom = (start: Day, count: number): Day[] => Array.from({ length: count }, (_, index) => addDays(start, index))

const wordsOf = (options: Intl.DateTimeFormatOptions) => {
  const format = new Intl.DateTimeFormat('en-GB', { ...options, timeZone: 'UTC' })
  return (day: Day): string => format.format(utc(day))
}

/** "Tuesday 24 November" */
export const dayWords = wordsOf({ weekday: 'long', day: 'numeric', month: 'long' })
/** "Tue 24" */
export const shortDayWords = wordsOf({ weekday: 'short', day: 'numeric' })
/** "November 2026" */
export const monthWords = wordsOf({ month: 'long', year: 'numeric' })
const dayAndMonth = wordsOf({ day: 'numeric', month: 'short' })

/** "23 to 29 Nov 2026" */
export function weekWords(day: Day): string {
  const week = weekOf(day)
  const [first = day, last = day] = [week[0], week[6]]
  const from = first.slice(0, 7) === last.slice(0, 7) ? String(Number(first.slice(8))) : dayAndMonth(first)
  return `${from} to ${dayAndMonth(last)} ${last.slice(0, 4)}`
}
