import postgres from 'postgres'
import { createClient, type SupabaseClient } from '@supabase/supabase-js'
import { WebSocket } from 'ws'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Stack } from '../../embedded/stack.ts'
import { claimsIn, config, hookMigration, mails, throwawayProject, type Project } from './support.ts'

let project: Project
let stack: Stack
let sql: postgres.Sql

beforeAll(async () => {
  project = throwawayProject({ 'config.toml': config, 'migrations/20260101000000_hook.sql': hookMigration })
  stack = await project.start()
  sql = postgres(stack.db_url, { max: 1 })
})

afterAll(async () => {
  await sql.end()
  await stack.close()
  project.remove()
})

const password = 'correct horse'

/** Somebody at a device of their own. */
function device(userAgent: string): SupabaseClient {
  return createClient<never>(stack.api_url, stack.publishable_key, {
    auth: { persistSession: false, autoRefreshToken: false },
    realtime: { transport: WebSocket as never },
    global: { headers: { 'User-Agent': userAgent } },
  })
}

async function sessionOf(supabase: SupabaseClient): Promise<{ id: string; refresh: string; access: string }> {
  const { data } = await supabase.auth.getSession()
  const access = data.session?.access_token ?? ''
  return { id: String(claimsIn(access)['session_id']), refresh: data.session?.refresh_token ?? '', access }
}

async function row(id: string): Promise<postgres.Row | undefined> {
  const [found] = await sql`select user_agent, host(ip) as ip, created_at, refreshed_at, updated_at from auth.sessions where id = ${id}`
  return found
}

/** Whether the session's refresh token still gives a session, and why not. */
async function refreshes(refresh: string): Promise<string> {
  const { error } = await device('refresh').auth.refreshSession({ refresh_token: refresh })
  return error ? (error.code ?? error.message) : 'yes'
}

async function threeDevices(email: string): Promise<SupabaseClient[]> {
  const first = device('first')
  expect((await first.auth.signUp({ email, password })).error).toBeNull()
  const others = [device('second'), device('third')]
  for (const other of others) expect((await other.auth.signInWithPassword({ email, password })).error).toBeNull()
  return [first, ...others]
}

describe('a session knows its device', () => {
  test('from sign-up and sign-in on, and after every refresh', async () => {
    const laptop = device('laptop/1')
    await laptop.auth.signUp({ email: 'device@example.com', password })
    const { id, refresh } = await sessionOf(laptop)
    const begun = await row(id)
    expect(begun).toMatchObject({ user_agent: 'laptop/1', ip: expect.stringMatching(/^(127\.0\.0\.1|::1)$/), refreshed_at: null })
    expect(begun?.['created_at']).toBeInstanceOf(Date)

    expect((await device('laptop/2').auth.refreshSession({ refresh_token: refresh })).error).toBeNull()
    const gone = await row(id)
    expect(gone?.['user_agent']).toBe('laptop/2')
    expect(gone?.['refreshed_at']).not.toBeNull()
    expect(Number(gone?.['updated_at'])).toBeGreaterThanOrEqual(Number(begun?.['updated_at']))

    const phone = device('phone')
    await phone.auth.signInWithPassword({ email: 'device@example.com', password })
    expect(await row((await sessionOf(phone)).id)).toMatchObject({ user_agent: 'phone' })
  })

  test('a link from a mail begins one with the browser that opens it', async () => {
    await device('asks').auth.signInWithOtp({ email: 'link@example.com' })
    const mail = (await mails(stack)).find(({ to }) => to === 'link@example.com')
    const response = await fetch(mail?.links[0] ?? '', { redirect: 'manual', headers: { 'user-agent': 'browser', 'x-forwarded-for': '203.0.113.9' } })
    const fragment = new URLSearchParams((response.headers.get('location') ?? '').split('#')[1])
    const id = String(claimsIn(fragment.get('access_token') ?? undefined)['session_id'])
    expect(await row(id)).toMatchObject({ user_agent: 'browser', ip: expect.stringMatching(/^(127\.0\.0\.1|::1)$/) })
  })
})

describe('ending sessions', () => {
  test('one that is deleted in the database is neither refreshed nor shown a user any more', async () => {
    const [first, second] = await threeDevices('deleted@example.com')
    const mine = await sessionOf(first as SupabaseClient)
    await sql`delete from auth.sessions where id = ${mine.id}`
    expect(await refreshes(mine.refresh)).toBe('refresh_token_not_found')
    expect((await device('asks').auth.getUser(mine.access)).error?.code ?? '').toMatch(/session_not_found|^$/)
    expect((await device('asks').auth.getUser(mine.access)).data.user).toBeNull()
    expect(await refreshes((await sessionOf(second as SupabaseClient)).refresh)).toBe('yes')
    const [left] = await sql`select count(*)::int as tokens from auth.refresh_tokens where session_id = ${mine.id}`
    expect(left).toEqual({ tokens: 0 })
  })

  test.each([
    ['local', ['refresh_token_not_found', 'yes', 'yes']],
    ['others', ['yes', 'refresh_token_not_found', 'refresh_token_not_found']],
    ['global', ['refresh_token_not_found', 'refresh_token_not_found', 'refresh_token_not_found']],
  ] as const)('signing out with scope %s', async (scope, expected) => {
    const devices = await threeDevices(`${scope}@example.com`)
    const stranger = device('stranger')
    await stranger.auth.signUp({ email: `stranger-${scope}@example.com`, password })
    const sessions = await Promise.all([...devices, stranger].map(sessionOf))
    expect((await devices[0]?.auth.signOut({ scope }))?.error).toBeNull()
    const outcomes: string[] = []
    for (const { refresh } of sessions) outcomes.push(await refreshes(refresh))
    expect(outcomes).toEqual([...expected, 'yes'])
  })
})
