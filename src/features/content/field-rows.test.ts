import { validate, type ContentSchema } from '@core/content-schema'
import { describe, expect, it } from 'vitest'
import { hasProblems, newFieldId, newFieldRow, rowProblems, suggestFieldName, toFieldRows, toSchema } from '@/features/content/field-rows'

const schema: ContentSchema = {
  type: 'object',
  'x-order': ['headline', 'size'],
  required: ['headline'],
  properties: {
    headline: { type: 'string', title: 'Headline', maxLength: 90, description: 'Keep it short', 'x-field-id': 'f_1', 'x-widget': 'text' },
    size: { type: 'number', title: 'Size', enum: [1, 2], 'x-field-id': 'f_2', 'x-widget': 'select' },
  },
}

describe('toSchema(toFieldRows)', () => {
  it('gives back the same schema when nothing was changed', () => {
    expect(toSchema(toFieldRows(schema), schema)).toEqual(schema)
  })

  it('keeps the field id and drops what belonged to the old kind', () => {
    const rows = toFieldRows(schema).map((row) => (row.name === 'headline' ? { ...row, kind: 'number' as const } : row))
    expect(toSchema(rows, schema).properties['headline']).toEqual({
      type: 'number', title: 'Headline', description: 'Keep it short', 'x-field-id': 'f_1', 'x-widget': 'number',
    })
  })

  it('keeps numbers numbers when an option is added', () => {
    const rows = toFieldRows(schema).map((row) => (row.kind === 'select' ? { ...row, options: '2\nlarge\n\n2' } : row))
    expect(toSchema(rows, schema).properties['size']?.enum).toEqual([2, 'large'])
  })

  it('makes a schema that the validator understands', () => {
    const made = toSchema([{ ...newFieldRow(), name: 'mail', title: 'Mail', kind: 'email', required: true }], null)
    expect(validate(made, {})).toEqual([{ path: 'mail', message: 'is required' }])
    expect(validate(made, { mail: 'x' })).toEqual([{ path: 'mail', message: 'must be an e-mail address' }])
  })
})

describe('rows', () => {
  it('finds what the database would refuse', () => {
    const row = { ...newFieldRow(), name: 'a', title: 'A' }
    const problems = rowProblems([row, { ...row, fieldId: newFieldId() }, { ...row, name: '1x', title: '' }, { ...row, name: 'b', kind: 'select' }])
    expect(problems).toEqual([
      {},
      { name: 'Another field has this name.' },
      { name: 'Lower-case letters, digits and _, a letter first.', title: 'A field needs a label.' },
      { options: 'Write at least one option.' },
    ])
    expect(hasProblems(problems)).toBe(true)
    expect(hasProblems([{}])).toBe(false)
  })

  it('suggests names', () => {
    expect(suggestFieldName('Button text')).toBe('button_text')
    expect(suggestFieldName('2nd Straße, Übung!')).toBe('nd_stra_e_ubung')
    expect(newFieldId()).toMatch(/^f_[a-z0-9]{10}$/)
  })
})
