import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addDays, addMonths, dayOf, isDay, monthGrid, startOfDay, timeOf, weekdayOf, weekOf, weekWords } from './days.ts'

describe('the first moment of a day', () => {
  it.each([
    ['2026-11-24', 'UTC', '2026-11-24T00:00:00.000Z'],
    ['2026-11-24', 'Europe/Berlin', '2026-11-23T23:00:00.000Z'],
    ['2026-07-01', 'America/New_York', '2026-07-01T04:00:00.000Z'],
    ['2026-03-29', 'Europe/Berlin', '2026-03-28T23:00:00.000Z'],
    ['2026-10-26', 'Europe/Berlin', '2026-10-25T23:00:00.000Z'],
    ['2026-11-24', 'Asia/Kathmandu', '2026-11-23T18:15:00.000Z'],
    // In Santiago the clock is put forward at midnight: that day begins at one.
    ['2026-09-06', 'America/Santiago', '2026-09-06T04:00:00.000Z'],
  ])('%s in %s', (day, zone, expected) => expect(new Date(startOfDay(day, zone)).toISOString()).toBe(expected))

  it('is of that day, and the moment before is of the one before', () => {
    const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'America/Santiago', 'Asia/Kathmandu', 'Pacific/Auckland', 'Pacific/Kiritimati', 'Africa/Cairo')
    const days = fc.integer({ min: 0, max: 3650 }).map((n) => addDays('2020-01-01', n))
    fc.assert(
      fc.property(days, zones, (day, zone) => {
        const start = startOfDay(day, zone)
        expect(dayOf(start, zone)).toBe(day)
        expect(dayOf(start - 1, zone)).toBe(addDays(day, -1))
      }),
    )
  })
})

it('weeks begin with Monday', () => {
  expect(weekdayOf('2026-11-23')).toBe(0)
  expect(weekOf('2026-11-29')).toEqual(['2026-11-23', '2026-11-24', '2026-11-25', '2026-11-26', '2026-11-27', '2026-11-28', '2026-11-29'])
  expect(weekWords('2026-11-24')).toBe('23 to 29 Nov 2026')
  expect(weekWords('2026-12-31')).toBe('28 Dec to 3 Jan 2027')
})

it('a month is shown in whole weeks', () => {
  const november = monthGrid('2026-11-21')
  expect([november[0], november.at(-1), november.length]).toEqual(['2026-10-26', '2026-12-06', 42])
  // February of 2027 begins with a Monday and has four weeks.
  expect(monthGrid('2027-02-10')).toHaveLength(28)
})

it('months are added to what there is of them', () => {
  expect(addMonths('2026-01-31', 1)).toBe('2026-02-28')
  expect(addMonths('2026-01-15', -1)).toBe('2025-12-15')
})

it('only days are days', () => {
  expect(['2026-11-24', '2026-02-30', '2026-13-01', 'today', null, ''].map(isDay)).toEqual([true, false, false, false, false, false])
})

it('a time is that of the wall', () => expect(timeOf(Date.parse('2026-11-24T23:05:00Z'), 'Asia/Tokyo')).toBe('08:05'))
