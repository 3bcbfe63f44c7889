const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const

export interface CalendarDay {
  year: number
  /** 1 to 12 */
  month: number
  day: number
}

/** A calendar day from `2026-09-01` or a date-time that begins so; no time zone is applied, a campaign day is the visitor's day. */
export function parseDay(value: unknown): CalendarDay | null {
  const match = typeof value === 'string' ? /^(\d{4})-(\d{2})-(\d{2})(?:$|[T ])/.exec(value) : null
  if (!match) return null
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])]
  const check = new Date(Date.UTC(year, month - 1, day))
  return check.getUTCMonth() === month - 1 && check.getUTCDate() === day ? { year, month, day } : null
}

export function formatDay(day: CalendarDay, withYear: boolean): string {
  return `${day.day} ${months[day.month - 1] ?? ''}${withYear ? ` ${day.year}` : ''}`
}

/** "Offer valid 1 Sep to 30 Nov": years only where the reader could take the day for one of this year. */
export function formatValidity(start: CalendarDay | null, end: CalendarDay | null, now: Date): string | null {
  const thisYear = now.getFullYear()
  const withYear = (start !== null && start.year !== thisYear) || (end !== null && end.year !== thisYear)
  if (end && ordinal(end) < today(now)) return `Offer ended ${formatDay(end, withYear)}`
  if (start && end) {
    const startYear = withYear && start.year !== end.year
    return `Offer valid ${formatDay(start, startYear)} to ${formatDay(end, withYear)}`
  }
  if (end) return `Offer valid until ${formatDay(end, withYear)}`
  if (start) return `Offer valid from ${formatDay(start, withYear)}`
  return null
}

function ordinal(day: CalendarDay): number {
  return day.year * 10_000 + day.month * 100 + day.day
}

function today(now: Date): number {
  return ordinal({ year: now.getFullYear(), month: now.getMonth() + 1, day: now.getDate() })
}

/** "just now", "2 min ago", "3 h ago", "5 days ago"; a visitor's clock that runs behind the server's reads as "just now". */
export function formatAge(receivedAt: Date, now: Date): string {
  const minutes = Math.floor((now.getTime() - receivedAt.getTime()) / 60_000)
  if (minutes < 1) return 'just now'
  if (minutes < 60) return `${minutes} min ago`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return `${hours} h ago`
  const days = Math.floor(hours / 24)
  return days === 1 ? '1 day ago' : `${days} days ago`
}

/** `cta_text` or `installationDate` as a person would write it: "Cta text", "Installation date". */
export function formatFieldName(name: string): string {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/[_\-.\s]+/g, ' ')
    .trim()
    .toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}
