import type { LandingItem, LandingPage } from './page-data.ts'

/** Per item the data fields that differ; `title` stands for the item's own title, `*` for an item that is new. */
export type Changes = ReadonlyMap<string, ReadonlySet<string>>

export const noChanges: Changes = new Map()

/** `altered` is also true where items only left or moved. */
export function findChanges(before: LandingPage, after: LandingPage): { altered: boolean; changes: Changes } {
  // The first delivery of all makes the whole page: nothing in it stands out.
  if (!before.payload) return { altered: after.payload !== null, changes: noChanges }
  const known = new Map(before.payload.items.map((item) => [item.id, item]))
  const changes = new Map<string, ReadonlySet<string>>()
  for (const item of after.payload?.items ?? []) {
    const previous = known.get(item.id)
    const fields = previous ? changedFields(previous, item) : new Set(['*'])
    if (fields.size > 0) changes.set(item.id, fields)
  }
  return { altered: changes.size > 0 || order(before) !== order(after), changes }
}

function order(page: LandingPage): string {
  return JSON.stringify(page.payload && page.payload.items.map((item) => item.id))
}

function changedFields(before: LandingItem, after: LandingItem): Set<string> {
  const names = new Set([...Object.keys(before.data), ...Object.keys(after.data)])
  const changed = [...names].filter((name) => JSON.stringify(before.data[name]) !== JSON.stringify(after.data[name]))
  return new Set(before.title === after.title ? changed : ['title', ...changed])
}

/** Attributes for the element that shows the given fields of an item, when one of them has just changed. */
export type Mark = (...fields: string[]) => { 'data-fresh'?: 'odd' | 'even' }

/** `update` counts changes: its parity alternates between two equal animations, because one that has run starts again only under another name. */
export function createMark(changes: Changes, update: number, itemId: string): Mark {
  const changed = changes.get(itemId)
  if (!changed) return () => ({})
  const parity = update % 2 === 0 ? 'even' : 'odd'
  return (...fields) => (changed.has('*') || fields.some((field) => changed.has(field)) ? { 'data-fresh': parity } : {})
}
