import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DeliveredIds } from '../../embedded/realtime/delivered-ids.ts'

describe('delivered ids', () => {
  it('tells a known id from a new one', () => {
    const ids = new DeliveredIds(10)
    expect(ids.add('a', 1)).toBe(true)
    expect(ids.add('a', 1)).toBe(false)
    expect(ids.has('a')).toBe(true)
    expect(ids.has('b')).toBe(false)
  })

  it('forgets by time, never something younger than asked', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1000), { maxLength: 50 }), fc.nat(1000), (times, before) => {
        const ids = new DeliveredIds(1000)
        times.forEach((time, index) => ids.add(String(index), time))
        ids.forgetBefore(before)
        times.forEach((time, index) => {
          if (time >= before) expect(ids.has(String(index))).toBe(true)
        })
      }),
    )
  })

  it('keeps within its capacity and says from when on it can be relied upon', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1000), { minLength: 1, maxLength: 100 }), (times) => {
        const ids = new DeliveredIds(10)
        times.forEach((time, index) => ids.add(String(index), time))
        expect(ids.size).toBeLessThanOrEqual(10)
        times.forEach((time, index) => {
          if (time > ids.forgottenUpToMs) expect(ids.has(String(index))).toBe(true)
        })
      }),
    )
  })
})
