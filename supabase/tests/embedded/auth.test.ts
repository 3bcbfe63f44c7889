import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Stack } from '../../embedded/stack.ts'
import { claimsIn, client, config, hookMigration, mails, throwawayProject, type Project } from './support.ts'

let project: Project
let stack: Stack

beforeAll(async () => {
  project = throwawayProject({ 'config.toml': config, 'migrations/20260101000000_hook.sql': hookMigration })
  stack = await project.start()
})

afterAll(async () => {
  await stack.close()
  project.remove()
})

const password = 'correct horse'

async function signUp(email: string): Promise<ReturnType<typeof client>> {
  const supabase = client(stack)
  const { error } = await supabase.auth.signUp({ email, password, options: { data: { full_name: 'Ada' } } })
  expect(error).toBeNull()
  return supabase
}

/** Opens a mail's link as a browser would and gives the fragment with which it lands. */
async function follow(email: string): Promise<{ target: string; fragment: URLSearchParams }> {
  const mail = (await mails(stack)).find((candidate) => candidate.to === email)
  const response = await fetch(mail?.links[0] ?? '', { redirect: 'manual' })
  expect(response.status).toBe(303)
  const [target = '', fragment = ''] = (response.headers.get('location') ?? '').split('#')
  return { target, fragment: new URLSearchParams(fragment) }
}

describe('the access token hook', () => {
  test('sign-up hands out a session at once, with the hook\'s claims and those of hosted Supabase', async () => {
    const supabase = await signUp('signup@example.com')
    const { data } = await supabase.auth.getSession()
    expect(claimsIn(data.session?.access_token)).toMatchObject({
      organization_id: 'org-1', via: 'password', ran_as: 'supabase_auth_admin', role: 'authenticated', aud: 'authenticated',
      email: 'signup@example.com', phone: '', aal: 'aal1', is_anonymous: false, iss: `${stack.app_url}/auth/v1`,
      user_metadata: { full_name: 'Ada' }, app_metadata: { provider: 'email' }, amr: [{ method: 'password' }],
    })
  })

  test('sign-in and refresh keep how the session began', async () => {
    await signUp('signin@example.com')
    const supabase = client(stack)
    const { data: signedIn } = await supabase.auth.signInWithPassword({ email: 'signin@example.com', password })
    expect(claimsIn(signedIn.session?.access_token)).toMatchObject({ organization_id: 'org-1', via: 'password' })
    const { data: refreshed, error } = await supabase.auth.refreshSession()
    expect(error).toBeNull()
    expect(claimsIn(refreshed.session?.access_token)).toMatchObject({ organization_id: 'org-1', via: 'token_refresh', amr: [{ method: 'password' }] })
    expect((await supabase.auth.getUser()).data.user?.email).toBe('signin@example.com')
  })

  test('a magic link leads where it was asked to, with a session that went through the hook', async () => {
    const target = `${stack.app_url}/welcome?from=mail`
    const { error } = await client(stack).auth.signInWithOtp({ email: 'magic@example.com', options: { emailRedirectTo: target } })
    expect(error).toBeNull()
    const landed = await follow('magic@example.com')
    expect(landed.target).toBe(target)
    expect(claimsIn(landed.fragment.get('access_token') ?? undefined)).toMatchObject({ organization_id: 'org-1', via: 'otp' })
    const again = await follow('magic@example.com')
    expect(again.fragment.get('error_code')).toBe('otp_expired')
  })

  test('recovery ends in a session with which the password can be changed', async () => {
    await signUp('recover@example.com')
    await client(stack).auth.resetPasswordForEmail('recover@example.com', { redirectTo: `${stack.app_url}/reset` })
    const { target, fragment } = await follow('recover@example.com')
    expect(target).toBe(`${stack.app_url}/reset`)
    const supabase = client(stack)
    const access_token = fragment.get('access_token') ?? ''
    await supabase.auth.setSession({ access_token, refresh_token: fragment.get('refresh_token') ?? '' })
    expect(claimsIn(access_token)).toMatchObject({ organization_id: 'org-1', via: 'otp' })
    expect((await supabase.auth.updateUser({ password: 'another horse' })).error).toBeNull()
    expect((await client(stack).auth.signInWithPassword({ email: 'recover@example.com', password: 'another horse' })).error).toBeNull()
  })

  test('a code typed by hand is as good as the link', async () => {
    await client(stack).auth.signInWithOtp({ email: 'code@example.com' })
    const mail = (await mails(stack)).find(({ to }) => to === 'code@example.com') as { text?: string } | undefined
    const token = /\b(\d{6})\b/.exec(mail?.text ?? '')?.[1] ?? ''
    const { data, error } = await client(stack).auth.verifyOtp({ email: 'code@example.com', token, type: 'magiclink' })
    expect(error).toBeNull()
    expect(claimsIn(data.session?.access_token)).toMatchObject({ organization_id: 'org-1', via: 'otp' })
  })

  test('an error that the hook returns refuses the session and leaves none behind', async () => {
    const { data, error } = await client(stack).auth.signUp({ email: 'refused@example.com', password })
    expect(data.session).toBeNull()
    expect(error).toMatchObject({ status: 403, message: 'This account is closed.' })
    await client(stack).auth.signInWithOtp({ email: 'refused@example.com' })
    const { fragment } = await follow('refused@example.com')
    expect(fragment.get('access_token')).toBeNull()
    expect(fragment.get('error_description')).toBe('This account is closed.')
    const sql = postgres(stack.db_url, { max: 1 })
    const sessions = await sql`select s.id from auth.sessions s join auth.users u on u.id = s.user_id where u.email = 'refused@example.com'`
    await sql.end()
    expect(sessions).toHaveLength(0)
  })
})

describe('what only a recent sign-in may change', () => {
  /** Signed in so many seconds ago, with a token of now. */
  async function signedInBefore(email: string, seconds: number): Promise<ReturnType<typeof client>> {
    const supabase = await signUp(email)
    const sql = postgres(stack.db_url, { max: 1 })
    await sql`
      update auth.mfa_amr_claims a set created_at = now() - make_interval(secs => ${seconds}), updated_at = now() - make_interval(secs => ${seconds})
      from auth.sessions s join auth.users u on u.id = s.user_id where s.id = a.session_id and u.email = ${email}`
    await sql.end()
    expect((await supabase.auth.refreshSession()).error).toBeNull()
    return supabase
  }

  const put = async (supabase: ReturnType<typeof client>, body: unknown): Promise<{ status: number; body: unknown }> => {
    const { data } = await supabase.auth.getSession()
    const response = await fetch(`${stack.api_url}/auth/v1/user`, {
      method: 'PUT', headers: { apikey: stack.publishable_key, authorization: `Bearer ${data.session?.access_token}`, 'content-type': 'text/plain' }, body: JSON.stringify(body),
    })
    return { status: response.status, body: await response.json() }
  }

  test.each([['password', 'another horse'], ['email', 'moved@example.com'], ['phone', '123'], ['password', null]])('%s (%s): refused to a session of eleven minutes', async (name, value) => {
    const supabase = await signedInBefore(`old-${name}-${value === null}@example.com`, 660)
    expect(await put(supabase, { data: { full_name: 'Grace' }, [name]: value })).toEqual({
      status: 403, body: { code: 403, error_code: 'reauthentication_needed', msg: expect.stringContaining('ten minutes') },
    })
    expect((await mails(stack)).filter(({ to }) => to === 'moved@example.com')).toEqual([])
  })

  test('as the client library says it; another sign-in is enough, and a name needs none', async () => {
    const supabase = await signedInBefore('again@example.com', 660)
    expect((await supabase.auth.updateUser({ password: 'another horse' })).error).toMatchObject({ status: 403, code: 'reauthentication_needed' })
    expect((await supabase.auth.updateUser({ data: { full_name: 'Grace' } })).error).toBeNull()
    expect((await client(stack).auth.signInWithPassword({ email: 'again@example.com', password: 'another horse' })).error).not.toBeNull()
    expect((await supabase.auth.signInWithPassword({ email: 'again@example.com', password })).error).toBeNull()
    expect((await supabase.auth.updateUser({ password: 'another horse' })).error).toBeNull()
    expect((await client(stack).auth.signInWithPassword({ email: 'again@example.com', password: 'another horse' })).error).toBeNull()
  })

  test('nine minutes are recent, and nobody is told that they are nobody', async () => {
    expect((await (await signedInBefore('recent@example.com', 540)).auth.updateUser({ password: 'another horse' })).error).toBeNull()
    const response = await fetch(`${stack.api_url}/auth/v1/user`, { method: 'PUT', headers: { apikey: stack.publishable_key }, body: '{"password":"another horse"}' })
    expect(response.status).toBe(401)
  })

  test('no way to a new token makes an old sign-in recent', async () => {
    const supabase = await signedInBefore('stale@example.com', 660)
    for (const path of ['/token?grant_type=refresh_token', '/%74oken?grant_type=refresh_token', '//token?grant_type=refresh_token', '/token/?grant_type=refresh_token']) {
      const { data } = await supabase.auth.getSession()
      const response = await fetch(`${stack.api_url}/auth/v1${path}`, {
        method: 'POST', headers: { apikey: stack.publishable_key, 'content-type': 'application/json' }, body: JSON.stringify({ refresh_token: data.session?.refresh_token }),
      })
      const answer = (await response.json()) as { access_token?: string; refresh_token?: string }
      expect([200, 401, 404]).toContain(response.status)
      if (!answer.access_token) continue
      const [proof] = claimsIn(answer.access_token)['amr'] as { method: string; timestamp: number }[]
      expect(proof).toMatchObject({ method: 'password' })
      expect(proof?.timestamp).toBeLessThan(Date.now() / 1_000 - 650)
      await supabase.auth.setSession({ access_token: answer.access_token, refresh_token: answer.refresh_token ?? '' })
    }
  })
})

test('an address is changed by the link that went to the new one, and by nothing else', async () => {
  const supabase = await signUp('before@example.com')
  const { data, error } = await supabase.auth.updateUser({ email: 'after@example.com' }, { emailRedirectTo: `${stack.app_url}/welcome` })
  expect(error).toBeNull()
  expect(data.user).toMatchObject({ email: 'before@example.com', new_email: 'after@example.com' })
  const addresses = (await mails(stack)).map(({ to }) => to)
  expect([addresses.includes('before@example.com'), addresses.includes('after@example.com')]).toEqual([false, true])
  expect((await supabase.auth.getUser()).data.user?.email).toBe('before@example.com')
  const { target, fragment } = await follow('after@example.com')
  expect(target).toBe(`${stack.app_url}/welcome`)
  expect(claimsIn(fragment.get('access_token') ?? undefined)).toMatchObject({ email: 'after@example.com', via: 'otp' })
  expect((await supabase.auth.getUser()).data.user?.email).toBe('after@example.com')
  expect((await follow('after@example.com')).fragment.get('error_code')).toBe('otp_expired')
})

describe('redirects and sessions', () => {
  test('a link never leads to an address that is not allowed', async () => {
    await client(stack).auth.signInWithOtp({ email: 'lure@example.com', options: { emailRedirectTo: 'https://evil.example/steal' } })
    const { target } = await follow('lure@example.com')
    expect(target).toBe(stack.app_url)
  })

  test('signing out ends the session', async () => {
    const supabase = await signUp('out@example.com')
    const { data } = await supabase.auth.getSession()
    expect((await supabase.auth.signOut()).error).toBeNull()
    const response = await fetch(`${stack.api_url}/auth/v1/user`, {
      headers: { apikey: stack.publishable_key, authorization: `Bearer ${data.session?.access_token}` },
    })
    expect(response.status).toBe(403)
    expect(await response.json()).toMatchObject({ error_code: 'session_not_found' })
  })

  test('metadata is stored as objects, as SQL expects it', async () => {
    await signUp('metadata@example.com')
    const sql = postgres(stack.db_url, { max: 1 })
    const [row] = await sql`select raw_user_meta_data ->> 'full_name' as name, raw_app_meta_data ->> 'provider' as provider from auth.users where email = 'metadata@example.com'`
    await sql.end()
    expect(row).toEqual({ name: 'Ada', provider: 'email' })
  })

  test('settings of config.toml hold', async () => {
    const { error } = await client(stack).auth.signUp({ email: 'short@example.com', password: 'seven77' })
    expect(error?.code).toBe('weak_password')
  })
})
