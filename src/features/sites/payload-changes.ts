import type { Payload, PayloadItem } from '@core/payload'

export type ItemChange = 'added' | 'changed'

export interface PayloadChanges {
  /** Of the items that would be sent now: which are new, which differ from what was received. */
  items: Map<string, ItemChange>
  /** What was received and would no longer be sent. */
  removed: PayloadItem[]
  /** The same items in another order. */
  moved: boolean
}

/** What separates two payloads as a reader of cards wants to know it; the review of a run has the fields. */
export function payloadChanges(received: Payload | null, now: Payload): PayloadChanges {
  const before = new Map((received?.items ?? []).map((item) => [item.id, item]))
  const items = new Map<string, ItemChange>()
  for (const item of now.items) {
    const old = before.get(item.id)
    if (old === undefined) items.set(item.id, 'added')
    else if (canonical(old) !== canonical(item)) items.set(item.id, 'changed')
  }
  const kept = new Set(now.items.map(({ id }) => id))
  const order = (of: readonly PayloadItem[], among: { has: (id: string) => boolean }) => of.filter(({ id }) => among.has(id)).map(({ id }) => id).join()
  return {
    items,
    removed: [...before.values()].filter(({ id }) => !kept.has(id)),
    moved: order(received?.items ?? [], kept) !== order(now.items, before),
  }
}

function canonical({ type, title, data }: PayloadItem): string {
  return JSON.stringify([type, title, Object.entries(data).sort(([a], [b]) => (a < b ? -1 : 1))])
}
