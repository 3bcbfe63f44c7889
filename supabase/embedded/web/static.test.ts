import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, request, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliDecompressSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { serveStatic } from './static.ts'

let dist: string
let server: Server
let port: number

beforeAll(async () => {
  dist = mkdtempSync(join(tmpdir(), 'datasync-static-'))
  mkdirSync(join(dist, 'assets'))
  writeFileSync(join(dist, 'index.html'), '<head><meta name="supabase-url" content=""></head>app')
  writeFileSync(join(dist, 'landing.html'), 'landing')
  writeFileSync(join(dist, 'assets', 'main-abc.js'), 'let a = 1\n'.repeat(500))
  writeFileSync(join(dist, '.datasync-build'), 'secret stamp')
  const handle = serveStatic(dist, { publishableKey: 'key', appUrl: 'http://localhost' })
  server = createServer((incoming, outgoing) => void handle(incoming, outgoing))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  port = address && typeof address === 'object' ? address.port : 0
})

afterAll(() => {
  server.close()
  rmSync(dist, { recursive: true, force: true })
})

/** By hand: `fetch` would tidy up paths and decode bodies. */
function get(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<{ status: number | undefined; headers: IncomingHttpHeaders; body: Buffer }> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path, headers, method }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) }))
    }).on('error', reject).end()
  })
}

describe('the production build', () => {
  test('hashed files are kept for ever and compressed', async () => {
    const { status, headers, body } = await get('/assets/main-abc.js', { 'accept-encoding': 'gzip, br' })
    expect(status).toBe(200)
    expect(headers).toMatchObject({ 'content-encoding': 'br', 'cache-control': 'public, max-age=31536000, immutable', 'content-type': 'text/javascript; charset=utf-8' })
    expect(brotliDecompressSync(body).toString()).toBe('let a = 1\n'.repeat(500))
    expect((await get('/assets/main-abc.js', { 'accept-encoding': 'br;q=0, identity' })).headers['content-encoding']).toBeUndefined()
  })

  test('pages are asked for again, answered with 304 while they are the same, and know the address in use', async () => {
    const first = await get('/jobs/7', { host: '127.0.0.1:9' })
    expect(first.body.toString()).toContain('content="http://127.0.0.1:9"')
    expect(first.headers['cache-control']).toBe('no-cache')
    const again = await get('/jobs/7', { host: '127.0.0.1:9', 'if-none-match': first.headers.etag ?? '' })
    expect(again.status).toBe(304)
    expect((await get('/c/acme/facebook')).body.toString()).toBe('landing')
  })

  test('nothing outside the build is served', async () => {
    for (const path of ['/../package.json', '/%2e%2e/package.json', '/..%2fpackage.json', '/assets/../../package.json', '/.datasync-build.json', '/assets/none.js', '/a%00.js']) {
      const { status, body } = await get(path)
      expect(status, path).toBe(404)
      expect(body.toString()).not.toContain('secret')
    }
    expect((await get('/.datasync-build')).body.toString()).not.toContain('secret')
    expect((await get('/%ff')).status).toBe(400)
    expect((await get('/', {}, 'POST')).status).toBe(405)
    expect((await get('/', {}, 'HEAD')).body).toHaveLength(0)
  })

  test('everything says what a browser may do with it, errors too', async () => {
    const page = (await get('/jobs/7')).headers
    expect(page['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self';.*connect-src 'self';/)
    expect(page).toMatchObject({ 'cross-origin-opener-policy': 'same-origin', 'permissions-policy': expect.stringContaining('camera=()') })
    expect(page['strict-transport-security']).toBeUndefined()
    expect((await get('/jobs/7', { 'x-forwarded-proto': 'https' })).headers).toMatchObject({
      'strict-transport-security': 'max-age=31536000', 'content-security-policy': expect.stringContaining('upgrade-insecure-requests'),
    })
    for (const path of ['/assets/main-abc.js', '/assets/none.js', '/%ff']) {
      expect((await get(path)).headers, path).toMatchObject({ 'x-content-type-options': 'nosniff', 'cross-origin-resource-policy': 'same-origin' })
    }
  })

  test('a build for another Supabase may ask that one', async () => {
    const handle = serveStatic(dist, { supabaseUrl: 'https://ref.supabase.co' })
    const other = createServer((incoming, outgoing) => void handle(incoming, outgoing))
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const { port: otherPort } = other.address() as AddressInfo
    const response = await fetch(`http://127.0.0.1:${otherPort}/`)
    expect(response.headers.get('content-security-policy')).toContain("connect-src 'self' https://ref.supabase.co wss://ref.supabase.co;")
    // Nobody tells it where its backend is: the build knows.
    expect(await response.text()).toContain('name="supabase-url" content=""')
    other.close()
  })
})
