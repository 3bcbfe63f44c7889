import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { describeCron } from './describe-cron.ts'
import { parseWhen } from './parse-when.ts'

describe('describeCron', () => {
  it.each([
    ['0 * * * *', 'Every hour'],
    ['15 * * * *', 'Every hour at minute 15'],
    ['* * * * *', 'Every minute'],
    ['*/15 * * * *', 'Every 15 minutes'],
    ['*/15 8-18 * * 1-5', 'Every 15 minutes from 08:00 to 18:59, weekdays'],
    ['0 8-18 * * *', 'Every hour from 08:00 to 18:00'],
    ['0 */2 * * *', 'Every 2 hours'],
    ['5 */2 * * *', 'Every 2 hours at minute 5'],
    ['0 8-18/4 * * *', 'Every 4 hours from 08:00 to 16:00'],
    ['5,20 * * * *', 'Every hour at minutes 5 and 20'],
    ['0 9 * * *', 'Every day at 09:00'],
    ['5 0 * * *', 'Every day at 00:05'],
    ['0 9,17 * * 1-5', 'Weekdays at 09:00 and 17:00'],
    ['0 8 * * 0', 'Sundays at 08:00'],
    ['0 8 * * 7', 'Sundays at 08:00'],
    ['0 9 * * MON', 'Mondays at 09:00'],
    ['0 9 * * 1,4', 'Mondays and Thursdays at 09:00'],
    ['0 9 * * 2-4', 'Tuesday to Thursday at 09:00'],
    ['0 9 * * 6,0', 'Saturdays and Sundays at 09:00'],
    ['0 6 1 * *', 'The 1st of each month at 06:00'],
    ['0 6 1,15 * *', 'The 1st and 15th of each month at 06:00'],
    ['0 6 L * *', 'The last day of each month at 06:00'],
    ['0 6 15,L * *', 'The 15th and last day of each month at 06:00'],
    ['0 6 24 12 *', 'Every 24 December at 06:00'],
    ['0 6 1 1,7 *', 'The 1st of each month at 06:00, in January and July'],
    ['0 6 1 */3 *', 'The 1st of each month at 06:00, every 3rd month'],
    ['0 9 * 6 *', 'Every day at 09:00, in June'],
    ['0 9 * * 1#1', 'The first Monday of each month at 09:00'],
    ['0 9 * * 5L', 'The last Friday of each month at 09:00'],
    ['0 9 * * FRI#L', 'The last Friday of each month at 09:00'],
    ['0 9 1 * 1', 'The 1st of each month or Mondays at 09:00'],
    ['0 9 */2 * *', 'Every 2nd day of the month at 09:00'],
    ['  0   9  * * *', 'Every day at 09:00'],
  ])('%s is "%s"', (cron, words) => expect(describeCron(cron)).toBe(words))

  it.each(['', '0 24 * * *', '60 9 * * *', '0 9 * * 8', '0 0 9 * * *', '@hourly', '0 9 W * *', 'a b c d e'])('%j is not put into words', (cron) => expect(describeCron(cron)).toBeNull())

  it('says a time in words that are understood again as that time', () => {
    const minute = fc.integer({ min: 0, max: 59 })
    const hour = fc.integer({ min: 0, max: 23 })
    const weekday = fc.constantFrom('*', '1-5', '0', '1', '3', '6', '1,4', '2-4', '1#1', '3#2', '5L')
    const fixed = fc.tuple(minute, hour, weekday).map(([m, h, d]) => `${m} ${h} * * ${d}`)
    const monthly = fc.tuple(minute, hour, fc.integer({ min: 1, max: 28 })).map(([m, h, d]) => `${m} ${h} ${d} * *`)
    const often = fc.tuple(fc.constantFrom('*/5', '*/15', '*/30', '0', '20'), fc.constantFrom('*'), fc.constantFrom('*', '1-5', '6')).map(([m, h, d]) => `${m} ${h} * * ${d}`)
    fc.assert(
      fc.property(fc.oneof(fixed, monthly, often), (cron) => {
        const words = describeCron(cron) ?? ''
        expect(parseWhen(words), words).toMatchObject({ ok: true, cron, ignored: [] })
      }),
    )
  })
})
