import { fieldNames, type ContentSchema, type JsonValue } from '@core/content-schema'
import { followFields, sameValue } from '@/features/content/field-history'
import type { Work } from '@/features/content/queries/working-copy'
import { fieldLabel } from '@/ui/schema-control/widget'

export type Whose = 'mine' | 'theirs'

/** A field in which two people's work differs. */
export interface Divergence {
  /** A field's name, or one of the item's own: `item.title`, `item.publishAt`, `item.unpublishAt`. */
  key: string
  label: string
  mine: JsonValue | undefined
  theirs: JsonValue | undefined
  /** Who changed it since both began; null where nobody can tell. */
  changedBy: Whose | 'both' | null
}

const OWN = { 'item.title': ['title', 'Title'], 'item.publishAt': ['publishAt', 'Publish from'], 'item.unpublishAt': ['unpublishAt', 'Unpublish at'] } as const

interface Ancestor extends Work {
  schema: ContentSchema
}

/** Where the form and what somebody else saved differ, with what both began from (null: not known) telling who changed what. */
export function divergences(mine: Work, theirs: Work, ancestor: Ancestor | null, schema: ContentSchema): Divergence[] {
  const before = ancestor === null ? null : { ...ancestor, data: followFields(ancestor.data, ancestor.schema, schema) }
  const compare = (key: string, label: string, value: (of: Work) => JsonValue | undefined, same = sameValue): Divergence[] => {
    const [my, their] = [value(mine), value(theirs)]
    if (same(my, their)) return []
    const was = before === null ? undefined : value(before)
    const changedBy = before === null ? null : same(my, was) ? 'theirs' : same(their, was) ? 'mine' : 'both'
    return [{ key, label, mine: my, theirs: their, changedBy }]
  }
  const names = [...new Set([...fieldNames(schema), ...Object.keys(theirs.data).sort(), ...Object.keys(mine.data).sort()])]
  return [
    ...compare('item.title', 'Title', ({ title }) => title.trim()),
    ...names.flatMap((name) => compare(name, fieldLabel(name, schema.properties[name]), ({ data }) => data[name])),
    ...(['item.publishAt', 'item.unpublishAt'] as const).flatMap((key) => compare(key, OWN[key][1], (of) => of[OWN[key][0]], sameInstant)),
  ]
}

function sameInstant(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  return typeof a === 'string' && typeof b === 'string' ? Date.parse(a) === Date.parse(b) : sameValue(a, b)
}

/** What can be chosen for people: a field that only one of the two changed is that one's. */
export function suggested(differences: readonly Divergence[]): Map<string, Whose> {
  return new Map(differences.flatMap(({ key, changedBy }) => (changedBy === 'mine' || changedBy === 'theirs' ? [[key, changedBy] as const] : [])))
}

/** The form with the chosen fields of the other's work. */
export function merged(mine: Work, theirs: Work, choices: ReadonlyMap<string, Whose>): Work {
  const result: Work = { ...mine, data: { ...mine.data } }
  for (const [key, whose] of choices) {
    if (whose === 'mine') continue
    if (key === 'item.title') result.title = theirs.title
    else if (key === 'item.publishAt') result.publishAt = theirs.publishAt
    else if (key === 'item.unpublishAt') result.unpublishAt = theirs.unpublishAt
    else if (theirs.data[key] === undefined) result.data = Object.fromEntries(Object.entries(result.data).filter(([name]) => name !== key))
    else result.data[key] = theirs.data[key]
  }
  return result
}
