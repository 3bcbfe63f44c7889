import type { FieldSchema, FieldWidget, JsonValue } from '@core/content-schema'

/** The widget of a field: the one it names, else the one that its type and format suggest. */
export function widgetOf(field: FieldSchema): FieldWidget {
  if (field['x-widget'] !== undefined) return field['x-widget']
  if (field.enum !== undefined) return 'select'
  switch (field.type) {
    case 'number':
    case 'integer':
      return 'number'
    case 'boolean':
      return 'boolean'
    case 'array':
      return 'list'
    default:
      return byFormat(field)
  }
}

function byFormat(field: FieldSchema): FieldWidget {
  switch (field.format) {
    case 'markdown':
      return 'markdown'
    case 'date':
      return 'date'
    case 'date-time':
      return 'datetime'
    case 'uri':
      return 'url'
    case 'email':
      return 'email'
    case 'color':
      return 'color'
    case 'uuid':
      return 'reference'
    default:
      return 'text'
  }
}

/** "12" -> 12. Text that is no number stays text, so that the validator can say so. */
export function parseNumber(text: string): JsonValue | undefined {
  const trimmed = text.trim()
  if (trimmed === '') return undefined
  const number = Number(trimmed.replace(',', '.'))
  return Number.isFinite(number) ? number : text
}

/** An instant as `datetime-local` wants it, in this browser's time zone; one without a zone is taken as it is written. */
export function toLocalDateTime(value: string): string {
  if (!/(Z|[+-]\d\d:\d\d)$/.test(value)) return value.slice(0, 16)
  const date = new Date(value)
  if (Number.isNaN(date.getTime())) return ''
  const two = (part: number) => String(part).padStart(2, '0')
  // A year that is being typed is 0002 for a moment.
  return `${String(date.getFullYear()).padStart(4, '0')}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${two(date.getHours())}:${two(date.getMinutes())}`
}

/** What `datetime-local` gives, as an instant that means the same everywhere. */
export function fromLocalDateTime(local: string): string | undefined {
  const date = new Date(local)
  return local === '' || Number.isNaN(date.getTime()) ? undefined : date.toISOString().replace('.000Z', 'Z')
}

/** "cta_text" -> "Cta text": the name of a field that nobody gave a title. */
export function fieldLabel(name: string, field: FieldSchema | undefined): string {
  if (field?.title !== undefined && field.title.trim() !== '') return field.title
  const words = name.replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** A value on one line, for lists and comparisons. */
export function valueInWords(value: JsonValue | undefined): string {
  if (value === undefined || value === null || value === '') return 'nothing'
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (Array.isArray(value)) return value.length === 0 ? 'nothing' : value.map(valueInWords).join(', ')
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

const day = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeZone: 'UTC' })
const moment = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' })

/** "2026-11-22" and instants as people read them, instants in this browser's time zone; null for what is neither. */
export function timeInWords(value: string): string | null {
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(value)
  const date = isDay || /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(value) ? new Date(value) : null
  return date === null || Number.isNaN(date.getTime()) ? null : (isDay ? day : moment).format(date)
}
