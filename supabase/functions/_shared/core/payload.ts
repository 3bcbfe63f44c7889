import { utf8Length } from './bytes.ts'
import type { JsonValue } from './content-schema.ts'
import { formatBytes } from './format.ts'
import type { Problem, Result } from './result.ts'

/**
 * What a site is sent: pure content, without times or sequence, so that equal content is equal bytes. SQL alone builds
 * it; this file is for those who read one.
 */
export interface Payload {
  version: 1
  site: { slug: string; name: string }
  items: PayloadItem[]
}

export interface PayloadItem {
  id: string
  /** The content type's name, e.g. `offer_banner`. */
  type: string
  title: string
  data: Record<string, JsonValue>
  /**
   * What the item's references lead to, by field, as this site would be sent it: one level deep, published items only. A field whose
   * item is not published, or is blocked for the site, is not in it; without any there is no `references`.
   */
  references?: Record<string, PayloadReference>
}

export interface PayloadReference {
  id: string
  type: string
  title: string
  data: Record<string, JsonValue>
}

/** The most that a delivery's body may weigh, in bytes of UTF-8: 1 MB. */
export const maxBodyBytes = 1_000_000

export type PayloadError = Problem<'too_large' | 'not_json' | 'not_a_payload'>

export function parsePayload(body: string): Result<Payload, PayloadError> {
  // Code units first: whatever has too many of them has too many bytes, and needs no counting.
  if (body.length > maxBodyBytes || utf8Length(body) > maxBodyBytes) {
    return problem('too_large', `the body is over ${formatBytes(maxBodyBytes)}`)
  }
  let parsed: unknown
  try {
    parsed = JSON.parse(body)
  } catch {
    return problem('not_json', 'the body is not JSON')
  }
  const fault = faultOf(parsed)
  // The whole value has just been checked against Payload, field by field.
  return fault === null ? { ok: true, value: parsed as Payload } : problem('not_a_payload', fault)
}

function faultOf(value: unknown): string | null {
  if (!isRecord(value)) return 'the body is not a JSON object'
  if (value.version !== 1) return 'version must be 1'
  if (!isRecord(value.site) || !isText(value.site.slug) || !isText(value.site.name)) {
    return 'site must have a slug and a name'
  }
  if (!Array.isArray(value.items)) return 'items must be a list'
  const at = value.items.findIndex((item: unknown) => !isItem(item))
  return at < 0 ? null : `items[${at}] must have id, type, title and data`
}

function isItem(value: unknown): boolean {
  return isReference(value) && (value.references === undefined || (isRecord(value.references) && Object.values(value.references).every(isReference)))
}

function isReference(value: unknown): value is Record<string, unknown> {
  return isRecord(value) && isText(value.id) && isText(value.type) && isText(value.title) && isRecord(value.data)
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function problem(code: PayloadError['code'], message: string): { ok: false; error: PayloadError } {
  return { ok: false, error: { code, message } }
}
