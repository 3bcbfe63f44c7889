/** The header fields of the public API, as text: their sources are RFC 9110 and the drafts of the HTTPAPI working group. */

/**
 * Whether an If-None-Match field names the tag: `*`, or a list in which weak and strong count alike (RFC 9110, 13.1.2).
 * A field that is no list of tags names nothing.
 */
export function matchesTag(field: string | null, tag: string): boolean {
  if (field === null) return false
  if (field.trim() === '*') return true
  const tags: string[] = []
  let rest = field
  while (rest !== '') {
    // A tag may hold a comma: the list is read from the left, and never split.
    const next = /^[\t ,]*(?:W\/)?("[\x21\x23-\x7e\x80-\xff]*")[\t ]*(?=,|$)/.exec(rest)
    if (next?.[1] === undefined) return /^[\t ,]*$/.test(rest) && tags.includes(tag)
    tags.push(next[1])
    rest = rest.slice(next[0].length)
  }
  return tags.includes(tag)
}

/** A strong tag: equal content is equal bytes. */
export function strongTag(hash: string): string {
  return `"${hash}"`
}

export interface Quota {
  /** Requests in a window. */
  limit: number
  remaining: number
  /** Seconds until the window ends. */
  resetS: number
}

const policyName = 'per-key'
const windowS = 60

/** `RateLimit-Policy` and `RateLimit`: https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/ */
export function rateLimitHeaders({ limit, remaining, resetS }: Quota): Record<string, string> {
  return {
    'ratelimit-policy': `"${policyName}";q=${limit};w=${windowS}`,
    ratelimit: `"${policyName}";r=${Math.max(0, remaining)};t=${wholeSeconds(resetS)}`,
  }
}

/** What the draft's problem type adds to a problem. */
export const violatedPolicies = { 'violated-policies': [policyName] }

/** Not 0: whoever comes back at once would be refused again. */
export function retryAfter(resetS: number): string {
  return String(Math.max(1, wholeSeconds(resetS)))
}

function wholeSeconds(seconds: number): number {
  return Math.max(0, Math.ceil(seconds))
}

/** `none`: the field is absent. `bad`: it is there and is not 1 to 255 visible characters. */
export type IdempotencyKey = { kind: 'none' } | { kind: 'bad' } | { kind: 'key'; key: string }

/**
 * https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/ wants a string of structured fields, in double
 * quotes; most clients send the bare text. Both are the same key.
 */
export function readIdempotencyKey(field: string | null): IdempotencyKey {
  if (field === null) return { kind: 'none' }
  const quoted = /^"((?:[\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"$/.exec(field)?.[1]?.replace(/\\(.)/g, '$1')
  const key = field.startsWith('"') ? quoted : field
  return key !== undefined && /^[\x21-\x7e]{1,255}$/.test(key) ? { kind: 'key', key } : { kind: 'bad' }
}

/** The key of `Authorization: Bearer ds_…`; null without a bearer token, '' for one that cannot be a key of ours. */
export function readApiKey(field: string | null): string | null {
  const token = /^Bearer +(\S+) *$/i.exec(field ?? '')?.[1]
  if (token === undefined) return null
  return /^ds_[0-9a-f]{8}_[0-9a-f]{48}$/.test(token) ? token : ''
}

/** Whether a body of this type is JSON. */
export function isJson(contentType: string | null): boolean {
  return /^application\/(?:[\w.+-]+\+)?json[\t ]*(?:;|$)/i.test((contentType ?? '').trim())
}
