import { fieldNames, type ContentSchema } from '@core/content-schema'
import type { ImportTable } from '@/features/content/list/import/read-table'

/** What a column may be: a part of the item itself, or one of its fields (`data.headline`). */
export type Target = 'id' | 'type' | 'title' | 'status' | 'publish_at' | 'unpublish_at' | `data.${string}`

/** By column; null: left out. */
export type ColumnTargets = Readonly<Record<string, Target | null>>

export const OWN_TARGETS = ['id', 'type', 'title', 'status', 'publish_at', 'unpublish_at'] as const
export const OWN_LABELS: Record<(typeof OWN_TARGETS)[number], string> = {
  id: 'Id of the item', type: 'Content type', title: 'Title', status: 'Status', publish_at: 'Publish from', unpublish_at: 'Publish until',
}

export function targetLabel(target: string, schema: ContentSchema): string {
  const own = OWN_TARGETS.find((candidate) => candidate === target)
  if (own !== undefined) return OWN_LABELS[own]
  const [name = '', place] = target.replace(/^data\./, '').split('.')
  const title = schema.properties[name]?.title ?? name
  return place === undefined ? title : `${title}, entry ${Number(place) + 1}`
}

/** "Publish from", "publish_from" and "publishFrom" are one name. */
const plain = (name: string) => name.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ' ').trim()

const ALIASES: Record<(typeof OWN_TARGETS)[number], readonly string[]> = {
  id: ['id', 'item id', 'id of the item', 'uuid'],
  type: ['type', 'content type'],
  title: ['title', 'name', 'item', 'internal title'],
  status: ['status', 'state'],
  publish_at: ['publish at', 'publish from', 'published from', 'go live', 'visible from'],
  unpublish_at: ['unpublish at', 'publish until', 'published until', 'visible until'],
}

/** By name first, then by label; every target once, and the item's own parts before fields of the same name. */
export function guessTargets(table: Pick<ImportTable, 'columns'>, schema: ContentSchema): ColumnTargets {
  const taken = new Set<string>()
  const guessed = new Map<string, Target>()
  const give = (matches: (column: string) => Target | undefined) => {
    for (const column of table.columns) {
      if (guessed.has(column)) continue
      const target = matches(column)
      if (target === undefined || taken.has(target)) continue
      taken.add(target)
      guessed.set(column, target)
    }
  }
  const fields = fieldNames(schema)
  give((column) => fields.map((name) => `data.${name}` as const).find((target) => target === column))
  give((column) => OWN_TARGETS.find((target) => target === column))
  give((column) => { const name = fields.find((field) => field === column); return name === undefined ? undefined : `data.${name}` })
  give((column) => { const name = fields.find((field) => plain(schema.properties[field]?.title ?? field) === plain(column) || plain(field) === plain(column)); return name === undefined ? undefined : `data.${name}` })
  give((column) => OWN_TARGETS.find((target) => ALIASES[target].includes(plain(column))))
  return Object.fromEntries(table.columns.map((column) => [column, guessed.get(column) ?? null]))
}

/** What rows are matched by: the id where there is one, else nothing, for a title is not a key until somebody says so. */
export function guessKey(targets: ColumnTargets): string | null {
  return Object.values(targets).includes('id') ? 'id' : null
}
