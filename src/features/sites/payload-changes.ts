import type { Payload, PayloadItem } from '@core/payload'
import { z } from 'zod/mini'
import type { ChangedField, ItemChange as DetailedChange, PayloadChange } from '@/ui/change-list'

export type ItemChange = 'added' | 'changed'

export interface PayloadChanges {
  /** Of the items that would be sent now: which are new, which differ from what was received. */
  items: Map<string, ItemChange>
  /** What was received and would no longer be sent. */
  removed: PayloadItem[]
  /** The same items in another order. */
  moved: boolean
}

/** What separates two payloads as a reader of cards wants to know it; `detailedChanges` has the fields. */
export function payloadChanges(received: Payload | null, now: Payload): PayloadChanges {
  const before = new Map((received?.items ?? []).map((item) => [item.id, item]))
  const items = new Map<string, ItemChange>()
  for (const item of now.items) {
    const old = before.get(item.id)
    if (old === undefined) items.set(item.id, 'added')
    else if (itemFields(old, item).length > 0) items.set(item.id, 'changed')
  }
  const kept = new Set(now.items.map(({ id }) => id))
  return {
    items,
    removed: [...before.values()].filter(({ id }) => !kept.has(id)),
    moved: order(received?.items ?? [], kept).join() !== order(now.items, before).join(),
  }
}

/** The same item by item and field by field, as `private.payload_changes` tells it for a plan: here for two bodies at hand. */
export function detailedChanges(before: Payload, after: Payload): PayloadChange[] {
  const old = new Map(before.items.map((item, index) => [item.id, { item, place: index + 1 }]))
  const kept = new Set(after.items.map(({ id }) => id))
  // Places among the items that both have: an insertion or a removal moves nobody.
  const rankBefore = order(before.items, kept)
  const rankAfter = order(after.items, old)
  const moved = new Set(rankAfter.filter((id, index) => rankBefore[index] !== id))

  const changes: PayloadChange[] = []
  const siteFields = fieldsOf({ ...before.site }, { ...after.site })
  if (siteFields.length > 0) changes.push({ kind: 'site', fields: siteFields })
  for (const [index, item] of after.items.entries()) {
    const was = old.get(item.id)
    const to = index + 1
    if (was === undefined) {
      changes.push(change('added', item, [], null, to))
      continue
    }
    const fields = itemFields(was.item, item)
    if (fields.length > 0) changes.push(change('changed', item, fields, was.place, to))
    else if (moved.has(item.id)) changes.push(change('moved', item, [], was.place, to))
  }
  for (const { item, place } of old.values()) if (!kept.has(item.id)) changes.push(change('removed', item, [], place, null))
  return changes
}

function change(kind: DetailedChange['kind'], { id, type, title }: PayloadItem, fields: ChangedField[], from: number | null, to: number | null): DetailedChange {
  return { kind, item_id: id, type, title, fields, from, to }
}

function order(items: readonly PayloadItem[], among: { has: (id: string) => boolean }): string[] {
  return items.filter(({ id }) => among.has(id)).map(({ id }) => id)
}

function itemFields(before: PayloadItem, after: PayloadItem): ChangedField[] {
  const own = fieldsOf({ title: before.title, type: before.type }, { title: after.title, type: after.type })
  return [...own.map((field) => ({ ...field, own: true })), ...fieldsOf(before.data, after.data), ...referenceFields(before, after)]
}

/** What changed in the items that it refers to: `author.name`, or the title where it refers to another one. */
function referenceFields({ references: before = {} }: PayloadItem, { references: after = {} }: PayloadItem): ChangedField[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].sort().flatMap((name) => {
    const was = before[name]
    const is = after[name]
    if (was === undefined || is === undefined || was.id !== is.id) return was?.id === is?.id ? [] : [{ field: `${name}.title`, before: was?.title, after: is?.title }]
    return [...fieldsOf({ title: was.title, type: was.type }, { title: is.title, type: is.type }), ...fieldsOf(was.data, is.data)].map(({ field, ...values }) => ({ field: `${name}.${field}`, ...values }))
  })
}

function fieldsOf(before: Record<string, unknown>, after: Record<string, unknown>): ChangedField[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .sort()
    .filter((field) => canonical(before[field]) !== canonical(after[field]))
    .map((field) => ({ field, before: before[field], after: after[field] }))
}

/** Equal for equal values, in whatever order an object has its keys: how jsonb compares. */
function canonical(value: unknown): string | undefined {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}

const changedField = z.object({ field: z.string(), before: z.optional(z.unknown()), after: z.optional(z.unknown()), own: z.optional(z.boolean()) })

const storedChanges = z.array(
  z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('site'), fields: z.array(changedField) }),
    z.object({
      kind: z.enum(['added', 'removed', 'changed', 'moved']),
      item_id: z.string(),
      type: z.string(),
      title: z.string(),
      fields: z.array(changedField),
      from: z.nullable(z.number()),
      to: z.nullable(z.number()),
    }),
  ]),
)

/** What SQL wrote into `site_states.drift_changes`; nothing for a form that this version does not know. */
export function readChanges(stored: unknown): PayloadChange[] {
  const parsed = storedChanges.safeParse(stored)
  return parsed.success ? parsed.data : []
}
