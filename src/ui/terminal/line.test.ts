import { describe, expect, it } from 'vitest'
import { jsonLinesFile, linesText, logFile } from './export.ts'
import { formatDelta, type TerminalLine } from './line.ts'

describe('formatDelta', () => {
  it.each([
    [-3, '+0 ms'], [0, '+0 ms'], [58.4, '+58 ms'], [999, '+999 ms'], [1000, '+1.00 s'], [1239, '+1.23 s'], [59_999, '+59.99 s'],
    [60_000, '+1:00.0'], [125_340, '+2:05.3'], [3_725_900, '+1:02:05'],
  ])('%d', (ms, words) => {
    expect(formatDelta(ms)).toBe(words)
  })
})

describe('a log that leaves the page', () => {
  const origin = Date.parse('2026-11-21T08:00:00.000Z')
  const sites = new Map([['g', { id: 'g', name: 'Google Campaign', slug: 'google' }]])
  const lines: TerminalLine[] = [
    { seq: 1, at: origin + 2, level: 'info', message: 'Run 1 started', siteId: null, payload: null },
    { seq: 2, at: origin + 58, level: 'warn', message: '500 from destination', siteId: 'g', payload: { status: 500 } },
  ]

  it('is copied in columns', () => {
    expect(linesText(lines, origin, sites)).toBe(
      ['+2 ms      info                    Run 1 started', '+58 ms     warn     google         500 from destination'].join('\n'),
    )
  })
  it('carries the full time in a file', () => {
    expect(logFile(lines, origin, sites).split('\n')[1]).toBe('2026-11-21T08:00:00.058Z +58 ms     warn     google         500 from destination')
  })
  it('is one JSON object a line, payload included', () => {
    const parsed = jsonLinesFile(lines, sites).trimEnd().split('\n').map((text): unknown => JSON.parse(text))
    expect(parsed[1]).toEqual({ seq: 2, at: '2026-11-21T08:00:00.058Z', level: 'warn', site: 'google', message: '500 from destination', payload: { status: 500 } })
  })
})
