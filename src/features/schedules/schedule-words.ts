import type { Schedule, ScheduleKind } from '@/features/schedules/queries/schedules'
import { capitalize, count, countInWords } from '@/lib/format'

export const KIND_LABEL: Record<ScheduleKind, string> = { publish: 'Publish', drift: 'Check drift' }

/** "All sites", "3 sites", "No site left" */
export function scopeInWords({ allSites, siteIds }: Pick<Schedule, 'allSites' | 'siteIds'>): string {
  if (allSites) return 'All sites'
  return siteIds.length === 0 ? 'No site left' : count('site', siteIds.length)
}

/** The sentence that opens the page: "Two schedules, one of them off". */
export function schedulesSentence(schedules: readonly Pick<Schedule, 'enabled'>[]): string {
  const off = schedules.filter(({ enabled }) => !enabled).length
  const all = capitalize(countInWords('schedule', schedules.length))
  if (off === 0) return all
  if (off === schedules.length) return `${all}, ${off === 1 ? 'and it is off' : 'all of them off'}`
  return `${all}, ${countInWords('', off, '').trim()} of them off`
}

/** The earliest that comes: null while none is on. */
export function nextOf<Planned extends { at: number }>(planned: readonly Planned[]): Planned | null {
  return planned.reduce<Planned | null>((first, one) => (first === null || one.at < first.at ? one : first), null)
}

export type LastRun =
  | { kind: 'never' }
  /** Nothing was changed since the run before: there is no job. */
  | { kind: 'idle'; at: string }
  | { kind: 'job'; at: string; job: { id: string; number: number; status: string } }
  /** It started something that has no job, or none any more. */
  | { kind: 'started'; at: string }
  | { kind: 'refused'; at: string; reason: string; job: Schedule['lastJob'] }
  /** A check of drift: "1 of 3 sites drifted". */
  | { kind: 'checked'; at: string; result: string; inSync: boolean }

export function lastRunOf(schedule: Pick<Schedule, 'kind' | 'lastRunAt' | 'lastOutcome' | 'lastJob'>): LastRun {
  const { kind, lastRunAt, lastOutcome, lastJob } = schedule
  if (lastRunAt === null) return { kind: 'never' }
  if (kind === 'drift' && /drifted$/.test(lastOutcome)) {
    return { kind: 'checked', at: lastRunAt, result: lastOutcome, inSync: lastOutcome.startsWith('0 ') }
  }
  if (lastOutcome === 'nothing to do') return { kind: 'idle', at: lastRunAt }
  if (lastOutcome === 'started' || lastOutcome === '') {
    return lastJob === null ? { kind: 'started', at: lastRunAt } : { kind: 'job', at: lastRunAt, job: lastJob }
  }
  return { kind: 'refused', at: lastRunAt, reason: lastOutcome, job: lastJob }
}
