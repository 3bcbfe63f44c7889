import { randomUUID } from 'node:crypto'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createClient, type SupabaseClient } from '@supabase/supabase-js'
import postgres from 'postgres'
import WebSocket from 'ws'
import type { Stack } from '../../embedded/stack.ts'

/** What the functions' tests share: people, sites, and destinations that behave as told. */

export type Addresses = Pick<Stack, 'api_url' | 'db_url' | 'publishable_key' | 'secret_key' | 'tick_secret'>

export interface Person {
  client: SupabaseClient
  userId: string
  token: string
}

export interface Organization {
  id: string
  slug: string
}

/** Somebody who has just signed up, in a new organization of which they are the admin. */
export async function signUp(stack: Addresses): Promise<Person & { organization: Organization }> {
  const client = createClient(stack.api_url, stack.publishable_key, {
    auth: { persistSession: false, autoRefreshToken: false },
    realtime: { transport: WebSocket as never },
  })
  const name = randomUUID()
  const { data, error } = await client.auth.signUp({ email: `${name}@example.com`, password: `pass-${name}` })
  if (error || !data.user) throw new Error(`sign-up failed: ${error?.message ?? 'no user'}`)
  const organization = await rpc<Organization>(client, 'create_organization', { name: `Org ${name.slice(0, 8)}` })
  const { data: renewed, error: refused } = await client.auth.refreshSession()
  if (refused || !renewed.session) throw new Error(`refresh failed: ${refused?.message ?? 'no session'}`)
  return { client, userId: data.user.id, token: renewed.session.access_token, organization }
}

export async function rpc<T>(client: SupabaseClient, name: string, args: Record<string, unknown> = {}): Promise<T> {
  const { data, error } = await client.rpc(name, args)
  if (error) throw new Error(`${name}: ${error.message}`)
  return data as T
}

export type Sql = postgres.Sql

export function openDatabase(stack: Addresses): Sql {
  return postgres(stack.db_url, { max: 2, onnotice: () => undefined })
}

/** One published item, and sites that show it; each site posts to the address given, or to the built-in receiver. */
export async function publishTo(
  sql: Sql,
  organization: Organization,
  destinations: readonly (string | null)[],
): Promise<{ siteIds: string[]; itemId: string }> {
  const [type] = await sql<{ id: string }[]>`
    insert into public.content_types (organization_id, name, title, schema)
    values (${organization.id}, ${`note_${randomUUID().slice(0, 8)}`}, 'Note',
      ${sql.json({ type: 'object', properties: { text: { type: 'string', 'x-field-id': 'f_text' } } })})
    returning id`
  const [item] = await sql<{ id: string }[]>`
    insert into public.content_items (organization_id, type_id, title, data, status)
    values (${organization.id}, ${type?.id ?? ''}, 'Hello', ${sql.json({ text: 'Hello, “Wörld”' })}, 'published')
    returning id`
  if (item === undefined) throw new Error('the item was not made')
  const siteIds: string[] = []
  for (const [index, destination] of destinations.entries()) {
    const slug = `site-${index}-${randomUUID().slice(0, 8)}`
    const [site] = await sql<{ id: string }[]>`
      insert into public.sites (organization_id, name, slug, destination_url)
      values (${organization.id}, ${`Site ${index}`}, ${slug}, ${destination}) returning id`
    if (site === undefined) throw new Error('the site was not made')
    siteIds.push(site.id)
    await sql`
      insert into public.site_item_mappings (organization_id, site_id, item_id, mode)
      values (${organization.id}, ${site.id}, ${item.id}, 'full')`
  }
  return { siteIds, itemId: item.id }
}

export interface StartedJob {
  job_id: string
  status: string
  total: number
}

export function startSync(person: Person, siteIds?: readonly string[]): Promise<StartedJob> {
  return rpc<StartedJob>(person.client, 'start_sync', siteIds ? { site_ids: siteIds } : {})
}

export function call(
  stack: Addresses,
  name: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`${stack.api_url}/functions/v1/${name}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
}

export function as(person: Person, stack: Addresses): Record<string, string> {
  return { authorization: `Bearer ${person.token}`, apikey: stack.publishable_key }
}

export interface JobState {
  status: string
  succeeded: number
  failed: number
  deliveries: DeliveryState[]
}

export interface DeliveryState {
  id: string
  site_id: string
  status: string
  attempts: number
  reason: string
  status_code: number | null
  response_body: string | null
  sequence: string
  webhook_id: string
  body: string
}

export async function readJob(sql: Sql, jobId: string): Promise<JobState> {
  const [job] = await sql<{ status: string; succeeded: number; failed: number }[]>`
    select status, succeeded, failed from public.sync_jobs where id = ${jobId}`
  const deliveries = await sql<DeliveryState[]>`
    select id, site_id, status, attempts, reason, status_code, response_body, sequence, webhook_id, body
    from public.sync_deliveries where job_id = ${jobId} order by target_name`
  if (job === undefined) throw new Error(`there is no job ${jobId}`)
  return { ...job, deliveries }
}

/** The job as it ended; polled, because its end is what is waited for and has no other signal here. */
export async function jobEnd(sql: Sql, jobId: string, withinMs = 60_000): Promise<JobState> {
  return until(withinMs, `job ${jobId} to end`, async () => {
    const job = await readJob(sql, jobId)
    return ['queued', 'running'].includes(job.status) ? null : job
  })
}

export async function until<T>(withinMs: number, what: string, look: () => Promise<T | null>): Promise<T> {
  const deadline = Date.now() + withinMs
  for (;;) {
    const seen = await look()
    if (seen !== null) return seen
    if (Date.now() > deadline) throw new Error(`waited ${withinMs} ms for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

export interface CapturedRequest {
  path: string
  headers: IncomingHttpHeaders
  body: string
}

export type Behaviour = (response: ServerResponse, request: IncomingMessage, nth: number) => void

export interface Destination {
  url: string
  requests: CapturedRequest[]
  /** What the next requests, and all after them, meet. */
  behave(behaviour: Behaviour): void
  close(): Promise<void>
}

export const accept: Behaviour = (response) => {
  response.writeHead(200, { 'content-type': 'application/json' }).end('{"applied":true}')
}

export const answer =
  (status: number, headers: Record<string, string> = {}, body = ''): Behaviour =>
  (response) => {
    response.writeHead(status, headers).end(body)
  }

/** Takes the request and never answers. */
export const hang: Behaviour = () => undefined

/** The first behaviours in their order, and the last one from then on. */
export function inTurn(...behaviours: Behaviour[]): Behaviour {
  return (response, request, nth) => (behaviours[nth] ?? behaviours.at(-1) ?? accept)(response, request, nth)
}

/** An HTTP server on loopback that stands for somebody's site. */
export async function openDestination(behaviour: Behaviour = accept): Promise<Destination> {
  let current = behaviour
  let nth = 0
  const requests: CapturedRequest[] = []
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      requests.push({ path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks).toString('utf8') })
      current(response, request, nth++)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/hook`,
    requests,
    behave(next) {
      current = next
      nth = 0
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
