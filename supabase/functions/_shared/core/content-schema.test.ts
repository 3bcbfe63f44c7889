import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fieldNames, validate, type ContentSchema, type FieldProblem } from './content-schema.ts'
import vectors from './content-schema.vectors.json' with { type: 'json' }

interface Vector {
  name: string
  schema: ContentSchema
  data: Record<string, unknown>
  partial: boolean
  errors: FieldProblem[]
}

describe('validate, by the vectors it shares with SQL', () => {
  for (const vector of vectors as unknown as Vector[]) {
    it(vector.name, () => {
      expect(validate(vector.schema, vector.data, { partial: vector.partial })).toEqual(vector.errors)
    })
  }
})

const scalar = fc.oneof(fc.string(), fc.double(), fc.integer(), fc.boolean(), fc.constant(null))
const value = fc.oneof(scalar, fc.array(scalar, { maxLength: 4 }), fc.dictionary(fc.string(), scalar, { maxKeys: 3 }))
const schema: fc.Arbitrary<ContentSchema> = fc
  .dictionary(
    fc.string({ maxLength: 6 }),
    fc.record(
      {
        type: fc.constantFrom('string', 'number', 'integer', 'boolean', 'array'),
        format: fc.constantFrom('uri', 'email', 'date', 'date-time', 'color', 'markdown'),
        minLength: fc.nat(5),
        maximum: fc.integer(),
        items: fc.constant({ type: 'string' as const }),
      },
      { requiredKeys: ['type'] },
    ),
    { maxKeys: 6 },
  )
  .chain((properties) =>
    fc.record({
      type: fc.constant('object' as const),
      properties: fc.constant(properties as ContentSchema['properties']),
      required: fc.subarray(Object.keys(properties)),
      'x-order': fc.subarray(Object.keys(properties)),
    }),
  )
const data = fc.dictionary(fc.string({ maxLength: 6 }), value, { maxKeys: 6 })

describe('validate, by properties', () => {
  it('a draft never has a problem that publishing has not', () => {
    fc.assert(
      fc.property(schema, data, (type, values) => {
        const whenPublished = validate(type, values).map((problem) => JSON.stringify(problem))
        for (const problem of validate(type, values, { partial: true })) {
          expect(whenPublished).toContain(JSON.stringify(problem))
        }
      }),
    )
  })

  it('names every field once, whatever the order says', () => {
    fc.assert(
      fc.property(schema, (type) => {
        expect([...fieldNames(type)].sort()).toEqual(Object.keys(type.properties).sort())
      }),
    )
  })

  it('does not depend on the order of keys', () => {
    fc.assert(
      fc.property(schema, data, (type, values) => {
        const turned = Object.fromEntries(Object.entries(values).reverse())
        expect(validate(type, turned)).toEqual(validate(type, values))
      }),
    )
  })
})
