import { SignJWT, generateKeyPair } from 'jose'
import { describe, expect, it } from 'vitest'
import { createTokenVerifier } from '../../embedded/realtime/token.ts'
import { signToken } from './support.ts'

const secret = 'a-secret-for-these-tests-with-enough-characters'
const verify = createTokenVerifier({ jwtSecret: secret, publishableKey: 'sb_publishable_test', secretKey: 'sb_secret_test' })

describe('tokens', () => {
  it('takes a signed token with a role and an expiry', async () => {
    const result = await verify(await signToken(secret, { sub: 'somebody' }, 60))
    expect(result).toMatchObject({ ok: true, identity: { role: 'authenticated', claims: { sub: 'somebody' } } })
  })

  it('takes the API keys for their roles, without an expiry', async () => {
    expect(await verify('sb_publishable_test')).toMatchObject({ ok: true, identity: { role: 'anon', expiresAt: null } })
    expect(await verify('sb_secret_test')).toMatchObject({ ok: true, identity: { role: 'service_role', expiresAt: null } })
  })

  it('refuses in the words of Realtime', async () => {
    const nowSeconds = Math.floor(Date.now() / 1000)
    const token = (claims: Record<string, unknown>) => new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(secret))
    const { privateKey } = await generateKeyPair('ES256')
    const elliptic = await new SignJWT({ role: 'anon', exp: nowSeconds + 60 }).setProtectedHeader({ alg: 'ES256' }).sign(privateKey)
    const valid = await signToken(secret)
    const [header, , signature] = valid.split('.')
    const forged = `${header}.${Buffer.from(JSON.stringify({ role: 'service_role', exp: nowSeconds + 60 })).toString('base64url')}.${signature}`

    const cases: [string, string, string][] = [
      ['rubbish', 'MalformedJWT', 'The token provided is not a valid JWT'],
      ['sb_publishable_of_somebody_else', 'MalformedJWT', 'The token provided is not a valid JWT'],
      [await signToken('another-secret-with-enough-characters-in-it'), 'JwtSignatureError', 'Failed to validate JWT signature'],
      [forged, 'JwtSignatureError', 'Failed to validate JWT signature'],
      [elliptic, 'JwtSignerError', 'Failed to generate JWT signer, check your JWT secret or JWKS configuration'],
      [await token({ role: 'anon' }), 'InvalidJWTToken', 'Fields `role` and `exp` are required in JWT'],
      [await token({ exp: nowSeconds + 60 }), 'InvalidJWTToken', 'Fields `role` and `exp` are required in JWT'],
    ]
    for (const [given, code, message] of cases) expect(await verify(given)).toMatchObject({ ok: false, failure: { code, message, expired: false } })

    expect(await verify(await token({ role: 'anon', exp: 1000 }), 1042)).toMatchObject({
      ok: false,
      failure: { code: 'InvalidJWTToken', message: 'Token has expired 42 seconds ago', expired: true },
    })
  })

  it('refuses an unsigned token', async () => {
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const unsigned = `${part({ alg: 'none' })}.${part({ role: 'service_role', exp: 9_999_999_999 })}.`
    expect((await verify(unsigned)).ok).toBe(false)
  })
})
