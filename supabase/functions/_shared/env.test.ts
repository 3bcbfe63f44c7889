import { expect, it } from 'vitest'
import { readEnvironment } from './env.ts'

const complete: Record<string, string> = {
  SUPABASE_URL: 'https://project.example.co/',
  SUPABASE_DB_URL: 'postgresql://postgres@db.example.co:5432/postgres',
}
const read = (changes: Record<string, string | undefined>) =>
  readEnvironment((name) => ({ ...complete, ...changes })[name])

it('has defaults for all but the address and the database', () => {
  expect(read({})).toEqual({
    ok: true,
    value: {
      supabaseUrl: 'https://project.example.co',
      databaseUrl: complete.SUPABASE_DB_URL,
      publishableKey: '',
      secretKeys: [],
      signingKeys: undefined,
      sealingKey: undefined,
      tickSecret: null,
      forwardSecret: undefined,
      allowPrivateDestinations: false,
      allowedDestinations: { names: new Set(), ranges: [] },
      sendTimeoutMs: 10_000,
      drainMs: 120_000,
      drainDeliveries: 1_000,
      runConcurrency: 32,
      hostConcurrency: 4,
      secretOverlapMs: 86_400_000,
      mail: null,
      appUrl: null,
    },
  })
})

it('takes both generations of API keys', () => {
  expect(
    read({
      SUPABASE_PUBLISHABLE_KEYS: '{"default":"sb_publishable_a"}',
      SUPABASE_ANON_KEY: 'anon',
      SUPABASE_SECRET_KEYS: '{"default":"sb_secret_a","other":"sb_secret_b"}',
      SUPABASE_SERVICE_ROLE_KEY: 'service',
    }),
  ).toMatchObject({ value: { publishableKey: 'sb_publishable_a', secretKeys: ['sb_secret_a', 'sb_secret_b', 'service'] } })
  expect(read({ SUPABASE_ANON_KEY: 'anon' })).toMatchObject({ value: { publishableKey: 'anon' } })
})

it('names everything that is missing or malformed, and repeats no secret', () => {
  expect(
    read({
      SUPABASE_URL: undefined,
      SUPABASE_DB_URL: ' ',
      SUPABASE_SECRET_KEYS: 'sb_secret_plain',
      DATASYNC_TICK_SECRET: 'short',
      DATASYNC_SEND_TIMEOUT_MS: '90000',
    }),
  ).toEqual({
    ok: false,
    error: {
      code: 'environment',
      message: [
        'SUPABASE_URL is missing',
        'SUPABASE_DB_URL is missing',
        'SUPABASE_SECRET_KEYS: must be JSON of the form {"default": "…"}',
        'DATASYNC_TICK_SECRET: must have 16 characters or more',
        'DATASYNC_SEND_TIMEOUT_MS: Too big: expected number to be <=30000',
      ].join('; '),
    },
  })
})

it('reads the caps, the overlap and the allow-list', () => {
  expect(
    read({
      DATASYNC_RUN_CONCURRENCY: '1000',
      DATASYNC_HOST_CONCURRENCY: '1',
      DATASYNC_SECRET_OVERLAP_HOURS: '0',
      DATASYNC_ALLOWED_DESTINATIONS: 'localhost, 10.0.0.0/8',
    }),
  ).toMatchObject({
    value: {
      runConcurrency: 1_000,
      hostConcurrency: 1,
      secretOverlapMs: 0,
      allowedDestinations: { names: new Set(['localhost']), ranges: [{ prefix: [10, 0, 0, 0], bits: 8 }] },
    },
  })
})

it('says which entry of the allow-list is wrong, and which cap is out of range', () => {
  const faults = read({
    DATASYNC_RUN_CONCURRENCY: '0',
    DATASYNC_HOST_CONCURRENCY: '1001',
    DATASYNC_SECRET_OVERLAP_HOURS: '169',
    DATASYNC_ALLOWED_DESTINATIONS: 'localhost, http://127.0.0.1:3000',
  })
  if (faults.ok) throw new Error('it was taken')
  expect(faults.error.message).toContain(
    'DATASYNC_ALLOWED_DESTINATIONS: "http://127.0.0.1:3000" is not a host name (without scheme and port), an IP address or a CIDR range',
  )
  for (const name of ['DATASYNC_RUN_CONCURRENCY: Too small', 'DATASYNC_HOST_CONCURRENCY: Too big', 'DATASYNC_SECRET_OVERLAP_HOURS: Too big']) {
    expect(faults.error.message).toContain(name)
  }
})
