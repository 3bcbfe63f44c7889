import { fieldNames, type ContentSchema, type JsonValue } from '@core/content-schema'
import { fieldLabel } from '@/ui/schema-control/widget'
import type { FieldChange } from '@/ui/diff-view'

type Data = Readonly<Record<string, JsonValue | undefined>>

const idOf = (schema: ContentSchema, name: string): string | undefined => (Object.hasOwn(schema.properties, name) ? schema.properties[name]?.['x-field-id'] : undefined)

/** Today's name of every field, by its id: what `private.follow_fields` goes by. */
function namesById(schema: ContentSchema): Map<string, string> {
  return new Map(Object.keys(schema.properties).flatMap((name) => {
    const id = idOf(schema, name)
    return id === undefined ? [] : [[id, name] as const]
  }))
}

/** Data written under one schema of a type, under the names of another. What has no field there keeps its name, unless another field has that name now. */
export function followFields<Value extends JsonValue | undefined>(data: Readonly<Record<string, Value>>, from: ContentSchema, to: ContentSchema): Record<string, Value> {
  const today = namesById(to)
  return Object.fromEntries(Object.entries(data).flatMap(([name, value]) => {
    const id = idOf(from, name)
    const known = id === undefined ? undefined : today.get(id)
    if (known !== undefined) return [[known, value]]
    return Object.hasOwn(to.properties, name) ? [] : [[name, value]]
  }))
}

export interface Side {
  title: string
  data: Data
  schema: ContentSchema
}

const isMissing = (value: JsonValue | undefined) => value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)

/** Equal values, whatever the order of the keys within them. */
export function sameValue(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (isMissing(a) && isMissing(b)) return true
  return JSON.stringify(a, ordered) === JSON.stringify(b, ordered)
}

function ordered(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** What differs between two revisions, field by field. A field is the same where its id is, whatever it was called. */
export function fieldChanges(before: Side, after: Side): FieldChange[] {
  const changes: FieldChange[] = before.title === after.title ? [] : [{ field: 'item title', label: 'Title', before: before.title, after: after.title }]
  const oldNames = namesById(before.schema)
  const matched = new Set<string>()
  const note = (name: string, oldName: string | undefined): string | undefined => {
    if (oldName === undefined) return undefined
    const [was, is] = [fieldLabel(oldName, before.schema.properties[oldName]), fieldLabel(name, after.schema.properties[name])]
    return was === is ? undefined : `was ${was}`
  }
  const known = fieldNames(after.schema)
  const strangers = Object.keys(after.data).filter((name) => !known.includes(name)).sort()
  for (const name of [...known, ...strangers]) {
    const id = idOf(after.schema, name)
    const counterpart = id === undefined ? name : oldNames.get(id)
    if (counterpart !== undefined) matched.add(counterpart)
    const [was, is] = [counterpart === undefined ? undefined : before.data[counterpart], after.data[name]]
    if (sameValue(was, is)) continue
    changes.push(change(name, fieldLabel(name, after.schema.properties[name]), note(name, counterpart), was, is))
  }
  for (const name of Object.keys(before.data).filter((candidate) => !matched.has(candidate)).sort()) {
    if (isMissing(before.data[name])) continue
    const isField = Object.hasOwn(before.schema.properties, name)
    changes.push(change(`${name} (before)`, fieldLabel(name, before.schema.properties[name]), isField ? 'no longer a field' : undefined, before.data[name], undefined))
  }
  return changes
}

function change(field: string, label: string, note: string | undefined, before: JsonValue | undefined, after: JsonValue | undefined): FieldChange {
  return {
    field,
    label,
    ...(note === undefined ? {} : { note }),
    ...(isMissing(before) ? {} : { before }),
    ...(isMissing(after) ? {} : { after }),
  }
}
