import type { ContentSchema } from '@core/content-schema'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { exportedItems } from '@/features/content/list/export-items'
import { guessKey, guessTargets, targetLabel } from '@/features/content/list/import/columns'
import { convertRows, readDate, readMoment, readNumber, readValue, usesDecimalComma } from '@/features/content/list/import/convert'
import { MOST_ROWS, readTable, type ImportTable } from '@/features/content/list/import/read-table'
import type { ItemDocument } from '@/features/content/queries/bulk'

const schema: ContentSchema = {
  type: 'object',
  'x-order': ['headline', 'price', 'live', 'day', 'when', 'tags', 'theme', 'title'],
  required: ['headline'],
  properties: {
    headline: { type: 'string', title: 'Headline', 'x-field-id': 'f1' },
    price: { type: 'number', title: 'Price', 'x-field-id': 'f2' },
    live: { type: 'boolean', title: 'Is live', 'x-field-id': 'f3' },
    day: { type: 'string', format: 'date', title: 'Day', 'x-field-id': 'f4' },
    when: { type: 'string', format: 'date-time', title: 'When', 'x-field-id': 'f5' },
    tags: { type: 'array', items: { type: 'string' }, title: 'Tags', 'x-field-id': 'f6' },
    theme: { type: 'string', enum: ['autumn', 'winter'], title: 'Theme', 'x-field-id': 'f7' },
    title: { type: 'string', title: 'Title on the page', 'x-field-id': 'f8' },
  },
}
const type = { name: 'offer', title: 'Offer', schema }

async function table(text: string, name = 'items.csv'): Promise<ImportTable> {
  const reading = await readTable(name, text)
  if (!reading.ok) throw new Error(reading.problem)
  return reading.table
}
const problem = async (text: string) => {
  const reading = await readTable('items.csv', text)
  return reading.ok ? null : reading.problem
}
const convert = async (text: string) => {
  const read = await table(text)
  return convertRows(read, guessTargets(read, schema), type)
}

describe('reading a file', () => {
  it('takes commas, semicolons & tabs, quotes and lines within cells, and says on which line a row begins', async () => {
    expect((await table('a,b\r\n1,"x, ""y""\nz"\r\n\r\n2,w')).rows).toEqual([
      { line: 2, cells: { a: '1', b: 'x, "y"\nz' } },
      { line: 5, cells: { a: '2', b: 'w' } },
    ])
    expect(await table('\uFEFFa;b\n1,5;2')).toMatchObject({ columns: ['a', 'b'], commaIsDecimal: true, rows: [{ cells: { a: '1,5', b: '2' } }] })
    expect(await table('a\tb\n1\t2')).toMatchObject({ columns: ['a', 'b'] })
    expect((await table("title\n'=1+1\n''=x\n'tis")).rows.map(({ cells }) => cells['title'])).toEqual(['=1+1', "'=x", "'tis"])
  })
  it('says what is wrong with one that it cannot take', async () => {
    expect(await problem('')).toContain('is empty')
    expect(await problem('a,b\n')).toContain('no rows')
    expect(await problem('a,a\n1,2')).toContain('Two columns of "items.csv" are called "a"')
    expect(await problem('a,b\n1,"open')).toContain('a quotation mark is opened and not closed')
    expect(await problem('[1]')).toContain('Entry 1 of "items.csv" is no object')
    expect(await problem('{"a": ')).toContain('is not JSON')
    expect(await problem('{"a": 1}')).toContain('is no list of items')
    expect(await problem(`a\n${'x\n'.repeat(MOST_ROWS + 1)}`)).toContain('10,001 rows')
  })
  it('takes JSON of ours and lists of plain objects', async () => {
    expect(await table('{"format": "datasync.items", "items": [{"id": "1", "title": "T", "data": {"headline": "H"}}]}')).toMatchObject({
      isJson: true, columns: ['id', 'title', 'data.headline'], rows: [{ line: 1, cells: { id: '1', title: 'T', 'data.headline': 'H' } }],
    })
    expect((await table('[{"a": 1}, {"b": null}]')).columns).toEqual(['a', 'b'])
  })
})

describe('what the columns are', () => {
  it('is guessed by name, then by label, each once', () => {
    expect(guessTargets({ columns: ['ID', 'Title', 'headline', 'Is Live', 'PRICE', 'Publish from', 'data.title', 'Other', 'Headline'] }, schema)).toEqual({
      ID: 'id', Title: 'title', headline: 'data.headline', 'Is Live': 'data.live', PRICE: 'data.price', 'Publish from': 'publish_at',
      'data.title': 'data.title', Other: null, Headline: null,
    })
  })
  it('means the item itself where a field is called the same', () => {
    expect(guessTargets({ columns: ['title', 'status'] }, schema)).toEqual({ title: 'title', status: 'status' })
    expect(guessKey({ a: 'title' })).toBeNull()
    expect(guessKey({ a: 'title', b: 'id' })).toBe('id')
    expect(targetLabel('data.tags.1', schema)).toBe('Tags, entry 2')
  })
})

describe('a cell', () => {
  it('becomes a number however it is written', () => {
    const read = (text: string, comma = false) => { const value = readNumber(text, comma); return value.ok ? value.value : value.message }
    expect(['12', '-0.5', '1,234.5', '1 234', "1'234", '12%', '€ 9.90', '1e3'].map((text) => read(text))).toEqual([12, -0.5, 1234.5, 1234, 1234, 12, 9.9, 1000])
    expect(['1,5', '1.234,5', '−3,25', ',5'].map((text) => read(text, true))).toEqual([1.5, 1234.5, -3.25, 0.5])
    expect(['many', '1,2,3', '12,34', '', '1.2.3'].map((text) => read(text))).toEqual(['many', '1,2,3', '12,34', '', '1.2.3'].map((text) => `"${text}" is not a number`))
  })
  it('is read as its column is written', () => {
    expect(usesDecimalComma(['1', '1.234', '2,5'], false)).toBe(true)
    expect(usesDecimalComma(['1,234', '2.5'], true)).toBe(false)
    expect(usesDecimalComma(['1,234'], true)).toBe(true)
    expect(usesDecimalComma(['1,234'], false)).toBe(false)
    expect(usesDecimalComma(['1,234,567'], true)).toBe(false)
    expect(usesDecimalComma(['0,125'], false)).toBe(true)
  })
  it('becomes a day, where there is one way to read it', () => {
    const read = (text: string) => { const value = readDate(text); return value.ok ? value.value : value.message }
    expect(['2026-3-1', '21.11.2026', '1. 2.2026', '11/21/2026', '21/11/2026', '5/5/2026'].map(read)).toEqual(['2026-03-01', '2026-11-21', '2026-02-01', '2026-11-21', '2026-11-21', '2026-05-05'])
    expect(read('3/4/2026')).toBe('"3/4/2026" may be two days: write it as 2026-03-04 or 2026-04-03')
    expect(read('2026-02-30')).toBe('"2026-02-30" is a day that the calendar does not have')
    expect(read('soon')).toContain('is not a date')
  })
  it('becomes a moment, on the clock of whoever imports where it names no other', () => {
    expect(readMoment('2030-01-01T08:00:00.123456+00:00')).toEqual({ ok: true, value: '2030-01-01T08:00:00.123456+00:00' })
    expect(readMoment('2030-01-01 08:00+0200')).toEqual({ ok: true, value: '2030-01-01T08:00:00+02:00' })
    expect(readMoment('21.11.2026, 9:05')).toEqual({ ok: true, value: new Date(2026, 10, 21, 9, 5).toISOString() })
    expect(readMoment('')).toEqual({ ok: true, value: null })
    expect(readMoment('2030-01-01 25:00')).toMatchObject({ ok: false })
  })
  it('becomes yes or no, one of some, a list, or stays text to the letter', () => {
    const { live, theme, tags, headline } = schema.properties
    expect(['Yes', 'x', '1', 'ja', 'FALSE', 'no', '0'].map((text) => readValue(live!, text, false))).toEqual([true, true, true, true, false, false, false].map((value) => ({ ok: true, value })))
    expect(readValue(live!, 'perhaps', false)).toEqual({ ok: false, message: '"perhaps" is not yes or no' })
    expect(readValue(theme!, 'Autumn', false)).toEqual({ ok: true, value: 'autumn' })
    expect(readValue(theme!, 'spring', false)).toMatchObject({ ok: false })
    expect(readValue(tags!, 'a; b ;c', false)).toEqual({ ok: true, value: ['a', 'b', 'c'] })
    expect(readValue(tags!, '["a; b"]', false)).toEqual({ ok: true, value: ['a; b'] })
    expect(readValue(tags!, '[sic]', false)).toEqual({ ok: true, value: ['[sic]'] })
    expect(readValue(headline!, '  spaced ', false)).toEqual({ ok: true, value: '  spaced ' })
    expect(readValue(headline!, '', false)).toEqual({ ok: true, value: null })
  })
})

describe('rows', () => {
  it('that can be read are handed on, those that cannot are refused with line, field and reason', async () => {
    const { rows, refused, elsewhere } = await convert('type,title,status,headline,price,day\noffer,A,Draft,H,"1,50",2026-01-01\nOffer,B,scheduled,,many,someday\nnote,C,draft,H,1,\n,D,shiny,H,1,')
    expect(rows).toEqual([{ line: 2, title: 'A', status: 'draft', data: { headline: 'H', price: 1.5, day: '2026-01-01' } }])
    expect(refused).toEqual([
      { line: 3, title: 'B', problems: [{ field: 'data.price', message: '"many" is not a number' }, { field: 'data.day', message: '"someday" is not a date (2026-11-21)' }] },
      { line: 5, title: 'D', problems: [{ field: 'status', message: '"shiny" is not draft, published or archived' }] },
    ])
    expect(elsewhere).toBe(1)
  })
})

describe('an export', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 12 }).map((value) => value.replaceAll('\0', ''))
  const words = fc.oneof(text, fc.constantFrom('=1+1', "'=x", '-5', '@a', 'a;b', '[x]', '"q"', ' s ', 'l1\nl2', '1,5', ''))
  const data = fc.record(
    {
      headline: words.filter((value) => value !== ''), price: fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0)), live: fc.boolean(),
      day: fc.constantFrom('2026-11-21', '2024-02-29'), when: fc.constantFrom('2026-11-21T09:00', '2026-11-21T09:00:00.5+02:00'),
      tags: fc.array(words, { minLength: 1, maxLength: 4 }), theme: fc.constantFrom('autumn', 'winter'), title: words.filter((value) => value !== ''),
    },
    { requiredKeys: [] },
  )
  const title = words.map((value) => value.trim()).filter((value) => value !== '')
  const documents = fc.array(fc.record({ title, status: fc.constantFrom('draft' as const, 'published' as const, 'archived' as const), publish_at: fc.constantFrom(null, '2030-01-01T08:00:00.123456+00:00'), data }), { minLength: 1, maxLength: 5 })
    .map((items) => items.map((item, index): ItemDocument => ({ id: `00000000-0000-4000-8000-00000000000${index}`, type: 'offer', unpublish_at: null, ...item })))

  const fileOf = async (format: 'csv' | 'json', items: ItemDocument[], of: ContentSchema | null) => {
    let file = ''
    for await (const part of exportedItems(format, items.map(({ id }) => id), of, () => Promise.resolve(items), () => undefined)) file += part
    return file
  }
  const backFrom = async (file: string) => {
    const read = await table(file)
    const { rows, refused, elsewhere } = convertRows(read, guessTargets(read, schema), type)
    expect({ refused, elsewhere }).toEqual({ refused: [], elsewhere: 0 })
    // Empty is how a table says that there is nothing.
    return rows.map(({ line: _, ...row }) => ({ ...row, data: Object.fromEntries(Object.entries(row.data).filter(([, value]) => value !== null)) }))
  }
  const expected = (items: ItemDocument[]) => items.map(({ type: _, ...item }) => item)

  it('as a table comes back as it was, formulas and all', async () => {
    await fc.assert(fc.asyncProperty(documents, async (items) => { expect(await backFrom(await fileOf('csv', items, schema))).toEqual(expected(items)) }), { numRuns: 200 })
  })
  it('as JSON, and as a table of several types, too', async () => {
    await fc.assert(fc.asyncProperty(documents, async (items) => {
      expect(await backFrom(await fileOf('json', items, null))).toEqual(expected(items))
      expect(await backFrom(await fileOf('csv', items, null))).toEqual(expected(items))
    }), { numRuns: 100 })
  })
  it('has nothing that a spreadsheet would run', async () => {
    const file = await fileOf('csv', [{ id: '1', type: 'offer', title: '=HYPERLINK("x")', status: 'draft', publish_at: null, unpublish_at: null, data: { headline: '+1', tags: ['=a', 'b'] } }], schema)
    expect(file.split('\r\n')[1]).toBe(`1,offer,"'=HYPERLINK(""x"")",draft,,,'+1,,,,,"'=a; b",,`)
  })
})
