import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

/** A server on loopback that answers as Supabase Auth documents it: https://supabase.com/docs/reference/javascript/auth-mfa-api */

interface Factor {
  id: string
  factor_type: 'totp'
  friendly_name: string
  status: 'verified' | 'unverified'
  created_at: string
}

const RIGHT = '123456'
const jwt = (claims: object) => ['e30', Buffer.from(JSON.stringify(claims)).toString('base64url'), 'c2ln'].join('.')

let health: { status: number; body: unknown }
let factors: Factor[]
let enrolmentOff: boolean
let calls: string[]
let level: 'aal1' | 'aal2'

const user = () => ({
  id: 'u1', aud: 'authenticated', role: 'authenticated', email: 'ada@example.com', app_metadata: {}, user_metadata: {}, created_at: '2026-01-01T00:00:00Z', factors,
})

function session() {
  const expires = Math.floor(Date.now() / 1000) + 3600
  const access_token = jwt({ sub: 'u1', session_id: 's1', aal: level, exp: expires, amr: [{ method: 'password', timestamp: 1 }] })
  return { access_token, token_type: 'bearer', expires_in: 3600, expires_at: expires, refresh_token: 'r1', user: user() }
}

const refused = (status: number, code: string, msg: string) => ({ status, body: { code: status, error_code: code, msg } })

async function answer(request: IncomingMessage): Promise<{ status: number; body: unknown }> {
  const path = (request.url ?? '').replace('/auth/v1', '').replace(/\?.*/, '')
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const body = JSON.parse(Buffer.concat(chunks).toString() || '{}') as Record<string, string>
  const called = `${request.method ?? ''} ${path}`
  calls.push(called)
  const [, id, verb] = /^\/factors\/([^/]+)(?:\/(\w+))?$/.exec(path) ?? []
  const factor = factors.find((candidate) => candidate.id === id)
  if (called === 'GET /health') return health
  if (called === 'POST /token') return { status: 200, body: session() }
  if (called === 'GET /user') return { status: 200, body: user() }
  if (called === 'POST /factors') {
    if (enrolmentOff) return refused(422, 'mfa_totp_enroll_not_enabled', 'MFA enroll is disabled for TOTP')
    const made: Factor = { id: `f${factors.length + 1}`, factor_type: 'totp', friendly_name: body['friendly_name'] ?? '', status: 'unverified', created_at: '2026-01-02T00:00:00Z' }
    factors.push(made)
    return {
      status: 200,
      body: { id: made.id, type: 'totp', friendly_name: made.friendly_name, totp: { qr_code: '<svg xmlns="http://www.w3.org/2000/svg"><path fill="#000" d="M0 0"/></svg>', secret: 'JBSWY3DP', uri: 'otpauth://totp/DataSync:ada' } },
    }
  }
  if (factor === undefined) return refused(404, 'mfa_factor_not_found', 'Factor not found')
  if (verb === 'challenge') return { status: 200, body: { id: `c-${factor.id}`, type: 'totp', expires_at: Math.floor(Date.now() / 1000) + 300 } }
  if (verb === 'verify') {
    if (body['challenge_id'] !== `c-${factor.id}` || body['code'] !== RIGHT || factor.friendly_name === 'Lost phone') return refused(422, 'mfa_verification_failed', 'Invalid TOTP code entered')
    factor.status = 'verified'
    level = 'aal2'
    return { status: 200, body: session() }
  }
  if (request.method === 'DELETE') {
    if (factor.status === 'verified' && level !== 'aal2') return refused(422, 'insufficient_aal', 'AAL2 required to unenroll verified factor')
    factors = factors.filter((candidate) => candidate !== factor)
    if (!factors.some(({ status }) => status === 'verified')) level = 'aal1'
    return { status: 200, body: { id: factor.id } }
  }
  return refused(404, 'not_found', 'Not found')
}

let server: Server
let queries: typeof import('./authenticators.ts')
let secondFactor: typeof import('@/lib/second-factor')
let store: typeof import('@/lib/session').useSession
let supabase: typeof import('@/lib/supabase').supabase

beforeAll(async () => {
  server = createServer((request, response) => {
    void answer(request).then(({ status, body }) => {
      response.writeHead(status, { 'content-type': 'application/json', 'access-control-allow-origin': '*', 'access-control-allow-headers': '*' })
      response.end(JSON.stringify(body))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  document.head.innerHTML = `<meta name="supabase-url" content="http://127.0.0.1:${(server.address() as AddressInfo).port}"><meta name="supabase-publishable-key" content="k">`
  // The client wants its address as its module loads.
  queries = await import('./authenticators.ts')
  secondFactor = await import('@/lib/second-factor')
  const session_ = await import('@/lib/session')
  store = session_.useSession
  supabase = (await import('@/lib/supabase')).supabase
  session_.watchSession()
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

beforeEach(() => {
  health = { status: 200, body: { version: 'v2.186.0', name: 'GoTrue', description: 'GoTrue is a user registration and authentication API' } }
  factors = []
  enrolmentOff = false
  calls = []
  level = 'aal1'
})

async function signIn(): Promise<void> {
  const { error } = await supabase.auth.signInWithPassword({ email: 'ada@example.com', password: 'p' })
  if (error) throw error
}

describe('whether the server has second factors', () => {
  it.each([
    ['a release of Supabase Auth', { version: 'v2.186.0', name: 'GoTrue' }, true],
    ['one that is named without its v', { version: '2.190.1', name: 'GoTrue' }, true],
    ['the embedded Auth, which speaks the protocol and has no second factors', { version: 'eyJhbGciOiJIUzI1NiJ9.e30.bWV0YWRhdGE', name: 'GoTrue' }, false],
    ['a server that calls itself something else', { version: 'v2.186.0', name: 'Other' }, false],
    ['one that says nothing', {}, false],
    ['one that says no JSON object', 'ok', false],
  ])('%s', async (_, body, expected) => {
    health = { status: 200, body }
    expect(await queries.offersAuthenticators()).toBe(expected)
  })

  it('is not taken for granted where it cannot be asked', async () => {
    health = { status: 404, body: {} }
    expect(await queries.offersAuthenticators()).toBe(false)
  })
})

describe('setting an authenticator up', () => {
  it('asks for a factor, shows it as an image, and counts from its first code on', async () => {
    await signIn()
    const setup = await queries.beginAuthenticator('Authenticator app')
    expect(setup).toMatchObject({ id: 'f1', secret: 'JBSWY3DP' })
    expect(decodeURIComponent(setup.qrCode)).toMatch(/^data:image\/svg\+xml,<svg .*fill="#000".*<\/svg>$/)
    expect(setup.qrCode).not.toContain('#')
    await expect(queries.confirmAuthenticator(setup.id, '000000')).rejects.toMatchObject({ code: 'mfa_verification_failed' })
    expect(await secondFactor.myAuthenticators()).toEqual([])
    await queries.confirmAuthenticator(setup.id, RIGHT)
    expect(await secondFactor.myAuthenticators()).toEqual([{ id: 'f1', name: 'Authenticator app', since: '2026-01-02T00:00:00Z' }])
    expect(store.getState().secondFactor).toBe('shown')
    expect(calls).toContain('POST /factors/f1/challenge')
  })

  it('takes away one that was left half-way before it begins another', async () => {
    await signIn()
    await queries.beginAuthenticator('Authenticator app')
    await queries.beginAuthenticator('Authenticator app')
    expect(factors).toHaveLength(1)
    expect(calls.filter((call) => call.startsWith('DELETE'))).toEqual(['DELETE /factors/f1'])
  })

  it('says that a server has it switched off', async () => {
    await signIn()
    enrolmentOff = true
    await expect(queries.beginAuthenticator('Authenticator app')).rejects.toMatchObject({ code: 'mfa_totp_enroll_not_enabled' })
  })
})

describe('signing in where an authenticator is set up', () => {
  const app = (id: string, name: string): Factor => ({ id, factor_type: 'totp', friendly_name: name, status: 'verified', created_at: '2026-01-02T00:00:00Z' })

  it('leaves the second factor missing until a code is given, whichever app showed it', async () => {
    factors = [app('f1', 'Lost phone'), app('f2', 'New phone')]
    await signIn()
    expect(store.getState().secondFactor).toBe('missing')
    await expect(secondFactor.showAuthenticatorCode('000000')).rejects.toMatchObject({ code: 'mfa_verification_failed' })
    expect(store.getState().secondFactor).toBe('missing')
    await secondFactor.showAuthenticatorCode(RIGHT)
    expect(store.getState().secondFactor).toBe('shown')
    expect(calls.filter((call) => call.endsWith('/verify'))).toEqual(['POST /factors/f1/verify', 'POST /factors/f2/verify', 'POST /factors/f1/verify', 'POST /factors/f2/verify'])
  })

  it('ends when the app is removed', async () => {
    factors = [app('f1', 'Phone')]
    await signIn()
    await secondFactor.showAuthenticatorCode(RIGHT)
    const [phone] = await secondFactor.myAuthenticators()
    await queries.removeAuthenticator(phone!)
    expect(factors).toEqual([])
    expect(store.getState().secondFactor).toBe('none')
    await expect(secondFactor.showAuthenticatorCode(RIGHT)).rejects.toThrow('no authenticator app any more')
  })
})
