import { expect, it } from 'vitest'
import type { DueSchedule } from './database.ts'
import { runDueSchedules } from './schedules.ts'

const now = Date.parse('2026-11-21T08:20:07.123Z')
const schedule = (id: string, changes: Partial<DueSchedule> = {}): DueSchedule => ({
  id, kind: 'publish', cron: '0 * * * *', timeZone: 'UTC', nextRunAt: '2026-11-21 08:00:00+00', ...changes,
})

/** Answers like SQL: ran when there was a time that had come and no problem. */
async function run(due: DueSchedule[], failing: string[] = []) {
  const calls: unknown[][] = []
  const logged: string[] = []
  const report = await runDueSchedules({
    database: {
      dueSchedules: () => Promise.resolve(due),
      runSchedule: (...given) => {
        calls.push(given)
        const [id, seen, , problem] = given
        if (failing.includes(id)) return Promise.reject(new Error('deadlock detected'))
        const ran = seen !== null && problem === null
        return Promise.resolve({ ran, jobId: ran && !id.startsWith('idle') ? `job of ${id}` : null })
      },
    },
    log: (_, message) => logged.push(message),
    nowMs: () => now,
  })
  return { calls, report, logged }
}

it('runs what is due and plans the time after now, however many were missed', async () => {
  const { calls, report } = await run([schedule('a'), schedule('b', { nextRunAt: '2026-11-19 03:00:00+00', cron: '30 9 * * *', timeZone: 'Europe/Berlin' })])
  expect(calls).toEqual([
    ['a', '2026-11-21 08:00:00+00', '2026-11-21T09:00:00.000Z', null],
    ['b', '2026-11-19 03:00:00+00', '2026-11-21T08:30:00.000Z', null],
  ])
  expect(report).toEqual({ ran: 2, jobs: ['job of a', 'job of b'] })
})

it('only plans what has no time yet, and counts no job where there was nothing to do', async () => {
  const { calls, report } = await run([schedule('new', { nextRunAt: null }), schedule('idle')])
  expect(calls[0]).toEqual(['new', null, '2026-11-21T09:00:00.000Z', null])
  expect(report).toEqual({ ran: 1, jobs: [] })
})

it('keeps the reason why one cannot be planned, in words', async () => {
  const { calls, report } = await run([schedule('odd', { cron: '0 25 * * *' }), schedule('feb', { cron: '0 0 31 2 *', nextRunAt: null })])
  expect(calls).toEqual([
    ['odd', '2026-11-21 08:00:00+00', null, expect.stringContaining('the hour "25" is not understood')],
    ['feb', null, null, '"0 0 31 2 *" names a day that never comes'],
  ])
  expect(report).toEqual({ ran: 0, jobs: [] })
})

it('one that fails holds back none of the others', async () => {
  const { report, logged } = await run([schedule('a'), schedule('bad'), schedule('c')], ['bad'])
  expect(report.jobs).toEqual(['job of a', 'job of c'])
  expect(logged).toEqual(['a schedule could not be run'])
})
