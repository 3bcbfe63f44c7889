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

/**
 * Data that was written under one schema of a type, as another schema of it calls its fields: by `x-field-id`, which a field keeps
 * under every name. What has no field there keeps its name, so that nothing is lost; a name that is taken there by another field
 * gives way to that field's own value.
 */
export function carryOver(from: ContentSchema, to: ContentSchema, data: Readonly<Record<string, JsonValue>>): Record<string, JsonValue> {
  const nameOf = new Map(Object.entries(to.properties).flatMap(([name, field]) => (field['x-field-id'] === undefined ? [] : [[field['x-field-id'], name] as const])))
  const moved: Record<string, JsonValue> = {}
  const stayed: Record<string, JsonValue> = {}
  for (const [name, value] of Object.entries(data)) {
    const id = Object.hasOwn(from.properties, name) ? from.properties[name]?.['x-field-id'] : undefined
    const target = id === undefined ? undefined : nameOf.get(id)
    if (target === undefined) stayed[name] = value
    else moved[target] = value
  }
  return { ...stayed, ...moved }
}
