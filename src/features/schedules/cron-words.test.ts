import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromCron, toCron, WEEKDAYS } from '@/features/schedules/cron-words'

describe('an expression', () => {
  it.each(['', '15 * * * *', '*/15 * * * *', '0 9 1 * *', '0 9 * 6 *', '0 9 * * 1,3', '0 24 * * *', '60 9 * * *', '0 9 * * 8', '0 0 9 * * *', '@hourly', '0 9 * * MON'])(
    '%j that is no named rhythm is custom',
    (cron) => expect(fromCron(cron).rhythm).toBe('custom'),
  )
})

describe('a timing', () => {
  const two = (most: number) => fc.integer({ min: 0, max: most }).map((n) => String(n).padStart(2, '0'))
  const time = fc.tuple(two(23), two(59)).map(([hour, minute]) => `${hour}:${minute}`)

  it('comes back from its expression as it went', () => {
    fc.assert(
      fc.property(fc.constantFrom('daily', 'weekdays', 'weekly'), time, fc.constantFrom(...WEEKDAYS.map(({ value }) => value)), (rhythm, at, weekday) => {
        const back = fromCron(toCron({ rhythm, time: at, weekday, cron: '' }))
        expect(back).toMatchObject({ rhythm, time: at, ...(rhythm === 'weekly' ? { weekday } : {}) })
      }),
    )
    expect(fromCron(toCron({ rhythm: 'hourly', time: '', weekday: '1', cron: '' })).rhythm).toBe('hourly')
  })

  it('that is custom keeps its words, with single spaces', () => {
    expect(toCron({ rhythm: 'custom', time: '09:00', weekday: '1', cron: ' */15  8-18 * * 1-5 ' })).toBe('*/15 8-18 * * 1-5')
  })

  it('without a time has no expression', () => {
    expect(toCron({ rhythm: 'daily', time: '', weekday: '1', cron: '' })).toBe('')
  })
})
