import type { ContentSchema, FieldProblem, JsonValue } from './content-schema.ts'
import type { Result } from './result.ts'
import { isRecord, typeProblems } from './type-check.ts'

/** A content type as one JSON document, to be taken to another organization. */
export interface TypeDocument {
  name: string
  title: string
  description: string
  schema: ContentSchema
  /** Data of an item, to show what the type is for. */
  example: Record<string, JsonValue>
}

const typeDocumentFormat = 'datasync.content-type'
/** The most that an imported document may weigh, in characters. */
export const maxTypeDocument = 300_000

export function writeTypeDocument({ name, title, description, schema, example }: TypeDocument): string {
  return `${JSON.stringify({ format: typeDocumentFormat, version: 1, name, title, description, schema, ...(Object.keys(example).length > 0 ? { example } : {}) }, null, 2)}\n`
}

/** Every problem at once, each with its place, so that a document can be corrected in one go. */
export function readTypeDocument(text: string): Result<TypeDocument, FieldProblem[]> {
  const refuse = (...error: FieldProblem[]): Result<TypeDocument, FieldProblem[]> => ({ ok: false, error })
  if (text.length > maxTypeDocument) return refuse({ path: 'The file', message: 'is too large to be a content type (300 kB at most)' })
  let value: unknown
  try {
    // A byte order mark is what some editors put first.
    value = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (error) {
    return refuse({ path: 'The file', message: `is not JSON: ${error instanceof Error ? error.message : 'it cannot be read'}` })
  }
  if (!isRecord(value) || value.format !== typeDocumentFormat) return refuse({ path: 'format', message: `must be "${typeDocumentFormat}": export a type to see one` })
  if (value.version !== 1) return refuse({ path: 'version', message: `${JSON.stringify(value.version) || 'none'} is not a version that this DataSync reads (1)` })

  const problems: FieldProblem[] = []
  const { name, title, description = '', schema, example = {} } = value
  if (typeof name !== 'string' || !/^[a-z][a-z0-9_]{0,62}$/.test(name)) problems.push({ path: 'name', message: 'must be lower-case letters, digits and _, a letter first' })
  if (typeof title !== 'string' || title.trim() === '' || title.length > 120) problems.push({ path: 'title', message: 'must be text of 1 to 120 characters' })
  if (typeof description !== 'string' || description.length > 2000) problems.push({ path: 'description', message: 'must be text of at most 2,000 characters' })
  if (!isRecord(example)) problems.push({ path: 'example', message: 'must be an object of values by field name' })
  problems.push(...typeProblems(schema))
  if (JSON.stringify(schema ?? null).length > 100_000) problems.push({ path: 'schema', message: 'is larger than fits into one type (100 kB)' })
  if (problems.length > 0) return refuse(...problems)
  // All of it has just been checked.
  return { ok: true, value: { name, title, description, schema, example } as unknown as TypeDocument }
}

/** The same fields with ids of their own, so that a copy of a type is another type. */
export function withNewFieldIds(schema: ContentSchema, newId: () => string): ContentSchema {
  return { ...schema, properties: Object.fromEntries(Object.entries(schema.properties).map(([name, field]) => [name, { ...field, 'x-field-id': newId() }])) }
}

/** "offer_banner", or "offer_banner_2" where that is taken, and so on. */
export function freeName(wanted: string, taken: ReadonlySet<string>): string {
  if (!taken.has(wanted)) return wanted
  for (let n = 2; ; n++) {
    const name = `${wanted.slice(0, 62 - String(n).length)}_${n}`
    if (!taken.has(name)) return name
  }
}
