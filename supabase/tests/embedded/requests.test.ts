import { request } from 'node:http'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Stack } from '../../embedded/stack.ts'
import { client, config, hookMigration, throwawayProject, type Project } from './support.ts'

let project: Project
let stack: Stack

/** Keeps what the database is told of the request that writes a row, and says it of the one that calls a function. */
const schema = `
create function public.told() returns jsonb language sql as $$
  select jsonb_build_object(
    'method', current_setting('request.method', true), 'path', current_setting('request.path', true),
    'headers', nullif(current_setting('request.headers', true), '')::jsonb)
$$;
create table public.notes (id int primary key generated always as identity, body text, told jsonb not null default public.told());
alter table public.notes enable row level security;
create policy everybody on public.notes using (true) with check (true);
`

beforeAll(async () => {
  project = throwawayProject({
    'config.toml': `${config}\n[functions.echo]\nverify_jwt = false\n[functions.relay]\nverify_jwt = false\n`,
    'migrations/20260101000000_hook.sql': hookMigration,
    'migrations/20260101000001_schema.sql': schema,
    // Asks the Data API for whom its caller says, and shows the secret, a wrong one or none.
    'functions/relay/index.ts': `Deno.serve(async (request) => {
      const own = Deno.env.get('DATASYNC_FORWARD_SECRET') ?? ''
      const { apikey, from, shows } = await request.json()
      const headers = { apikey, 'content-type': 'application/json', 'x-forwarded-for': from, ...(shows === null ? {} : { 'x-datasync-forward': shows === 'own' ? own : shows }) }
      const answer = await fetch(Deno.env.get('SUPABASE_URL') + '/rest/v1/rpc/told', { method: 'POST', headers, body: '{}' })
      const text = await answer.text()
      const said = JSON.stringify([...answer.headers]) + text + JSON.stringify([...request.headers])
      return Response.json({ told: JSON.parse(text), length: own.length, leaked: said.includes(own) || said.includes('x-datasync-forward') })
    })`,
    'functions/echo/index.ts': `Deno.serve((request) => Response.json(Object.fromEntries(request.headers)))`,
  })
  stack = await project.start()
})

afterAll(async () => {
  await stack.close()
  project.remove()
})

interface Told {
  method: string
  path: string
  headers: Record<string, string>
}

const lies = { 'x-forwarded-for': '203.0.113.9', 'X-Real-IP': '203.0.113.9', Forwarded: 'for=203.0.113.9', 'CF-Connecting-IP': '203.0.113.9' }

describe('what the database is told of a request', () => {
  const write = async (method: string, path: string, headers: Record<string, string>, body: unknown): Promise<Told> => {
    const response = await fetch(`${stack.api_url}/rest/v1${path}`, {
      method,
      headers: { apikey: stack.secret_key, 'content-type': 'application/json', prefer: 'return=representation', ...headers },
      body: JSON.stringify(body),
    })
    expect(response.ok, await response.clone().text()).toBe(true)
    const answer = (await response.json()) as { told: Told }[]
    return answer[0]?.told as Told
  }

  test('method, path and headers, by their lower-case names, when a row is written', async () => {
    const told = await write('POST', '/notes?select=told', { 'X-Request-Id': 'trace-1', 'User-Agent': 'probe/1' }, { body: 'a' })
    expect(told).toMatchObject({ method: 'POST', path: '/notes', headers: { 'x-request-id': 'trace-1', 'user-agent': 'probe/1', prefer: 'return=representation' } })
  })

  test('the same when a function is called', async () => {
    const { data } = await client(stack).rpc('told')
    expect(data).toMatchObject({ method: 'POST', path: '/rpc/told', headers: { 'x-forwarded-for': expect.stringMatching(/^(127\.0\.0\.1|::1)$/) } })
  })

  test('one request never hears of another', async () => {
    const ids = Array.from({ length: 40 }, (_, index) => `trace-${index}`)
    const told = await Promise.all(ids.map((id) => write('POST', '/notes?select=told', { 'x-request-id': id }, { body: id })))
    expect(told.map(({ headers }) => headers['x-request-id'])).toEqual(ids)
    const sql = postgres(stack.db_url, { max: 1 })
    const [row] = await sql`select public.told() as told`
    await sql.end()
    expect(row?.['told']).toMatchObject({ headers: null })
  })

  test('where it came from is what the gateway saw, not what the caller says', async () => {
    const { headers } = await write('POST', '/notes?select=told', lies, { body: 'a' })
    expect(headers['x-forwarded-for']).toMatch(/^(127\.0\.0\.1|::1)$/)
    expect(JSON.stringify(headers)).not.toContain('203.0.113.9')
  })
})

describe('the request id', () => {
  const idFor = async (path: string, given?: string): Promise<string | null> => {
    const headers = { apikey: stack.publishable_key, ...(given === undefined ? {} : { 'x-request-id': given }) }
    const response = await fetch(stack.api_url + path, { headers })
    await response.arrayBuffer()
    return response.headers.get('x-request-id')
  }

  test.each(['/rest/v1/notes', '/auth/v1/settings', '/functions/v1/echo', '/realtime/v1/api/broadcast', '/inbox', '/nowhere'])('%s answers with it', async (path) => {
    expect(await idFor(path, 'my-trace.7')).toBe('my-trace.7')
    expect(await idFor(path)).toMatch(/^[0-9a-f-]{36}$/)
  })

  test.each([['too long', 'x'.repeat(65)], ['no token', 'a b'], ['markup', '<script>']])('one that is %s is replaced', async (_name, given) => {
    expect(await idFor('/rest/v1/notes', given)).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('functions see it, and the caller\'s address', async () => {
    const response = await fetch(`${stack.api_url}/functions/v1/echo`, { headers: { ...lies, 'x-request-id': 'trace-f' } })
    const seen = (await response.json()) as Record<string, string>
    expect(seen['x-request-id']).toBe('trace-f')
    expect(seen['x-forwarded-for']).toMatch(/^(127\.0\.0\.1|::1)$/)
    expect(JSON.stringify(seen)).not.toContain('203.0.113.9')
  })

  test('two in one request are none', async () => {
    const { port } = new URL(stack.api_url)
    const answered = await new Promise((resolve, reject) => {
      request({ host: '127.0.0.1', port, path: '/nowhere', headers: ['host', 'localhost', 'x-request-id', 'one', 'x-request-id', 'two'] }, (response) => {
        response.resume()
        resolve(response.headers['x-request-id'])
      }).on('error', reject).end()
    })
    expect(answered).toMatch(/^[0-9a-f-]{36}$/)
  })
})

test.each([['own', '203.0.113.7'], ['guessed', '127.0.0.1'], [null, '127.0.0.1']])('a function that shows the secret of this start (%s) is believed for whom it asks', async (shows, address) => {
  const response = await fetch(`${stack.api_url}/functions/v1/relay`, {
    method: 'POST', headers: { 'content-type': 'application/json', 'x-datasync-forward': 'guessed' }, body: JSON.stringify({ apikey: stack.publishable_key, from: '203.0.113.7', shows }),
  })
  expect(await response.json()).toMatchObject({ told: { headers: { 'x-forwarded-for': address } }, length: 64, leaked: false })
})
