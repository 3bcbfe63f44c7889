import { describe, expect, it } from 'vitest'
import type { CalendarData } from '@/features/schedules/queries/calendar'
import { monthGrid } from './days.ts'
import { entriesByDay, summaryOf } from './entries.ts'

const now = Date.parse('2026-11-21T12:00:00Z')
const days = monthGrid('2026-11-21')
const schedule = (cron: string, more: object = {}) => ({ id: 's', name: 'Nightly', cron, timeZone: 'UTC', enabled: true, problem: '', kind: 'publish' as const, ...more })
const nothing: CalendarData = { runs: [], quiet: [], windows: [] }
const entries = (cron: string, more: object = {}, timeZone = 'UTC') => entriesByDay({ days, timeZone, now, schedules: [schedule(cron, more)], data: nothing })

describe('planned runs', () => {
  it('stand on the days to come, and not on those that are over', () => {
    const found = entries('0 3 * * *')
    expect(found.get('2026-11-21')).toEqual([])
    expect(found.get('2026-11-22')).toMatchObject([{ mark: 'planned', time: '03:00', label: 'Nightly', to: { what: 'schedule', id: 's' } }])
    expect(found.get('2026-12-06')).toHaveLength(1)
  })

  it('stand on the day and at the time of the zone that is looked at', () => {
    expect(entries('30 23 * * *', {}, 'Asia/Tokyo').get('2026-11-23')).toMatchObject([{ time: '08:30' }])
  })

  it('of many a day are one line, at the first of that day', () => {
    expect(entries('*/15 8-17 * * 1-5').get('2026-11-23')).toMatchObject([{ mark: 'often', time: '08:00', detail: 'Every 15 minutes from 08:00 to 17:59, weekdays' }])
    expect(entries('*/15 8-17 * * 1-5').get('2026-11-22')).toEqual([])
    expect(entries('* * * * *').get('2026-11-30')).toHaveLength(1)
  })

  it('are none of what is off or cannot be planned', () => {
    expect(entries('0 3 * * *', { enabled: false }).get('2026-11-22')).toEqual([])
    expect(entries('0 3 * * *', { problem: 'no zone' }).get('2026-11-22')).toEqual([])
  })
})

describe('what was and what opens', () => {
  const data: CalendarData = {
    runs: [
      {
        day: '2026-11-20', schedule_id: 's', trigger: 'schedule', total: 1, success: 1, partial: 0, failed: 0, cancelled: 0,
        first_at: '2026-11-20T03:00:00Z', last_at: '2026-11-20T03:00:00Z', jobs: [{ id: 'j', number: 7, status: 'success', at: '2026-11-20T03:00:00Z' }],
      },
      {
        day: '2026-11-19', schedule_id: null, trigger: 'manual', total: 40, success: 38, partial: 1, failed: 1, cancelled: 0,
        first_at: '2026-11-19T08:00:00Z', last_at: '2026-11-19T09:00:00Z', jobs: [],
      },
    ],
    quiet: [{ day: '2026-11-18', schedule_id: 's', total: 3, last_at: '2026-11-18T03:00:00Z', outcome: 'nothing to do' }],
    windows: [
      { item_id: 'i', title: 'Fall sale', status: 'published', opens: true, at: '2026-11-24T09:00:00Z' },
      { item_id: 'k', title: 'Old sale', status: 'draft', opens: false, at: '2026-11-24T08:00:00Z' },
    ],
  }
  const found = entriesByDay({ days, timeZone: 'UTC', now, schedules: [schedule('0 3 * * *')], data })

  it('names single runs and counts many', () => {
    expect(found.get('2026-11-20')).toMatchObject([{ mark: 'success', label: 'Nightly', detail: 'run 7, success', to: { what: 'job', id: 'j' } }])
    expect(found.get('2026-11-19')).toMatchObject([{ mark: 'failed', label: 'Run Sync', detail: '40 runs, 1 failed, 1 partial', to: { what: 'jobs', id: '2026-11-19' } }])
    expect(found.get('2026-11-18')).toMatchObject([{ mark: 'quiet', detail: '3 times nothing to send' }])
  })

  it('stands in the order of its times', () => {
    expect(found.get('2026-11-24')?.map(({ time, label, detail }) => [time, label, detail])).toEqual([
      ['03:00', 'Nightly', undefined],
      ['08:00', 'Old sale', 'comes off, still a draft'],
      ['09:00', 'Fall sale', 'goes out'],
    ])
    expect(summaryOf(found.get('2026-11-24') ?? [])).toBe('1 planned run, 2 publishing times')
    expect(summaryOf([])).toBe('nothing')
  })
})
