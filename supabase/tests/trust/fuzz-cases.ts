import fc from 'fast-check'

/** Requests that no client of ours would send, and some that are nearly right. */

export type Credential = 'none' | 'garbage' | 'publishable' | 'viewer' | 'admin' | 'stranger' | 'api-key' | 'tick-guess'

export interface Case {
  name: string
  path: string
  method: string
  credential: Credential
  headers: Record<string, string>
  body: Buffer | null
  /** The receiver alone: signed with the site's own secret, so that what is in the body is what is judged. */
  signed: boolean
}

/** Ids that mean something to the stack under test, and one that does not. */
export interface Known {
  site: string
  otherSite: string
  job: string
  item: string
  slug: string
}

const methods = fc.oneof({ weight: 6, arbitrary: fc.constant('POST') }, fc.constantFrom('GET', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'))
const credentials = fc.constantFrom<Credential>('none', 'garbage', 'publishable', 'viewer', 'admin', 'stranger', 'api-key', 'tick-guess')

const hostileText = fc.oneof(
  fc.string({ maxLength: 200, unit: 'binary' }),
  fc.constantFrom(
    '', ' ', '\u0000', 'null', '-1', '1e999', "'; drop table public.sites; --", '../../../etc/passwd', '%00', '{{7*7}}', '<script>alert(1)</script>',
    '\ud800', '\u202e', 'a'.repeat(5_000), '00000000-0000-0000-0000-000000000000', '__proto__', 'constructor', '=1+1', '$1', '\\x00', 'infinity', '2026-02-30T25:61:61Z',
  ),
)
const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  hostileText,
  fc.constantFrom<unknown>(null, true, false, 0, -1, 1.5, 1e308, Number.MAX_SAFE_INTEGER, [], {}, [[]], [null], { __proto__: null, toString: 'x' }, 'admin'),
  fc.jsonValue({ maxDepth: 4 }),
)

/** Nested deeper than anybody would write by hand. */
const deep = fc.constantFrom('[', '{"a":').map((open) => Buffer.from(open.repeat(3_000)))

const templates: Record<string, (known: Known) => Record<string, unknown>> = {
  sync: (known) => ({ job_id: known.job }),
  drift: (known) => ({ site_ids: [known.site] }),
  'site-secret': (known) => ({ site_id: known.site, action: 'rotate', overlap_hours: 1, from_version: 1 }),
  invite: () => ({ email: 'ada@example.com', role: 'viewer', app_url: 'http://localhost' }),
  tick: () => ({}),
  health: () => ({}),
  'api/syncs': (known) => ({ sites: [known.slug], force: false }),
  destination: (known) => ({ version: 1, site: { slug: known.slug, name: 'Site' }, items: [{ id: known.item, type: 'note', title: 'Hello', data: { text: 'x' } }] }),
}

/** A body that is right but for one place. */
function mutated(template: Record<string, unknown>): fc.Arbitrary<Buffer> {
  const keys = Object.keys(template)
  const key = keys.length === 0 ? hostileText : fc.oneof(fc.constantFrom(...keys), hostileText)
  return fc.tuple(key, hostileValue, fc.constantFrom('replace', 'remove', 'add', 'truncate', 'double')).map(([place, value, act]) => {
    const changed = Object.fromEntries(Object.entries(template).filter(([name]) => act !== 'remove' || name !== place))
    if (act === 'replace' || act === 'add') Object.defineProperty(changed, place, { value, enumerable: true, configurable: true })
    const text = JSON.stringify(changed)
    if (act === 'truncate') return Buffer.from(text.slice(0, Math.floor(text.length / 2)))
    return Buffer.from(act === 'double' ? text + text : text)
  })
}

const bytes = fc.uint8Array({ maxLength: 2_000 }).map((array) => Buffer.from(array))
const large = fc.constantFrom(20_000, 2_000_000).map((size) => Buffer.alloc(size, '['))

function bodies(template: Record<string, unknown>): fc.Arbitrary<Buffer | null> {
  return fc.oneof(
    { weight: 8, arbitrary: mutated(template) },
    { weight: 3, arbitrary: hostileValue.map((value) => Buffer.from(JSON.stringify(value))) },
    { weight: 2, arbitrary: bytes },
    { weight: 1, arbitrary: deep },
    { weight: 1, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: large },
  )
}

// What a header may hold at all: Node refuses to send the rest.
const headerText = fc.string({ maxLength: 100 }).map((text) => text.replace(/[^\x20-\x7e]/g, ''))
const oddHeaders = fc.dictionary(
  fc.constantFrom(
    'content-type', 'accept', 'if-none-match', 'idempotency-key', 'webhook-id', 'webhook-timestamp', 'webhook-signature', 'webhook-sequence', 'x-dsign',
    'x-tick-secret', 'x-forwarded-for', 'x-request-id', 'origin', 'content-encoding', 'prefer', 'range', 'x-client-info',
  ),
  headerText,
  { maxKeys: 4 },
)

// Through bytes and back, because half a surrogate pair has no encoding.
const segment = fc.oneof(hostileText, fc.constantFrom('..', '.', '')).map((text) => encodeURIComponent(Buffer.from(text).toString()))

/** `path` is below /functions/v1/. */
export function cases(known: Known): fc.Arbitrary<Case> {
  const of = (name: string, path: fc.Arbitrary<string>, template: string, signed: fc.Arbitrary<boolean> = fc.constant(false)): fc.Arbitrary<Case> =>
    fc.record({
      name: fc.constant(name), path, method: methods, credential: credentials, headers: oddHeaders,
      body: bodies(templates[template]?.(known) ?? {}), signed,
    })
  const plain = (name: string): fc.Arbitrary<string> => fc.oneof({ weight: 5, arbitrary: fc.constant(name) }, segment.map((tail) => `${name}/${tail}`))
  return fc.oneof(
    of('sync', plain('sync'), 'sync'),
    of('drift', plain('drift'), 'drift'),
    of('site-secret', plain('site-secret'), 'site-secret'),
    of('invite', plain('invite'), 'invite'),
    of('tick', plain('tick'), 'tick'),
    of('health', plain('health'), 'health'),
    of('api', fc.oneof(fc.constantFrom('api', 'api/syncs', 'api/openapi.json', `api/syncs/${known.job}`, `api/content/${known.slug}`),
      segment.map((tail) => `api/content/${tail}`), segment.map((tail) => `api/syncs/${tail}`)), 'api/syncs'),
    { weight: 3, arbitrary: of('destination', fc.oneof({ weight: 6, arbitrary: fc.constant(`destination/${known.site}`) },
      fc.constantFrom('destination', `destination/${known.otherSite}`), segment.map((tail) => `destination/${tail}`)), 'destination', fc.boolean()) },
  )
}
