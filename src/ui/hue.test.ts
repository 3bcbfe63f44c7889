import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { spreadHues, stableHue } from './hue.ts'

describe('the colours of names that are seen together', () => {
  it('tell the demo’s three sites apart', () => {
    const hues = spreadHues(['facebook', 'google', 'instagram'])
    expect(new Set(hues.values()).size).toBe(3)
  })
  it('are all different for up to twelve names, and the same in any order', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 12 }), (names) => {
        const hues = spreadHues(names)
        expect(new Set(hues.values()).size).toBe(names.length)
        expect([...spreadHues([...names].reverse())].sort()).toEqual([...hues].sort())
      }),
    )
  })
  it('are a name’s own where it stands alone, and shared among very many', () => {
    expect(spreadHues(['google']).get('google')).toBe(stableHue('google'))
    const many = Array.from({ length: 40 }, (_, index) => `site-${index}`)
    expect(spreadHues(many).get('site-7')).toBe(stableHue('site-7'))
  })
})
