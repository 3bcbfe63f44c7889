import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { changedPart } from './diff-parts.ts'

const joined = ({ start, changed, end }: { start: string; changed: string; end: string }) => start + changed + end

describe('where two texts differ', () => {
  it('is a stretch of whole words', () => {
    expect(changedPart('Claim 20% off today', 'Claim 25% off today')).toEqual([
      { start: 'Claim ', changed: '20', end: '% off today' },
      { start: 'Claim ', changed: '25', end: '% off today' },
    ])
  })
  it('is empty on the side that loses nothing', () => {
    expect(changedPart('Book now', 'Book it now')).toEqual([
      { start: 'Book ', changed: '', end: 'now' },
      { start: 'Book ', changed: 'it ', end: 'now' },
    ])
  })
  it('is not marked where the texts have hardly anything in common', () => {
    expect(changedPart('A thing', 'Something else altogether')[0]).toEqual({ start: 'A thing', changed: '', end: '' })
  })
  it('never loses a character of either side', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '%', 'é', '\n', '😀') })
    fc.assert(
      fc.property(text, text, (before, after) => {
        const [left, right] = changedPart(before, after)
        expect(joined(left)).toBe(before)
        expect(joined(right)).toBe(after)
      }),
    )
  })
})
