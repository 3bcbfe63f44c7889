import { fieldNames, validate, type ContentSchema, type JsonValue } from './content-schema.ts'

/** What a new item of a type begins with: the defaults of its fields. One that its own field would not take is left out. */
export function defaultsOf(schema: ContentSchema): Record<string, JsonValue> {
  const data: Record<string, JsonValue> = {}
  for (const name of fieldNames(schema)) {
    const value = schema.properties[name]?.default
    if (value !== undefined && value !== null) data[name] = value
  }
  const wrong = new Set(validate(schema, data, { partial: true }).map(({ path }) => path.split('.')[0]))
  return Object.fromEntries(Object.entries(data).filter(([name]) => !wrong.has(name)))
}
