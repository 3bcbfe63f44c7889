import { useSearchParams } from 'react-router-dom'
import { isDay, type Day } from '@/features/schedules/calendar/days'
import { browserTimeZone } from '@/lib/zoned-time'

export type CalendarView = 'month' | 'week' | 'list'

export interface CalendarAddress {
  view: CalendarView
  /** Where the calendar stands; null: today. */
  at: Day | null
  /** The day that is open. */
  day: Day | null
  timeZone: string
}

/** What the calendar shows lives in its address: a link to it shows the same. */
export function useCalendarAddress(): [CalendarAddress, (change: Partial<CalendarAddress>) => void] {
  const [search, setSearch] = useSearchParams()
  const view = search.get('view')
  const at = search.get('at')
  const day = search.get('day')
  const address: CalendarAddress = {
    view: view === 'week' || view === 'list' ? view : 'month',
    at: isDay(at) ? at : null,
    day: isDay(day) ? day : null,
    timeZone: known(search.get('zone')) ?? browserTimeZone(),
  }
  const change = (next: Partial<CalendarAddress>) => {
    const all = { ...address, ...next }
    const written = new URLSearchParams()
    if (all.view !== 'month') written.set('view', all.view)
    if (all.at !== null) written.set('at', all.at)
    if (all.timeZone !== browserTimeZone()) written.set('zone', all.timeZone)
    if (all.day !== null) written.set('day', all.day)
    // Back leads out of the calendar and not through every day that the keys have passed; an open day it closes.
    setSearch(written, { replace: next.day === undefined || next.day === null, preventScrollReset: true })
  }
  return [address, change]
}

function known(zone: string | null): string | null {
  if (zone === null) return null
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone === '' ? null : zone
  } catch {
    return null
  }
}
