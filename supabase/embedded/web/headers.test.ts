import { describe, expect, test } from 'vitest'
import { apiHeaders, contentSecurityPolicy, inlineScriptHashes, pageHeaders, staticHostHeaders } from './headers.ts'

const directives = (policy: string): Record<string, string> =>
  Object.fromEntries(policy.split('; ').map((directive): [string, string] => [directive.split(' ', 1)[0] ?? '', directive.slice(directive.indexOf(' ') + 1)]))

describe('the policy of a page', () => {
  test('inline scripts that the page was built with may run, by their hash, and no others', () => {
    const hashes = inlineScriptHashes('<script>a()</script><script type="module" src="/x.js"></script>')
    expect(hashes).toEqual(["'sha256-qVpDBgj7bpq5hMAcGp3AOc79J3Y1Z4HvySTwKrWDoy4='"])
    expect(contentSecurityPolicy(hashes, { https: false })).toContain(`script-src 'self' 'sha256-qVpDBgj7bpq5hMAcGp3AOc79J3Y1Z4HvySTwKrWDoy4=';`)
  })

  test('gives nothing unsafe, and starts from nothing', () => {
    for (const https of [true, false]) {
      const policy = contentSecurityPolicy([], { https, supabaseUrl: 'https://ref.supabase.co' })
      expect(policy).not.toMatch(/unsafe|\*|strict-dynamic/)
      expect(directives(policy)).toMatchObject({
        'default-src': "'none'", 'script-src': "'self'", 'style-src': "'self'", 'object-src': "'none'", 'base-uri': "'none'",
        'form-action': "'self'", 'frame-src': "'self'", 'frame-ancestors': "'self'",
      })
      expect(policy.includes('upgrade-insecure-requests')).toBe(https)
    }
  })

  test.each([
    [undefined, "'self'"],
    ['https://ref.supabase.co/', "'self' https://ref.supabase.co wss://ref.supabase.co"],
    ['http://127.0.0.1:54321/some/path', "'self' http://127.0.0.1:54321 ws://127.0.0.1:54321"],
  ])('with the backend at %s it may ask %s', (supabaseUrl, sources) => {
    expect(directives(contentSecurityPolicy([], { https: true, supabaseUrl }))['connect-src']).toBe(sources)
  })

  test('only https is asked to stay https', () => {
    expect(pageHeaders([], { https: false })['strict-transport-security']).toBeUndefined()
    expect(pageHeaders([], { https: true })['strict-transport-security']).toBe('max-age=31536000')
  })
})

test('an API\'s answer may do nothing when a browser shows it as a page', () => {
  expect(apiHeaders['content-security-policy']).toMatch(/^default-src 'none'.*frame-ancestors 'none'; sandbox$/)
})

test('static hosts are told what the server itself says, with the scripts of every page', () => {
  const text = staticHostHeaders(['<script>a()</script>', '<script>b()</script>', '<script>a()</script>'], 'https://ref.supabase.co')
  const [everywhere = ''] = text.split('/assets/*')
  const said = Object.fromEntries([...everywhere.matchAll(/^ {2}([\w-]+): (.*)$/gm)].map(([, name = '', value = '']) => [name.toLowerCase(), value]))
  const hashes = inlineScriptHashes('<script>a()</script><script>b()</script>')
  expect(hashes).toHaveLength(2)
  expect(said).toEqual(pageHeaders(hashes, { https: true, supabaseUrl: 'https://ref.supabase.co' }))
  // Cloudflare reads lines of at most 2,000 characters.
  for (const line of text.split('\n')) expect(line.length).toBeLessThan(2_000)
})
