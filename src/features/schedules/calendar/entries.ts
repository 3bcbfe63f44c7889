import { dayOf, startOfDay, timeOf, addDays, type Day } from '@/features/schedules/calendar/days'
import { describeCron } from '@/features/schedules/language/describe-cron'
import type { CalendarData, DayRuns } from '@/features/schedules/queries/calendar'
import type { Schedule } from '@/features/schedules/queries/schedules'
import { upcoming } from '@/features/schedules/upcoming'
import { count } from '@/lib/format'

/** How an entry looks: a status of a run, or what is yet to come. */
export type Mark = 'planned' | 'often' | 'opens' | 'closes' | 'success' | 'partial' | 'failed' | 'cancelled' | 'running' | 'quiet' | 'drifted'

export interface Entry {
  key: string
  mark: Mark
  /** "09:00"; empty for what fills the day. Of that zone. */
  time: string
  label: string
  /** What else there is to say: "4 runs, 1 failed". */
  detail?: string
  /** Where it leads. */
  to: { what: 'schedule' | 'job' | 'item' | 'jobs'; id: string }
}

/** From this many runs a day on, a schedule is one line instead of many. */
const OFTEN = 5

interface Ground {
  days: readonly Day[]
  timeZone: string
  now: number
  schedules: readonly Pick<Schedule, 'id' | 'name' | 'cron' | 'timeZone' | 'enabled' | 'problem' | 'kind'>[]
  data: CalendarData | undefined
}

/** What stands on each day: what has run, what will, and what of the content goes out or comes off. Each day in the order of its times. */
export function entriesByDay({ days, timeZone, now, schedules, data }: Ground): Map<Day, Entry[]> {
  const byDay = new Map<Day, Entry[]>(days.map((day) => [day, []]))
  const add = (day: Day, entry: Entry) => byDay.get(day)?.push(entry)
  const nameOf = new Map(schedules.map(({ id, name }) => [id, name]))

  for (const runs of data?.runs ?? []) {
    for (const entry of pastEntries(runs, nameOf, timeZone)) add(runs.day, entry)
  }
  for (const { day, schedule_id, total, last_at, outcome } of data?.quiet ?? []) {
    const checked = /drifted$/.test(outcome)
    add(day, {
      key: `quiet-${schedule_id}`,
      mark: checked ? (outcome.startsWith('0 ') ? 'success' : 'drifted') : outcome === 'nothing to do' ? 'quiet' : 'failed',
      time: timeOf(Date.parse(last_at), timeZone),
      label: nameOf.get(schedule_id) ?? 'A schedule',
      detail: checked || outcome !== 'nothing to do' ? outcome : total === 1 ? 'nothing to send' : `${count('time', total)} nothing to send`,
      to: { what: 'schedule', id: schedule_id },
    })
  }
  for (const { item_id, title, opens, at, status } of data?.windows ?? []) {
    const instant = Date.parse(at)
    const draft = status === 'draft' ? ', still a draft' : ''
    add(dayOf(instant, timeZone), {
      key: `window-${item_id}-${String(opens)}`,
      mark: opens ? 'opens' : 'closes',
      time: timeOf(instant, timeZone),
      label: title,
      detail: `${opens ? (instant > now ? 'goes out' : 'went out') : instant > now ? 'comes off' : 'came off'}${draft}`,
      to: { what: 'item', id: item_id },
    })
  }
  for (const schedule of schedules) {
    if (!schedule.enabled || schedule.problem !== '') continue
    for (const [day, entry] of plannedEntries(schedule, days, timeZone, now)) add(day, entry)
  }
  for (const entries of byDay.values()) entries.sort((a, b) => a.time.localeCompare(b.time) || a.label.localeCompare(b.label))
  return byDay
}

const TRIGGER_WORDS: Readonly<Record<string, string>> = {
  manual: 'Run Sync', api: 'Through the API', replay: 'Replay', rollback: 'Rollback', schedule: 'Publishing time',
}

function pastEntries(runs: DayRuns, nameOf: ReadonlyMap<string, string>, timeZone: string): Entry[] {
  const label = (runs.schedule_id === null ? undefined : nameOf.get(runs.schedule_id)) ?? TRIGGER_WORDS[runs.trigger] ?? runs.trigger
  if (runs.total < OFTEN) {
    return runs.jobs.map(({ id, number, status, at }) => ({
      key: `job-${id}`, mark: markOf(status), time: timeOf(Date.parse(at), timeZone), label, detail: `run ${number}, ${status}`, to: { what: 'job', id },
    }))
  }
  const trouble = [
    ...(runs.failed > 0 ? [`${runs.failed} failed`] : []),
    ...(runs.partial > 0 ? [`${runs.partial} partial`] : []),
    ...(runs.cancelled > 0 ? [`${runs.cancelled} cancelled`] : []),
  ]
  return [
    {
      key: `runs-${runs.schedule_id ?? ''}-${runs.trigger}`,
      mark: runs.failed > 0 ? 'failed' : runs.partial > 0 ? 'partial' : 'success',
      time: timeOf(Date.parse(runs.first_at), timeZone),
      label,
      detail: [count('run', runs.total), ...trouble].join(', '),
      to: runs.schedule_id === null ? { what: 'jobs', id: runs.day } : { what: 'schedule', id: runs.schedule_id },
    },
  ]
}

function markOf(status: string): Mark {
  switch (status) {
    case 'success':
    case 'partial':
    case 'failed':
    case 'cancelled':
      return status
    default:
      return 'running'
  }
}

function plannedEntries(schedule: Ground['schedules'][number], days: readonly Day[], timeZone: string, now: number): [Day, Entry][] {
  const [first] = days
  const last = days.at(-1)
  if (first === undefined || last === undefined) return []
  const from = Math.max(now, startOfDay(first, timeZone) - 1)
  const end = startOfDay(addDays(last, 1), timeZone)
  if (from >= end) return []
  const { id, name, cron, kind } = schedule
  const runsAfter = (after: number, most: number): number[] => {
    const coming = upcoming(cron, schedule.timeZone, after, most)
    return coming.ok ? coming.value.filter((at) => at < end) : []
  }
  const detail = kind === 'drift' ? 'checks drift' : undefined
  const one = (at: number): [Day, Entry] => [
    dayOf(at, timeZone),
    { key: `planned-${id}-${at}`, mark: 'planned', time: timeOf(at, timeZone), label: name, detail, to: { what: 'schedule', id } },
  ]
  const most = days.length * (OFTEN - 1)
  const all = runsAfter(from, most + 1)
  if (all.length <= most && !crowded(all, timeZone)) return all.map(one)
  // Many a day: only whether a day has some, and from when on. Asking for each of them would take seconds for "every minute".
  return days.flatMap((day): [Day, Entry][] => {
    const start = Math.max(from, startOfDay(day, timeZone) - 1)
    const dayEnd = startOfDay(addDays(day, 1), timeZone)
    if (start >= dayEnd) return []
    const some = runsAfter(start, OFTEN).filter((at) => at < dayEnd)
    const [begin] = some
    if (begin === undefined) return []
    if (some.length < OFTEN) return some.map(one)
    return [[day, { key: `often-${id}`, mark: 'often', time: timeOf(begin, timeZone), label: name, detail: describeCron(cron) ?? cron, to: { what: 'schedule', id } }]]
  })
}

function crowded(instants: readonly number[], timeZone: string): boolean {
  const onDay = new Map<Day, number>()
  for (const at of instants) {
    const day = dayOf(at, timeZone)
    const many = (onDay.get(day) ?? 0) + 1
    if (many >= OFTEN) return true
    onDay.set(day, many)
  }
  return false
}

/** "2 planned runs, 1 publishing time": what a day holds, for whoever does not see its marks. */
export function summaryOf(entries: readonly Entry[]): string {
  const past = entries.filter(({ mark }) => !['planned', 'often', 'opens', 'closes'].includes(mark)).length
  const planned = entries.filter(({ mark }) => mark === 'planned' || mark === 'often').length
  const windows = entries.filter(({ mark }) => mark === 'opens' || mark === 'closes').length
  const failed = entries.filter(({ mark }) => mark === 'failed' || mark === 'partial').length
  const words = [
    ...(past > 0 ? [`${count('entry', past, 'entries')} of runs${failed > 0 ? `, ${failed} with failures` : ''}`] : []),
    ...(planned > 0 ? [count('planned run', planned)] : []),
    ...(windows > 0 ? [count('publishing time', windows)] : []),
  ]
  return words.length === 0 ? 'nothing' : words.join(', ')
}
