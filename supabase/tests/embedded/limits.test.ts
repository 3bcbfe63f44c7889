import { request } from 'node:http'
import { connect } from 'node:net'
import { SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Stack } from '../../embedded/stack.ts'
import { client, config, hookMigration, throwawayProject, type Project } from './support.ts'

let project: Project
let stack: Stack

beforeAll(async () => {
  project = throwawayProject({
    'config.toml': `${config}\n[auth.rate_limit]\nsign_in_sign_ups = 9\ntoken_refresh = 4\ntoken_verifications = 3\nemail_sent = 100\n`,
    'migrations/20260101000000_hook.sql': hookMigration,
    'migrations/20260101000001_size.sql': `
create function public.size(body text) returns int language sql as $$ select length(body) $$;
create function public.refuse() returns void language plpgsql as $$ begin raise exception using errcode = 'DS020', message = 'No.'; end $$;
`,
  })
  stack = await project.start({ limited: true })
})

afterAll(async () => {
  await stack.close()
  project.remove()
})

const password = 'correct horse'

async function post(path: string, body: unknown): Promise<Response> {
  return fetch(`${stack.api_url}/auth/v1${path}`, { method: 'POST', headers: { apikey: stack.publishable_key, 'content-type': 'application/json' }, body: JSON.stringify(body) })
}

async function expectRefused(response: Response, code: string, message: RegExp): Promise<void> {
  expect(response.status).toBe(429)
  expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(response.headers.get('access-control-allow-origin')).toBe('*')
  expect(await response.json()).toEqual({ code: 429, error_code: code, msg: expect.stringMatching(message) })
}

// In one test, since they share an address and so its tokens.
test('the limits of config.toml hold: for accounts, verifications, refreshes, mails, and for the address as a whole', async () => {
  const supabase = client(stack)
  await supabase.auth.signUp({ email: 'ada@example.com', password })
  const guess = () => post('/token?grant_type=password', { email: 'Ada@example.com', password: 'wrong horse' })
  for (let tries = 0; tries < 3; tries += 1) expect((await guess()).status).toBe(400)
  await expectRefused(await guess(), 'over_request_rate_limit', /^Request rate limit reached, try again after \d+ seconds\.$/)
  // The right password does not help now either, or a guesser would learn that it was.
  const { error } = await client(stack).auth.signInWithPassword({ email: 'ada@example.com', password })
  expect(error).toMatchObject({ status: 429, code: 'over_request_rate_limit' })

  const verify = () => post('/verify', { type: 'magiclink', email: 'ada@example.com', token: '000000' })
  for (let tries = 0; tries < 3; tries += 1) expect((await verify()).status).toBe(403)
  await expectRefused(await verify(), 'over_request_rate_limit', /seconds/)

  for (let tries = 0; tries < 4; tries += 1) expect((await supabase.auth.refreshSession()).error).toBeNull()
  await expectRefused(await post('/token?grant_type=refresh_token', { refresh_token: 'x' }), 'over_request_rate_limit', /seconds/)

  expect((await post('/recover', { email: 'ada@example.com' })).status).toBe(200)
  await expectRefused(await post('/recover', { email: 'ada@example.com' }), 'over_email_send_rate_limit', /^For security purposes, you can only request this after \d+ seconds\.$/)
  // Whether there is such an account makes no difference.
  expect((await post('/recover', { email: 'nobody@example.com' })).status).toBe(200)
  await expectRefused(await post('/recover', { email: 'nobody@example.com' }), 'over_email_send_rate_limit', /seconds/)

  const outcomes: number[] = []
  for (let index = 0; index < 6; index += 1) outcomes.push((await post('/signup', { email: `p${index}@example.com`, password })).status)
  expect(outcomes.at(0)).toBe(200)
  expect(outcomes.at(-1)).toBe(429)
  // Whoever is signed in goes on.
  expect((await supabase.auth.getUser()).data.user?.email).toBe('ada@example.com')
})

test('refused calls of a verb are limited for each person, though SQL forgets them', async () => {
  const rpc = async (verb: string, sub?: string): Promise<Response> => {
    const claims = new SignJWT({ role: 'authenticated', aud: 'authenticated', ...(sub ? { sub } : {}) }).setProtectedHeader({ alg: 'HS256' }).setExpirationTime('1h')
    const token = await claims.sign(new TextEncoder().encode(stack.jwt_secret))
    return fetch(`${stack.api_url}/rest/v1/rpc/${verb}`, {
      method: 'POST', headers: { apikey: stack.publishable_key, authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body: verb === 'size' ? '{"body":"x"}' : '{}',
    })
  }
  const [ada, grace] = ['00000000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-00000000000b']
  const statuses: number[] = []
  let last: Response | undefined
  // While these are made, one more is allowed each second.
  for (let tries = 0; tries < 300 && last?.status !== 429; tries += 1) statuses.push((last = await rpc('refuse', ada)).status)
  expect(statuses.length).toBeGreaterThan(60)
  expect(new Set(statuses.slice(0, -1))).toEqual(new Set([400]))
  expect(last?.status).toBe(429)
  expect(last?.headers.get('retry-after')).toBe('1')
  expect(last?.headers.get('access-control-allow-origin')).toBe('*')
  expect(await last?.json()).toEqual({ code: 'PT429', message: 'Too many requests.', details: null, hint: 'refuse may be refused 60 times a minute. Try again in 1 second.' })
  // Another verb, another person, and what is answered are nobody's concern.
  expect((await rpc('refuse', grace)).status).toBe(400)
  const answered = await Promise.all(Array.from({ length: 30 }, () => rpc('size', ada)))
  for (let tries = 0; tries < 50; tries += 1) answered.push(await rpc('size', ada))
  expect(new Set(answered.map(({ status }) => status))).toEqual(new Set([200]))
})

test('a path that could be written otherwise passes no limit by', async () => {
  for (const path of ['/%74oken?grant_type=password', '/token?grant%5Ftype=refresh_token&grant_type=password', '/%76erify', '/%6ftp', '/%73ignup', '//signup', '/signup;', '/signup%2f']) {
    expect((await post(path, { email: 'path@example.com', password, type: 'magiclink', token: '000000' })).status, path).toBe(404)
  }
})

describe('sizes', () => {
  const call = (path: string, bytes: number, chunked: boolean): Promise<{ status: number | undefined; body: string }> =>
    new Promise((resolve, reject) => {
      const { port } = new URL(stack.api_url)
      const body = JSON.stringify({ body: 'x'.repeat(bytes), email: 'size@example.com', password })
      const outgoing = request({
        host: '127.0.0.1', port, path, method: 'POST',
        headers: { apikey: stack.publishable_key, 'content-type': 'application/json', ...(chunked ? { 'transfer-encoding': 'chunked' } : { 'content-length': Buffer.byteLength(body) }) },
      }, (response) => {
        let text = ''
        response.on('data', (chunk: Buffer) => (text += chunk.toString()))
        response.on('end', () => resolve({ status: response.statusCode, body: text }))
      })
      // The answer comes before the body has gone.
      outgoing.on('error', (error: NodeJS.ErrnoException) => (error.code === 'EPIPE' || error.code === 'ECONNRESET' ? undefined : reject(error)))
      outgoing.end(body)
    })

  test.each([true, false])('the Data API takes 8 MB and no more (chunked: %s)', async (chunked) => {
    const most = 8 * 1024 * 1024
    expect(await call('/rest/v1/rpc/size', most + 1, chunked)).toMatchObject({ status: 413, body: expect.stringContaining('"message":"The body is over 8 MB"') })
    const fits = await fetch(`${stack.api_url}/rest/v1/rpc/size`, {
      method: 'POST', headers: { apikey: stack.publishable_key, 'content-type': 'application/json' }, body: JSON.stringify({ body: 'x'.repeat(most - 100) }),
    })
    expect({ status: fits.status, body: await fits.json() }).toEqual({ status: 200, body: most - 100 })
  })

  test.each([true, false])('Auth takes 64 kB and no more (chunked: %s)', async (chunked) => {
    expect(await call('/auth/v1/user', 64 * 1024 + 1, chunked)).toMatchObject({ status: 413, body: expect.stringContaining('"error_code":"request_too_large"') })
    expect((await call('/auth/v1/user', 60 * 1024, chunked)).status).not.toBe(413)
  })

  test('an address or headers over 16 kB are refused', async () => {
    const response = await fetch(`${stack.api_url}/rest/v1/notes?id=in.(${'1,'.repeat(10_000)}1)`, { headers: { apikey: stack.publishable_key } })
    expect(response.status).toBe(431)
  })
})

test('who does not finish asking is sent away', async () => {
  const { port } = new URL(stack.api_url)
  const answer = await new Promise<string>((resolve, reject) => {
    let said = ''
    const socket = connect(Number(port), '127.0.0.1', () => socket.write('GET /rest/v1/ HTTP/1.1\r\nHost: localhost\r\nX-Slow: '))
    socket.on('data', (chunk) => (said += chunk.toString()))
    socket.on('close', () => resolve(said))
    socket.on('error', reject)
  })
  expect(answer).toMatch(/^HTTP\/1\.1 408 /)
})
