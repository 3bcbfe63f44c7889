import { expect, it } from 'vitest'
import { formatBytes, formatDuration, storableText } from './format.ts'

it('writes sizes in decimal units', () => {
  const sizes = [0, 999, 1_000, 1_449, 9_949, 9_950, 23_400, 999_499, 999_500, 1_000_000, 12_345_678]
  expect(sizes.map(formatBytes)).toEqual([
    '0 B', '999 B', '1 kB', '1.4 kB', '9.9 kB', '10 kB', '23 kB', '999 kB', '1 MB', '1 MB', '12 MB',
  ])
})

it('writes durations in the unit that reads best', () => {
  const times = [0, 340.4, 999.4, 999.6, 1_000, 1_500, 10_000, 59_949, 60_000, 90_000, 3_600_000]
  expect(times.map(formatDuration)).toEqual([
    '0 ms', '340 ms', '999 ms', '1 s', '1 s', '1.5 s', '10 s', '60 s', '1 min', '1.5 min', '1 h',
  ])
})

it('replaces what PostgreSQL cannot keep, and nothing else', () => {
  expect(storableText('a\0b\ud83dc\ude00')).toBe('a\ufffdb\ufffdc\ufffd')
  expect(storableText('é 😀\n\t')).toBe('é 😀\n\t')
})
