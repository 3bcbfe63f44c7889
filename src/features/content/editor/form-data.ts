import { defaultsOf } from '@core/content-defaults'
import { validate, type ContentSchema, type FieldProblem, type JsonValue } from '@core/content-schema'
import type { ItemData } from '@/features/content/queries/item'
import { fieldLabel } from '@/ui/schema-control/widget'

/** What a new item begins with. */
export const initialData: (schema: ContentSchema) => ItemData = defaultsOf

/** What is stored: fields left empty are not there at all, so that equal content is equal data. */
export function storedData(values: Readonly<Record<string, JsonValue | undefined>>): ItemData {
  return Object.fromEntries(Object.entries(values).flatMap(([name, value]) => (isEmpty(value) ? [] : [[name, value as JsonValue]])))
}

function isEmpty(value: JsonValue | undefined): boolean {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)
}

/** The first problem of each field by the field's name; a problem inside a list says which entry it means. */
export function problemsByField(problems: readonly FieldProblem[]): Map<string, string> {
  const byField = new Map<string, string>()
  for (const { path, message } of problems) {
    const [name = path, entry] = path.split('.')
    if (byField.has(name)) continue
    byField.set(name, entry === undefined ? message : `entry ${Number(entry) + 1} ${message}`)
  }
  return byField
}

/** "Headline is required": the validator's words, with the field as people know it. */
export function problemSentence(schema: ContentSchema, name: string, message: string): string {
  return `${fieldLabel(name, schema.properties[name])} ${message}`
}

/** Fields that the data has and the type does not (any more); publishing refuses them. */
export function strangerFields(schema: ContentSchema, data: Readonly<Record<string, JsonValue | undefined>>): string[] {
  return Object.keys(data)
    .filter((name) => !Object.hasOwn(schema.properties, name) && data[name] !== undefined && data[name] !== null)
    .sort()
}

export interface Findings {
  /** What is wrong as far as it goes: shown while typing, and never saved. */
  wrong: Map<string, string>
  /** All that stands between the item and its publication, what is missing included. */
  beforePublishing: Map<string, string>
}

export function findings(schema: ContentSchema, values: Readonly<Record<string, JsonValue | undefined>>): Findings {
  const data = storedData(values)
  return {
    wrong: problemsByField(validate(schema, data, { partial: true }).filter(({ path }) => Object.hasOwn(schema.properties, path.split('.')[0] ?? path))),
    beforePublishing: problemsByField(validate(schema, data)),
  }
}
