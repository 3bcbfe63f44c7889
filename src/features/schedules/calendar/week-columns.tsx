import { dayWords, shortDayWords, type Day } from '@/features/schedules/calendar/days'
import type { Entry } from '@/features/schedules/calendar/entries'
import { EntryList } from '@/features/schedules/calendar/entry-list'
import { cn } from '@/ui/cn'

interface WeekColumnsProps {
  days: readonly Day[]
  entries: ReadonlyMap<Day, Entry[]>
  today: Day
  loading: boolean
}

/** Seven days beside each other, each a list by time. Tab and the links' own keys lead through it. */
export function WeekColumns({ days, entries, today, loading }: WeekColumnsProps) {
  return (
    <div aria-busy={loading || undefined} className="grid grid-cols-7 overflow-hidden rounded-lg border border-line bg-panel">
      {days.map((day) => {
        const of = entries.get(day) ?? []
        return (
          <section key={day} aria-label={dayWords(day)} className="min-h-96 min-w-0 border-line not-last:border-r">
            <h2 className={cn('border-b border-line bg-sunk px-2 py-1.5 text-xs font-semibold', day === today ? 'text-accent-ink' : 'text-ink-2')}>
              {shortDayWords(day)}
              {day === today && <span className="font-normal"> today</span>}
            </h2>
            {of.length === 0 ? (
              <p className="px-2 py-2 text-xs text-ink-3">nothing</p>
            ) : (
              <EntryList entries={of} className="p-1" />
            )}
          </section>
        )
      })}
    </div>
  )
}
