import { useEffect, useRef, type KeyboardEvent } from 'react'
import { addDays, addMonths, dayWords, weekdayOf, type Day } from '@/features/schedules/calendar/days'
import { summaryOf, type Entry } from '@/features/schedules/calendar/entries'
import { EntryMark } from '@/features/schedules/calendar/entry-mark'
import { cn } from '@/ui/cn'

interface MonthGridProps {
  label: string
  days: readonly Day[]
  entries: ReadonlyMap<Day, Entry[]>
  today: Day
  /** The day that the keys stand on. */
  cursor: Day
  onCursor: (day: Day) => void
  onOpen: (day: Day) => void
  loading: boolean
}

const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']
const SHOWN = 3

/** A month as ARIA's grid of dates: arrows go by days and weeks, Page Up and Down by months, Enter opens a day. */
export function MonthGrid({ label, days, entries, today, cursor, onCursor, onOpen, loading }: MonthGridProps) {
  const grid = useRef<HTMLDivElement>(null)
  const moved = useRef(false)

  // The focus follows the keys, also into another month, whose days come only now; it is not taken from elsewhere.
  useEffect(() => {
    if (!moved.current) return
    moved.current = false
    grid.current?.querySelector<HTMLElement>(`[data-day="${cursor}"]`)?.focus()
  }, [cursor])

  const onKeyDown = (event: KeyboardEvent, day: Day) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const to = targetOf(event.key, day)
    if (to === null) return
    event.preventDefault()
    const cell = grid.current?.querySelector<HTMLElement>(`[data-day="${to}"]`)
    // At once where the day is there, so that the next key is already its own; another month is waited for.
    if (cell) return cell.focus()
    moved.current = true
    onCursor(to)
  }

  const weeks = Array.from({ length: days.length / 7 }, (_, week) => days.slice(week * 7, week * 7 + 7))
  return (
    <div ref={grid} role="grid" aria-label={label} aria-busy={loading || undefined} className="overflow-hidden rounded-lg border border-line bg-panel">
      <div role="row" className="grid grid-cols-7 border-b border-line bg-sunk">
        {WEEKDAYS.map((weekday) => (
          <div key={weekday} role="columnheader" className="px-2 py-1.5 text-xs font-semibold text-ink-2">
            <span aria-hidden>{weekday.slice(0, 3)}</span>
            <span className="sr-only">{weekday}</span>
          </div>
        ))}
      </div>
      {weeks.map((week) => (
        <div key={week[0]} role="row" className="grid grid-cols-7 border-line not-last:border-b">
          {week.map((day) => {
            const of = entries.get(day) ?? []
            const inMonth = day.slice(0, 7) === cursor.slice(0, 7)
            return (
              <div
                key={day}
                data-day={day}
                role="gridcell"
                tabIndex={day === cursor ? 0 : -1}
                aria-selected={day === cursor}
                aria-current={day === today ? 'date' : undefined}
                onFocus={() => {
                  if (day !== cursor) onCursor(day)
                }}
                onKeyDown={(event) => {
                  if (event.key !== 'Enter' && event.key !== ' ') return onKeyDown(event, day)
                  event.preventDefault()
                  onOpen(day)
                }}
                onClick={() => onOpen(day)}
                className={cn(
                  'relative min-h-26 min-w-0 cursor-pointer border-line p-1.5 outline-offset-[-2px] transition-colors duration-150 not-last:border-r hover:bg-hover',
                  !inMonth && 'bg-sunk',
                )}
              >
                <span className="sr-only">{`${dayWords(day)}${day === today ? ', today' : ''}: ${summaryOf(of)}`}</span>
                <div aria-hidden>
                  <span
                    className={cn(
                      'inline-flex h-5 min-w-5 items-center justify-center rounded-full px-1 text-xs tabular-nums',
                      day === today ? 'bg-accent font-semibold text-on-accent' : inMonth ? 'text-ink' : 'text-ink-3',
                    )}
                  >
                    {Number(day.slice(8))}
                  </span>
                  <ul className="mt-1 flex flex-col gap-0.5">
                    {of.slice(0, of.length > SHOWN + 1 ? SHOWN : SHOWN + 1).map((entry) => (
                      <li key={entry.key} className="flex min-w-0 items-center gap-1 text-xs leading-4">
                        <EntryMark mark={entry.mark} />
                        <span className="font-mono text-2xs text-ink-3">{entry.time}</span>
                        <span className={cn('truncate', inMonth ? 'text-ink' : 'text-ink-2')}>{entry.label}</span>
                      </li>
                    ))}
                    {of.length > SHOWN + 1 && <li className="pl-4.5 text-xs leading-4 text-ink-2">{of.length - SHOWN} more</li>}
                  </ul>
                </div>
              </div>
            )
          })}
        </div>
      ))}
    </div>
  )
}

function targetOf(key: string, day: Day): Day | null {
  switch (key) {
    case 'ArrowLeft':
      return addDays(day, -1)
    case 'ArrowRight':
      return addDays(day, 1)
    case 'ArrowUp':
      return addDays(day, -7)
    case 'ArrowDown':
      return addDays(day, 7)
    case 'Home':
      return addDays(day, -weekdayOf(day))
    case 'End':
      return addDays(day, 6 - weekdayOf(day))
    case 'PageUp':
      return addMonths(day, -1)
    case 'PageDown':
      return addMonths(day, 1)
    default:
      return null
  }
}
