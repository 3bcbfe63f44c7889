import { describe, expect, it } from 'vitest'
import type { ApiDatabase, KeyUse } from '../_shared/api-database.ts'
import { createLog } from '../_shared/log.ts'
import { createApiHandler } from './handler.ts'

/** What an answer says when something behind it fails, and what the log says of it. The rest is tested over HTTP. */

const key = `ds_0123abcd_${'4f'.repeat(24)}`
const ok: KeyUse = { outcome: 'ok', key: { id: '6f6a0d5e-3a3b-4a52-8c6c-0d6f0c1c2b3a', name: 'CI' }, quota: { limit: 60, remaining: 59, resetS: 60 } }

const fail = (code?: string) => Promise.reject(Object.assign(new Error('it broke'), code === undefined ? {} : { code }))

function handlerOn(database: Partial<ApiDatabase>) {
  const lines: string[] = []
  const handler = createApiHandler({
    database: { takeRequest: () => Promise.resolve(ok), content: () => fail(), startSync: () => fail(), sync: () => fail(), ...database },
    drain: () => Promise.resolve(),
    inBackground: () => undefined,
    log: createLog('api', (line) => lines.push(line)),
  })
  const ask = (path: string, init: RequestInit = {}) =>
    handler(new Request(`http://functions.example/api${path}`, { ...init, headers: { authorization: `Bearer ${key}`, 'x-request-id': 'build-7' } }))
  return { ask, lines }
}

describe('a failure', () => {
  it('keeps its details to the log, which finds it by the id of the request', async () => {
    const { ask, lines } = handlerOn({})
    const response = await ask('/content/facebook')
    expect(await response.json()).toMatchObject({ status: 500, code: 'internal', detail: expect.stringContaining('build-7') as string })
    expect(response.headers.get('ratelimit')).toBe('"per-key";r=59;t=60')
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      { level: 'error', source: 'api', message: 'a request failed', method: 'GET', request_id: 'build-7', error: 'it broke' },
    ])
  })

  it.each(['ECONNREFUSED', 'CONNECT_TIMEOUT', 'CONNECTION_CLOSED', '57P01', '53300', '08006'])('of the database (%s) asks to come back', async (code) => {
    const { ask } = handlerOn({ takeRequest: () => fail(code) })
    const response = await ask('/content/facebook')
    expect([response.status, response.headers.get('retry-after'), response.headers.get('content-type')]).toEqual([503, '5', 'application/problem+json'])
  })

  it('in what the database answers is a failure, and not half an answer', async () => {
    const { ask } = handlerOn({ sync: () => Promise.resolve({ id: 'no uuid' }) })
    expect((await ask('/syncs/0b0e3c1e-6c1f-4b7e-9a57-2f1f0f5f2d11')).status).toBe(500)
  })
})

it('no line of the log holds a key, whatever happens', async () => {
  const lines: string[] = []
  for (const database of [{}, { takeRequest: () => fail() }, { takeRequest: () => fail('57P01') }, { content: () => Promise.resolve(null) }]) {
    const handler = handlerOn(database)
    for (const [method, path] of [['GET', '/content/facebook'], ['POST', '/syncs'], ['GET', '/syncs/7'], ['GET', `/content/${key}`], ['DELETE', '/syncs']] as const) {
      await handler.ask(path, { method })
    }
    lines.push(...handler.lines)
  }
  expect(lines.length).toBeGreaterThan(5)
  expect(lines.join('\n')).not.toContain(key.slice(0, 20))
})

it('asks the database for a key’s hash, and never shows it the key', async () => {
  const asked: unknown[][] = []
  const { ask } = handlerOn({
    takeRequest: (...values) => {
      asked.push(values)
      return Promise.resolve(ok)
    },
    content: () => Promise.resolve({ body: '{}', hash: 'a1' }),
  })
  expect((await ask('/content/facebook')).headers.get('etag')).toBe('"a1"')
  expect(asked).toEqual([[expect.stringMatching(/^[0-9a-f]{64}$/), 'content:read']])
})
