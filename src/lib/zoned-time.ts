type Instant = string | number | Date

const formatters = new Map<string, Intl.DateTimeFormat>()

/** Making one costs a hundred times what using it does, and a form writes dozens of moments with every letter typed. */
function formatter(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = JSON.stringify([locale, options])
  const known = formatters.get(key)
  if (known !== undefined) return known
  const made = new Intl.DateTimeFormat(locale, options)
  formatters.set(key, made)
  return made
}

interface MomentOptions {
  /** IANA name; without one the browser's own zone. */
  timeZone?: string
  /** "Tue 24 Nov, 00:00" */
  weekday?: boolean
  /** Now, in ms: a year is named only where it is another than this one. */
  now?: number
}

/** "24 Nov, 00:00": a moment that people planned, to the minute and on a clock of 24 hours. */
export function formatMoment(instant: Instant, { timeZone, weekday = false, now = Date.now() }: MomentOptions = {}): string {
  const date = new Date(instant)
  if (Number.isNaN(date.getTime())) return ''
  const part = (options: Intl.DateTimeFormatOptions, of: Date | number = date) => formatter('en-GB', { ...options, timeZone }).format(of)
  const otherYear = part({ year: 'numeric' }) !== part({ year: 'numeric' }, now)
  return [
    weekday ? `${part({ weekday: 'short' })} ` : '',
    part({ day: 'numeric', month: 'short', ...(otherYear ? { year: 'numeric' } : {}) }),
    ', ',
    part({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }),
  ].join('')
}

/** The zone of this browser: "Europe/Berlin". */
export function browserTimeZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone
}

/** "UTC+1", as it is at that moment: daylight saving moves it. Empty for a zone that this browser does not know. */
export function zoneOffset(timeZone: string, instant: Instant = Date.now()): string {
  try {
    const parts = formatter('en', { timeZone, timeZoneName: 'shortOffset' }).formatToParts(new Date(instant))
    // Browsers write the zero differently: "GMT", "GMT+0".
    return parts.find(({ type }) => type === 'timeZoneName')?.value.replace('GMT', 'UTC').replace(/\+0$/, '') ?? ''
  } catch {
    return ''
  }
}

/** "America/New York" */
export function zoneLabel(timeZone: string): string {
  return timeZone.replaceAll('_', ' ')
}

/** Every zone that this browser knows: its own first, then UTC, then the others by name. */
export function timeZones(own: string = browserTimeZone()): string[] {
  return [...new Set([own, 'UTC', ...Intl.supportedValuesOf('timeZone')])]
}
