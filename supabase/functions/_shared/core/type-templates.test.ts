import { describe, expect, it } from 'vitest'
import { defaultsOf } from './content-defaults.ts'
import { validate } from './content-schema.ts'
import { typeProblems } from './type-check.ts'
import { readTypeDocument, writeTypeDocument } from './type-document.ts'
import { typeTemplates } from './type-templates.ts'

describe.each(typeTemplates.map((template) => [template.key, template] as const))('the template %s', (_, template) => {
  it('has a schema without faults, and an example that could be published', () => {
    expect(typeProblems(template.schema)).toEqual([])
    expect(validate(template.schema, template.example)).toEqual([])
  })

  it('helps with every field', () => {
    for (const [name, field] of Object.entries(template.schema.properties)) {
      expect(field.title, name).toBeTruthy()
      expect(field.description, name).toBeTruthy()
    }
  })

  it('begins with defaults that its own fields take', () => {
    const wanted = Object.entries(template.schema.properties).filter(([, field]) => field.default !== undefined).map(([name]) => name)
    expect(Object.keys(defaultsOf(template.schema)).sort()).toEqual(wanted.sort())
  })

  it('goes through a document unchanged', () => {
    const { key: _key, ...document } = template
    expect(readTypeDocument(writeTypeDocument(document))).toEqual({ ok: true, value: document })
  })
})

it('there are the seven that were asked for', () => {
  expect(typeTemplates.map(({ key }) => key)).toEqual(['offer_banner', 'disclaimer', 'announcement', 'hours', 'faq', 'team_member', 'product_highlight'])
})
