import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nextRuns } from '@core/schedule'
import { describeCron } from './describe-cron.ts'
import { parseWhen } from './parse-when.ts'

const cronOf = (text: string): string => {
  const when = parseWhen(text)
  return when.ok ? `${when.cron}${when.timeZone === null ? '' : ` ${when.timeZone}`}` : `refused: ${when.problem}`
}

describe('parseWhen', () => {
  it.each([
    ['every weekday at 9:00 in Chicago', '0 9 * * 1-5 America/Chicago'],
    ['hourly', '0 * * * *'],
    ['every monday and thursday at 18:30 Europe/Berlin', '30 18 * * 1,4 Europe/Berlin'],
    ['on the 1st of each month at 06:00', '0 6 1 * *'],
    ['Every day at 9am', '0 9 * * *'],
    ['daily at 9:30 pm, New York time', '30 21 * * * America/New_York'],
    ['weekdays at noon', '0 12 * * 1-5'],
    ['every night at midnight', '0 0 * * *'],
    ['every 15 minutes', '*/15 * * * *'],
    ['every 15 minutes from 8 to 18 on weekdays in Munich', '*/15 8-17 * * 1-5 Europe/Berlin'],
    ['every half hour between 9:00 and 17:00', '*/30 9-16 * * *'],
    ['every 2 hours', '0 */2 * * *'],
    ['every two hours from 8 to 18', '0 8-18/2 * * *'],
    ['every other hour', '0 */2 * * *'],
    ['every hour at minute 5', '5 * * * *'],
    ['hourly at :20', '20 * * * *'],
    ['10 minutes past every hour', '10 * * * *'],
    ['every minute', '* * * * *'],
    ['every hour from 8:00 to 18:00, mon-fri', '0 8-18 * * 1-5'],
    ['hourly during office hours in London', '0 9-17 * * 1-5 Europe/London'],
    ['at 9 and 17', '0 9,17 * * *'],
    ['at 9:00 and 17:00 on weekdays', '0 9,17 * * 1-5'],
    ['at 9:00, 12:30', 'refused: One schedule cannot run at 09:00 and 12:30: the minutes differ. Make a schedule for each.'],
    ['tuesdays, thursdays & saturdays at 7.15', '15 7 * * 2,4,6'],
    ['monday through friday at 8 am PST', '0 8 * * 1-5 America/Los_Angeles'],
    ['fri to mon at 10:00', '0 10 * * 0,1,5,6'],
    ['every weekend at 10', '0 10 * * 0,6'],
    ['every day except sunday at 6:00', '0 6 * * 1-6'],
    ['every day at 6:00 but not on weekends', '0 6 * * 1-5'],
    ['every morning', '0 9 * * *'],
    ['every monday at 9 in the morning', '0 9 * * 1'],
    ['every monday at 9 in the evening in Tokyo', '0 21 * * 1 Asia/Tokyo'],
    ['weekly on friday at 16:00', '0 16 * * 5'],
    ['weekly', '0 9 * * 1'],
    ['monthly', '0 9 1 * *'],
    ['on the 1st and 15th of every month at 6', '0 6 1,15 * *'],
    ['on the last day of the month at 23:00', '0 23 L * *'],
    ['on the 15th and the last day of each month at 8:00', '0 8 15,L * *'],
    ['first monday of the month at 9:00', '0 9 * * 1#1'],
    ['on the last friday of each month at 17:00 in Rio de Janeiro', '0 17 * * 5L America/Sao_Paulo'],
    ['the 2nd tuesday of every month at 8:00', '0 8 * * 2#2'],
    ['every 24 december at 6:00', '0 6 24 12 *'],
    ['december 24 at 6:00', '0 6 24 12 *'],
    ['on the 1st of january and july at 6:00', '0 6 1 1,7 *'],
    ['quarterly at 5:00', '0 5 1 1,4,7,10 *'],
    ['every 3 months on the 5th at 7:00', '0 7 5 1,4,7,10 *'],
    ['every day at 18h30 in Paris', '30 18 * * * Europe/Paris'],
    ["every day at 9 o'clock in Kolkata", '0 9 * * * Asia/Calcutta'],
    ['every day at 9:00 UTC', '0 9 * * * UTC'],
    ['half past 9 every day', '30 9 * * *'],
    ['run a sync each weekday at 07:45 in Ho Chi Minh City', '45 7 * * 1-5 Asia/Saigon'],
    ['every weekday 9:00 Europe/Kyiv', '0 9 * * 1-5 Europe/Kiev'],
    ['12 am daily', '0 0 * * *'],
    ['12 pm daily', '0 12 * * *'],
  ])('%s: %s', (text, expected) => expect(cronOf(text)).toBe(expected))

  it.each([
    ['every 7 minutes', /does not come out even within an hour/],
    ['every 5 hours', /does not come out even within a day/],
    ['every 3 days', /cannot be scheduled/],
    ['every two weeks', /cannot be scheduled/],
    ['hourly at 9:00', /Both every hour and at 09:00/],
    ['every day at 9:00 in Canada', /Canada has several time zones. Name a city, such as "in Toronto"/],
    ['every day at 9:00 in the USA', /USA has several time zones/],
    ['at 9:00 in Berlin and in Tokyo', /Two time zones/],
    ['every hour from 18 to 8', /the end is before the start/],
    ['on the 31st of february', /February has no 31st/],
    ['mondays and the 1st at 9:00', /together would run on both/],
    ['', /Say how often/],
    ['whenever it suits', /Say how often/],
    ['every day except weekdays and weekends', /none remains/],
  ])('%s is refused, with the reason', (text, problem) => {
    const when = parseWhen(text)
    expect(when).toMatchObject({ ok: false })
    expect(when.ok ? '' : when.problem).toMatch(problem)
  })

  it('says what it takes for granted', () => {
    expect(parseWhen('every monday')).toMatchObject({ ok: true, cron: '0 9 * * 1', assumed: ['No time was said: at 09:00.'] })
    expect(parseWhen('on the 31st at 6:00')).toMatchObject({ assumed: [expect.stringContaining('Months without a 31st')] })
    expect(parseWhen('every 15 minutes from 8 to 18')).toMatchObject({ assumed: ['The last run of a day is at 17:45.'] })
  })

  it('says which words it passed over', () => {
    expect(parseWhen('every weekday at 9:00 in Springfield sharp')).toMatchObject({ ok: true, cron: '0 9 * * 1-5', timeZone: null, ignored: ['springfield', 'sharp'] })
    expect(parseWhen('every weekday at 9:00 in Chicago').ok && parseWhen('every weekday at 9:00 in Chicago')).toMatchObject({ ignored: [] })
  })

  it('gives nothing that the engine would refuse, whatever is typed', () => {
    const words = fc.constantFrom(
      ...'every each at in on the and of to from hourly daily weekly monthly 9 9:00 18:30 24 0 5pm 12am noon monday fri weekdays weekend 1st 15th 31st last first day month minutes hours 15 2 january feb chicago utc berlin except between half past office , morning night'.split(' '),
    )
    fc.assert(
      fc.property(fc.array(words, { maxLength: 12 }), (typed) => {
        const when = parseWhen(typed.join(' '))
        if (!when.ok) return
        const runs = nextRuns(when.cron, when.timeZone ?? 'UTC', Date.UTC(2026, 0, 1), 1)
        expect(runs, `${typed.join(' ')} -> ${when.cron}`).toMatchObject({ ok: true })
        expect(describeCron(when.cron), `${typed.join(' ')} -> ${when.cron}`).not.toBeNull()
      }),
      { numRuns: 3000 },
    )
  })
})
