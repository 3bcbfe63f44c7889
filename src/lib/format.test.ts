import { describe, expect, it } from 'vitest'
import { count, countInWords, formatBytes, formatDuration, formatPercent, formatRelative } from './format.ts'

describe('format', () => {
  it.each([[0, '0 B'], [714, '714 B'], [1400, '1.4 kB'], [999_949, '1,000 kB'], [999_950, '1 MB'], [2_100_000, '2.1 MB'], [314_000, '314 kB']])('bytes %d', (n, text) => {
    expect(formatBytes(n)).toBe(text)
  })

  it.each([[0, '0 ms'], [214.4, '214 ms'], [999.6, '1 s'], [3900, '3.9 s'], [59_949, '59.9 s'], [59_950, '1 min'], [125_000, '2 min 5 s'], [3_840_000, '1 h 4 min']])('duration %d', (n, text) => {
    expect(formatDuration(n)).toBe(text)
  })

  it('never rounds to all or nothing', () => {
    expect([0, 0.00001, 0.984, 0.9999, 1].map(formatPercent)).toEqual(['0 %', '0.1 %', '98.4 %', '99.9 %', '100 %'])
  })

  it('tells time from now', () => {
    const now = Date.parse('2026-11-21T12:00:00Z')
    const at = (seconds: number) => formatRelative(now + seconds * 1000, now)
    expect([at(-3), at(-40), at(-180), at(-7200), at(-86_400), at(7200)]).toEqual([
      'just now', '40 seconds ago', '3 minutes ago', '2 hours ago', 'yesterday', 'in 2 hours',
    ])
    expect(formatRelative('2025-01-15T12:00:00Z', now)).toBe('Jan 15, 2025')
    expect(formatRelative('no time', now)).toBe('')
    // Days are the calendar's: 38 hours from the morning are tomorrow, from the evening the day after.
    const on = (day: number, hour: number) => new Date(2026, 10, day, hour).getTime()
    expect([formatRelative(on(23, 15), on(22, 1)), formatRelative(on(24, 10), on(22, 20)), formatRelative(on(22, 20), on(24, 1))]).toEqual(['tomorrow', 'in 2 days', '2 days ago'])
  })

  it('counts', () => {
    expect([count('site', 1), count('entry', 1200, 'entries'), countInWords('site', 3), countInWords('site', 0), countInWords('site', 12)]).toEqual([
      '1 site', '1,200 entries', 'three sites', 'no sites', '12 sites',
    ])
  })
})
