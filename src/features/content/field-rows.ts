import { fieldNames, type ContentSchema, type FieldSchema, type FieldWidget } from '@core/content-schema'
import { widgetOf } from '@/ui/schema-control/widget'

/** A field as the editor of a type shows it. */
export interface FieldRow {
  /** `x-field-id`: stays with the field for its life, whatever it is called. */
  fieldId: string
  name: string
  title: string
  kind: FieldWidget
  required: boolean
  /** One option a line; for a select only. */
  options: string
  /** The name under which items already hold data; null for a field that was not saved yet. */
  savedName: string | null
}

export const FIELD_KINDS: readonly { value: FieldWidget; label: string }[] = [
  { value: 'text', label: 'Text' },
  { value: 'textarea', label: 'Long text' },
  { value: 'markdown', label: 'Rich text (Markdown)' },
  { value: 'number', label: 'Number' },
  { value: 'boolean', label: 'Yes or no' },
  { value: 'select', label: 'One of several' },
  { value: 'list', label: 'List of texts' },
  { value: 'date', label: 'Date' },
  { value: 'datetime', label: 'Date and time' },
  { value: 'url', label: 'Web address' },
  { value: 'email', label: 'E-mail address' },
  { value: 'phone', label: 'Phone number' },
  { value: 'color', label: 'Colour' },
  { value: 'image', label: 'Image address' },
]

/** What a kind means for the validator; the widget alone would let anything in. */
const SHAPE: Record<FieldWidget, Pick<FieldSchema, 'type' | 'format' | 'items'>> = {
  text: { type: 'string' },
  textarea: { type: 'string' },
  markdown: { type: 'string', format: 'markdown' },
  number: { type: 'number' },
  boolean: { type: 'boolean' },
  select: { type: 'string' },
  date: { type: 'string', format: 'date' },
  datetime: { type: 'string', format: 'date-time' },
  url: { type: 'string', format: 'uri' },
  email: { type: 'string', format: 'email' },
  phone: { type: 'string' },
  color: { type: 'string', format: 'color' },
  image: { type: 'string', format: 'uri' },
  list: { type: 'array', items: { type: 'string' } },
}

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789'

export function newFieldId(): string {
  return `f_${Array.from(crypto.getRandomValues(new Uint8Array(10)), (byte) => ALPHABET[byte % ALPHABET.length]).join('')}`
}

export function newFieldRow(): FieldRow {
  return { fieldId: newFieldId(), name: '', title: '', kind: 'text', required: false, options: '', savedName: null }
}

/** "Button text" -> "button_text": a name that the database takes. */
export function suggestFieldName(title: string): string {
  return title
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[^a-z]+|_+$/g, '')
    .slice(0, 63)
}

export function toFieldRows(schema: ContentSchema): FieldRow[] {
  const required = new Set(schema.required ?? [])
  return fieldNames(schema).flatMap((name) => {
    const field = schema.properties[name]
    if (field === undefined) return []
    return [{
      fieldId: field['x-field-id'] ?? newFieldId(),
      name,
      title: field.title ?? '',
      kind: widgetOf(field),
      required: required.has(name),
      options: (field.enum ?? []).map(String).join('\n'),
      savedName: name,
    }]
  })
}

/**
 * The schema that the rows describe. What this editor does not show of a field (bounds, patterns, help, defaults) stays as it
 * is while the field keeps its kind; a new kind begins anew, for bounds of text mean nothing to a number.
 */
export function toSchema(rows: readonly FieldRow[], before: ContentSchema | null): ContentSchema {
  const properties: ContentSchema['properties'] = {}
  for (const row of rows) {
    const old = row.savedName === null ? undefined : before?.properties[row.savedName]
    const kept = old !== undefined && widgetOf(old) === row.kind
    const base: FieldSchema = kept ? { ...old } : { ...SHAPE[row.kind], ...(old?.description === undefined ? {} : { description: old.description }) }
    const field: FieldSchema = { ...base, title: row.title.trim(), 'x-field-id': row.fieldId, 'x-widget': row.kind }
    if (row.kind === 'select') field.enum = readOptions(row.options, kept ? old : undefined)
    properties[row.name] = field
  }
  return {
    ...(before ?? {}),
    type: 'object',
    'x-order': rows.map(({ name }) => name),
    required: rows.filter(({ required }) => required).map(({ name }) => name),
    properties,
  }
}

/** An option that was a number or a boolean stays one. */
function readOptions(text: string, old: FieldSchema | undefined): NonNullable<FieldSchema['enum']> {
  const known = new Map((old?.enum ?? []).map((option) => [String(option), option]))
  return optionLines(text).map((line) => known.get(line) ?? line)
}

export function optionLines(text: string): string[] {
  return [...new Set(text.split('\n').map((line) => line.trim()).filter((line) => line !== ''))]
}

export type RowProblem = Partial<Record<'name' | 'title' | 'options', string>>

/** One entry a row; an empty one is a row without problems. */
export function rowProblems(rows: readonly FieldRow[]): RowProblem[] {
  return rows.map((row, index) => {
    const problem: RowProblem = {}
    if (row.title.trim() === '') problem.title = 'A field needs a label.'
    if (row.name === '') problem.name = 'A field needs a name.'
    else if (!/^[a-z][a-z0-9_]{0,62}$/.test(row.name)) problem.name = 'Lower-case letters, digits and _, a letter first.'
    else if (rows.some((other, place) => place < index && other.name === row.name)) problem.name = 'Another field has this name.'
    if (row.kind === 'select' && optionLines(row.options).length === 0) problem.options = 'Write at least one option.'
    return problem
  })
}

export function hasProblems(problems: readonly RowProblem[]): boolean {
  return problems.some((problem) => Object.keys(problem).length > 0)
}
