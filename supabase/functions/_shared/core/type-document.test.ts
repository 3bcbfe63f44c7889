import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { defaultsOf } from './content-defaults.ts'
import type { ContentSchema } from './content-schema.ts'
import { compareFields, patternProblem, sameJson, typeProblems } from './type-check.ts'
import { freeName, readTypeDocument, withNewFieldIds, writeTypeDocument } from './type-document.ts'

const schema: ContentSchema = {
  type: 'object', 'x-order': ['a', 'b'], required: ['a'],
  properties: { a: { type: 'string', title: 'A', 'x-field-id': 'f_a' }, b: { type: 'number', minimum: 0, default: 3, 'x-field-id': 'f_b' } },
}
const document = { name: 'note', title: 'Note', description: '', schema, example: {} }
// A document that somebody spoils may have anything anywhere.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Spoilt = Record<string, any>
const faults = (change: (copy: Spoilt) => void) => {
  const copy = JSON.parse(writeTypeDocument(document)) as Spoilt
  change(copy)
  const read = readTypeDocument(JSON.stringify(copy))
  return read.ok ? [] : read.error.map(({ path, message }) => `${path}: ${message}`)
}

describe('a document', () => {
  it('comes back as it was, keywords of others included', () => {
    const odd = { ...document, schema: { ...schema, 'x-team': { colour: 'red' }, properties: { ...schema.properties, a: { ...schema.properties['a']!, 'x-our-own': [1, null] } } } as ContentSchema }
    expect(readTypeDocument(writeTypeDocument(odd))).toEqual({ ok: true, value: odd })
    expect(readTypeDocument(`\uFEFF${writeTypeDocument(document)}`)).toMatchObject({ ok: true })
  })

  it.each<[string, (copy: Spoilt) => void, string[]]>([
    ['another format', (copy) => { copy.format = 'x' }, ['format: must be "datasync.content-type": export a type to see one']],
    ['a later version', (copy) => { copy.version = 2 }, ['version: 2 is not a version that this DataSync reads (1)']],
    ['names that are none', (copy) => { copy.name = 'Not A Name'; copy.title = '' }, ['name: must be lower-case letters, digits and _, a letter first', 'title: must be text of 1 to 120 characters']],
    ['no schema', (copy) => { delete copy.schema }, ['schema: must be {"type": "object", "properties": {…}}']],
    ['an unknown type', (copy) => { copy.schema.properties.a.type = 'object' }, ['fields.a.type: must be one of: string, number, integer, boolean, array']],
    ['bounds the wrong way round', (copy) => { copy.schema.properties.b.maximum = -1 }, ['fields.b.maximum: must be at least the minimum (0)']],
    ['a default that the field refuses', (copy) => { copy.schema.properties.b.default = -5 }, ['fields.b.default: must be at least 0']],
    ['a pattern that does not compile', (copy) => { copy.schema.properties.a.pattern = '([a-z' }, ['fields.a.pattern: is no regular expression: a bracket or a backslash is left open']],
    ['two fields with one id', (copy) => { copy.schema.properties.b['x-field-id'] = 'f_a' }, ['fields.b.x-field-id: is the one of "a" already; each field has one of its own']],
    ['a required field that is not there', (copy) => { copy.schema.required = ['c'] }, ['required: names "c", which is no field of this type']],
    ['a reference that is none', (copy) => { copy.schema.properties.a['x-widget'] = 'reference' }, ['fields.a.x-widget: a reference is text of the format uuid']],
  ])('is refused for %s, by place', (_, change, expected) => {
    expect(faults(change)).toEqual(expected)
  })

  it('never throws, whatever the file holds', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.jsonValue().map((value) => JSON.stringify({ format: 'datasync.content-type', version: 1, name: 'a', title: 'A', schema: value }))), (text) => {
      expect(typeof readTypeDocument(text).ok).toBe('boolean')
    }))
  })
})

describe('schemas', () => {
  it('are compared field by field, over renames', () => {
    const after: ContentSchema = { ...schema, properties: { headline: schema.properties['a']!, b: { ...schema.properties['b']!, minimum: 1 }, c: { type: 'boolean' } } , required: [], 'x-order': ['headline', 'b', 'c'] }
    expect(compareFields(schema, after)).toEqual([
      { name: 'headline', kind: 'renamed', before: 'a' }, { name: 'b', kind: 'changed', before: 'b' }, { name: 'c', kind: 'added', before: null },
    ])
    expect(compareFields(after, schema).map(({ name, kind }) => `${name} ${kind}`)).toEqual(['a renamed', 'b changed', 'c removed'])
    expect(compareFields(schema, schema).every(({ kind }) => kind === 'same')).toBe(true)
  })

  it('get ids of their own in a copy, and nothing else new', () => {
    let n = 0
    const copy = withNewFieldIds(schema, () => `f_${n++}`)
    expect(Object.values(copy.properties).map((field) => field['x-field-id'])).toEqual(['f_0', 'f_1'])
    expect(sameJson({ ...copy, properties: {} }, { ...schema, properties: {} })).toBe(true)
    expect(typeProblems(copy)).toEqual([])
  })

  it('say which patterns the database would not know', () => {
    expect(patternProblem('^[A-Z]{2}$')).toBeNull()
    expect(patternProblem('(?<year>[0-9]+)')).toMatch(/database/)
    expect(patternProblem('[')).toMatch(/left open/)
  })
})

describe('data', () => {
  it('begins with the defaults that are right', () => {
    expect(defaultsOf(schema)).toEqual({ b: 3 })
    expect(defaultsOf({ ...schema, properties: { b: { type: 'number', minimum: 9, default: 3 } } })).toEqual({})
  })
})

it('a free name is one that nobody has', () => {
  expect(freeName('offer', new Set())).toBe('offer')
  expect(freeName('offer', new Set(['offer', 'offer_2']))).toBe('offer_3')
  const long = 'x'.repeat(63)
  expect(freeName(long, new Set([long]))).toMatch(/^x{61}_2$/)
})
