import { CaretLeftIcon } from '@phosphor-icons/react/CaretLeft'
import { CaretRightIcon } from '@phosphor-icons/react/CaretRight'
import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { addDays, addMonths, dayOf, daysOfMonth, dayWords, monthGrid, monthWords, startOfDay, weekOf, weekWords, type Day } from '@/features/schedules/calendar/days'
import { DayList } from '@/features/schedules/calendar/day-list'
import { entriesByDay } from '@/features/schedules/calendar/entries'
import { EntryList } from '@/features/schedules/calendar/entry-list'
import { Legend } from '@/features/schedules/calendar/entry-mark'
import { MonthGrid } from '@/features/schedules/calendar/month-grid'
import { useCalendarAddress, type CalendarView } from '@/features/schedules/calendar/use-calendar-address'
import { WeekColumns } from '@/features/schedules/calendar/week-columns'
import { calendarQuery } from '@/features/schedules/queries/calendar'
import { useSchedules } from '@/features/schedules/queries/schedules'
import { describeError } from '@/lib/errors'
import { useJobsTabs } from '@/lib/jobs-tabs'
import { usePageTitle } from '@/lib/page-title'
import { paths } from '@/lib/paths'
import { useOrganizationId } from '@/lib/session'
import { useShortcut } from '@/lib/shortcuts'
import { useMediaQuery } from '@/lib/use-media-query'
import { browserTimeZone, zoneLabel } from '@/lib/zoned-time'
import { Button } from '@/ui/button'
import { Drawer } from '@/ui/drawer'
import { ErrorState } from '@/ui/error-state'
import { IconButton } from '@/ui/icon-button'
import { LinkTabs } from '@/ui/link-tabs'
import { PageHeader } from '@/ui/page-header'
import { SegmentedControl } from '@/ui/segmented-control'
import { Select } from '@/ui/select'
import { useNow } from '@/ui/use-now'

const VIEWS = [
  { value: 'month', label: 'Month' },
  { value: 'week', label: 'Week' },
  { value: 'list', label: 'List' },
] as const

const MINUTE_MS = 60_000

export function Component() {
  usePageTitle({ label: 'Jobs', href: paths.jobs.getHref() }, 'Calendar')
  const [address, change] = useCalendarAddress()
  const { timeZone } = address
  // A grid needs room for seven days.
  const wide = useMediaQuery('(min-width: 768px)')
  const view: CalendarView = wide ? address.view : 'list'
  const now = Math.floor(useNow() / MINUTE_MS) * MINUTE_MS
  const today = dayOf(now, timeZone)
  const cursor = address.at ?? today

  const days = useMemo(() => (view === 'month' ? monthGrid(cursor) : view === 'week' ? weekOf(cursor) : daysOfMonth(cursor)), [view, cursor])
  const range = rangeOf(days, timeZone)
  const { data: schedules, error: schedulesError, refetch: refetchSchedules } = useSchedules()
  const { data, error, refetch, isFetching } = useQuery({ ...calendarQuery(useOrganizationId(), range.from, range.to, timeZone), placeholderData: (before) => before })
  const [firstDay = '', lastDay = ''] = [days[0], days.at(-1)]
  const entries = useMemo(
    () => entriesByDay({ days, timeZone, now, schedules: schedules ?? [], data }),
    // The days are told by their ends: a step within the same month must not reckon everything anew.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [firstDay, lastDay, timeZone, now, schedules, data],
  )
  const failure = error ?? schedulesError
  const loading = data === undefined || schedules === undefined

  const step = (by: 1 | -1) => change({ at: view === 'week' ? addDays(cursor, by * 7) : addMonths(cursor, by), day: null })
  useShortcut('t', 'Today', () => change({ at: null }))
  useShortcut('[', view === 'week' ? 'Week before' : 'Month before', () => step(-1))
  useShortcut(']', view === 'week' ? 'Next week' : 'Next month', () => step(1))
  useShortcut('m', 'Month', () => change({ view: 'month' }), { enabled: wide })
  useShortcut('w', 'Week', () => change({ view: 'week' }), { enabled: wide })
  useShortcut('l', 'List', () => change({ view: 'list' }), { enabled: wide })

  const zones = useMemo(
    () =>
      [...new Set([browserTimeZone(), ...(schedules ?? []).map((schedule) => schedule.timeZone), 'UTC', timeZone])].map((zone) => ({
        value: zone,
        label: `${zoneLabel(zone)}${zone === browserTimeZone() ? ', yours' : ''}`,
      })),
    [schedules, timeZone],
  )
  const title = view === 'week' ? weekWords(cursor) : monthWords(cursor)

  return (
    <>
      <PageHeader
        title={title}
        sub="What has run, what will, and when content goes out or comes off."
        actions={
          <>
            <div className="flex items-center gap-1 max-sm:-ml-2">
              <IconButton label={view === 'week' ? 'Week before' : 'Month before'} icon={<CaretLeftIcon aria-hidden />} onClick={() => step(-1)} />
              <Button onClick={() => change({ at: null })}>Today</Button>
              <IconButton label={view === 'week' ? 'Next week' : 'Next month'} icon={<CaretRightIcon aria-hidden />} onClick={() => step(1)} />
            </div>
            {wide && <SegmentedControl aria-label="View" value={address.view} segments={VIEWS} onValueChange={(next) => change({ view: next })} />}
            <div className="w-48">
              <Select aria-label="Time zone" value={timeZone} options={zones} onValueChange={(zone) => change({ timeZone: zone })} />
            </div>
          </>
        }
      />
      <LinkTabs aria-label="Jobs" tabs={useJobsTabs()} />
      {failure !== null && loading ? (
        <div className="rounded-lg border border-line bg-panel">
          <ErrorState
            {...describeError(failure)}
            retrying={isFetching}
            onRetry={() => {
              void refetch()
              void refetchSchedules()
            }}
          />
        </div>
      ) : view === 'month' ? (
        <MonthGrid label={title} days={days} entries={entries} today={today} cursor={cursor} onCursor={(at) => change({ at })} onOpen={(day) => change({ at: day, day })} loading={loading} />
      ) : view === 'week' ? (
        <WeekColumns days={days} entries={entries} today={today} loading={loading} />
      ) : (
        <DayList days={days} entries={entries} today={today} loading={loading} />
      )}
      <Legend />
      <DayDrawer day={address.day} entries={entries} onClose={() => change({ day: null })} />
    </>
  )
}

function rangeOf(days: readonly Day[], timeZone: string): { from: number; to: number } {
  const [first = ''] = days
  return { from: startOfDay(first, timeZone), to: startOfDay(addDays(days.at(-1) ?? first, 1), timeZone) }
}

/** Everything of one day, with its links. */
function DayDrawer({ day, entries, onClose }: { day: Day | null; entries: ReturnType<typeof entriesByDay>; onClose: () => void }) {
  // The day stays while the drawer slides out.
  const [shown, setShown] = useState(day)
  if (day !== null && day !== shown) setShown(day)
  if (shown === null) return null
  const of = entries.get(shown) ?? []
  return (
    <Drawer
      open={day !== null}
      onOpenChange={(open) => {
        if (!open) onClose()
      }}
      title={dayWords(shown)}
    >
      {of.length === 0 ? (
        <p className="text-hint text-ink-2">Nothing ran on this day, and nothing is planned for it.</p>
      ) : (
        <EntryList aria-label="Entries" entries={of} className="-mx-1.5 flex flex-col gap-0.5" />
      )}
    </Drawer>
  )
}
