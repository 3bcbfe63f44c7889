import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createIdentifyCaller, isService } from './auth.ts'

const userId = '6a1b6c1e-6f7a-4d1f-8f0a-3d7c7b0f9a11'
const keys = { secretKeys: ['sb_secret_abc'], tickSecret: 'tick-secret-of-16' }
const requestWith = (headers: Record<string, string>) => new Request('http://x.example/', { headers })

// Stands for the auth server: knows one token, and has one bad day.
const server = createServer((request, response) => {
  const token = request.headers.authorization
  if (request.url !== '/auth/v1/user' || request.headers.apikey !== 'sb_publishable_abc') response.writeHead(404).end()
  else if (token === 'Bearer good' || token?.startsWith('Bearer good.')) response.writeHead(200).end(JSON.stringify({ id: userId, email: 'a@example.com' }))
  else if (token?.startsWith('Bearer factors.')) {
    response.writeHead(200).end(JSON.stringify({ id: userId, factors: [{ status: 'unverified' }, { status: token.split('.')[2] }] }))
  } else if (token === 'Bearer broken') response.writeHead(502).end('bad gateway')
  else if (token === 'Bearer odd') response.writeHead(200).end('<html>')
  else response.writeHead(401).end('{}')
})
let url = ''
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const identify = (headers: Record<string, string>, supabaseUrl = url) =>
  createIdentifyCaller({ ...keys, supabaseUrl, publishableKey: 'sb_publishable_abc', fetch })(requestWith(headers))

describe('who calls', () => {
  it('is the user whom the auth server names', async () => {
    expect(await identify({ authorization: 'Bearer good' })).toEqual({ ok: true, value: { kind: 'user', userId, signedInAt: null } })
  })

  it('has signed in when their token says so, however often it was renewed since', async () => {
    const signedInAt = async (claims: unknown) => {
      const token = `good.${Buffer.from(typeof claims === 'string' ? claims : JSON.stringify(claims)).toString('base64url')}.signature`
      const caller = await identify({ authorization: `Bearer ${token}` })
      return caller.ok && caller.value.kind === 'user' ? caller.value.signedInAt : 'no user'
    }
    const password = { method: 'password', timestamp: 1_790_000_000 }
    expect(await signedInAt({ amr: [password] })).toBe(1_790_000_000_000)
    expect(await signedInAt({ amr: [{ method: 'totp', timestamp: 1_790_000_060 }, password] })).toBe(1_790_000_060_000)
    expect(await signedInAt({ amr: [password, { method: 'token_refresh', timestamp: 1_790_009_000 }], name: 'Zoë ÿ?>' })).toBe(1_790_000_000_000)
    for (const claims of [{}, { amr: [] }, { amr: ['password'] }, { amr: [{ method: 'password', timestamp: 'now' }] }, '{', '[]']) {
      expect(await signedInAt(claims)).toBeNull()
    }
  })

  it('has to have shown their second factor where they have one', async () => {
    const call = (aal: string, status: string) => {
      const claims = Buffer.from(JSON.stringify({ aal })).toString('base64url')
      return identify({ authorization: `Bearer factors.${claims}.${status}` })
    }
    expect(await call('aal1', 'verified')).toMatchObject({ ok: false, error: { status: 401, code: 'second_factor_needed' } })
    expect(await call('aal2', 'verified')).toMatchObject({ ok: true, value: { userId } })
    expect(await call('aal1', 'unverified')).toMatchObject({ ok: true, value: { userId } })
  })

  it.each([
    ['nobody', {}],
    ['a token that is not valid', { authorization: 'Bearer bad' }],
    ['a scheme that is not Bearer', { authorization: 'Basic good' }],
    ['the publishable key', { authorization: 'Bearer sb_publishable_abc', apikey: 'sb_publishable_abc' }],
    ['a key that only begins like the secret one', { apikey: 'sb_secret_ab' }],
    ['an empty tick secret', { 'x-tick-secret': '' }],
    ['another tick secret', { 'x-tick-secret': 'tick-secret-of-17' }],
  ])('%s is refused with 401', async (_, headers) => {
    expect(await identify(headers as Record<string, string>)).toMatchObject({ ok: false, error: { status: 401 } })
  })

  it('is unknown while the auth server is out of order, which is not the caller’s fault', async () => {
    for (const token of ['broken', 'odd']) {
      expect(await identify({ authorization: `Bearer ${token}` })).toMatchObject({ error: { status: 503 } })
    }
    expect(await identify({ authorization: 'Bearer good' }, 'http://127.0.0.1:1')).toMatchObject({ error: { status: 503 } })
  })

  it.each([
    ['the secret key as bearer', { authorization: 'Bearer sb_secret_abc' }],
    ['the secret key as apikey', { apikey: 'sb_secret_abc' }],
    ['the tick secret', { 'x-tick-secret': 'tick-secret-of-16' }],
  ])('%s is the service', async (_, headers) => {
    expect(await identify(headers as Record<string, string>)).toEqual({ ok: true, value: { kind: 'service' } })
  })

  it('is never the service where no secret is set', () => {
    for (const headers of [{}, { apikey: '' }, { authorization: 'Bearer ' }, { 'x-tick-secret': '' }]) {
      expect(isService(requestWith(headers as Record<string, string>), { secretKeys: [''], tickSecret: '' })).toBe(false)
      expect(isService(requestWith(headers as Record<string, string>), { secretKeys: [], tickSecret: null })).toBe(false)
    }
  })
})
