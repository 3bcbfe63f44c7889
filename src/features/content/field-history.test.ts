import type { ContentSchema } from '@core/content-schema'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fieldChanges, followFields } from './field-history.ts'

const field = (id: string, title: string) => ({ type: 'string' as const, title, 'x-field-id': id })
const schema = (properties: ContentSchema['properties']): ContentSchema => ({ type: 'object', properties })

const first = schema({ headline: field('f_1', 'Headline'), text: field('f_2', 'Text'), fine: field('f_3', 'Fine print') })
// Renamed, removed, and the old name given to another field.
const later = schema({ heading: field('f_1', 'Heading'), text: field('f_2', 'Text'), headline: field('f_9', 'Kicker') })

describe('data of another schema', () => {
  it('goes by the ids of its fields', () => {
    expect(followFields({ headline: 'A', text: 'B' }, first, later)).toEqual({ heading: 'A', text: 'B' })
  })
  it('keeps what has no field there, unless its name is taken', () => {
    expect(followFields({ fine: 'small', stray: 1 }, first, later)).toEqual({ fine: 'small', stray: 1 })
    expect(followFields({ headline: 'A' }, schema({ headline: field('f_8', 'Gone') }), later)).toEqual({})
  })
  it('comes back as it was, also where two fields changed names', () => {
    const [a, b] = [field('f_1', 'A'), field('f_2', 'B')]
    const [before, after] = [schema({ a, b }), schema({ b: a, count: b })]
    expect(followFields({ a: 'text', b: 7, stray: true }, before, after)).toEqual({ b: 'text', count: 7, stray: true })
    fc.assert(fc.property(fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.integer()), (data) => {
      expect(followFields(followFields(data, before, after), after, before)).toEqual(data)
    }))
  })
})

describe('what differs between two revisions', () => {
  it('is told by field, whatever the field was called', () => {
    const changes = fieldChanges(
      { title: 'Sale', data: { headline: 'Old', text: 'Same', fine: 'Terms' }, schema: first },
      { title: 'Sale', data: { heading: 'New', text: 'Same', headline: 'Today' }, schema: later },
    )
    expect(changes).toEqual([
      { field: 'heading', label: 'Heading', note: 'was Headline', before: 'Old', after: 'New' },
      { field: 'headline', label: 'Kicker', after: 'Today' },
      { field: 'fine (before)', label: 'Fine print', note: 'no longer a field', before: 'Terms' },
    ])
  })
  it('is nothing where a field was only renamed, emptied in another way, or had its keys in another order', () => {
    expect(fieldChanges({ title: 'a', data: { headline: 'Same' }, schema: first }, { title: 'a', data: { heading: 'Same' }, schema: later })).toEqual([])
    const any = { type: 'array' as const, 'x-field-id': 'f_5' }
    expect(fieldChanges({ title: 'a', data: { list: [] }, schema: schema({ list: any }) }, { title: 'a', data: {}, schema: schema({ list: any }) })).toEqual([])
    expect(fieldChanges({ title: 'a', data: { x: { a: 1, b: 2 } }, schema: schema({}) }, { title: 'a', data: { x: { b: 2, a: 1 } }, schema: schema({}) })).toEqual([])
  })
  it('begins with the title', () => {
    expect(fieldChanges({ title: 'Sale', data: {}, schema: first }, { title: 'Big sale', data: {}, schema: first })).toEqual([
      { field: 'item title', label: 'Title', before: 'Sale', after: 'Big sale' },
    ])
  })
})
