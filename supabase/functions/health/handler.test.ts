import { expect, it } from 'vitest'
import { createHealthHandler, type HealthDependencies } from './handler.ts'

const figures = { queued: 3, in_flight: 1, oldest_waiting_s: 2, expired_leases: 0, lease_expiries: 5, last_tick_at: '2026-11-21T08:00:00Z', tick_age_s: 4 }
const ring = { ok: true, value: { current: 1, keys: new Map(), checks: { '1': '0a1b2c3d' } } } as const
const noRing = { ok: false, error: { code: 'no_keys', message: 'DATASYNC_SECRET_KEYS is not set' } } as const

async function ask(secret: boolean, changes: Partial<HealthDependencies> = {}, engine: Record<string, unknown> = figures) {
  const handler = createHealthHandler({
    env: { secretKeys: ['sb_secret_of_the_test'], tickSecret: null },
    keyRing: ring,
    log: () => undefined,
    database: { ping: () => Promise.resolve(), engineHealth: () => Promise.resolve(engine) },
    ...changes,
  })
  const response = await handler(new Request('http://x/health', { headers: secret ? { apikey: 'sb_secret_of_the_test' } : {} }))
  return { status: response.status, body: (await response.json()) as unknown }
}

const broken = { ping: () => Promise.reject(new Error('down')), engineHealth: () => Promise.reject(new Error('down')) }

it('tells who holds a secret all that the engine says of itself', async () => {
  expect(await ask(true)).toEqual({ status: 200, body: { ok: true, reasons: [], signing: 'ready', keys: { sealing: 1, checks: { '1': '0a1b2c3d' } }, ...figures } })
})

it.each([
  ['a tick of a minute ago is late, not missing', { ...figures, tick_age_s: 60 }, 200, []],
  ['an older one is missing', { ...figures, tick_age_s: 61 }, 503, ['the last tick came 61 s ago: see that something calls the function tick every 10 seconds, with its secret']],
  ['so is one that never came', { ...figures, tick_age_s: null }, 503, ['the tick has never come: see that something calls the function tick every 10 seconds, with its secret']],
])('%s', async (_, engine, status, reasons) => {
  expect(await ask(true, {}, engine)).toMatchObject({ status, body: { ok: status === 200, reasons } })
})

it('without signing keys nothing is ok; why is for those who hold a secret', async () => {
  expect(await ask(false, { keyRing: noRing })).toEqual({ status: 503, body: { ok: false } })
  expect(await ask(true, { keyRing: noRing })).toMatchObject({
    status: 503,
    body: { ok: false, reasons: ['deliveries cannot be signed: DATASYNC_SECRET_KEYS is not set'], signing: 'DATASYNC_SECRET_KEYS is not set', keys: null, queued: 3 },
  })
})

it('tells everybody else whether it works, and no more', async () => {
  expect(await ask(false)).toEqual({ status: 200, body: { ok: true } })
  expect(await ask(false, { database: broken })).toEqual({ status: 503, body: { ok: false } })
  expect(await ask(true, { database: broken })).toEqual({ status: 503, body: { ok: false, reasons: ['the database does not answer'] } })
})
