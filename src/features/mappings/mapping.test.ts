import type { ContentSchema } from '@core/content-schema'
import { describe, expect, it } from 'vitest'
import { changedBase, overrideProblem, panelFields, sameMapping, withBase, withMode, withOverride, withoutOverride, type Mapping } from '@/features/mappings/mapping'

const schema: ContentSchema = {
  type: 'object',
  'x-order': ['headline', 'cta_text', 'discount', 'tags'],
  required: ['cta_text'],
  properties: {
    headline: { type: 'string' },
    cta_text: { type: 'string', maxLength: 5 },
    discount: { type: 'number', maximum: 100 },
    tags: { type: 'array', items: { type: 'string', maxLength: 2 } },
  },
}
const overridden: Mapping = { mode: 'override', overrides: { cta_text: 'Book' }, position: 3 }

describe('modes', () => {
  it('drop the overrides with the mode that has them, and keep the place', () => {
    expect(withMode(overridden, 'full')).toEqual({ mode: 'full', overrides: {}, position: 3 })
    expect(withMode(overridden, 'override')).toEqual(overridden)
    expect(withMode(overridden, null)).toBeNull()
    expect(withMode(null, 'block')).toEqual({ mode: 'block', overrides: {}, position: null })
  })
})

describe('overrides, a field at a time', () => {
  it('setting one makes the mode override', () => {
    expect(withOverride({ mode: 'full', overrides: {}, position: 1 }, 'headline', 'Hi')).toEqual({ mode: 'override', overrides: { headline: 'Hi' }, position: 1 })
    expect(withOverride(overridden, 'discount', 5).overrides).toEqual({ cta_text: 'Book', discount: 5 })
  })
  it('clearing the last one keeps the mode', () => {
    expect(withoutOverride(overridden, 'cta_text')).toEqual({ mode: 'override', overrides: {}, position: 3 })
  })
  it('are checked in the words of the validator', () => {
    expect(overrideProblem(schema, 'cta_text', 'Book now')).toBe('must be at most 5 characters')
    expect(overrideProblem(schema, 'discount', 'half')).toBe('must be a number')
    expect(overrideProblem(schema, 'tags', ['ok', 'long'])).toBe('entry 2 must be at most 2 characters')
    expect(overrideProblem(schema, 'headline', 'fine')).toBeNull()
  })
  it('may empty a field that may be empty, and no other', () => {
    expect(overrideProblem(schema, 'headline', '')).toBeNull()
    expect(overrideProblem(schema, 'cta_text', undefined)).toBe('is required')
  })
  it('come first in the panel, lost fields last', () => {
    expect(panelFields(schema, { cta_text: 'x', old: 1 })).toEqual(['cta_text', 'headline', 'discount', 'tags', 'old'])
  })
})

describe('the base of an override', () => {
  const made: Mapping = { ...overridden, bases: { cta_text: 'Go' } }
  it('is to be looked at where the item says something else by now', () => {
    expect(changedBase(made, 'cta_text', 'Go')).toBeNull()
    expect(changedBase(made, 'cta_text', 'Start')).toEqual({ was: 'Go' })
    expect(changedBase({ ...made, bases: { cta_text: null } }, 'cta_text', undefined)).toBeNull()
    expect(changedBase({ ...made, bases: { cta_text: null } }, 'cta_text', 'Start')).toEqual({ was: null })
  })
  it('is not guessed where nobody knows it', () => {
    expect(changedBase({ ...made, bases: null }, 'cta_text', 'Start')).toBeNull()
    expect(changedBase({ ...made, bases: undefined }, 'cta_text', 'Start')).toBeNull()
    expect(changedBase({ ...made, bases: {} }, 'cta_text', 'Start')).toBeNull()
  })
  it('is what one has looked at when one keeps the override', () => {
    const kept = withBase(made, 'cta_text', 'Start')
    expect(changedBase(kept, 'cta_text', 'Start')).toBeNull()
    expect(kept.overrides).toEqual(made.overrides)
    expect(sameMapping(made, kept)).toBe(false)
  })
  it('is the database’s to find where the override is new', () => {
    expect(withOverride(made, 'headline', 'Hi').bases).toBeUndefined()
    expect(sameMapping(made, { ...made, bases: undefined })).toBe(true)
  })
})

describe('sameMapping', () => {
  it('does not look at the order of keys', () => {
    const turned = (overrides: Mapping['overrides']): Mapping => ({ mode: 'override', overrides, position: 0 })
    expect(sameMapping(turned({ a: 1, b: [1] }), turned({ b: [1], a: 1 }))).toBe(true)
    expect(sameMapping(turned({ a: 1 }), turned({ a: 2 }))).toBe(false)
    expect(sameMapping(null, turned({}))).toBe(false)
  })
})
