import { expect, it } from 'vitest'
import type { AttemptOutcome } from './core/retry.ts'
import { checkDrift, type DriftDependencies } from './drift.ts'
import type { SendRequest, SendResult } from './send.ts'

const payload = JSON.stringify({ version: 1, site: { slug: 'a', name: 'A' }, items: [] })

function answered(body: string, changes: Partial<SendResult> = {}, statusCode = 200): SendResult {
  const outcome: AttemptOutcome = { kind: 'response', statusCode, retryAfter: null, body }
  return { outcome, durationMs: 1, connectMs: 1, firstByteMs: 1, responseHeaders: {}, truncated: false, ...changes }
}

interface Recorded {
  shown: string | null
  error: string | null
}

/** Answers by the path of a site's address; keeps what was recorded. */
function world(answers: Record<string, SendResult>, changes: Partial<DriftDependencies> = {}) {
  const sent: SendRequest[] = []
  const recorded: Record<string, Recorded> = {}
  const sites = Object.keys(answers)
  const dependencies: DriftDependencies = {
    database: {
      sitesToAsk: (ids) => Promise.resolve(sites.filter((id) => ids.includes(id)).map((siteId) => ({ siteId, stateUrl: `https://${siteId}.example/state` }))),
      recordDrift: (siteId, shown, error) => {
        recorded[siteId] = { shown, error }
        return Promise.resolve(error !== null ? 'unreachable' : shown === payload ? 'in_sync' : 'drifted')
      },
    },
    send: (request) => {
      sent.push(request)
      return Promise.resolve(answers[new URL(request.url).hostname.replace('.example', '')] ?? answered(''))
    },
    log: () => undefined,
    nowMs: () => 0,
    limits: { runConcurrency: 8, hostConcurrency: 2, askMs: 60_000 },
    ...changes,
  }
  return { dependencies, sent, recorded, ids: sites }
}

it('asks by GET, ten seconds and one megabyte at the most, and without any trust in the address', async () => {
  const { dependencies, sent, ids } = world({ same: answered(payload) })
  expect(await checkDrift(ids, dependencies)).toEqual({ checked: 1, drifted: 0, unreachable: 0, left: 0 })
  expect(sent).toEqual([
    expect.objectContaining({ method: 'GET', url: 'https://same.example/state', trusted: false, timeoutMs: 10_000, maxResponseBytes: 1_000_000 }),
  ])
  expect(sent[0]).not.toHaveProperty('body')
})

it('records what a site shows, word for word, and in words why another could not be read', async () => {
  const other = JSON.stringify({ version: 1, site: { slug: 'a', name: 'A' }, items: [{ id: '1', type: 't', title: 'T', data: {} }] })
  const cases: Record<string, [SendResult, Recorded]> = {
    same: [answered(payload), { shown: payload, error: null }],
    marked: [answered(`\ufeff${payload}`), { shown: payload, error: null }],
    other: [answered(other), { shown: other, error: null }],
    missing: [answered('', {}, 404), { shown: null, error: '404 from destination' }],
    moved: [answered('', {}, 302), { shown: null, error: '302 from destination: redirects are not followed' }],
    slow: [answered('', { outcome: { kind: 'timeout', afterMs: 10_000 } }), { shown: null, error: 'timed out after 10 s' }],
    inside: [
      answered('', { outcome: { kind: 'refused', reason: 'the address 10.0.0.1 is not public (private)' } }),
      { shown: null, error: 'refused: the address 10.0.0.1 is not public (private)' },
    ],
    long: [answered(payload, { truncated: true }), { shown: null, error: 'what it shows is over 1 MB' }],
    packed: [
      answered('', { responseHeaders: { 'content-encoding': 'gzip' } }),
      { shown: null, error: 'it answered in gzip, although it was asked not to compress' },
    ],
  }
  const { dependencies, recorded, ids } = world(Object.fromEntries(Object.entries(cases).map(([id, [result]]) => [id, result])))
  expect(await checkDrift(ids, dependencies)).toEqual({ checked: 9, drifted: 1, unreachable: 6, left: 0 })
  expect(recorded).toEqual(Object.fromEntries(Object.entries(cases).map(([id, [, record]]) => [id, record])))
})

it.each([
  ['', 'the body is not JSON'],
  ['<html></html>', 'the body is not JSON'],
  ['{"version": 2}', 'version must be 1'],
  ['{"version": 1, "site": {"slug": "a", "name": "A"}, "items": [{}]}', 'items[0] must have id, type, title and data'],
])('says what is wrong with %j and what is expected', async (body, fault) => {
  const { dependencies, recorded, ids } = world({ odd: answered(body) })
  expect(await checkDrift(ids, dependencies)).toMatchObject({ unreachable: 1 })
  expect(recorded.odd?.error).toBe(
    `what it shows cannot be read: ${fault}; expected JSON as it was delivered: {"version": 1, "site": {…}, "items": […]}`,
  )
})

it('a text that PostgreSQL cannot keep, or a database that fails for one site, is not the trouble of the others', async () => {
  const { dependencies, recorded, ids } = world({ zero: answered(payload), lost: answered(payload), fine: answered(payload) })
  const real = dependencies.database.recordDrift.bind(dependencies.database)
  dependencies.database.recordDrift = (siteId, shown, error) => {
    if (siteId === 'zero' && shown !== null) return Promise.reject(Object.assign(new Error('unsupported Unicode'), { code: '22P05' }))
    if (siteId === 'lost') return Promise.reject(new Error('the connection was cut'))
    return real(siteId, shown, error)
  }
  expect(await checkDrift(ids, dependencies)).toEqual({ checked: 2, drifted: 0, unreachable: 1, left: 0 })
  expect(recorded).toEqual({
    zero: { shown: null, error: 'what it shows holds characters that cannot be kept' },
    fine: { shown: payload, error: null },
  })
})

it('stops asking when its time is over, and says how many are left', async () => {
  let now = 0
  const { dependencies, ids, recorded } = world({ a: answered(payload), b: answered(payload), c: answered(payload) }, {
    nowMs: () => now,
    limits: { runConcurrency: 1, hostConcurrency: 1, askMs: 100 },
  })
  const send = dependencies.send
  dependencies.send = (request) => {
    now += 60
    return send(request)
  }
  expect(await checkDrift(ids, dependencies)).toEqual({ checked: 2, drifted: 0, unreachable: 0, left: 1 })
  expect(Object.keys(recorded)).toEqual(['a', 'b'])
})

it('asks nobody, and not the database either, when there is nobody to ask', async () => {
  const { dependencies, sent } = world({})
  expect(await checkDrift([], dependencies)).toEqual({ checked: 0, drifted: 0, unreachable: 0, left: 0 })
  expect(sent).toEqual([])
})
