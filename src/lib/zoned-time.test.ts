import { describe, expect, it } from 'vitest'
import { formatMoment, timeZones, zoneLabel, zoneOffset } from '@/lib/zoned-time'

const NOW = Date.parse('2026-11-21T16:00:00Z')

describe('a planned moment', () => {
  it('is written in its zone, on a clock of 24 hours', () => {
    expect(formatMoment('2026-11-24T00:00:00Z', { timeZone: 'UTC', now: NOW })).toBe('24 Nov, 00:00')
    expect(formatMoment('2026-11-24T00:00:00Z', { timeZone: 'America/New_York', now: NOW })).toBe('23 Nov, 19:00')
    expect(formatMoment('2026-11-24T00:00:00Z', { timeZone: 'UTC', weekday: true, now: NOW })).toBe('Tue 24 Nov, 00:00')
  })
  it('names a year that is not this one, by the calendar of the zone', () => {
    expect(formatMoment('2027-01-01T00:30:00Z', { timeZone: 'UTC', now: NOW })).toBe('1 Jan 2027, 00:30')
    expect(formatMoment('2027-01-01T00:30:00Z', { timeZone: 'America/New_York', now: NOW })).toBe('31 Dec, 19:30')
  })
  it('says nothing about what is no moment', () => {
    expect(formatMoment('soon')).toBe('')
  })
})

describe('a time zone', () => {
  it('has the offset of its season', () => {
    expect(zoneOffset('Europe/Berlin', '2026-01-01T00:00:00Z')).toBe('UTC+1')
    expect(zoneOffset('Europe/Berlin', '2026-07-01T00:00:00Z')).toBe('UTC+2')
    expect(zoneOffset('Asia/Kolkata', NOW)).toBe('UTC+5:30')
    expect(zoneOffset('UTC', NOW)).toBe('UTC')
    expect(zoneOffset('Nowhere/At_All', NOW)).toBe('')
  })
  it('reads as a name', () => {
    expect(zoneLabel('America/Argentina/Buenos_Aires')).toBe('America/Argentina/Buenos Aires')
  })
  it('is offered once, the own one first', () => {
    const zones = timeZones('Europe/Berlin')
    expect(zones.slice(0, 2)).toEqual(['Europe/Berlin', 'UTC'])
    expect(new Set(zones).size).toBe(zones.length)
    expect(zones.length).toBeGreaterThan(300)
  })
})
