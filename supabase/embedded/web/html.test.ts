import type { IncomingMessage } from 'node:http'
import { describe, expect, test } from 'vitest'
import { entryFor, fillAddresses, originOf } from './html.ts'

const requestFor = (headers: Record<string, string>): IncomingMessage => ({ headers }) as unknown as IncomingMessage

describe('pages', () => {
  test.each([
    ['/', 'index.html'],
    ['/jobs/1', 'index.html'],
    ['/content', 'index.html'],
    ['/c', 'index.html'],
    ['/c/acme/facebook', 'landing.html'],
  ])('%s is %s', (path, entry) => expect(entryFor(path)).toBe(entry))

  test('are told where the backend is, and nothing in an address can break out of the attribute', () => {
    const page = '<head><meta name="supabase-url" content="" /><meta name="supabase-publishable-key" content="old"></head>'
    expect(fillAddresses(page, 'http://localhost:1', 'k"><script>')).toBe(
      '<head><meta name="supabase-url" content="http://localhost:1" /><meta name="supabase-publishable-key" content="k&quot;><script>">' +
        '<meta name="datasync-inbox" content="/inbox"></head>',
    )
  })

  test.each([
    ['localhost:5173', 'http://localhost:5173'],
    ['127.0.0.1:5173', 'http://127.0.0.1:5173'],
    ['[::1]:5173', 'http://[::1]:5173'],
    ['x"><script>', 'http://fallback'],
    ['host:1/path', 'http://fallback'],
    ['', 'http://fallback'],
  ])('the host %s gives the origin %s', (host, origin) => expect(originOf(requestFor({ host }), 'http://fallback')).toBe(origin))

  test('a proxy that speaks https to the browser is believed', () => {
    expect(originOf(requestFor({ host: 'x.example', 'x-forwarded-proto': 'https' }), '')).toBe('https://x.example')
  })
})
