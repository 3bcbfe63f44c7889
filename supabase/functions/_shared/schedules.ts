import { nextRun } from './core/schedule.ts'
import type { Database, DueSchedule } from './database.ts'
import { errorText, type Log } from './log.ts'

/** Starts what is due by the clock, and plans what comes next. */

export interface ScheduleDependencies {
  database: Pick<Database, 'dueSchedules' | 'runSchedule'>
  log: Log
  nowMs: () => number
}

export interface ScheduleReport {
  /** Due schedules that this tick, and no other, has run. */
  ran: number
  /** Runs that they started; one that finds nothing to do starts none. */
  jobs: string[]
}

export async function runDueSchedules(dependencies: ScheduleDependencies): Promise<ScheduleReport> {
  const { database, log } = dependencies
  const report: ScheduleReport = { ran: 0, jobs: [] }
  // One after the other: each start locks what it reads, and a tick has 10 s.
  for (const schedule of await database.dueSchedules()) {
    try {
      const { ran, jobId } = await runOrPlan(schedule, dependencies)
      if (ran) report.ran++
      if (jobId !== null) report.jobs.push(jobId)
    } catch (error) {
      // One schedule's trouble is not the others': it stays due, and the next tick tries again.
      log('error', 'a schedule could not be run', { schedule: schedule.id, error: errorText(error) })
    }
  }
  return report
}

/** The next time is counted from now and not from the time that was due: ticks that were missed run once, not many times. */
function runOrPlan(
  { id, cron, timeZone, nextRunAt }: DueSchedule,
  { database, nowMs }: ScheduleDependencies,
): Promise<{ ran: boolean; jobId: string | null }> {
  const next = nextRun(cron, timeZone, nowMs())
  return next.ok
    ? database.runSchedule(id, nextRunAt, new Date(next.value).toISOString(), null)
    : database.runSchedule(id, nextRunAt, null, next.error.message)
}
