import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AttemptOutcome } from './retry.ts'
import { judgeTest, testVerdicts, type TestContext } from './test-judgement.ts'
import { isTestBody, testBody } from './test-message.ts'
import { parsePayload } from './payload.ts'

const context: TestContext = { builtIn: false, secretVersion: 2, secretIsNew: false, signatures: 1, responseHeaders: {} }
const response = (statusCode: number, body = ''): AttemptOutcome => ({ kind: 'response', statusCode, retryAfter: null, body })

describe('a test’s body', () => {
  it('is known for one, is no payload, and no payload is known for one', () => {
    fc.assert(fc.property(fc.string(), fc.string(), (slug, name) => {
      const body = testBody({ slug, name })
      expect(isTestBody(body)).toBe(true)
      expect(parsePayload(body)).toMatchObject({ ok: false, error: { code: 'not_a_payload' } })
      expect(isTestBody(JSON.stringify({ version: 1, site: { slug, name }, items: [] }))).toBe(false)
    }))
    for (const text of ['', 'null', '"test"', '[]', '{"test":"true"}', '{"test":false}', '{"test":1}']) expect(isTestBody(text)).toBe(false)
  })
})

describe('a judgement', () => {
  it('has words for every answer there can be', () => {
    const outcome = fc.oneof(
      fc.record({ kind: fc.constant('response' as const), statusCode: fc.integer({ min: 100, max: 599 }), retryAfter: fc.constant(null), body: fc.oneof(fc.string(), fc.json()) }),
      fc.record({ kind: fc.constant('timeout' as const), afterMs: fc.nat({ max: 30_000 }) }),
      fc.record({ kind: fc.constant('refused' as const), reason: fc.string() }),
      fc.record({ kind: fc.constant('network' as const), code: fc.constantFrom('connection_refused', 'connection_reset', 'host_not_found', 'host_unreachable', 'tls', 'bad_response', 'network' as const), detail: fc.string() }),
    )
    fc.assert(fc.property(outcome, fc.boolean(), fc.boolean(), (each, builtIn, secretIsNew) => {
      const { verdict, title, tone, advice, signature } = judgeTest(each, { ...context, builtIn, secretIsNew })
      expect(testVerdicts).toContain(verdict)
      expect(title.trim()).not.toBe('')
      expect(advice).not.toMatch(/undefined|null|\[object/)
      if (each.kind !== 'response') expect([tone, signature]).toEqual(['failure', 'unknown'])
    }))
  })

  it('knows a clock that is wrong by the words of the published libraries', () => {
    expect(judgeTest(response(401, '{"error":"Error: Message timestamp too old","code":"signature_mismatch"}'), context)).toMatchObject({ verdict: 'clock' })
    expect(judgeTest(response(401, '{"error":"unable to verify payload, err: message timestamp too new"}'), context)).toMatchObject({ verdict: 'clock', advice: expect.stringContaining('ahead') as string })
  })

  it('says what a refused signature most likely is', () => {
    const advice = (more: Partial<TestContext>) => judgeTest(response(401), { ...context, ...more }).advice
    expect(advice({})).toContain('version 2')
    expect(advice({ signatures: 2 })).toContain('the one before signs too')
    expect(advice({ secretIsNew: true })).toContain('made for this test')
    expect(advice({ builtIn: true })).toContain('our own')
  })

  it('names an address that is not sent to', () => {
    expect(judgeTest({ kind: 'refused', reason: 'the address 10.0.0.1 is private' }, context)).toMatchObject({ verdict: 'address_refused', advice: expect.stringMatching(/^The address 10\.0\.0\.1 is private\. Use/) as string })
  })
})
