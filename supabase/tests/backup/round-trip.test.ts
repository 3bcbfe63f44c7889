import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { createClient } from '@supabase/supabase-js'
import postgres from 'postgres'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import WebSocket from 'ws'
import type { Stack } from '../../embedded/stack.ts'
import { as, call, jobEnd, type Destination } from '../functions/support.ts'
import { rpc } from '../support/actors.ts'
import { only } from '../support/fixtures.ts'
import { breaches } from '../support/invariants.ts'
import { command, fill, fingerprint, newReceiver, removeFolder, rootFolder, run, startOn, withDatabaseOf, type Filled } from './support.ts'

/** A whole organization, from one data folder into another: while people write, at rest, and used afterwards. */

const root = rootFolder()
const source = join(root, 'source')
let receiver: Destination
let filled: Filled
let stack: Stack | undefined

beforeAll(async () => {
  receiver = await newReceiver()
  stack = await startOn(source)
  filled = await fill(stack, receiver)
})
afterAll(async () => {
  await stack?.close()
  await receiver.close()
  removeFolder(root)
})

const contentOf = (path: string): string => gunzipSync(readFileSync(path)).toString('utf8')

describe('a backup while people write', () => {
  it('is of one moment: what changes together is there together', async () => {
    const live = stack!
    const sql = postgres(live.db_url, { max: 2, onnotice: () => undefined })
    const people = { writing: true }
    let writes = 0
    // A site and the number of such sites, always in one transaction.
    const writer = (async () => {
      while (people.writing) {
        await sql.begin(async (transaction) => {
          await transaction`insert into public.sites (organization_id, name, slug, enabled) values (${filled.admin.organization.id}, 'Counter', ${`counter-${writes}`}, false)`
          await transaction`update public.content_items set data = jsonb_build_object('count', ${writes + 1}::integer) where id = ${filled.items[1] ?? ''}`
        })
        writes += 1
      }
    })()
    const runner = (async () => {
      while (people.writing) await run(live, filled.admin, sql)
    })()
    try {
      await expect.poll(() => writes).toBeGreaterThan(10)
      const made = await command(root, source, ['backup', '--out', 'live.tar.gz']).ended
      expect(made, made.output).toMatchObject({ code: 0, output: expect.stringContaining(join(root, 'live.keys.json')) })
    } finally {
      people.writing = false
      await Promise.all([writer, runner])
      await sql.end()
    }
    const target = join(root, 'of-live')
    expect(await command(root, target, ['restore', 'live.tar.gz']).ended).toMatchObject({ code: 0 })
    await withDatabaseOf(target, async (restored) => {
      const { counters, number } = only(await restored<{ counters: number; number: number }[]>`
        select (select count(*)::integer from public.sites where name = 'Counter') as counters,
          (select (data ->> 'count')::integer from public.content_items where id = ${filled.items[1] ?? ''}) as number`)
      expect(number).toBe(counters)
      expect(counters).toBeGreaterThan(0)
      expect(await breaches(restored)).toEqual([])
    })
    removeFolder(target)
  })
})

describe('a restore into an empty folder', () => {
  const target = join(root, 'target')

  it('brings back every row of every table, from a folder whose stack does not run', async () => {
    await stack?.close()
    stack = undefined
    const before = await withDatabaseOf(source, fingerprint)
    const made = await command(root, source, ['backup', '--out', 'rest.tar.gz']).ended
    expect(made).toMatchObject({ code: 0, output: expect.stringMatching(/Keep the two apart/) })
    for (const name of ['rest.tar.gz', 'rest.keys.json']) expect(statSync(join(root, name)).mode & 0o777).toBe(0o600)
    expect(readdirSync(root).filter((name) => name.includes('partial'))).toEqual([])

    const restored = await command(root, target, ['restore', 'rest.tar.gz']).ended
    expect(restored, restored.output).toMatchObject({ code: 0 })
    expect(await withDatabaseOf(target, fingerprint)).toEqual(before)
    // The source is as it was.
    expect(await withDatabaseOf(source, fingerprint)).toEqual(before)
    expect(existsSync(join(target, 'restore.partial'))).toBe(false)
  })

  it('carries no session, no token that works once, and no key', () => {
    const text = contentOf(join(root, 'rest.tar.gz'))
    for (const table of ['auth.sessions', 'auth.refresh_tokens', 'auth.flow_state', 'auth.mfa_amr_claims']) expect(text).not.toContain(table)
    expect(text).not.toMatch(/confirmation_token|recovery_token|email_change|reauthentication_token/)
    const keys = JSON.parse(readFileSync(join(root, 'rest.keys.json'), 'utf8')) as { encryption_keys: Record<string, string> }
    expect(Object.values(keys.encryption_keys).filter((key) => text.includes(key))).toEqual([])
    const secrets = JSON.parse(readFileSync(join(source, 'secrets.json'), 'utf8')) as Record<string, string>
    for (const name of ['jwt_secret', 'secret_key', 'tick_secret', 'database_password']) expect(text).not.toContain(secrets[name])
  })

  it('is used as the former one was: people sign in, secrets open, runs go on and count on', async () => {
    stack = await startOn(target)
    const sql = postgres(stack.db_url, { max: 2, onnotice: () => undefined })
    try {
      const client = createClient(stack.api_url, stack.publishable_key, { auth: { persistSession: false, autoRefreshToken: false }, realtime: { transport: WebSocket as never } })
      const { data, error } = await client.auth.signInWithPassword({ email: filled.admin.email, password: filled.admin.password })
      expect(error).toBeNull()
      const person = { client, userId: filled.admin.userId, token: data.session?.access_token ?? '' }
      // A token of the former folder is nobody's here.
      const former = createClient(stack.api_url, stack.publishable_key, { accessToken: () => filled.admin.token(), realtime: { transport: WebSocket as never } })
      expect((await former.from('sites').select('id')).error).not.toBeNull()

      const earlier = only(await sql<{ number: number; sequence: string }[]>`
        select max(number) as number, (select max(last_sequence) from public.site_states)::text as sequence from public.sync_jobs`)
      receiver.requests.length = 0
      const started = await rpc<{ job_id: string; number: number }>({ client }, 'start_sync', { site_ids: filled.sites, options: { force: true } })
      expect(started.number).toBeGreaterThan(earlier.number)
      expect((await call(stack, 'sync', { job_id: started.job_id }, as(person, stack))).status).toBe(202)
      // The built-in receiver verifies what it is sent, so success says that its secret opened.
      expect(await jobEnd(sql, started.job_id)).toMatchObject({ status: 'success', succeeded: 3 })
      const sent = only(receiver.requests)
      const reveal = await call(stack, 'site-secret', { site_id: filled.sites[0], action: 'reveal' }, as(person, stack))
      const { secret } = (await reveal.json()) as { secret: string }
      expect(() => new Webhook(secret).verify(sent.body, sent.headers as Record<string, string>)).not.toThrow()
      // Whatever it had been sent since the backup: this is newer.
      expect(Number(sent.headers['webhook-sequence'])).toBeGreaterThan(1_000_000)

      expect(await rpc({ client }, 'verify_audit_log')).toMatchObject({ ok: true, done: true })
      expect(await rpc<{ state: string }>({ client }, 'invitation', { token: filled.invitation })).toMatchObject({ state: 'open' })
      expect(await breaches(sql)).toEqual([])
    } finally {
      await sql.end()
    }
  })
})
