import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { phasesOf, timingWords } from './attempt-timing.ts'

describe('the time of an attempt', () => {
  it('is split into connecting, waiting and receiving', () => {
    expect(phasesOf({ connectMs: 3, firstByteMs: 38, durationMs: 41 })).toEqual([
      { name: 'connect', lasts: 3 }, { name: 'wait', lasts: 35 }, { name: 'receive', lasts: 3 },
    ])
    expect(timingWords({ connectMs: 3, firstByteMs: 38, durationMs: 41 }).map(({ value }) => value)).toEqual(['3 ms', '38 ms', '41 ms'])
  })
  it('has no connecting on a connection that was kept', () => {
    expect(phasesOf({ connectMs: null, firstByteMs: 38, durationMs: 41 }).map(({ name }) => name)).toEqual(['wait', 'receive'])
    expect(timingWords({ connectMs: null, firstByteMs: 38, durationMs: 41 })[0]?.value).toBe('kept open')
  })
  it('is all waiting when nothing answers', () => {
    expect(phasesOf({ connectMs: 4, firstByteMs: null, durationMs: 10_000 })).toEqual([{ name: 'connect', lasts: 4 }, { name: 'wait', lasts: 9996 }])
    expect(timingWords({ connectMs: null, firstByteMs: null, durationMs: 10_000 }).map(({ value }) => value)).toEqual(['–', '–', '10 s'])
  })
  it('is never longer or shorter than the whole, whatever the clocks say', () => {
    const ms = fc.integer({ min: 0, max: 30_000 })
    fc.assert(
      fc.property(fc.option(ms), fc.option(ms), ms, (connectMs, firstByteMs, durationMs) => {
        const phases = phasesOf({ connectMs, firstByteMs, durationMs })
        expect(phases.reduce((sum, { lasts }) => sum + lasts, 0)).toBe(durationMs)
        expect(phases.every(({ lasts }) => lasts > 0)).toBe(true)
      }),
    )
  })
})
