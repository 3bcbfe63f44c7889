import { dayWords, type Day } from '@/features/schedules/calendar/days'
import type { Entry } from '@/features/schedules/calendar/entries'
import { EntryList } from '@/features/schedules/calendar/entry-list'
import { cn } from '@/ui/cn'

interface DayListProps {
  days: readonly Day[]
  entries: ReadonlyMap<Day, Entry[]>
  today: Day
  loading: boolean
}

/** The days that hold something, one below the other. */
export function DayList({ days, entries, today, loading }: DayListProps) {
  const filled = days.filter((day) => day === today || (entries.get(day) ?? []).length > 0)
  if (filled.length === 0) return <p className="rounded-lg border border-line bg-panel px-4 py-8 text-center text-hint text-ink-2">Nothing ran in this time, and nothing is planned for it.</p>
  return (
    <div aria-busy={loading || undefined} className="divide-y divide-line rounded-lg border border-line bg-panel">
      {filled.map((day) => {
        const of = entries.get(day) ?? []
        return (
          <section key={day} aria-label={dayWords(day)} className="grid gap-x-4 gap-y-1 px-3 py-2.5 sm:grid-cols-[12rem_1fr]">
            <h2 className={cn('pt-1 text-hint font-semibold', day === today ? 'text-accent-ink' : 'text-ink')}>
              {dayWords(day)}
              {day === today && <span className="font-normal">, today</span>}
            </h2>
            {of.length === 0 ? (
              <p className="py-1 text-hint text-ink-3">nothing</p>
            ) : (
              <EntryList entries={of} className="-mx-1.5 sm:mx-0" />
            )}
          </section>
        )
      })}
    </div>
  )
}
