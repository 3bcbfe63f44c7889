import { describe, expect, it } from 'vitest'
import type { Plan, PlanCounts, PlanSite } from '@/features/jobs/queries/plan'
import { changeWords, nowWords, partsOf, planNotes, planSentence, siteWords } from './plan-words.ts'
import { isGrave, warningWords } from './warning-words.ts'

const counts = (over: Partial<PlanCounts> = {}): PlanCounts => ({ added: 0, changed: 0, removed: 0, reordered: 0, unchanged: 0, ...over })
const site = (name: string, over: Partial<PlanSite> = {}): PlanSite => ({
  site_id: name, name, slug: name.toLowerCase(), destination: 'built-in', enabled: true, item_count: 2, bytes: 1100, hash: 'new', accepted_hash: 'old',
  accepted_at: '2026-11-21T08:00:00Z', accepted_item_count: 2, unchanged: false, on_hold: false, counts: counts({ changed: 1, unchanged: 1 }),
  warnings: [], changes: null, ...over,
})
const plan = (...sites: PlanSite[]): Plan => ({ hash: 'h', drafts: 0, scheduled_items: 0, sites })
const sentence = (value: Plan) => planSentence(value, partsOf(value))
const warning = (code: string) => ({ code, message: code })
const same = { unchanged: true, counts: counts({ unchanged: 2 }) }

describe('the sentence of a plan', () => {
  it('counts what changes over all sites', () => {
    expect(sentence(plan(site('A', { counts: counts({ added: 1 }) }), site('B', { counts: counts({ changed: 1, added: 1 }) })))).toBe(
      'Two sites would change: 2 items added, 1 changed',
    )
  })
  it('says how many of the sites', () => {
    expect(sentence(plan(site('A', { counts: counts({ reordered: 1 }) }), site('B', same)))).toBe('One of 2 sites would change: 1 item reordered')
  })
  it('says that nothing has changed', () => {
    expect(sentence(plan(site('A', same), site('B', same)))).toBe('Nothing has changed: all two sites are up to date')
    expect(sentence(plan(site('A', same)))).toBe('Nothing has changed: the site is up to date')
  })
  it('knows a site that would receive nothing for the first time, and one that only has another name', () => {
    const empty = { item_count: 0, accepted_hash: null, accepted_item_count: null, counts: counts() }
    expect(sentence(plan(site('A', empty), site('B', same)))).toBe('One of 2 sites would receive a first delivery')
    expect(sentence(plan(site('A', empty)))).toBe('There is nothing to send yet')
    expect(sentence(plan(site('A', { counts: counts({ unchanged: 2 }) })))).toBe('One site would change: renamed')
  })
  it('does not count what a run passes by', () => {
    expect(sentence(plan(site('A'), site('B', { enabled: false })))).toBe('One of 2 sites would change: 1 item changed')
    expect(sentence(plan(site('A', same), site('B', { enabled: false })))).toBe('Nothing has changed: the site is up to date')
  })
  it('is followed by what stays behind', () => {
    const value = { ...plan(site('A')), drafts: 1, scheduled_items: 2 }
    expect(planNotes(value, partsOf(value))).toBe('Nothing is sent until you confirm. One draft stays behind. Two items wait for their time.')
  })
})

describe('the parts of a plan', () => {
  it('puts grave warnings first, then other warnings, then names', () => {
    const parts = partsOf(plan(site('A'), site('D', same), site('C', { warnings: [warning('on_hold')] }), site('B', { warnings: [warning('too_large')] })))
    expect(parts.changed.map(({ name }) => name)).toEqual(['B', 'C', 'A'])
    expect(parts.unchanged.map(({ name }) => name)).toEqual(['D'])
    expect(parts.tooLarge).toBe(true)
  })
  it('counts sites by warning, the grave ones first', () => {
    const hold = { warnings: [warning('on_hold')] }
    const invalid = { warnings: [warning('invalid_item'), warning('invalid_item')] }
    expect(partsOf(plan(site('A', hold), site('B', hold), site('C', invalid))).warnings).toEqual([
      { code: 'invalid_item', sites: 1 },
      { code: 'on_hold', sites: 2 },
    ])
  })
  it('sums up what would be sent, and what stays as it is anywhere', () => {
    expect(partsOf(plan(site('A'), site('B', same), site('C', { enabled: false }))).totals).toEqual({
      ...counts({ changed: 1, unchanged: 3 }), bytes: 1100,
    })
  })
})

describe('words of one site', () => {
  it('names its changes in one order', () => {
    expect(changeWords(counts({ removed: 1, added: 2, reordered: 3 }))).toBe('2 items added, 3 reordered, 1 removed')
    expect(siteWords(site('A', { counts: counts({ unchanged: 2 }) }))).toBe('site renamed')
    expect(siteWords(site('A', { accepted_hash: null, counts: counts() }))).toBe('first delivery, without an item')
  })
  it('tells a first delivery from a later one', () => {
    expect(nowWords(site('A', { accepted_hash: null }))).toBe('first delivery')
    expect(nowWords(site('A', { accepted_item_count: 5 }))).toBe('now 5 items')
    expect(nowWords(site('A'))).toBe('')
  })
  it.each(['becomes_empty', 'loses_many', 'invalid_item', 'too_large'])('takes %s seriously', (code) => expect(isGrave(code)).toBe(true))
  it.each(['site_disabled', 'secret_missing', 'on_hold', 'circuit_open'])('tells %s calmly', (code) => expect(isGrave(code)).toBe(false))
  it('shows a warning that it does not know by its name', () => {
    expect(warningWords('toString')).toEqual({ word: 'toString', grave: true })
    expect(warningWords('some_thing').word).toBe('some thing')
  })
})
