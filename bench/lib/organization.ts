import { randomUUID } from 'node:crypto'
import { createClient, type PostgrestError, type SupabaseClient } from '@supabase/supabase-js'
import type postgres from 'postgres'
import WebSocket from 'ws'
import type { Stack } from '../../supabase/embedded/stack.ts'

/** An organization of a certain size, and somebody who may run its syncs. */

export interface Organization {
  id: string
  client: SupabaseClient
  /** The session's access token. */
  token: string
}

export async function createOrganization(stack: Stack): Promise<Organization> {
  const client = createClient(stack.api_url, stack.publishable_key, {
    auth: { persistSession: false, autoRefreshToken: false },
    realtime: { transport: WebSocket as never },
  })
  const name = randomUUID()
  const { error } = await client.auth.signUp({ email: `${name}@example.com`, password: `pass-${name}` })
  if (error) throw error
  const { id } = await rpc<{ id: string }>(client, 'create_organization', { name: `Bench ${name.slice(0, 8)}` })
  const { data, error: refused } = await client.auth.refreshSession()
  if (refused || !data.session) throw new Error(`the session was not renewed: ${refused?.message ?? 'no session'}`)
  return { id, client, token: data.session.access_token }
}

export async function rpc<T>(client: SupabaseClient, name: string, args: Record<string, unknown> = {}): Promise<T> {
  const { data, error } = (await client.rpc(name, args)) as { data: T; error: PostgrestError | null }
  if (error) throw new Error(`${name}: ${error.message} ${error.hint}`)
  return data
}

export interface Content {
  sites: number
  items: number
  /** Letters of text in each item. */
  letters: number
  /** Each site gets `/<its number>` below this address; null is the built-in receiver. */
  destination: string | null
}

/** Sites that all show the same published items. */
export async function fill(sql: postgres.Sql, organization: Organization, { sites, items, letters, destination }: Content): Promise<void> {
  const schema = { type: 'object', properties: { text: { type: 'string', 'x-field-id': 'f_text' } } }
  await sql`
    with type as (
      insert into public.content_types (organization_id, name, title, schema)
      values (${organization.id}, 'note', 'Note', ${sql.json(schema)}) returning id
    ), item as (
      insert into public.content_items (organization_id, type_id, title, data, status)
      select ${organization.id}, type.id, 'Item ' || n, jsonb_build_object('text', rpad('Item ' || n || ' ', ${letters}, 'lorem ipsum ')), 'published'
      from type, generate_series(1, ${items}::integer) n
    )
    insert into public.sites (organization_id, name, slug, destination_url)
    select ${organization.id}, 'Site ' || n, 'site-' || n, ${destination}::text || '/' || n from generate_series(1, ${sites}::integer) n`
  await sql`
    insert into public.site_item_mappings (organization_id, site_id, item_id, mode, position)
    select s.organization_id, s.id, i.id, 'full', row_number() over (partition by s.id order by i.id)
    from public.sites s join public.content_items i using (organization_id) where s.organization_id = ${organization.id}`
  await sql.unsafe('analyze')
}

export interface StartedJob {
  job_id: string
  status: string
  total: number
  skipped: number
}

/** What the app does after `start_sync`. */
export async function invokeSync(stack: Stack, organization: Organization, jobId: string): Promise<void> {
  const response = await fetch(`${stack.api_url}/functions/v1/sync`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${organization.token}`, apikey: stack.publishable_key },
    body: JSON.stringify({ job_id: jobId }),
  })
  if (response.status !== 202) throw new Error(`sync answered ${response.status}: ${await response.text()}`)
  await response.body?.cancel()
}

/** Polled: what is measured must not depend on how we hear of it. */
export async function jobEnd(sql: postgres.Sql, jobId: string, withinMs = 120_000): Promise<string> {
  const deadline = performance.now() + withinMs
  for (;;) {
    const [job] = await sql<{ status: string }[]>`select status from public.sync_jobs where id = ${jobId}`
    if (job === undefined) throw new Error(`there is no job ${jobId}`)
    if (!['queued', 'running'].includes(job.status)) return job.status
    if (performance.now() > deadline) throw new Error(`job ${jobId} is still ${job.status} after ${withinMs} ms`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
