import { describe, expect, it } from 'vitest'
import { parseEnv } from './env.ts'

const none = () => null
const page = (values: Record<string, string>) => (name: string) => values[name] ?? null

describe('parseEnv', () => {
  it('names everything that is missing at once', () => {
    expect(parseEnv({ variables: {}, meta: none })).toEqual({
      ok: false,
      problems: ['VITE_SUPABASE_URL is missing', 'VITE_SUPABASE_PUBLISHABLE_KEY (or VITE_SUPABASE_ANON_KEY) is missing'],
    })
  })

  it('takes what the page says when the build says nothing', () => {
    const meta = page({ 'supabase-url': 'http://localhost:5173/', 'supabase-publishable-key': 'sb_publishable_x', 'datasync-inbox': '/inbox' })
    expect(parseEnv({ variables: { VITE_SUPABASE_URL: '' }, meta })).toEqual({
      ok: true,
      env: { supabaseUrl: 'http://localhost:5173', supabaseKey: 'sb_publishable_x', inboxPath: '/inbox' },
    })
  })

  it('prefers the build, and the publishable key over the legacy one', () => {
    const meta = page({ 'supabase-url': 'http://page.test', 'supabase-publishable-key': 'page' })
    const variables = { VITE_SUPABASE_URL: 'https://x.supabase.co', VITE_SUPABASE_PUBLISHABLE_KEY: 'new', VITE_SUPABASE_ANON_KEY: 'old' }
    expect(parseEnv({ variables, meta })).toMatchObject({ env: { supabaseUrl: 'https://x.supabase.co', supabaseKey: 'new', inboxPath: null } })
    expect(parseEnv({ variables: { ...variables, VITE_SUPABASE_PUBLISHABLE_KEY: '' }, meta })).toMatchObject({ env: { supabaseKey: 'old' } })
  })

  it('refuses an address that is none, and a secret key', () => {
    const variables = { VITE_SUPABASE_URL: 'x.supabase.co', VITE_SUPABASE_PUBLISHABLE_KEY: 'sb_secret_1' }
    const result = parseEnv({ variables, meta: none })
    expect(result.ok ? [] : result.problems).toEqual([
      'VITE_SUPABASE_URL is not an http(s) address: x.supabase.co',
      'VITE_SUPABASE_PUBLISHABLE_KEY holds a secret key, which must never reach a browser',
    ])
  })
})
