import { describe, expect, it } from 'vitest'
import { formatAge, formatFieldName, formatValidity, parseDay } from './format.ts'

const now = new Date(2026, 9, 5, 12, 0, 0)
const valid = (start: unknown, end: unknown) => formatValidity(parseDay(start), parseDay(end), now)

describe('formatValidity', () => {
  it.each([
    ['2026-09-01', '2026-11-30', 'Offer valid 1 Sep to 30 Nov'],
    ['2026-09-01T00:00:00Z', '2026-11-30', 'Offer valid 1 Sep to 30 Nov'],
    ['2026-09-15', '2027-01-31', 'Offer valid 15 Sep 2026 to 31 Jan 2027'],
    ['2027-02-01', '2027-03-31', 'Offer valid 1 Feb to 31 Mar 2027'],
    [null, '2026-10-05', 'Offer valid until 5 Oct'],
    ['2026-12-24', '', 'Offer valid from 24 Dec'],
    ['2026-09-01', '2026-10-04', 'Offer ended 4 Oct'],
    [null, '2025-10-04', 'Offer ended 4 Oct 2025'],
    [undefined, undefined, null],
    ['soon', '2026-02-30', null],
  ])('%s to %s', (start, end, words) => {
    expect(valid(start, end)).toBe(words)
  })
})

describe('formatAge', () => {
  it.each([
    [-90, 'just now'],
    [0, 'just now'],
    [59, 'just now'],
    [60, '1 min ago'],
    [179, '2 min ago'],
    [3_600, '1 h ago'],
    [86_399, '23 h ago'],
    [86_400, '1 day ago'],
    [5 * 86_400, '5 days ago'],
  ])('%d s', (seconds, words) => {
    expect(formatAge(new Date(now.getTime() - seconds * 1_000), now)).toBe(words)
  })
})

describe('formatFieldName', () => {
  it('writes names as people do', () => {
    expect(['cta_text', 'installationDate', 'open-on sundays'].map(formatFieldName)).toEqual([
      'Cta text',
      'Installation date',
      'Open on sundays',
    ])
  })
})
