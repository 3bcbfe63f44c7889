import { describe, expect, test } from 'vitest'
import { createAuthLimits, createCallLimits, type AuthRequest } from './rate-limits.ts'

const configured = { sign_in_sign_ups: 6, token_refresh: 10, token_verifications: 3, email_sent: 5, max_frequency_seconds: 60 }

function limitsAt(settings = configured) {
  const clock = { ms: 0 }
  return { clock, limits: createAuthLimits(settings, () => clock.ms) }
}

const post = (path: string, rest: Partial<AuthRequest> = {}): AuthRequest => ({ path, grantType: null, method: 'POST', address: '203.0.113.1', email: undefined, ...rest })
const signIn = (rest: Partial<AuthRequest> = {}) => post('/token', { grantType: 'password', email: 'ada@example.com', ...rest })
const repeat = <T>(times: number, act: (index: number) => T): T[] => Array.from({ length: times }, (_, index) => act(index))

describe('per address', () => {
  test('a burst up to the limit, then as fast as it refills, with the wait in whole seconds', () => {
    const { clock, limits } = limitsAt()
    expect(repeat(7, (index) => limits.take(post('/signup', { email: `${index}@example.com` }))?.code)).toEqual([...repeat(6, () => undefined), 'over_request_rate_limit'])
    expect(limits.take(post('/signup'))?.retryAfterSeconds).toBe(50)
    clock.ms = 49_000
    expect(limits.take(post('/signup'))?.retryAfterSeconds).toBe(1)
    clock.ms = 50_000
    expect(limits.take(post('/signup'))).toBeUndefined()
    expect(limits.take(post('/signup'))).toBeDefined()
  })

  test('waiting requests do not make the wait longer', () => {
    const { clock, limits } = limitsAt()
    repeat(6, () => limits.take(post('/signup')))
    for (clock.ms = 0; clock.ms < 50_000; clock.ms += 1_000) expect(limits.take(post('/signup'))).toBeDefined()
    expect(limits.take(post('/signup'))).toBeUndefined()
  })

  test.each([['token_refresh', post('/token', { grantType: 'refresh_token' }), 10], ['token_verifications', post('/verify'), 3], ['sign_in_sign_ups', post('/signup'), 6]] as const)('%s has a number of its own', (_name, request, most) => {
    const { limits } = limitsAt()
    expect(repeat(most + 1, () => limits.take(request)).filter(Boolean)).toHaveLength(1)
    expect(limits.take({ ...request, address: '203.0.113.2' })).toBeUndefined()
  })

  test('the addresses of one IPv6 network are one', () => {
    const { limits } = limitsAt()
    repeat(6, (index) => limits.take(post('/signup', { address: `2001:db8:1:2::${index + 1}` })))
    expect(limits.take(post('/signup', { address: '2001:db8:1:2:aaaa:bbbb:cccc:dddd' }))).toBeDefined()
    expect(limits.take(post('/signup', { address: '2001:0DB8:0001:0002::9' }))).toBeDefined()
    expect(limits.take(post('/signup', { address: '2001:db8:1:3::1' }))).toBeUndefined()
    expect(limits.take(post('/signup', { address: '::1' }))).toBeUndefined()
  })

  test('what is neither a sign-in nor a mail is not counted, nor is a preflight', () => {
    const { limits } = limitsAt()
    for (const path of ['/user', '/logout', '/settings', '/health']) expect(repeat(50, () => limits.take(post(path))).filter(Boolean)).toEqual([])
    expect(repeat(50, () => limits.take(post('/signup', { method: 'OPTIONS' }))).filter(Boolean)).toEqual([])
  })
})

describe('per account', () => {
  const guess = (limits: ReturnType<typeof limitsAt>['limits'], address: string, status: number) => {
    const request = signIn({ address })
    const refused = limits.take(request)
    if (!refused) limits.settle(request, status)
    return refused
  }

  test('wrong passwords lock it for everybody, from wherever they come', () => {
    const { clock, limits } = limitsAt()
    expect(repeat(2, (index) => guess(limits, `203.0.113.${index}`, 400))).toEqual([undefined, undefined])
    expect(guess(limits, '203.0.113.9', 400)).toMatchObject({ code: 'over_request_rate_limit', retryAfterSeconds: 150 })
    expect(limits.take(signIn({ email: 'grace@example.com', address: '203.0.113.9' }))).toBeUndefined()
    clock.ms = 150_000
    expect(guess(limits, '203.0.113.9', 200)).toBeUndefined()
  })

  test('right ones never do', () => {
    const { limits } = limitsAt()
    expect(repeat(20, (index) => guess(limits, `203.0.113.${index}`, 200)).filter(Boolean)).toEqual([])
  })

  test('guesses that are made all at once are not all let through', () => {
    const { limits } = limitsAt()
    expect(repeat(20, (index) => limits.take(signIn({ address: `203.0.113.${index}` }))).filter((refused) => !refused)).toHaveLength(2)
  })
})

describe('mails', () => {
  test('one a minute to an address', () => {
    const { clock, limits } = limitsAt()
    const ask = () => limits.take(post('/recover', { email: 'ada@example.com' }))
    expect(ask()).toBeUndefined()
    expect(ask()).toEqual({ code: 'over_email_send_rate_limit', retryAfterSeconds: 60 })
    expect(limits.take(post('/otp', { email: 'grace@example.com' }))).toBeUndefined()
    clock.ms = 60_000
    expect(ask()).toBeUndefined()
  })

  test('so many an hour to everybody together', () => {
    const { limits } = limitsAt()
    const refused = repeat(6, (index) => limits.take(post('/otp', { email: `${index}@example.com`, address: `203.0.113.${index}` })))
    expect(refused.map((one) => one?.code)).toEqual([...repeat(5, () => undefined), 'over_email_send_rate_limit'])
    expect(refused[5]?.retryAfterSeconds).toBe(720)
  })
})

describe('refused calls', () => {
  const limitsNow = () => {
    const clock = { ms: 0 }
    return { clock, limits: createCallLimits(() => clock.ms) }
  }
  const call = (limits: ReturnType<typeof createCallLimits>, status: number, verb = 'delete_account', person = 'ada') => {
    const wait = limits.take(person, verb)
    if (wait === 0) limits.settle(person, verb, status)
    return wait
  }

  test('sixty of one verb by one person, then one a second', () => {
    const { clock, limits } = limitsNow()
    expect(repeat(60, (index) => call(limits, [400, 403, 404, 409][index % 4] ?? 0)).filter(Boolean)).toEqual([])
    expect(call(limits, 400)).toBe(1)
    expect([call(limits, 400, 'my_sessions'), call(limits, 400, 'delete_account', 'grace')]).toEqual([0, 0])
    clock.ms = 1_000
    expect([call(limits, 400), call(limits, 400)]).toEqual([0, 1])
  })

  test.each([200, 204, 429, 500])('what is answered %d is not counted', (status) => {
    const { limits } = limitsNow()
    expect(repeat(500, () => call(limits, status)).filter(Boolean)).toEqual([])
  })

  test('those that are made all at once are not all let through', () => {
    const { limits } = limitsNow()
    expect(repeat(100, () => limits.take('ada', 'delete_account')).filter((wait) => wait === 0)).toHaveLength(60)
  })

  test('invented verbs count together', () => {
    const { limits } = limitsNow()
    expect(repeat(61, (index) => call(limits, 404, `${'x'.repeat(70)}${index}`)).filter(Boolean)).toEqual([1])
  })
})

test('inventing addresses fills no memory', () => {
  const { limits } = limitsAt({ ...configured, email_sent: 1_000_000 })
  const before = process.memoryUsage().heapUsed
  for (let index = 0; index < 400_000; index += 1) limits.take(post('/signup', { address: `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}` }))
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(100 * 1024 * 1024)
})
