import * as z from 'zod/mini'

/** The file that export_organization makes; what a field may hold beyond its kind, the database says at its place. */
const filled = (longest: number) => z.string().check(z.minLength(1, 'must not be empty'), z.maxLength(longest, `has more than ${longest} characters`))
const object = z.record(z.string(), z.unknown())
const whole = z.number().check(z.int('must be a whole number'))
const moment = z.optional(z.nullable(z.string()))

/** As many as the database takes in one import. */
const list = <Entry extends z.core.SomeType>(entry: Entry, most: number) =>
  z.array(entry).check(z.maxLength(most, `has more than ${most.toLocaleString('en')} entries`))

const schema = z.object({
  format: z.literal('datasync.organization', { error: 'this is not an export of a DataSync organization' }),
  version: z.literal(1, { error: 'this DataSync reads version 1' }),
  exported_at: z.optional(z.string()),
  organization: z.object({
    name: filled(120),
    slug: z.optional(z.string()),
    retention_days: z.optional(z.nullable(whole)),
    audit_retention_days: z.optional(z.nullable(whole)),
    approval_required: z.optional(z.nullable(z.boolean())),
  }),
  content_types: list(z.object({ name: filled(63), title: filled(120), description: z.optional(z.nullable(z.string())), schema: object }), 1000),
  // Files of before have none.
  content_type_templates: z.optional(
    list(
      z.object({
        name: filled(63), title: filled(120), description: z.optional(z.nullable(z.string())), schema: object, example: z.optional(object), source: z.optional(z.nullable(z.string())),
      }),
      200,
    ),
  ),
  content_items: list(
    z.object({
      ref: filled(200), type: filled(63), title: filled(200), data: object, status: z.enum(['draft', 'published', 'archived']), publish_at: moment, unpublish_at: moment,
    }),
    20_000,
  ),
  sites: list(z.object({ slug: filled(63), name: filled(120), region: z.optional(z.nullable(z.string())), destination_url: z.optional(z.nullable(z.string())) }), 5000),
  mappings: list(
    z.object({
      site: filled(63), item: filled(200), mode: z.enum(['full', 'override', 'block']), overrides: z.optional(z.nullable(object)), override_bases: z.optional(z.nullable(object)),
      position: z.optional(z.nullable(whole)),
    }),
    200_000,
  ),
  schedules: list(
    z.object({ kind: z.enum(['publish', 'drift']), name: filled(120), cron: filled(120), time_zone: filled(64), sites: z.optional(z.array(z.string())) }),
    1000,
  ),
})

type Shape = z.infer<typeof schema>

export interface Problem {
  /** Where in the file: `content_items[3].type`. */
  place: string
  problem: string
}

export interface OrganizationDocument {
  /** As it was in the file, for the database: with the fields that are not looked at here. */
  json: object
  name: string
  exportedAt: string | null
  counts: Record<'content_types' | 'content_type_templates' | 'content_items' | 'sites' | 'mappings' | 'schedules', number>
}

export type Reading = { ok: true; document: OrganizationDocument } | { ok: false; problems: Problem[] }

const MOST_PROBLEMS = 50

/** Reads an export; all that is wrong is named by its place, as far as a look at the file alone can tell. */
export function readDocument(text: string): Reading {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return { ok: false, problems: [{ place: 'The file', problem: 'it is not JSON' }] }
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return { ok: false, problems: [{ place: 'The file', problem: 'it is not an export of a DataSync organization' }] }
  const parsed = schema.safeParse(json)
  if (!parsed.success) {
    return { ok: false, problems: parsed.error.issues.slice(0, MOST_PROBLEMS).map((issue) => ({ place: placeOf(issue.path), problem: wordsFor(issue, json) })) }
  }
  const loose = danglingReferences(parsed.data)
  if (loose.length > 0) return { ok: false, problems: loose }
  const { organization, exported_at: exportedAt = null, content_types, content_type_templates: templates = [], content_items, sites, mappings, schedules } = parsed.data
  return {
    ok: true,
    document: {
      json,
      name: organization.name,
      exportedAt,
      counts: {
        content_types: content_types.length, content_type_templates: templates.length, content_items: content_items.length, sites: sites.length, mappings: mappings.length,
        schedules: schedules.length,
      },
    },
  }
}

const KINDS: Readonly<Record<string, string>> = { string: 'a text', number: 'a number', boolean: 'true or false', int: 'a whole number', array: 'a list', object: 'an object', record: 'an object' }

/** The small zod has no words of its own for the two commonest mistakes. */
function wordsFor(issue: z.core.$ZodIssue, json: unknown): string {
  const value = issue.path.reduce<unknown>((at, key) => (typeof at === 'object' && at !== null ? (at as Record<PropertyKey, unknown>)[key] : undefined), json)
  if (issue.code === 'invalid_value' && issue.values.length > 1) return `must be ${issue.values.slice(0, -1).join(', ')} or ${String(issue.values.at(-1))}`
  if (issue.code === 'invalid_type') return value === undefined ? 'it is missing' : `must be ${KINDS[issue.expected] ?? issue.expected}`
  return issue.message
}

const placeOf = (path: PropertyKey[]): string =>
  path.map((key, index) => (typeof key === 'number' ? `[${key}]` : `${index === 0 ? '' : '.'}${String(key)}`)).join('') || 'The file'

function danglingReferences({ content_types, content_type_templates: templates = [], content_items, sites, mappings, schedules }: Shape): Problem[] {
  const problems: Problem[] = []
  const say = (place: string, problem: string) => {
    if (problems.length < MOST_PROBLEMS) problems.push({ place, problem })
  }
  const unique = (values: string[], place: (index: number) => string): Set<string> => {
    const seen = new Set<string>()
    values.forEach((value, index) => {
      if (seen.has(value)) say(place(index), `"${value}" is there already`)
      seen.add(value)
    })
    return seen
  }
  const types = unique(content_types.map(({ name }) => name), (index) => `content_types[${index}].name`)
  const refs = unique(content_items.map(({ ref }) => ref), (index) => `content_items[${index}].ref`)
  const slugs = unique(sites.map(({ slug }) => slug), (index) => `sites[${index}].slug`)
  templates.forEach(({ source }, index) => {
    if (typeof source === 'string' && !types.has(source)) say(`content_type_templates[${index}].source`, `there is no content type "${source}" in the file`)
  })
  content_items.forEach(({ type }, index) => {
    if (!types.has(type)) say(`content_items[${index}].type`, `there is no content type "${type}" in the file`)
  })
  mappings.forEach(({ site, item }, index) => {
    if (!slugs.has(site)) say(`mappings[${index}].site`, `there is no site "${site}" in the file`)
    if (!refs.has(item)) say(`mappings[${index}].item`, `there is no item "${item}" in the file`)
  })
  schedules.forEach(({ sites: own = [] }, index) => {
    for (const slug of own) if (!slugs.has(slug)) say(`schedules[${index}].sites`, `there is no site "${slug}" in the file`)
  })
  return problems
}
