import { validate, type ContentSchema, type FieldWidget } from '@core/content-schema'
import { sameJson, typeProblems } from '@core/type-check'
import { typeTemplates } from '@core/type-templates'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { draftProblems, isFaulty, newField, newFieldId, readOptions, suggestFieldName, toDrafts, toSchema, withKeyword, withKind } from '@/features/content/types/field-drafts'
import { KINDS } from '@/features/content/types/field-kinds'

/** The demo's type, as migration 1200 writes it. */
const demo: ContentSchema = {
  type: 'object',
  'x-order': ['headline', 'body', 'cta_text', 'cta_url', 'discount', 'theme', 'start_date', 'end_date'],
  required: ['headline', 'cta_text', 'cta_url', 'theme'],
  properties: {
    headline: { type: 'string', title: 'Headline', maxLength: 90, 'x-field-id': 'f_headline', 'x-widget': 'text' },
    body: { type: 'string', title: 'Body', format: 'markdown', maxLength: 4000, 'x-field-id': 'f_body', 'x-widget': 'markdown' },
    cta_text: { type: 'string', title: 'Button text', maxLength: 40, 'x-field-id': 'f_cta_text', 'x-widget': 'text' },
    cta_url: { type: 'string', title: 'Button link', format: 'uri', 'x-field-id': 'f_cta_url', 'x-widget': 'url' },
    discount: { type: 'number', title: 'Discount, percent', minimum: 0, maximum: 100, 'x-field-id': 'f_discount', 'x-widget': 'number' },
    theme: { type: 'string', title: 'Theme', enum: ['autumn', 'service', 'finance'], 'x-field-id': 'f_theme', 'x-widget': 'select' },
    start_date: { type: 'string', title: 'Starts on', format: 'date', 'x-field-id': 'f_start_date', 'x-widget': 'date' },
    end_date: { type: 'string', title: 'Ends on', format: 'date', 'x-field-id': 'f_end_date', 'x-widget': 'date' },
  },
}

describe('a schema that was only opened', () => {
  it.each([['the demo', demo] as const, ...typeTemplates.map(({ key, schema }) => [key, schema] as const)])('%s comes out as it went in, and without a problem', (_, schema) => {
    expect(toSchema(toDrafts(schema), schema)).toEqual(schema)
    expect(draftProblems(toDrafts(schema)).some(isFaulty)).toBe(false)
  })

  it('keeps keywords that nobody here knows, wherever they are', () => {
    const odd = {
      type: 'object', $comment: 'ours', properties: { b: { type: 'string', 'x-field-id': 'f_b', 'x-team': { a: [1] } }, a: { type: 'integer', multipleOf: 5, 'x-field-id': 'f_a' } },
    } as unknown as ContentSchema
    expect(toSchema(toDrafts(odd), odd)).toEqual(odd)
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[a-z]{1,4}$/), fc.record({ type: fc.constantFrom('string', 'number', 'boolean'), extra: fc.jsonValue() }), { minKeys: 1, maxKeys: 6 }), fc.boolean(), (fields, ordered) => {
        const properties = Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, { ...field, 'x-field-id': `f_${name}` }]))
        const names = Object.keys(properties)
        const schema = { type: 'object', properties, required: names.slice(1), ...(ordered ? { 'x-order': [...names].reverse() } : {}) } as unknown as ContentSchema
        expect(sameJson(toSchema(toDrafts(schema), schema), schema)).toBe(true)
      }),
    )
  })
})

describe('a change', () => {
  it('of one field leaves the others, and of the order only the order', () => {
    const drafts = toDrafts(demo)
    const [first] = drafts
    const longer = toSchema([withKeyword(first!, 'maxLength', 120), ...drafts.slice(1)], demo)
    expect(longer).toEqual({ ...demo, properties: { ...demo.properties, headline: { ...demo.properties['headline'], maxLength: 120 } } })
    const turned = toSchema([...drafts].reverse(), demo)
    expect(turned).toEqual({ ...demo, 'x-order': [...demo['x-order']!].reverse() })
  })

  it('of a name keeps the field’s id, which is how a rename is known', () => {
    const drafts = toDrafts(demo).map((draft) => (draft.name === 'headline' ? { ...draft, name: 'title_line' } : draft))
    const renamed = toSchema(drafts, demo)
    expect(renamed.properties['title_line']).toEqual(demo.properties['headline'])
    expect(renamed.required).toEqual(['title_line', 'cta_text', 'cta_url', 'theme'])
    expect(renamed['x-order']?.[0]).toBe('title_line')
  })

  it('of the kind keeps the id and the words, and drops rules that would mean nothing', () => {
    const [headline] = toDrafts({ ...demo, properties: { headline: { ...demo.properties['headline']!, description: 'Short', default: 'Hi', pattern: 'x' } } })
    expect(withKind(headline!, 'number').schema).toEqual({ type: 'number', title: 'Headline', description: 'Short', 'x-field-id': 'f_headline', 'x-widget': 'number' })
    expect(withKind(headline!, 'textarea').schema).toMatchObject({ maxLength: 90, pattern: 'x', default: 'Hi', 'x-widget': 'textarea' })
  })

  it.each(KINDS.map(({ kind }) => kind))('makes a %s field that the checks understand', (kind: FieldWidget) => {
    const draft = { ...newField(kind), name: 'it', required: true }
    const made = toSchema([kind === 'select' ? withKeyword(draft, 'enum', ['a']) : draft], null)
    expect(typeProblems(made)).toEqual([])
    expect(validate(made, {})).toEqual([{ path: 'it', message: 'is required' }])
  })

  it('keeps numbers numbers when an option is added', () => {
    expect(readOptions(['2', 'large'], [1, 2])).toEqual([2, 'large'])
  })
})

describe('fields', () => {
  it('are told what the database would refuse', () => {
    const field = withKeyword({ ...newField('text'), name: 'a' }, 'title', 'A')
    const problems = draftProblems([
      field, { ...field, id: newFieldId() }, { ...newField('text'), name: '1x' }, withKeyword({ ...newField('select'), name: 'b' }, 'title', 'B'),
      withKeyword(withKeyword(withKeyword({ ...newField('number'), name: 'c' }, 'title', 'C'), 'minimum', 5), 'maximum', 1),
    ])
    expect(problems).toEqual([
      {},
      { name: 'Another field has this name.' },
      { name: 'Lower-case letters, digits and _, a letter first.', title: 'A field needs a label.' },
      { enum: 'It needs at least one option.' },
      { maximum: 'It must be at least the minimum (5).' },
    ])
    expect(problems.map(isFaulty)).toEqual([false, true, true, true, true])
  })

  it('get names that were suggested by their labels', () => {
    expect(suggestFieldName('Button text')).toBe('button_text')
    expect(suggestFieldName('2nd Straße, Übung!')).toBe('nd_stra_e_ubung')
    expect(newFieldId()).toMatch(/^f_[a-z0-9]{10}$/)
  })
})
