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
      tickSecret: null,
      allowPrivateDestinations: false,
      sendTimeoutMs: 10_000,
      drainMs: 120_000,
      drainDeliveries: 1_000,
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

it('names everything that is missing or malformed, and repeats no value', () => {
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
