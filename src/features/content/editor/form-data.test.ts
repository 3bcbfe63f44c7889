import type { ContentSchema } from '@core/content-schema'
import { describe, expect, it } from 'vitest'
import { findings, initialData, problemSentence, problemsByField, storedData, strangerFields } from '@/features/content/editor/form-data'

const schema: ContentSchema = {
  type: 'object',
  'x-order': ['headline', 'discount', 'tags'],
  required: ['headline'],
  properties: {
    headline: { type: 'string', title: 'Headline', maxLength: 5 },
    discount: { type: 'number', default: 10, maximum: 100 },
    tags: { type: 'array', items: { type: 'string', maxLength: 3 } },
  },
}

describe('initialData', () => {
  it('has the defaults and nothing else', () => {
    expect(initialData(schema)).toEqual({ discount: 10 })
  })
})

describe('storedData', () => {
  it('leaves out what is empty, and keeps 0 and false', () => {
    expect(storedData({ a: '', b: null, c: undefined, d: [], e: 0, f: false, g: 'x' })).toEqual({ e: 0, f: false, g: 'x' })
  })
})

describe('findings', () => {
  it('tells what is wrong now from what only publishing needs', () => {
    const { wrong, beforePublishing } = findings(schema, { headline: '', discount: 200 })
    expect([...wrong]).toEqual([['discount', 'must be at most 100']])
    expect([...beforePublishing.keys()]).toEqual(['headline', 'discount'])
  })

  it('names the entry of a list', () => {
    const { wrong } = findings(schema, { tags: ['ok', 'too long'] })
    expect(wrong.get('tags')).toBe('entry 2 must be at most 3 characters')
  })

  it('keeps a field that the type lost from being published, not from being saved as a draft', () => {
    const values = { headline: 'Hi', old: 1 }
    expect(strangerFields(schema, values)).toEqual(['old'])
    expect(findings(schema, values).wrong.size).toBe(0)
    expect(findings(schema, values).beforePublishing.get('old')).toBe('is not a field of this type')
  })
})

describe('words', () => {
  it('puts the label before the message', () => {
    expect(problemSentence(schema, 'headline', 'is required')).toBe('Headline is required')
  })
  it('keeps the first problem of a field', () => {
    expect([...problemsByField([{ path: 'a', message: 'one' }, { path: 'a.0', message: 'two' }])]).toEqual([['a', 'one']])
  })
})
