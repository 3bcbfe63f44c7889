const LOCALE = 'en'
const decimal = (digits: number) => new Intl.NumberFormat(LOCALE, { maximumFractionDigits: digits })
const whole = decimal(0)
const oneDigit = decimal(1)

/** 1234 -> "1,234" */
export function formatNumber(value: number): string {
  return whole.format(value)
}

/** Bytes in decimal units, as networks count them: "714 B", "1.4 kB", "2.1 MB". */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${whole.format(bytes)} B`
  const units = ['kB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = ''
  for (const next of units) {
    value /= 1000
    unit = next
    // 999.95 would round to "1,000 kB".
    if (value < 999.95) break
  }
  return `${value >= 100 ? whole.format(value) : oneDigit.format(value)} ${unit}`
}

/** Milliseconds as "12 ms", "3.9 s", "2 min 5 s", "1 h 4 min". */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 999.5) return `${whole.format(milliseconds)} ms`
  if (milliseconds < 59_950) return `${oneDigit.format(milliseconds / 1000)} s`
  const seconds = Math.round(milliseconds / 1000)
  if (seconds < 3600) return join(Math.floor(seconds / 60), 'min', seconds % 60, 's')
  const minutes = Math.round(seconds / 60)
  return join(Math.floor(minutes / 60), 'h', minutes % 60, 'min')
}

function join(major: number, majorUnit: string, minor: number, minorUnit: string): string {
  return minor === 0 ? `${major} ${majorUnit}` : `${major} ${majorUnit} ${minor} ${minorUnit}`
}

/** A share of one as "98.4 %". Never rounds up to 100 % or down to 0 % what is not quite so. */
export function formatPercent(share: number): string {
  const percent = share * 100
  if (percent > 99.9 && percent < 100) return '99.9 %'
  if (percent > 0 && percent < 0.1) return '0.1 %'
  return `${oneDigit.format(percent)} %`
}

const relative = new Intl.RelativeTimeFormat(LOCALE, { numeric: 'auto', style: 'long' })
const dayAndMonth = new Intl.DateTimeFormat(LOCALE, { day: 'numeric', month: 'short' })
const dayMonthYear = new Intl.DateTimeFormat(LOCALE, { day: 'numeric', month: 'short', year: 'numeric' })
const exact = new Intl.DateTimeFormat(LOCALE, { dateStyle: 'medium', timeStyle: 'medium' })
const clock = new Intl.DateTimeFormat(LOCALE, { timeStyle: 'medium', hour12: false })

type Instant = string | number | Date

/** The local day, counted so that two are a whole number of days apart also where a clock is changed between them. */
const midnight = (date: Date): number => Date.UTC(date.getFullYear(), date.getMonth(), date.getDate())

/** "just now", "3 minutes ago", "yesterday", "4 Nov", "4 Nov 2024"; the future likewise ("in 2 hours"). */
export function formatRelative(instant: Instant, now: number = Date.now()): string {
  const then = new Date(instant)
  const seconds = Math.round((then.getTime() - now) / 1000)
  const distance = Math.abs(seconds)
  if (Number.isNaN(distance)) return ''
  if (distance < 10) return 'just now'
  if (distance < 60) return relative.format(seconds, 'second')
  if (distance < 3600) return relative.format(Math.round(seconds / 60), 'minute')
  if (distance < 86_400) return relative.format(Math.round(seconds / 3600), 'hour')
  // By the calendar: tomorrow evening is not "in 2 days" because it is 38 hours away.
  if (distance < 7 * 86_400) return relative.format((midnight(then) - midnight(new Date(now))) / 86_400_000, 'day')
  return then.getFullYear() === new Date(now).getFullYear() ? dayAndMonth.format(then) : dayMonthYear.format(then)
}

/** "Nov 4, 2026, 2:06:12 PM": what a tooltip shows behind a relative time. */
export function formatExact(instant: Instant): string {
  const date = new Date(instant)
  return Number.isNaN(date.getTime()) ? '' : exact.format(date)
}

/** "14:06:12" */
export function formatClock(instant: Instant): string {
  const date = new Date(instant)
  return Number.isNaN(date.getTime()) ? '' : clock.format(date)
}

/** count("site", 3) -> "3 sites"; irregular plurals are passed. */
export function count(noun: string, n: number, plural = `${noun}s`): string {
  return `${whole.format(n)} ${n === 1 ? noun : plural}`
}

const SMALL = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine']

/** The same in words up to nine, for the sentence that opens a page: "Three sites". */
export function countInWords(noun: string, n: number, plural = `${noun}s`): string {
  return `${SMALL[n] ?? whole.format(n)} ${n === 1 ? noun : plural}`
}

export function capitalize(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1)
}
