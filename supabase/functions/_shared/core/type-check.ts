import { formatPatterns } from './content-formats.ts'
import { fieldNames, validate, type ContentSchema, type FieldProblem, type FieldSchema } from './content-schema.ts'

/**
 * Whether something is a schema of our subset that makes sense: what the database would refuse (DS021, DS022), and what would make a
 * form that nobody can fill in. A problem names where (`fields.headline.maxLength`), what is wrong and what would be right.
 */
export function typeProblems(schema: unknown): FieldProblem[] {
  if (!isRecord(schema) || schema.type !== 'object' || !isRecord(schema.properties)) {
    return [{ path: 'schema', message: 'must be {"type": "object", "properties": {…}}' }]
  }
  const problems: FieldProblem[] = []
  const ids = new Map<string, string>()
  for (const [name, field] of Object.entries(schema.properties)) {
    const at = `fields.${name}`
    if (!fieldNamePattern.test(name)) problems.push({ path: at, message: 'needs a name of lower-case letters, digits and _, a letter first, at most 63' })
    if (!isRecord(field)) {
      problems.push({ path: at, message: 'must be an object such as {"type": "string"}' })
      continue
    }
    problems.push(...fieldSchemaProblems(field).map(({ path, message }) => ({ path: path === '' ? at : `${at}.${path}`, message })))
    const id = field['x-field-id']
    if (typeof id === 'string' && id !== '') {
      const other = ids.get(id)
      if (other !== undefined) problems.push({ path: `${at}.x-field-id`, message: `is the one of "${other}" already; each field has one of its own` })
      ids.set(id, name)
    }
  }
  for (const list of ['required', 'x-order'] as const) {
    const value = schema[list]
    if (value !== undefined && !(Array.isArray(value) && value.every((entry) => typeof entry === 'string'))) problems.push({ path: list, message: 'must be a list of field names' })
  }
  if (Array.isArray(schema.required)) {
    for (const name of schema.required as string[]) {
      if (!Object.hasOwn(schema.properties, name)) problems.push({ path: 'required', message: `names "${name}", which is no field of this type` })
    }
  }
  return problems
}

export const fieldNamePattern = /^[a-z][a-z0-9_]{0,62}$/

const types = ['string', 'number', 'integer', 'boolean', 'array']
const widgets = ['text', 'textarea', 'richtext', 'markdown', 'number', 'boolean', 'select', 'date', 'datetime', 'url', 'email', 'phone', 'color', 'image', 'list', 'reference']
const formats = [...Object.keys(formatPatterns), 'markdown']

/** What is wrong with one field's own rules; paths are its keywords. */
export function fieldSchemaProblems(field: Readonly<Record<string, unknown>>): FieldProblem[] {
  const problems: FieldProblem[] = []
  const add = (path: string, message: string) => problems.push({ path, message })
  const isType = typeof field.type === 'string' && types.includes(field.type)
  if (!isType) add('type', `must be one of: ${types.join(', ')}`)
  if (field.format !== undefined && !formats.some((format) => format === field.format)) add('format', `must be one of: ${formats.join(', ')}`)
  if (field['x-widget'] !== undefined && !widgets.some((widget) => widget === field['x-widget'])) add('x-widget', `must be one of: ${widgets.join(', ')}`)
  if (field['x-widget'] === 'reference' && (field.type !== 'string' || field.format !== 'uuid')) add('x-widget', 'a reference is text of the format uuid')
  for (const key of ['title', 'description', 'pattern', 'x-reference-type'] as const) {
    if (field[key] !== undefined && typeof field[key] !== 'string') add(key, 'must be text')
  }
  for (const key of ['minimum', 'maximum'] as const) {
    if (field[key] !== undefined && !Number.isFinite(field[key])) add(key, 'must be a number')
  }
  for (const key of ['minLength', 'maxLength'] as const) {
    if (field[key] !== undefined && !(Number.isInteger(field[key]) && (field[key] as number) >= 0)) add(key, 'must be a whole number of at least 0')
  }
  if (isAbove(field.minimum, field.maximum)) add('maximum', `must be at least the minimum (${String(field.minimum)})`)
  if (isAbove(field.minLength, field.maxLength)) add('maxLength', `must be at least the minimum length (${String(field.minLength)})`)
  if (field.enum !== undefined) {
    if (!Array.isArray(field.enum) || field.enum.some((option) => !['string', 'number', 'boolean'].includes(typeof option))) add('enum', 'must be a list of texts, numbers, true or false')
    else if (field.enum.length === 0) add('enum', 'needs at least one option')
    else if (new Set(field.enum).size < field.enum.length) add('enum', 'has an option twice')
  }
  if (typeof field.pattern === 'string') {
    const fault = patternProblem(field.pattern)
    if (fault !== null) add('pattern', fault)
  }
  if (field.items !== undefined && (field.type !== 'array' || !isRecord(field.items))) add('items', 'belongs to a list, as an object such as {"type": "string"}')
  if (problems.length === 0 && field.default !== undefined && field.default !== null) {
    // Checked field by field above.
    const schema: ContentSchema = { type: 'object', properties: { value: field as unknown as FieldSchema } }
    const [wrong] = validate(schema, { value: field.default }, { partial: true })
    if (wrong !== undefined) add('default', wrong.message)
  }
  return problems
}

/** Why a pattern checks nothing: it does not compile, here or (for what only JavaScript knows) in PostgreSQL. */
export function patternProblem(pattern: string): string | null {
  try {
    new RegExp(pattern, 's')
  } catch {
    return 'is no regular expression: a bracket or a backslash is left open'
  }
  // PostgreSQL would read these otherwise or refuse them, and then check nothing.
  if (/\(\?<|\\p\{|\\k</.test(pattern)) return 'uses what the database does not know (named groups, lookbehind or \\p{…})'
  return null
}

/** How many fields a schema has that differ from another: added, removed, changed; a field is the same by its id, else by its name. */
export interface FieldDifference {
  name: string
  kind: 'added' | 'removed' | 'renamed' | 'changed' | 'same'
  before: string | null
}

export function compareFields(before: ContentSchema, after: ContentSchema): FieldDifference[] {
  const idOf = (schema: ContentSchema, name: string) => schema.properties[name]?.['x-field-id'] ?? `name:${name}`
  const old = new Map(fieldNames(before).map((name) => [idOf(before, name), name]))
  const kept = new Set<string>()
  const differences = fieldNames(after).map((name): FieldDifference => {
    const was = old.get(idOf(after, name))
    if (was === undefined) return { name, kind: 'added', before: null }
    kept.add(was)
    if (was !== name) return { name, kind: 'renamed', before: was }
    const same = sameJson(before.properties[was], after.properties[name])
    return { name, kind: same && isRequired(before, was) === isRequired(after, name) ? 'same' : 'changed', before: was }
  })
  return [...differences, ...fieldNames(before).filter((name) => !kept.has(name)).map((name): FieldDifference => ({ name, kind: 'removed', before: name }))]
}

const isRequired = (schema: ContentSchema, name: string) => schema.required?.includes(name) === true

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (!isRecord(value)) return value
  return Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])]))
}

/** Equal as the database compares them: in whatever order their keys were written. */
export function sameJson(one: unknown, other: unknown): boolean {
  return JSON.stringify(sorted(one)) === JSON.stringify(sorted(other))
}

function isAbove(low: unknown, high: unknown): boolean {
  return typeof low === 'number' && typeof high === 'number' && low > high
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
