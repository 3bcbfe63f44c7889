import { formatMessages, formatPatterns, type CheckedFormat } from './content-formats.ts'

/**
 * The JSON Schema subset that a content type is written in, and its validator. The database has the same validator in
 * SQL (it refuses to publish invalid items); both pass `content-schema.vectors.json`.
 */

export type FieldType = 'string' | 'number' | 'integer' | 'boolean' | 'array'

export type FieldFormat = CheckedFormat | 'markdown'

export type FieldWidget =
  | 'text'
  | 'textarea'
  | 'richtext'
  | 'markdown'
  | 'number'
  | 'boolean'
  | 'select'
  | 'date'
  | 'datetime'
  | 'url'
  | 'email'
  | 'phone'
  | 'color'
  | 'image'
  | 'list'
  | 'reference'

export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue }

export interface ValueSchema {
  type: FieldType
  format?: FieldFormat
  enum?: (string | number | boolean)[]
  /** Bounds of numbers, inclusive. */
  minimum?: number
  maximum?: number
  /** Bounds of text, in Unicode code points (what PostgreSQL's char_length counts), inclusive. */
  minLength?: number
  maxLength?: number
  /** Searched for anywhere in the text, unless it is anchored. A pattern that does not compile checks nothing. */
  pattern?: string
  /** What each entry of a list must be. */
  items?: ValueSchema
}

export interface FieldSchema extends ValueSchema {
  title?: string
  description?: string
  default?: JsonValue
  'x-field-id'?: string
  'x-widget'?: FieldWidget
  /** References: the type (its name or id) that the item must be of; without it any item will do. */
  'x-reference-type'?: string
}

export interface ContentSchema {
  type: 'object'
  properties: Record<string, FieldSchema>
  required?: string[]
  'x-order'?: string[]
}

export interface FieldProblem {
  /** A field's name, or `name.0` for an entry of a list. */
  path: string
  /** Completes "Headline …": says what the value must be. */
  message: string
}

export interface ValidateOptions {
  /** Drafts and overrides: what is there must be right, what is missing may be missing. */
  partial?: boolean
}

/**
 * Checks `data` against a content type. At most one problem for a value, in the order of the fields; fields that the
 * type does not have come last. An empty text or list and null count as missing; null never is a problem of its own.
 */
export function validate(
  schema: ContentSchema,
  data: Readonly<Record<string, unknown>>,
  { partial = false }: ValidateOptions = {},
): FieldProblem[] {
  const required = new Set(schema.required ?? [])
  const problems: FieldProblem[] = []
  for (const name of fieldNames(schema)) {
    const field = schema.properties[name]
    if (field === undefined) continue
    const value = Object.hasOwn(data, name) ? data[name] : undefined
    if (isMissing(value)) {
      if (required.has(name) && !partial) problems.push({ path: name, message: 'is required' })
      continue
    }
    collect(field, value, name, partial, problems)
  }
  const strangers = Object.keys(data).filter(
    (name) => !Object.hasOwn(schema.properties, name) && data[name] !== null && data[name] !== undefined,
  )
  for (const name of strangers.sort(byCodePoint)) {
    problems.push({ path: name, message: 'is not a field of this type' })
  }
  return problems
}

/** The fields in the order in which they are shown: `x-order` first, then what it does not name, by code point. */
export function fieldNames(schema: ContentSchema): string[] {
  const ordered = [...new Set(schema['x-order'] ?? [])].filter((name) => Object.hasOwn(schema.properties, name))
  const rest = Object.keys(schema.properties).filter((name) => !ordered.includes(name))
  return [...ordered, ...rest.sort(byCodePoint)]
}

function collect(schema: ValueSchema, value: unknown, path: string, partial: boolean, into: FieldProblem[]): void {
  if (schema.type === 'array') {
    if (!Array.isArray(value)) {
      into.push({ path, message: 'must be a list' })
      return
    }
    const entrySchema = schema.items
    if (entrySchema === undefined) return
    value.forEach((entry: unknown, index) => {
      const entryPath = `${path}.${index}`
      if (!isMissing(entry)) collect(entrySchema, entry, entryPath, partial, into)
      else if (!partial) into.push({ path: entryPath, message: 'is required' })
    })
    return
  }
  const message = typeMessage(schema, value) ?? enumMessage(schema, value) ?? boundsMessage(schema, value)
  if (message !== null) into.push({ path, message })
}

function typeMessage(schema: ValueSchema, value: unknown): string | null {
  switch (schema.type) {
    case 'string':
      return typeof value === 'string' ? null : 'must be text'
    case 'number':
      return Number.isFinite(value) ? null : 'must be a number'
    case 'integer':
      return Number.isInteger(value) ? null : 'must be a whole number'
    case 'boolean':
      return typeof value === 'boolean' ? null : 'must be true or false'
    default:
      // A type that this version does not know checks nothing: data written by a newer one stays editable.
      return null
  }
}

function enumMessage(schema: ValueSchema, value: unknown): string | null {
  if (schema.enum === undefined || schema.enum.some((allowed) => allowed === value)) return null
  return `must be one of: ${schema.enum.join(', ')}`
}

function boundsMessage(schema: ValueSchema, value: unknown): string | null {
  if (typeof value === 'number') {
    if (schema.minimum !== undefined && value < schema.minimum) return `must be at least ${schema.minimum}`
    if (schema.maximum !== undefined && value > schema.maximum) return `must be at most ${schema.maximum}`
    return null
  }
  return typeof value === 'string' ? textMessage(schema, value) : null
}

function textMessage(schema: ValueSchema, text: string): string | null {
  const length = Array.from(text).length
  if (schema.minLength !== undefined && length < schema.minLength) {
    return `must be at least ${schema.minLength} characters`
  }
  if (schema.maxLength !== undefined && length > schema.maxLength) {
    return `must be at most ${schema.maxLength} characters`
  }
  if (schema.pattern !== undefined && !matches(schema.pattern, text)) {
    return `must match the pattern ${schema.pattern}`
  }
  const format = schema.format
  if (format !== undefined && isChecked(format) && !matches(formatPatterns[format], text)) {
    return formatMessages[format]
  }
  return null
}

function isChecked(format: FieldFormat): format is CheckedFormat {
  return Object.hasOwn(formatPatterns, format)
}

/** Refers back to a part of itself: the time to match it may explode, so it is refused where types are written, and checks nothing. */
const REFERS_BACK = /(^|[^\\])(\\\\)*\\[1-9]/

function matches(pattern: string, text: string): boolean {
  if (REFERS_BACK.test(pattern)) return true
  return compile(pattern)?.test(text) ?? true
}

/** `u` counts code points and `s` lets the dot match line ends, as PostgreSQL does. */
function compile(pattern: string): RegExp | null {
  for (const flags of ['us', 's']) {
    try {
      return new RegExp(pattern, flags)
    } catch {
      // `u` refuses needless escapes such as `\-`, which people write and PostgreSQL reads: try once without it.
      continue
    }
  }
  return null
}

function isMissing(value: unknown): boolean {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)
}

/** The order of PostgreSQL's "C" collation on UTF-8. */
function byCodePoint(a: string, b: string): number {
  const left = Array.from(a)
  const right = Array.from(b)
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const difference = (left[i]?.codePointAt(0) ?? 0) - (right[i]?.codePointAt(0) ?? 0)
    if (difference !== 0) return difference
  }
  return left.length - right.length
}
