import type { ContentSchema, FieldSchema, JsonValue, ValueSchema } from '@core/content-schema'
import type { ColumnTargets, Target } from '@/features/content/list/import/columns'
import type { ImportTable, TableRow } from '@/features/content/list/import/read-table'
import { isItemStatus } from '@/features/content/item-status'

/** A row as plan_item_import takes it. */
export interface ImportRow {
  line: number
  id?: string
  title?: string
  status?: string
  publish_at?: string | null
  unpublish_at?: string | null
  data: Record<string, JsonValue>
}

export interface CellProblem {
  field: string
  message: string
}

export interface RefusedRow {
  line: number
  title: string
  problems: CellProblem[]
}

export interface Converted {
  rows: ImportRow[]
  refused: RefusedRow[]
  /** Rows that say they are of another type. */
  elsewhere: number
}

type Value = { ok: true; value: JsonValue } | { ok: false; message: string }

const ok = (value: JsonValue): Value => ({ ok: true, value })
const no = (message: string): Value => ({ ok: false, message })

/** Reads every cell as its field's kind. What cannot be read refuses its row, and says which cell. */
export function convertRows(table: ImportTable, targets: ColumnTargets, type: { name: string; title: string; schema: ContentSchema }): Converted {
  const columns = Object.entries(targets).flatMap(([column, target]) => (target === null ? [] : [{ column, target, comma: table.commaIsDecimal }]))
  for (const entry of columns) {
    const field = fieldOf(entry.target, type.schema)
    if (field?.type === 'number') entry.comma = usesDecimalComma(table.rows.map(({ cells }) => cells[entry.column]), table.commaIsDecimal)
  }
  const converted: Converted = { rows: [], refused: [], elsewhere: 0 }
  for (const row of table.rows) {
    const outcome = convertRow(row, columns, type)
    if (outcome === null) converted.elsewhere += 1
    else if ('problems' in outcome) converted.refused.push(outcome)
    else converted.rows.push(outcome)
  }
  return converted
}

function convertRow(row: TableRow, columns: readonly { column: string; target: Target; comma: boolean }[], type: { name: string; title: string; schema: ContentSchema }): ImportRow | RefusedRow | null {
  const { line } = row
  const made: ImportRow = { line, data: {} }
  const problems: CellProblem[] = []
  for (const { column, target, comma } of columns) {
    const cell = row.cells[column]
    // JSON that does not name a field leaves it as it is; an empty cell of a table empties it.
    if (cell === undefined) continue
    const text = (typeof cell === 'string' ? cell : cell === null ? '' : JSON.stringify(cell)).trim()
    switch (target) {
      case 'type':
        if (text !== '' && text !== type.name && text.toLowerCase() !== type.title.toLowerCase()) return null
        break
      case 'id':
        if (text !== '') made.id = text
        break
      case 'title':
        if (text !== '') made.title = text
        break
      case 'status': {
        const status = text.toLowerCase()
        if (isItemStatus(status)) made.status = status
        // As the list says it: what is scheduled or has ended is published, and its window says the rest.
        else if (status === 'scheduled' || status === 'ended') made.status = 'published'
        else if (status !== '') problems.push({ field: 'status', message: `"${short(text)}" is not draft, published or archived` })
        break
      }
      case 'publish_at':
      case 'unpublish_at': {
        const moment = readMoment(text)
        if (moment.ok) made[target] = moment.value as string | null
        else problems.push({ field: target, message: moment.message })
        break
      }
      default: {
        const name = target.slice(5)
        const field = type.schema.properties[name]
        if (field === undefined) break
        const value = readValue(field, cell, comma)
        if (value.ok) made.data[name] = value.value
        else problems.push({ field: target, message: value.message })
      }
    }
  }
  return problems.length === 0 ? made : { line, title: made.title ?? '', problems }
}

function fieldOf(target: Target, schema: ContentSchema): FieldSchema | undefined {
  return target.startsWith('data.') ? schema.properties[target.slice(5)] : undefined
}

const short = (text: string) => (text.length > 40 ? `${text.slice(0, 40)}…` : text)

/** One cell as its field's kind; an empty one is null, which empties the field. */
export function readValue(field: ValueSchema & Pick<FieldSchema, 'x-widget'>, cell: unknown, comma: boolean): Value {
  if (cell === null || cell === '') return ok(null)
  // JSON says what it means: the database judges it.
  if (typeof cell !== 'string') return ok(cell as JsonValue)
  if (field.type === 'string' && field.format === undefined && field.enum === undefined) return ok(cell)
  const text = cell.trim()
  if (text === '') return ok(null)
  if (field.enum !== undefined) {
    const found = field.enum.find((option) => String(option) === text) ?? field.enum.find((option) => String(option).toLowerCase() === text.toLowerCase())
    return found === undefined ? no(`"${short(text)}" is not one of: ${field.enum.join(', ')}`) : ok(found)
  }
  switch (field.type) {
    case 'number':
    case 'integer':
      return readNumber(text, comma)
    case 'boolean':
      return readBoolean(text)
    case 'array':
      return readList(field, text, comma)
    case 'string':
      return field.format === 'date' ? readDate(text) : field.format === 'date-time' ? readDateTime(text) : ok(field.format === 'markdown' ? cell : text)
  }
}

const TRUE = ['true', 'yes', 'y', '1', 'x', 'on', '✓', 'wahr', 'ja']
const FALSE = ['false', 'no', 'n', '0', 'off', 'falsch', 'nein']

function readBoolean(text: string): Value {
  const word = text.toLowerCase()
  return TRUE.includes(word) ? ok(true) : FALSE.includes(word) ? ok(false) : no(`"${short(text)}" is not yes or no`)
}

/** Digits with an optional sign; groups of three apart by what is not the decimal sign (a space and an apostrophe also). */
export function readNumber(text: string, comma: boolean): Value {
  const [decimal, group] = comma ? [',', '.'] : ['.', ',']
  const bare = text.replace(/\u2212/g, '-').replace(/[\s\u00a0\u202f']/g, '').replace(/[%€$£]$|^[€$£]/, '')
  const grouped = new RegExp(`^[+-]?\\d{1,3}(\\${group}\\d{3})+(\\${decimal}\\d+)?$`)
  const simple = new RegExp(`^[+-]?(\\d+(\\${decimal}\\d*)?|\\${decimal}\\d+)([eE][+-]?\\d+)?$`)
  if (!grouped.test(bare) && !simple.test(bare)) return no(`"${short(text)}" is not a number`)
  const value = Number((grouped.test(bare) ? bare.replaceAll(group, '') : bare).replace(decimal, '.'))
  return Number.isFinite(value) ? ok(value) : no(`"${short(text)}" is not a number`)
}

/** One column has one way of writing numbers: what can only be one of them decides for all. */
export function usesDecimalComma(values: readonly unknown[], otherwise: boolean): boolean {
  for (const value of values) {
    if (typeof value !== 'string') continue
    const text = value.trim()
    const dot = text.lastIndexOf('.')
    const comma = text.lastIndexOf(',')
    if (dot !== -1 && comma !== -1) return comma > dot
    const sign = Math.max(dot, comma)
    // Two of a kind separate groups; so can one before three digits, which says nothing.
    if (sign === -1) continue
    const one = dot === -1 ? ',' : '.'
    if (text.indexOf(one) !== sign) return one === '.'
    if (!/^\d{3}$/.test(text.slice(sign + 1)) || /^[+-]?0/.test(text)) return one === ','
  }
  return otherwise
}

function readList(field: ValueSchema, text: string, comma: boolean): Value {
  if (text.startsWith('[')) {
    try {
      const parsed: unknown = JSON.parse(text)
      if (Array.isArray(parsed)) return ok(parsed as JsonValue[])
    } catch {
      // A text that begins with a bracket: an entry like any other.
    }
  }
  const values: JsonValue[] = []
  for (const part of text.split(/\s*[;\n]\s*/).map((entry) => entry.trim()).filter((entry) => entry !== '')) {
    const value = field.items === undefined ? ok(part) : readValue(field.items, part, comma)
    if (!value.ok) return value
    values.push(value.value)
  }
  return ok(values)
}

const two = (part: string) => part.padStart(2, '0')

function day(year: string, month: string, date: string, text: string): Value {
  const moment = new Date(Date.UTC(Number(year), Number(month) - 1, Number(date)))
  return moment.getUTCMonth() === Number(month) - 1 && moment.getUTCDate() === Number(date)
    ? ok(`${year}-${two(month)}-${two(date)}`)
    : no(`"${short(text)}" is a day that the calendar does not have`)
}

/** 2026-11-21, 21.11.2026, and 11/21/2026 where only one reading is a date. */
export function readDate(text: string): Value {
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text)
  if (iso !== null) return day(iso[1] ?? '', iso[2] ?? '', iso[3] ?? '', text)
  const dotted = /^(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})$/.exec(text)
  if (dotted !== null) return day(dotted[3] ?? '', dotted[2] ?? '', dotted[1] ?? '', text)
  const slashed = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/.exec(text)
  if (slashed !== null) {
    const [, first = '', second = '', year = ''] = slashed
    if (Number(first) > 12) return day(year, second, first, text)
    if (Number(second) > 12 || first === second) return day(year, first, second, text)
    return no(`"${text}" may be two days: write it as ${year}-${two(first)}-${two(second)} or ${year}-${two(second)}-${two(first)}`)
  }
  return no(`"${short(text)}" is not a date (2026-11-21)`)
}

const TIMED = /^(.+?)(?:[T ]|,\s*)(\d{1,2}):(\d{2})(?::(\d{2})(\.\d{1,9})?)?\s*(Z|[+-]\d{2}:?\d{2})?$/

function dateAndTime(text: string): { date: string; time: string; offset: string } | { message: string } {
  const parts = TIMED.exec(text)
  const date = readDate(parts?.[1] ?? text)
  if (!date.ok) return { message: date.message.replace('is not a date (2026-11-21)', 'is not a date and time (2026-11-21 09:00)') }
  if (parts === null) return { date: date.value as string, time: '00:00:00', offset: '' }
  const [, , hours = '', minutes = '', seconds = '00', fraction = '', offset = ''] = parts
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) return { message: `"${short(text)}" has a time that no clock shows` }
  return { date: date.value as string, time: `${two(hours)}:${minutes}:${seconds}${fraction}`, offset: /^[+-]\d{4}$/.test(offset) ? `${offset.slice(0, 3)}:${offset.slice(3)}` : offset }
}

function readDateTime(text: string): Value {
  // What is written so already stays letter for letter.
  if (/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?$/.test(text)) return ok(text)
  const read = dateAndTime(text)
  return 'message' in read ? no(read.message) : ok(`${read.date}T${read.time}${read.offset}`)
}

/** A moment with its offset; without one, the clock of whoever imports is meant. */
export function readMoment(text: string): Value {
  if (text === '') return ok(null)
  const read = dateAndTime(text)
  if ('message' in read) return no(read.message)
  if (read.offset !== '') return ok(`${read.date}T${read.time}${read.offset}`)
  const moment = new Date(`${read.date}T${read.time}`)
  return Number.isNaN(moment.getTime()) ? no(`"${short(text)}" is not a date and time (2026-11-21 09:00)`) : ok(moment.toISOString())
}
