import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nextRun, nextRuns } from './schedule.ts'

const at = (iso: string) => Date.parse(iso)

function runs(cron: string, timeZone: string, after: string, count: number): string[] {
  const found = nextRuns(cron, timeZone, at(after), count)
  if (!found.ok) throw new Error(found.error.message)
  return found.value.map((ms) => new Date(ms).toISOString().slice(0, 16))
}

function fault(cron: string, timeZone = 'UTC') {
  const found = nextRun(cron, timeZone, at('2026-11-21T08:00:00Z'))
  if (found.ok) throw new Error(`it was understood: ${new Date(found.value).toISOString()}`)
  return found.error
}

describe('when the clocks change, in Europe/Berlin', () => {
  it('02:30 runs once on the day on which there is none, at the first time that there is', () => {
    expect(runs('30 2 * * *', 'Europe/Berlin', '2026-03-28T00:00Z', 3)).toEqual(['2026-03-28T01:30', '2026-03-29T01:00', '2026-03-30T00:30'])
    expect(runs('30 2 * * *', 'Europe/Berlin', '2026-03-29T01:00Z', 1)).toEqual(['2026-03-30T00:30'])
  })

  it('02:30 runs once on the day on which there are two, at the first', () => {
    expect(runs('30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00Z', 2)).toEqual(['2026-10-25T00:30', '2026-10-26T01:30'])
    // Asked between the two, and at the second: it has run already.
    expect(runs('30 2 * * *', 'Europe/Berlin', '2026-10-25T00:30Z', 1)).toEqual(['2026-10-26T01:30'])
    expect(runs('30 2 * * *', 'Europe/Berlin', '2026-10-25T01:15Z', 1)).toEqual(['2026-10-26T01:30'])
    expect(runs('30 2,14 * * *', 'Europe/Berlin', '2026-10-24T13:00Z', 3)).toEqual(['2026-10-25T00:30', '2026-10-25T13:30', '2026-10-26T01:30'])
  })

  it.each(['2026-03-28T22:30Z', '2026-10-24T21:30Z'])('hourly goes through it by the hours that pass (%s)', (start) => {
    const after = at(start)
    const found = nextRuns('0 * * * *', 'Europe/Berlin', after, 8)
    expect(found).toEqual({ ok: true, value: Array.from({ length: 8 }, (_, n) => after + 1_800_000 + n * 3_600_000) })
  })
})

describe('nextRuns', () => {
  it('is in the schedule\u2019s zone', () => {
    expect(runs('0 9 * * 1-5', 'Europe/Berlin', '2026-11-20T12:00Z', 2)).toEqual(['2026-11-23T08:00', '2026-11-24T08:00'])
    expect(runs('0 9 * * MON-FRI', 'America/New_York', '2026-11-20T15:00Z', 1)).toEqual(['2026-11-23T14:00'])
    expect(runs('  */15   9 * * *  ', 'Asia/Kathmandu', '2026-11-20T00:00Z', 2)).toEqual(['2026-11-20T03:15', '2026-11-20T03:30'])
    expect(runs('0 0 29 2 *', 'UTC', '2026-11-20T00:00Z', 2)).toEqual(['2028-02-29T00:00', '2032-02-29T00:00'])
    expect(runs('0 6 L * *', 'UTC', '2027-02-01T00:00Z', 1)).toEqual(['2027-02-28T06:00'])
  })

  it('is after the moment, not at it: what is due now has its turn now and is not planned again', () => {
    expect(runs('0 * * * *', 'UTC', '2026-11-21T08:00:00.000Z', 1)).toEqual(['2026-11-21T09:00'])
    expect(runs('0 * * * *', 'UTC', '2026-11-21T07:59:59.999Z', 1)).toEqual(['2026-11-21T08:00'])
    expect(runs('0 * * * *', 'UTC', '2026-11-21T08:00:00.001Z', 1)).toEqual(['2026-11-21T09:00'])
  })

  it('of none is an empty list', () => {
    expect(nextRuns('0 * * * *', 'UTC', 0, 0)).toEqual({ ok: true, value: [] })
  })
})

describe('what cannot be planned', () => {
  it.each([
    ['', 'there is no cron expression; it has five fields'],
    ['   ', 'there is no cron expression'],
    ['* * * *', '"* * * *" has 4 fields; five are expected: minute, hour, day of the month, month, day of the week'],
    ['0 0 9 * * *', '"0 0 9 * * *" has 6 fields; five are expected: minute, hour, day of the month, month, day of the week; seconds and years are not among them'],
    ['@hourly', '"@hourly" has 1 field; five are expected'],
    ['2026-11-21T08:00:00Z', 'has 1 field; five are expected'],
    ['60 * * * *', 'the minute "60" is not understood; expected 0 to 59, a list (1,2), a range (1-5), a step (*/2) or *'],
    ['0 24 * * *', 'the hour "24" is not understood; expected 0 to 23'],
    ['0 9 0 * *', 'the day of the month "0" is not understood; expected 1 to 31'],
    ['0 9 * FOO *', 'the month "FOO" is not understood; expected 1 to 12, or JAN to DEC'],
    ['0 9 * * 8', 'the day of the week "8" is not understood; expected 0 to 7 (0 and 7 are Sunday), or SUN to SAT'],
    ['*/0 * * * *', 'the minute "*/0" is not understood'],
    ['0 17-9 * * *', 'the hour "17-9" is not understood'],
    ['0 0 31 2 *', '"0 0 31 2 *" names a day that never comes'],
    [`0 ${'1,'.repeat(60)}1 * * *`, 'the cron expression is longer than 120 characters'],
  ])('%j: says what is wrong and what is expected', (cron, message) => {
    expect(fault(cron)).toMatchObject({ where: 'cron', message: expect.stringContaining(message) as string })
  })

  it.each(['', ' ', 'Mars/Olympus', '+02:00', 'UTC+1', ' Europe/Berlin', 'Berlin'])('the zone %j', (zone) => {
    expect(fault('0 9 * * *', zone)).toMatchObject({
      where: 'time_zone',
      message: expect.stringContaining('expected a name of the IANA list, such as Europe/Berlin or UTC') as string,
    })
  })

  it('is said for a list of runs too', () => {
    expect(nextRuns('0 0 31 2 *', 'UTC', 0, 5)).toMatchObject({ ok: false, error: { where: 'cron' } })
    expect(nextRuns('0 9 * * *', 'Nowhere', 0, 5)).toMatchObject({ ok: false, error: { where: 'time_zone' } })
  })
})

const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'America/Santiago', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'Africa/Cairo', 'Asia/Beirut', 'Pacific/Chatham']

describe('by properties', () => {
  it('a fixed time runs on every day of the year once, whatever the zone does to its clocks', () => {
    const time = fc.record({ zone: fc.constantFrom(...zones), hour: fc.integer({ min: 0, max: 23 }), minute: fc.integer({ min: 0, max: 59 }) })
    fc.assert(
      fc.property(time, ({ zone, hour, minute }) => {
        const found = nextRuns(`${minute} ${hour} * * *`, zone, at('2026-01-01T00:00Z'), 366)
        if (!found.ok) throw new Error(found.error.message)
        const day = new Intl.DateTimeFormat('en-CA', { timeZone: zone, dateStyle: 'short' })
        const days = found.value.map((ms) => at(`${day.format(ms)}T00:00Z`) / 86_400_000)
        expect(days).toEqual(days.map((_, n) => (days[0] ?? 0) + n))
      }),
      { numRuns: 40 },
    )
  })

  it('from any moment: later than it, and the same from every moment until then', () => {
    const cron = fc.constantFrom('0 * * * *', '*/7 * * * *', '30 2 * * *', '15 1-4 * * *', '0 0 1 * *', '5 */6 * * 1-5')
    const moment = fc.integer({ min: at('2026-01-01T00:00Z'), max: at('2027-12-31T00:00Z') })
    fc.assert(
      fc.property(cron, fc.constantFrom(...zones), moment, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (text, zone, after, part) => {
        const found = nextRun(text, zone, after)
        if (!found.ok) throw new Error(found.error.message)
        expect(found.value).toBeGreaterThan(after)
        const between = Math.min(Math.floor(after + (found.value - after) * part), found.value - 1)
        expect(nextRun(text, zone, between)).toEqual(found)
        // The list is what one gets by asking again and again.
        const list = nextRuns(text, zone, after, 3)
        const second = nextRun(text, zone, found.value)
        expect(list.ok && second.ok && list.value[1] === second.value).toBe(true)
      }),
      { numRuns: 100 },
    )
  })

  it('never throws, whatever is typed', () => {
    const part = fc.oneof(fc.stringMatching(/^[0-9*,/\-LW#?A-Z]{0,6}$/), fc.string({ maxLength: 4 }))
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.array(part, { minLength: 5, maxLength: 5 }).map((parts) => parts.join(' '))), fc.oneof(fc.string(), fc.constant('UTC')), (cron, zone) => {
        const found = nextRun(cron, zone, at('2026-11-21T08:00:00Z'))
        if (!found.ok) expect(found.error.message).not.toBe('')
      }),
      { numRuns: 400 },
    )
  })
})
