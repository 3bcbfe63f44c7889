import { readItemFields, type Field } from './fields.ts'
import { parseDay, formatValidity } from './format.ts'
import { safeLink, webSchemes, type SafeLink } from './links.ts'
import type { JsonObject, LandingItem } from './page-data.ts'

export const themes = ['autumn', 'service', 'finance', 'neutral'] as const
export type Theme = (typeof themes)[number]

/** A title, taken apart around a percentage in it ("0%"), which a design may set apart; joined it is the title again. */
export interface TitleParts {
  before: string
  figure: string
  after: string
}

/** One item as the designs see it, whatever its content type. */
export interface ItemView {
  id: string
  theme: Theme
  title: string
  titleParts: TitleParts | null
  /** Percent off, as digits. */
  discount: string | null
  /** Number of months that the title names ("12mo"). */
  term: number | null
  validity: string | null
  cta: { text: string; link: SafeLink } | null
  /** `more`: fields of the type that its design does not know, because it has them besides or under other names. */
  content: { kind: 'markdown'; source: string; more: Field[] } | { kind: 'fields'; fields: Field[] }
}

const onlyTheme = new Set(['theme'])
const offerFields = new Set(['headline', 'body', 'cta_text', 'cta_url', 'discount', 'theme', 'start_date', 'end_date'])

export function readItem(item: LandingItem, now: Date): ItemView {
  const { data } = item
  const common = { id: item.id, theme: readTheme(data['theme']) }
  if (item.type !== 'offer_banner') {
    // Of an unknown type only the theme has a meaning to us, and it is shown by looks instead of by name.
    const fields = readItemFields(item, onlyTheme)
    return {
      ...common,
      title: item.title,
      titleParts: null,
      discount: null,
      term: null,
      validity: null,
      cta: null,
      content: { kind: 'fields', fields },
    }
  }
  const title = readText(data['headline']) ?? item.title
  return {
    ...common,
    title,
    titleParts: splitTitle(title),
    discount: readDiscount(data['discount']),
    term: readTerm(title),
    validity: formatValidity(parseDay(data['start_date']), parseDay(data['end_date']), now),
    cta: readCta(data),
    content: { kind: 'markdown', source: readText(data['body']) ?? '', more: readItemFields(item, offerFields) },
  }
}

export function readTheme(value: unknown): Theme {
  return themes.find((theme) => theme === value) ?? 'neutral'
}

function readText(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null
}

function readDiscount(value: unknown): string | null {
  if (typeof value !== 'number' || !(value > 0 && value <= 100)) return null
  return String(Math.round(value * 10) / 10)
}

function readCta(data: JsonObject): ItemView['cta'] {
  const url = readText(data['cta_url'])
  const link = url ? safeLink(url, webSchemes) : null
  return link ? { text: readText(data['cta_text']) ?? 'Learn more', link } : null
}

function splitTitle(title: string): TitleParts | null {
  const match = /^(.*?)(\d+(?:[.,]\d+)?\s?%)(.*)$/s.exec(title)
  return match ? { before: match[1] ?? '', figure: match[2] ?? '', after: match[3] ?? '' } : null
}

function readTerm(title: string): number | null {
  const months = Number(/\b(\d{1,2})[\s-]?(?:mo|mos|months?)\b/i.exec(title)?.[1])
  return months >= 2 && months <= 60 ? months : null
}
