import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ItemStatus } from '@/features/content/item-status'
import { itemCondition, sameWindow, windowHint, windowProblem, windowSentence, type PublishWindow } from '@/features/content/publish-window'
import { formatMoment } from '@/lib/zoned-time'

const NOW = Date.parse('2026-11-21T16:00:00Z')
const BEFORE = '2026-11-20T00:00:00Z'
const LATER = '2026-11-24T00:00:00+00:00'
const LAST = '2026-12-01T00:00:00Z'
const item = (publishAt: string | null, unpublishAt: string | null, status: ItemStatus = 'published') => ({ status, publishAt, unpublishAt })
const at = (instant: string) => formatMoment(instant, { now: NOW })

describe('the condition of an item', () => {
  it.each([
    [item(null, null), 'published'],
    [item(LATER, null), 'scheduled'],
    [item(LATER, LAST), 'scheduled'],
    [item(BEFORE, LAST), 'published'],
    [item(null, BEFORE), 'ended'],
    [item('2026-11-01T00:00:00Z', BEFORE), 'ended'],
    [item(LATER, LAST, 'draft'), 'draft'],
    [item(null, BEFORE, 'archived'), 'archived'],
  ])('%j is %s', (one, condition) => {
    expect(itemCondition(one, NOW)).toBe(condition)
  })

  it('begins with its first moment and ends before its last', () => {
    const window = item(LATER, LAST)
    expect(itemCondition(window, Date.parse(LATER) - 1)).toBe('scheduled')
    expect(itemCondition(window, Date.parse(LATER))).toBe('published')
    expect(itemCondition(window, Date.parse(LAST) - 1)).toBe('published')
    expect(itemCondition(window, Date.parse(LAST))).toBe('ended')
  })

  it('goes through scheduled, published, ended in this order only', () => {
    const moment = fc.option(fc.integer({ min: 0, max: 1000 }), { nil: null })
    const ORDER = ['scheduled', 'published', 'ended']
    fc.assert(
      fc.property(moment, moment, fc.integer({ min: 0, max: 1000 }), fc.integer({ min: 0, max: 1000 }), (from, until, one, other) => {
        fc.pre(from === null || until === null || until > from)
        const iso = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString())
        const place = (now: number) => ORDER.indexOf(itemCondition(item(iso(from), iso(until)), now))
        expect(place(Math.min(one, other))).toBeLessThanOrEqual(place(Math.max(one, other)))
      }),
    )
  })
})

describe('what is said about a window', () => {
  it('tells what happens by itself', () => {
    expect(windowSentence(item(LATER, null), NOW)).toBe(`Goes out on ${at(LATER)} with an automatic run.`)
    expect(windowSentence(item(LATER, LAST), NOW)).toBe(`Goes out on ${at(LATER)} with an automatic run, and comes off on ${at(LAST)} with another.`)
    expect(windowSentence(item(BEFORE, LAST), NOW)).toBe(`Comes off on ${at(LAST)} with an automatic run.`)
    expect(windowSentence(item(null, BEFORE), NOW)).toContain(`Came off on ${at(BEFORE)}.`)
    expect(windowSentence(item(LATER, LAST, 'draft'), NOW)).toBe(`Once it is published, it is out from ${at(LATER)} until ${at(LAST)}.`)
    expect(windowSentence(item(null, null), NOW)).toBeNull()
    expect(windowSentence(item(null, null, 'draft'), NOW)).toBeNull()
  })

  it('is short in a list', () => {
    expect(windowHint(item(LATER, LAST), NOW)).toBe(`from ${at(LATER)}`)
    expect(windowHint(item(BEFORE, LAST), NOW)).toBe(`until ${at(LAST)}`)
    expect(windowHint(item(null, BEFORE), NOW)).toBe(`on ${at(BEFORE)}`)
    expect(windowHint(item(LATER, LAST, 'draft'), NOW)).toBeNull()
  })
})

describe('two ends', () => {
  const window = (publishAt: string | null, unpublishAt: string | null): PublishWindow => ({ publishAt, unpublishAt })
  it('must be in order', () => {
    expect(windowProblem(window(LATER, LAST))).toBeUndefined()
    expect(windowProblem(window(null, BEFORE))).toBeUndefined()
    expect(windowProblem(window(LAST, LATER))).toMatch(/before it goes out/)
    expect(windowProblem(window(LATER, LATER))).toBeDefined()
  })
  it('are equal as instants', () => {
    expect(sameWindow(window('2026-11-24T00:00:00Z', null), window('2026-11-24T01:00:00+01:00', null))).toBe(true)
    expect(sameWindow(window(LATER, null), window(null, null))).toBe(false)
  })
})
