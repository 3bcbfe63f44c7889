/** Content and sites, written with the rights of `postgres` so that a test starts where it has something to say. */
import { randomUUID } from 'node:crypto'
import type { JSONValue, Sql } from 'postgres'
import { expect } from 'vitest'
import type { Organization } from './actors.ts'

export type Data = Record<string, unknown>

/** One field of each kind that matters to payloads; only `headline` is required. */
export const noteSchema = {
  type: 'object',
  'x-order': ['headline', 'text', 'count', 'tags'],
  required: ['headline'],
  properties: {
    headline: { type: 'string', title: 'Headline', maxLength: 200, 'x-field-id': 'f_headline', 'x-widget': 'text' },
    text: { type: 'string', title: 'Text', 'x-field-id': 'f_text', 'x-widget': 'textarea' },
    count: { type: 'number', title: 'Count', minimum: 0, 'x-field-id': 'f_count', 'x-widget': 'number' },
    tags: { type: 'array', title: 'Tags', items: { type: 'string' }, 'x-field-id': 'f_tags', 'x-widget': 'list' },
  },
}

/** postgres.js wants an index signature where we have interfaces; what goes in is JSON all the same. */
export function json(value: unknown): JSONValue {
  return value as JSONValue
}

export async function newType(sql: Sql, organization: Organization, schema: object = noteSchema, name = unique('note')): Promise<string> {
  return only(await sql<{ id: string }[]>`
    insert into public.content_types (organization_id, name, title, schema)
    values (${organization.id}, ${name}, 'Note', ${sql.json(json(schema))}) returning id`).id
}

export interface ItemFixture {
  title?: string
  data?: Data
  status?: 'draft' | 'published' | 'archived'
}

export async function newItem(sql: Sql, organization: Organization, type: string, item: ItemFixture = {}): Promise<string> {
  const { title = 'A note', data = { headline: title }, status = 'published' } = item
  return only(await sql<{ id: string }[]>`
    insert into public.content_items (organization_id, type_id, title, data, status)
    values (${organization.id}, ${type}, ${title}, ${sql.json(json(data))}, ${status}) returning id`).id
}

export interface SiteFixture {
  name?: string
  slug?: string
  destination_url?: string | null
  enabled?: boolean
  failure_rate?: number
  fail_next?: number
}

export async function newSite(sql: Sql, organization: Organization, site: SiteFixture = {}): Promise<string> {
  const slug = site.slug ?? unique('site').replace('_', '-')
  const row = { organization_id: organization.id, name: site.name ?? slug, ...site, slug }
  return only(await sql<{ id: string }[]>`insert into public.sites ${sql(row)} returning id`).id
}

export interface Cell {
  site_id: string
  item_id: string
  mode?: 'full' | 'override' | 'block'
  overrides?: Data
  position?: number
}

export async function mapItems(sql: Sql, organization: Organization, cells: readonly Cell[]): Promise<void> {
  for (const { site_id, item_id, mode = 'full', overrides = {}, position = 0 } of cells) {
    await sql`
      insert into public.site_item_mappings (organization_id, site_id, item_id, mode, overrides, position)
      values (${organization.id}, ${site_id}, ${item_id}, ${mode}, ${sql.json(json(overrides))}, ${position})
      on conflict (site_id, item_id) do update
        set mode = excluded.mode, overrides = excluded.overrides, position = excluded.position`
  }
}

/** `count` sites that all show the one published item. */
export async function newSitesWithItem(sql: Sql, organization: Organization, count: number): Promise<{ item: string; type: string; sites: string[] }> {
  const type = await newType(sql, organization)
  const item = await newItem(sql, organization, type)
  const sites: string[] = []
  for (let index = 0; index < count; index += 1) sites.push(await newSite(sql, organization))
  await mapItems(sql, organization, sites.map((site_id) => ({ site_id, item_id: item })))
  return { item, type, sites }
}

export async function edit(sql: Sql, item: string, data: Data): Promise<void> {
  await sql`update public.content_items set data = data || ${sql.json(json(data))} where id = ${item}`
}

/** Only for a backend of the file's own: nothing of an earlier test, or of a first try, is left to be claimed. */
export async function startOver(sql: Sql): Promise<void> {
  await sql`delete from public.sites`
  await sql`delete from public.sync_jobs`
  await sql`update private.organization_counters set job_number = 0`
}

export function unique(word: string): string {
  return `${word}_${randomUUID().slice(0, 8)}`
}

/** A time of the database, by ours before and after: both are of one machine, whose clock may be set in steps of milliseconds. */
export function expectBetween(timeMs: number, earliestMs: number, latestMs: number): void {
  expect(timeMs).toBeGreaterThanOrEqual(earliestMs - 100)
  expect(timeMs).toBeLessThanOrEqual(latestMs + 100)
}

/** The one row of an answer that has exactly one. */
export function only<T>(rows: readonly T[]): T {
  const [row] = rows
  if (row === undefined || rows.length > 1) throw new Error(`expected one row, there are ${rows.length}`)
  return row
}
