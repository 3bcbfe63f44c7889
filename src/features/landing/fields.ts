import { formatDay, formatFieldName, parseDay } from './format.ts'
import { safeLink, textSchemes, type SafeLink } from './links.ts'
import { isObject, type LandingItem } from './page-data.ts'

/** A value of a content type that has no design of its own, sorted by how it can sensibly be shown. */
export type FieldValue =
  | { kind: 'text'; text: string }
  | { kind: 'markdown'; source: string }
  | { kind: 'link'; link: SafeLink; text: string }
  | { kind: 'list'; values: FieldValue[] }
  | { kind: 'group'; title?: string; fields: Field[] }

export interface Field {
  name: string
  label: string
  value: FieldValue
}

/** How deep lists and groups are followed; content deeper than that is data, not something to read. */
const maxDepth = 4

export function readFields(entries: readonly [string, unknown][], depth = 0): Field[] {
  return entries.flatMap(([name, raw]) => {
    const value = readValue(raw, depth)
    return value ? [{ name, label: formatFieldName(name), value }] : []
  })
}

/** An item's fields with what they refer to in the place of its id; an id that leads nowhere is nothing to read. */
export function readItemFields({ data, references = {} }: Pick<LandingItem, 'data' | 'references'>, known: ReadonlySet<string>): Field[] {
  return Object.entries(data).flatMap(([name, raw]) => {
    if (known.has(name)) return []
    if (typeof raw !== 'string' || !itemId.test(raw)) return readFields([[name, raw]])
    const target = references[name]
    if (!isObject(target) || typeof target['title'] !== 'string') return []
    const fields = isObject(target['data']) ? readFields(Object.entries(target['data']).filter(([, value]) => typeof value !== 'string' || !itemId.test(value)), 1) : []
    return [{ name, label: formatFieldName(name), value: { kind: 'group' as const, title: target['title'], fields } }]
  })
}

const itemId = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

function readValue(raw: unknown, depth: number): FieldValue | null {
  if (depth > maxDepth) return null
  if (typeof raw === 'string') return readString(raw.trim())
  if (typeof raw === 'number') return { kind: 'text', text: raw.toLocaleString('en') }
  if (typeof raw === 'boolean') return { kind: 'text', text: raw ? 'Yes' : 'No' }
  if (Array.isArray(raw)) {
    const values = raw.map((entry) => readValue(entry, depth + 1)).filter((value) => value !== null)
    return values.length > 0 ? { kind: 'list', values } : null
  }
  if (isObject(raw)) {
    const fields = readFields(Object.entries(raw), depth + 1)
    return fields.length > 0 ? { kind: 'group', fields } : null
  }
  return null
}

function readString(text: string): FieldValue | null {
  if (text === '') return null
  const day = parseDay(text)
  if (day) return { kind: 'text', text: formatDay(day, true) }
  if (/^(?:https?:\/\/|mailto:|tel:)\S+$/i.test(text)) {
    const link = safeLink(text, textSchemes)
    if (link) return { kind: 'link', link, text: text.replace(/^(?:https?:\/\/|mailto:|tel:)/i, '').replace(/\/$/, '') }
  }
  return looksLikeMarkdown(text) ? { kind: 'markdown', source: text } : { kind: 'text', text }
}

/** Marks that plain sentences do not carry: paragraphs, lists, headings, emphasis, links. */
function looksLikeMarkdown(text: string): boolean {
  return /\n|^(?:#{1,6}|[-*+]|\d+\.|>)\s|\*\*\S|__\S|\[[^\]]+\]\([^)]+\)/.test(text)
}
