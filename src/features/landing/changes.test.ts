import { describe, expect, it } from 'vitest'
import { createMark, findChanges, noChanges } from './changes.ts'
import { landingPage, offerItem } from './test-pages.ts'

const a = offerItem('a', { cta_text: 'Go', body: 'x' })
const b = offerItem('b')
const before = landingPage(1, [a, b])

describe('findChanges', () => {
  it('names the fields that differ, and items that are new', () => {
    const after = landingPage(2, [offerItem('a', { cta_text: 'Go now', discount: 5 }), offerItem('b'), offerItem('c')])
    expect(findChanges(before, after)).toEqual({
      altered: true,
      changes: new Map([
        ['a', new Set(['cta_text', 'body', 'discount'])],
        ['c', new Set(['*'])],
      ]),
    })
  })

  it('sees items that moved or left, without marking any', () => {
    expect(findChanges(before, landingPage(2, [b, a]))).toEqual({ altered: true, changes: noChanges })
    expect(findChanges(before, landingPage(2, [a]))).toEqual({ altered: true, changes: noChanges })
  })

  it('is silent about the same content sent again, and marks nothing in a first delivery', () => {
    expect(findChanges(before, { ...before, sequence: 2 })).toEqual({ altered: false, changes: noChanges })
    expect(findChanges(landingPage(0, null), before)).toEqual({ altered: true, changes: noChanges })
  })
})

describe('createMark', () => {
  const changes = new Map([
    ['a', new Set(['body'])],
    ['c', new Set(['*'])],
  ])

  it('marks what shows a changed field, under alternating names', () => {
    expect(createMark(changes, 1, 'a')('headline', 'body')).toEqual({ 'data-fresh': 'odd' })
    expect(createMark(changes, 2, 'a')('body')).toEqual({ 'data-fresh': 'even' })
    expect(createMark(changes, 2, 'c')('headline')).toEqual({ 'data-fresh': 'even' })
    expect(createMark(changes, 2, 'a')('headline')).toEqual({})
    expect(createMark(changes, 2, 'b')('body')).toEqual({})
  })
})
