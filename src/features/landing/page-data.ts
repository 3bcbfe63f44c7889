/** What the public `landing_page` call answers, checked by hand: a schema library would weigh more than the rest of this entry. */

export type JsonObject = Record<string, unknown>

export interface LandingItem {
  id: string
  type: string
  title: string
  data: JsonObject
  /** What fields that hold another item's id lead to: `{field: {id, type, title, data}}`. */
  references?: JsonObject
}

export interface LandingPage {
  organization: { name: string; slug: string }
  site: { name: string; slug: string }
  /** Order of the snapshot among all that the site was sent; 0 while nothing was received. */
  sequence: number
  received_at: string | null
  /** null: the page exists, but no sync has reached it yet. */
  payload: { items: LandingItem[] } | null
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Null when the value is not a landing page; strict about the frame, lenient about one odd item among good ones. */
export function parsePage(value: unknown): LandingPage | null {
  if (!isObject(value)) return null
  const organization = parseNamed(value['organization'])
  const site = parseNamed(value['site'])
  if (!organization || !site) return null

  const { sequence, received_at: receivedAt, payload } = value
  const frame = { organization, site, sequence: typeof sequence === 'number' ? sequence : 0 }
  if (payload === null || payload === undefined) return { ...frame, received_at: null, payload: null }
  if (!isObject(payload) || !Array.isArray(payload['items'])) return null

  return {
    ...frame,
    received_at: typeof receivedAt === 'string' ? receivedAt : null,
    payload: { items: payload['items'].map(parseItem).filter((item) => item !== null) },
  }
}

function parseNamed(value: unknown): { name: string; slug: string } | null {
  if (!isObject(value)) return null
  const { name, slug } = value
  return typeof name === 'string' && typeof slug === 'string' ? { name, slug } : null
}

function parseItem(value: unknown): LandingItem | null {
  if (!isObject(value)) return null
  const { id, type, title, data, references } = value
  if (typeof id !== 'string' || typeof type !== 'string') return null
  return { id, type, title: typeof title === 'string' ? title : '', data: isObject(data) ? data : {}, ...(isObject(references) ? { references } : {}) }
}
