import { CSV_START, plainText } from '@/lib/csv'

/** A file as rows of named cells, before anybody has said what they mean. */
export interface ImportTable {
  fileName: string
  columns: string[]
  rows: TableRow[]
  /** Numbers are probably written with a comma: what separates the cells says so. */
  commaIsDecimal: boolean
  /** JSON: what is an empty text and what is nothing is known, and values have their kinds. */
  isJson: boolean
}

export interface TableRow {
  /** As an editor counts lines, the head being line 1; of JSON the place in the list, from 1. */
  line: number
  cells: Readonly<Record<string, unknown>>
}

export type Reading = { ok: true; table: ImportTable } | { ok: false; problem: string; next: string }

export const MOST_ROWS = 10_000
/** The Data API takes a request of this size in one piece, and a browser's tab holds it easily. */
export const LARGEST_FILE = 20 * 1024 * 1024

const failed = (problem: string, next: string): Reading => ({ ok: false, problem, next })

/** CSV (comma, semicolon or tab) or JSON, by what is in it and not by what it is called. */
export async function readTable(fileName: string, text: string): Promise<Reading> {
  const body = text.startsWith(CSV_START) ? text.slice(1) : text
  if (body.trim() === '') return failed(`"${fileName}" is empty.`, 'Choose another file.')
  const reading = /^\s*[[{]/.test(body) ? readJson(fileName, body) : await readCsv(fileName, body)
  if (!reading.ok) return reading
  const { rows } = reading.table
  if (rows.length === 0) return failed(`"${fileName}" has a head and no rows.`, 'Choose another file.')
  if (rows.length > MOST_ROWS) {
    return failed(`"${fileName}" has ${rows.length.toLocaleString('en-US')} rows, and an import takes 10,000.`, 'Divide the file, and import its parts one after the other.')
  }
  return reading
}

async function readCsv(fileName: string, text: string): Promise<Reading> {
  const { default: Papa } = await import('papaparse')
  const { data, errors, meta } = Papa.parse<string[]>(text, { delimiter: separatorOf(text), skipEmptyLines: false })
  const quotes = errors.find(({ type }) => type === 'Quotes')
  if (quotes !== undefined) {
    return failed(`"${fileName}" cannot be read from row ${(quotes.row ?? 0) + 1} on: a quotation mark is opened and not closed.`, 'Correct that row, or export the file again.')
  }
  const [head, ...rest] = data
  const columns = (head ?? []).map((name) => plainText(name).trim())
  const twice = columns.find((name, index) => name !== '' && columns.indexOf(name) !== index)
  if (twice !== undefined) return failed(`Two columns of "${fileName}" are called "${twice}".`, 'Give one of them another name.')
  if (columns.every((name) => name === '')) return failed(`The first line of "${fileName}" names no columns.`, 'Write the names of the columns there.')
  let line = 1 + linesOf(head ?? [])
  const rows: TableRow[] = []
  for (const cells of rest) {
    const at = line
    line += linesOf(cells)
    if (cells.every((cell) => cell.trim() === '')) continue
    rows.push({ line: at, cells: Object.fromEntries(columns.flatMap((name, index) => (name === '' ? [] : [[name, plainText(cells[index] ?? '')]]))) })
  }
  return { ok: true, table: { fileName, ...unfolded(columns.filter((name) => name !== ''), rows), commaIsDecimal: meta.delimiter === ';' || meta.delimiter === '\t', isJson: false } }
}

const SEPARATORS = [',', ';', '\t', '|'] as const

/** What stands most often between the names of the columns. Guessed from that line alone: cells may hold any of them, lists do. */
function separatorOf(text: string): string {
  const counts = new Map<string, number>(SEPARATORS.map((separator) => [separator, 0]))
  let quoted = false
  for (const character of text) {
    if (character === '"') quoted = !quoted
    else if (quoted) continue
    else if (character === '\n' || character === '\r') break
    else if (counts.has(character)) counts.set(character, (counts.get(character) ?? 0) + 1)
  }
  return [...counts].reduce((most, next) => (next[1] > most[1] ? next : most))[0]
}

/** An export of items of several types has their fields as JSON in one column: they are taken apart again. */
function unfolded(columns: string[], rows: TableRow[]): Pick<ImportTable, 'columns' | 'rows'> {
  if (!columns.includes('data')) return { columns, rows }
  const fields = new Set<string>()
  const apart: TableRow[] = []
  for (const { line, cells: { data, ...cells } } of rows) {
    const values = parseObject(data === '' ? '{}' : String(data))
    if (values === null) return { columns, rows }
    for (const name of Object.keys(values)) fields.add(`data.${name}`)
    apart.push({ line, cells: { ...cells, ...Object.fromEntries(Object.entries(values).map(([name, value]) => [`data.${name}`, value])) } })
  }
  return { columns: [...columns.filter((name) => name !== 'data'), ...fields], rows: apart }
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const parsed: unknown = JSON.parse(text)
    return isObject(parsed) ? parsed : null
  } catch {
    return null
  }
}

/** A cell may have several lines. */
const linesOf = (cells: readonly string[]) => 1 + cells.reduce((sum, cell) => sum + (cell.match(/\r\n|\r|\n/g)?.length ?? 0), 0)

function readJson(fileName: string, text: string): Reading {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch (error) {
    return failed(`"${fileName}" is not JSON: ${error instanceof Error ? error.message : 'it cannot be read'}.`, 'Correct it, or export it again.')
  }
  const entries = isObject(parsed) && Array.isArray(parsed['items']) ? (parsed['items'] as unknown[]) : parsed
  if (!Array.isArray(entries)) return failed(`"${fileName}" is no list of items.`, 'It should be a list of objects, or an export of items.')
  const bad = entries.findIndex((entry) => !isObject(entry))
  if (bad !== -1) return failed(`Entry ${bad + 1} of "${fileName}" is no object.`, 'It should be a list of objects, or an export of items.')
  const columns: string[] = []
  const known = new Set<string>()
  const rows = (entries as Record<string, unknown>[]).map((entry, index): TableRow => {
    // What an item keeps in its fields stands beside what it is, as in a table.
    const cells: Record<string, unknown> = {}
    for (const [name, value] of Object.entries(entry)) {
      if (name === 'data' && isObject(value)) for (const [field, inner] of Object.entries(value)) cells[`data.${field}`] = inner
      else cells[name] = value
    }
    for (const name of Object.keys(cells)) {
      if (known.has(name)) continue
      known.add(name)
      columns.push(name)
    }
    return { line: index + 1, cells }
  })
  return { ok: true, table: { fileName, columns, rows, commaIsDecimal: false, isJson: true } }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
