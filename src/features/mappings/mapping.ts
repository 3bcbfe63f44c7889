import { fieldNames, validate, type ContentSchema, type JsonValue } from '@core/content-schema'

export const MODES = ['full', 'override', 'block'] as const
export type Mode = (typeof MODES)[number]
export const isMode = (value: string): value is Mode => MODES.some((mode) => mode === value)

export interface Mapping {
  mode: Mode
  /** By field name; only what differs from the item. */
  overrides: Record<string, JsonValue>
  /**
   * What the item said when each override was made; a field that is missing here, or null as a whole: not known.
   * undefined: the database is yet to look.
   */
  bases?: Record<string, JsonValue> | null | undefined
  /** The place among the site's items; null until the database has given one. */
  position: number | null
}

export interface CellAddress {
  siteId: string
  itemId: string
}

/** What a cell means, in a sentence. */
export const MODE_SENTENCE: Record<Mode | 'none', string> = {
  full: 'Sent as it is.',
  override: 'Sent with the fields below in place of its own.',
  block: 'Kept away from this site on purpose.',
  none: 'Not sent to this site.',
}

/** The mapping that a mode makes of what was there. Overrides live in the mode override only, as in the database. */
export function withMode(before: Mapping | null, mode: Mode | null): Mapping | null {
  if (mode === null) return null
  const kept = mode === 'override' && before?.mode === 'override'
  return { mode, overrides: kept ? before.overrides : {}, bases: kept ? before.bases : undefined, position: before?.position ?? null }
}

export function withOverride(before: Mapping | null, name: string, value: JsonValue): Mapping {
  const overrides = before?.mode === 'override' ? before.overrides : {}
  return { mode: 'override', overrides: { ...overrides, [name]: value }, position: before?.position ?? null }
}

/** The mode stays override when the last field goes: the person chose it, and full is one key away. */
export function withoutOverride(before: Mapping, name: string): Mapping {
  return { mode: before.mode, overrides: without(before.overrides, name), position: before.position }
}

/** Somebody has looked at what the item says now and keeps the override all the same. */
export function withBase(before: Mapping, name: string, base: JsonValue | undefined): Mapping {
  return { ...before, bases: { ...(before.bases ?? {}), [name]: base ?? null } }
}

export function sameMapping(a: Mapping | null, b: Mapping | null): boolean {
  if (a === null || b === null) return a === b
  if (a.mode !== b.mode || !sameValue(a.overrides, b.overrides)) return false
  return a.bases === undefined || b.bases === undefined || sameValue(a.bases, b.bases)
}

export function sameValue(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  return JSON.stringify(sorted(a ?? null)) === JSON.stringify(sorted(b ?? null))
}

function sorted(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, entry]) => [key, sorted(entry)]))
}

function without(record: Readonly<Record<string, JsonValue>>, name: string): Record<string, JsonValue> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => key !== name))
}

/** What the item said when this field was overridden, where it says something else by now; null where it does not, or nobody knows. */
export function changedBase(mapping: Mapping, name: string, now: JsonValue | undefined): { was: JsonValue } | null {
  const bases = mapping.bases ?? {}
  if (mapping.mode !== 'override' || !Object.hasOwn(mapping.overrides, name) || !Object.hasOwn(bases, name)) return null
  const was = bases[name] ?? null
  return sameValue(was, now) ? null : { was }
}

/**
 * What is wrong with a value as an override, in the validator's words, or null. An override may be anything its field may be,
 * but must not empty a field that the type requires: the site would get an item that could not have been published.
 */
export function overrideProblem(schema: ContentSchema, name: string, value: JsonValue | undefined): string | null {
  const field = schema.properties[name]
  if (field === undefined) return 'is not a field of this type'
  const alone: ContentSchema = { type: 'object', properties: { [name]: field }, required: schema.required?.includes(name) === true ? [name] : [] }
  const [first] = validate(alone, value === undefined ? {} : { [name]: value })
  if (first === undefined) return null
  const entry = first.path.split('.')[1]
  return entry === undefined ? first.message : `entry ${Number(entry) + 1} ${first.message}`
}

/** The panel's order: what is overridden first, then the type's order. Fields that the type lost come last, to be cleared. */
export function panelFields(schema: ContentSchema, overrides: Readonly<Record<string, JsonValue>>): string[] {
  const names = fieldNames(schema)
  const lost = Object.keys(overrides).filter((name) => !names.includes(name)).sort()
  return [...names.filter((name) => Object.hasOwn(overrides, name)), ...names.filter((name) => !Object.hasOwn(overrides, name)), ...lost]
}
