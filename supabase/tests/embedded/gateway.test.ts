import { request } from 'node:http'
import postgres from 'postgres'
import { SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Stack } from '../../embedded/stack.ts'
import { client, config, hookMigration, throwawayProject, type Project } from './support.ts'

let project: Project
let stack: Stack

const schema = `
create schema private;
grant usage on schema private to authenticated;
create table private.hidden (id int primary key);
alter table private.hidden enable row level security;
create table public.notes (id int primary key generated always as identity, owner uuid not null default auth.uid(), body text, locked text);
alter table public.notes enable row level security;
revoke all on public.notes from anon, authenticated;
grant select, insert (body) on public.notes to authenticated;
create policy own on public.notes to authenticated using (owner = (select auth.uid())) with check (owner = (select auth.uid()));
create function public.refuse() returns void language plpgsql as $$
begin
  raise exception using errcode = 'DS020', message = 'It cannot be published.', hint = 'Fill in the headline.', detail = '[{"path":"headline"}]';
end $$;
create function public.wait() returns void language plpgsql as $$
begin
  raise exception using errcode = 'PT429', message = 'Too often.', hint = 'Wait a minute.';
end $$;
create function public.who() returns jsonb language sql stable as $$ select jsonb_build_object('role', current_user, 'sub', auth.uid(), 'claims', auth.jwt()) $$;
`

beforeAll(async () => {
  project = throwawayProject({
    'config.toml': `${config}\n[functions.open]\nverify_jwt = false\n[functions.broken]\nverify_jwt = false\n[functions.off]\nenabled = false\n`,
    'migrations/20260101000000_hook.sql': hookMigration,
    'migrations/20260101000001_schema.sql': schema,
    'functions/guarded/index.ts': `Deno.serve(async (request) => Response.json({
      path: new URL(request.url).pathname, authorization: request.headers.get('authorization'), body: await request.text(),
      url: Deno.env.get('SUPABASE_URL'), keys: Object.keys(JSON.parse(Deno.env.get('SUPABASE_SECRET_KEYS') ?? '{}')), home: Deno.env.get('SSH_AUTH_SOCK') ?? null }))`,
    'functions/open/index.ts': `export default { fetch: () => new Response('one') }`,
    'functions/crash/index.ts': `Deno.serve((request) => { if (new URL(request.url).searchParams.has('now')) Deno.exit(3); return new Response('alive') })`,
    'functions/broken/index.ts': `import './missing.ts'`,
    'functions/off/index.ts': `Deno.serve(() => new Response('never'))`,
  })
  stack = await project.start()
})

afterAll(async () => {
  await stack.close()
  project.remove()
})

async function call(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<{ status: number; text: string }> {
  const response = await fetch(stack.api_url + path, { method, headers, ...(method === 'POST' ? { body: '{"a":1}' } : {}) })
  return { status: response.status, text: await response.text() }
}

async function signedIn(email: string): Promise<ReturnType<typeof client>> {
  const supabase = client(stack)
  await supabase.auth.signUp({ email, password: 'correct horse' })
  return supabase
}

describe('API keys', () => {
  test.each([
    ['no key', {}, 401],
    ['a wrong key', { apikey: 'sb_publishable_wrong' }, 401],
    ['a JWT without a key', { authorization: 'Bearer a.b.c' }, 401],
  ])('%s is refused by the Data API and Auth', async (_name, headers, status) => {
    expect((await call('/rest/v1/notes', headers as Record<string, string>)).status).toBe(status)
    expect((await call('/auth/v1/user', headers as Record<string, string>)).status).toBe(status)
  })

  test('the publishable key is anon, the secret key is service_role, and their JWT forms are the same', async () => {
    expect((await client(stack).rpc('who')).data).toMatchObject({ role: 'anon', sub: null })
    expect((await client(stack, stack.secret_key).rpc('who')).data).toMatchObject({ role: 'service_role' })
    const legacy = await new SignJWT({ role: 'service_role' }).setProtectedHeader({ alg: 'HS256' }).setExpirationTime('1h').sign(new TextEncoder().encode(stack.jwt_secret))
    expect((await client(stack, legacy).rpc('who')).data).toMatchObject({ role: 'service_role' })
  })

  test('a key passed off as local without a key gets nothing more', async () => {
    expect((await call('/rest/v1/rpc/who', { host: 'localhost' }, 'POST')).status).toBe(401)
  })

  test('an expired or forged token is refused', async () => {
    const key = new TextEncoder().encode(stack.jwt_secret)
    const expired = await new SignJWT({ role: 'authenticated', sub: crypto.randomUUID() }).setProtectedHeader({ alg: 'HS256' }).setExpirationTime(1).sign(key)
    const forged = await new SignJWT({ role: 'service_role' }).setProtectedHeader({ alg: 'HS256' }).setExpirationTime('1h').sign(new TextEncoder().encode('x'.repeat(64)))
    for (const token of [expired, forged]) {
      const { status } = await call('/rest/v1/notes', { apikey: stack.publishable_key, authorization: `Bearer ${token}` })
      expect(status).toBe(401)
    }
  })
})

test.each([
  ['an unsigned token', `${Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')}.${Buffer.from('{"role":"authenticated","sub":"00000000-0000-4000-8000-000000000000"}').toString('base64url')}.`],
  ['another kind of key', `ds_${'0'.repeat(8)}_${'0'.repeat(48)}`],
  ['any other text', 'nonsense'],
])('%s is refused, not taken for nobody', async (_name, token) => {
  const { status, text } = await call('/rest/v1/rpc/who', { apikey: stack.publishable_key, authorization: `Bearer ${token}` }, 'POST')
  expect(status).toBe(401)
  expect(JSON.parse(text)).toMatchObject({ code: 'PGRST301', details: null, hint: null })
})

describe('security headers', () => {
  test.each(['/rest/v1/notes', '/auth/v1/settings', '/functions/v1/nothing', '/realtime/v1/api/broadcast'])('an answer of %s does nothing as a page, whether it is an error or not', async (path) => {
    for (const headers of [{}, { apikey: stack.publishable_key }]) {
      const response = await fetch(stack.api_url + path, { headers: headers as Record<string, string> })
      await response.arrayBuffer()
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'content-security-policy': expect.stringMatching(/^default-src 'none'.*sandbox$/),
      })
      expect(response.headers.get('strict-transport-security')).toBeNull()
    }
  })

  test('only behind https is a browser asked to stay there', async () => {
    const response = await fetch(`${stack.api_url}/rest/v1/`, { headers: { 'x-forwarded-proto': 'https' } })
    await response.arrayBuffer()
    expect(response.headers.get('strict-transport-security')).toBe('max-age=31536000')
  })

  test('what is not found is no page either', async () => {
    const response = await fetch(`${stack.api_url}/nowhere`)
    await response.arrayBuffer()
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
  })
})

describe('the Data API', () => {
  test('grants stay as the migrations left them', async () => {
    const supabase = await signedIn('grants@example.com')
    expect((await supabase.from('notes').insert({ body: 'mine' }).select('body')).data).toEqual([{ body: 'mine' }])
    expect((await supabase.from('notes').insert({ body: 'x', locked: 'y' })).error?.code).toBe('42501')
    expect((await client(stack).from('notes').select()).error?.code).toBe('42501')
    const sql = postgres(stack.db_url, { max: 1 })
    const [row] = await sql`select has_table_privilege('authenticated', 'private.hidden', 'select') as hidden, has_table_privilege('anon', 'public.notes', 'select') as notes`
    await sql.end()
    expect(row).toEqual({ hidden: false, notes: false })
  })

  test('an error of a function keeps its code, message, details and hint', async () => {
    const { error, status } = await client(stack).rpc('refuse')
    expect(status).toBe(400)
    expect(error).toMatchObject({ code: 'DS020', message: 'It cannot be published.', details: '[{"path":"headline"}]', hint: 'Fill in the headline.' })
  })

  test('a function may name the status, and says the rest as ever', async () => {
    const { error, status } = await client(stack).rpc('wait')
    expect(status).toBe(429)
    expect(error).toMatchObject({ code: 'PT429', message: 'Too often.', hint: 'Wait a minute.' })
  })

  test('a table made later is there without a restart', async () => {
    const sql = postgres(stack.db_url, { max: 1 })
    await sql.unsafe('create table public.later (id int primary key); grant select on public.later to anon')
    await sql.end()
    await vi.waitFor(async () => expect((await client(stack).from('later').select()).data).toEqual([]), { timeout: 30_000, interval: 50 })
  })
})

describe('functions', () => {
  test('a session reaches the function, which sees /<name>/... and hosted Supabase\'s variables and nothing of ours', async () => {
    const supabase = await signedIn('functions@example.com')
    const { data } = await supabase.functions.invoke('guarded/deep', { body: { hello: 1 } })
    const { data: session } = await supabase.auth.getSession()
    expect(data).toEqual({
      path: '/guarded/deep', authorization: `Bearer ${session.session?.access_token}`, body: '{"hello":1}',
      url: stack.api_url.replace('localhost', '127.0.0.1'), keys: ['default'], home: null,
    })
  })

  test('verify_jwt wants a valid JWT, lets preflights pass, and takes an API key for its role', async () => {
    expect(await call('/functions/v1/guarded')).toMatchObject({ status: 401, text: expect.stringContaining('"msg":"Missing authorization header"') })
    expect((await call('/functions/v1/guarded', { authorization: 'Bearer a.b.c' })).status).toBe(401)
    expect((await call('/functions/v1/guarded', {}, 'OPTIONS')).status).toBe(200)
    const { status, text } = await call('/functions/v1/guarded', { authorization: `Bearer ${stack.publishable_key}` })
    expect(status).toBe(200)
    expect(text).toContain('Bearer ey')
  })

  test('verify_jwt = false asks for nothing; what is unknown or off is not found; what does not start says so', async () => {
    expect(await call('/functions/v1/open', {}, 'POST')).toEqual({ status: 200, text: 'one' })
    expect((await call('/functions/v1/nothing')).status).toBe(404)
    expect((await call('/functions/v1/off')).status).toBe(404)
    expect((await call('/functions/v1/../secrets.json')).status).toBe(404)
    expect((await call('/functions/v1/broken', {}, 'POST')).status).toBe(503)
  })

  test('a changed file is loaded, and a crashed function is started again', async () => {
    project.write('functions/open/index.ts', `export default { fetch: () => new Response('two') }`)
    await vi.waitFor(async () => expect((await call('/functions/v1/open')).text).toBe('two'), { timeout: 30_000, interval: 100 })
    const key = { apikey: stack.publishable_key }
    expect((await call('/functions/v1/crash', key)).text).toBe('alive')
    expect((await call('/functions/v1/crash?now', key)).status).toBe(502)
    expect((await call('/functions/v1/crash', key)).text).toBe('alive')
  })
})

describe('the inbox', () => {
  test('has a strict policy, and answers to no other name than this machine\'s', async () => {
    const page = await fetch(stack.inbox_url)
    expect(page.status).toBe(200)
    expect(page.headers.get('content-security-policy')).toMatch(/default-src 'none'.*frame-ancestors 'none'/)
    expect(page.headers.get('access-control-allow-origin')).toBeNull()
    const status = await new Promise((resolve, reject) => {
      const { port } = new URL(stack.api_url)
      request({ host: '127.0.0.1', port, path: '/inbox/api/messages', headers: { host: 'rebound.example' } }, (response) => {
        response.resume()
        resolve(response.statusCode)
      }).on('error', reject).end()
    })
    expect(status).toBe(403)
  })
})
