import type { ContentSchema } from '@core/content-schema'
import { describe, expect, it } from 'vitest'
import { divergences, merged, suggested } from './merge.ts'

const schema: ContentSchema = {
  type: 'object',
  'x-order': ['headline', 'body', 'tags'],
  properties: {
    headline: { type: 'string', title: 'Headline', 'x-field-id': 'f_1' },
    body: { type: 'string', title: 'Body', 'x-field-id': 'f_2' },
    tags: { type: 'array', title: 'Tags', 'x-field-id': 'f_3' },
  },
}
const work = (data: Record<string, string | string[]>, title = 'Sale', publishAt: string | null = null) => ({ title, data, publishAt, unpublishAt: null })
const began = { ...work({ headline: 'One', body: 'Text' }), schema }

describe('two people\'s work', () => {
  it('differs by field, and whoever changed a field alone is known', () => {
    const differences = divergences(work({ headline: 'Mine', body: 'Text' }), work({ headline: 'One', body: 'Theirs', tags: ['new'] }, 'Big sale'), began, schema)
    expect(differences.map(({ key, changedBy }) => [key, changedBy])).toEqual([['item.title', 'theirs'], ['headline', 'mine'], ['body', 'theirs'], ['tags', 'theirs']])
    expect([...suggested(differences)]).toEqual([['item.title', 'theirs'], ['headline', 'mine'], ['body', 'theirs'], ['tags', 'theirs']])
  })
  it('leaves open what both changed, and everything where the beginning is not known', () => {
    const [mine, theirs] = [work({ headline: 'Mine' }), work({ headline: 'Theirs' })]
    expect(divergences(mine, theirs, began, schema)).toMatchObject([{ key: 'headline', changedBy: 'both' }])
    expect(suggested(divergences(mine, theirs, null, schema)).size).toBe(0)
  })
  it('is compared under today\'s names of the fields', () => {
    const renamed: ContentSchema = { ...schema, properties: { heading: { type: 'string', 'x-field-id': 'f_1' }, body: { type: 'string', 'x-field-id': 'f_2' } } }
    const differences = divergences(work({ heading: 'One', body: 'Mine' }), work({ heading: 'One', body: 'Text' }), began, renamed)
    expect(differences.map(({ key, changedBy }) => [key, changedBy])).toEqual([['body', 'mine']])
  })
  it('is no different where an instant is only written otherwise', () => {
    expect(divergences(work({}, 'Sale', '2026-11-24T00:00:00Z'), work({}, 'Sale', '2026-11-24T01:00:00+01:00'), null, schema)).toEqual([])
  })
  it('becomes one by the choices, what was emptied included', () => {
    const mine = work({ headline: 'Mine', body: 'Mine too', tags: ['a'] })
    const result = merged(mine, work({ headline: 'Theirs', body: 'Theirs too' }, 'Big sale', '2026-11-24T00:00:00Z'), new Map([
      ['headline', 'mine'], ['body', 'theirs'], ['tags', 'theirs'], ['item.title', 'theirs'], ['item.publishAt', 'theirs'],
    ] as const))
    expect(result).toEqual({ title: 'Big sale', data: { headline: 'Mine', body: 'Theirs too' }, publishAt: '2026-11-24T00:00:00Z', unpublishAt: null })
    expect(mine.data.tags).toEqual(['a'])
  })
})
