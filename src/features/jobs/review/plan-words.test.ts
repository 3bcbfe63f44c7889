import { describe, expect, it } from 'vitest'
import type { Plan, PlanSite } from '@/features/jobs/queries/plan'
import { changeWords, partsOf, planSentence, sizeWords } from './plan-words.ts'

const site = (name: string, over: Partial<PlanSite> = {}): PlanSite => ({
  site_id: name, name, slug: name.toLowerCase(), destination: 'built-in', item_count: 2, bytes: 1100, hash: 'new', accepted_hash: 'old',
  accepted_at: '2026-11-21T08:00:00Z', accepted_item_count: 2, unchanged: false, on_hold: false, warnings: [], changes: [], payload: {}, ...over,
})
const item = (kind: 'added' | 'removed' | 'changed' | 'moved') => ({ kind, item_id: kind, type: 'offer', title: kind, fields: [], from: 1, to: 1 })
const plan = (...sites: PlanSite[]): Plan => ({ hash: 'h', drafts: 0, sites })
const sentence = (value: Plan) => planSentence(value, partsOf(value))

describe('the sentence of a plan', () => {
  it('counts what changes over all sites', () => {
    expect(sentence(plan(site('A', { changes: [item('added')] }), site('B', { changes: [item('changed'), item('added')] })))).toBe(
      'Two sites would change: 2 items added, 1 changed',
    )
  })
  it('says how many of the sites', () => {
    expect(sentence(plan(site('A', { changes: [item('moved')] }), site('B', { unchanged: true })))).toBe('One of 2 sites would change: 1 item moved')
  })
  it('says that nothing has changed', () => {
    expect(sentence(plan(site('A', { unchanged: true }), site('B', { unchanged: true })))).toBe('Nothing has changed: all two sites are up to date')
    expect(sentence(plan(site('A', { unchanged: true })))).toBe('Nothing has changed: the site is up to date')
  })
  it('knows a site that would receive nothing for the first time', () => {
    const empty = { item_count: 0, accepted_hash: null, accepted_item_count: null }
    expect(sentence(plan(site('A', empty), site('B', { unchanged: true })))).toBe('One of 2 sites would receive a first delivery')
    expect(sentence(plan(site('A', empty)))).toBe('There is nothing to send yet')
  })
})

describe('the parts of a plan', () => {
  it('puts sites with a warning first', () => {
    const parts = partsOf(plan(site('A'), site('B', { warnings: [{ code: 'too_large', message: 'large' }] }), site('C', { unchanged: true })))
    expect(parts.changed.map(({ name }) => name)).toEqual(['B', 'A'])
    expect(parts.unchanged.map(({ name }) => name)).toEqual(['C'])
    expect(parts.tooLarge).toBe(true)
  })
})

describe('words of one site', () => {
  it('names its changes in one order', () => {
    expect(changeWords([item('removed'), item('added'), item('added'), { kind: 'site', fields: [] }])).toBe('2 items added, 1 removed, site renamed')
  })
  it('tells a first delivery from a later one', () => {
    expect(sizeWords(site('A', { accepted_hash: null }))).toBe('2 items, 1.1 kB · first delivery')
    expect(sizeWords(site('A', { accepted_item_count: 5 }))).toBe('2 items, 1.1 kB · now 5 items')
    expect(sizeWords(site('A'))).toBe('2 items, 1.1 kB')
  })
})
