import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { projectDir } from '../../embedded/lib/paths.ts'
import { open, parseKeyRing } from '../../functions/_shared/encryption.ts'
import type { ProvidedStack } from '../support/throwaway-stack.ts'
import { filesIn, findings, formsOf, formsOfKey, tablesOf, type Needles, type Places } from './leaks.ts'
import { databaseOf } from './own-stack.ts'
import { jobEnd, openDatabase, openDestination, publishTo, signUp, until, type Destination, type Organization, type Person, type Sql } from './support.ts'

/**
 * No secret is anywhere but where it belongs. A whole life of secrets, with everything going wrong that can; then every
 * table, every log, every answer and the built app are looked through for each secret, in every form it could have.
 */

interface Process {
  child: ChildProcess
  stack: ProvidedStack
  dataDir: string
  /** What the stack and its functions have said; what it was started to say to the test is not a log. */
  said: () => string
  end: () => Promise<void>
}

interface Kept {
  database_password: string
  jwt_secret: string
  secret_key: string
  tick_secret: string
  encryption_keys: Record<string, string>
}

let root: string
let running: Process
let sql: Sql
let me: Person & { organization: Organization }
let receiver: Destination
let bundle: string

/** What is looked for, collected as it is made. */
const needles = new Map<string, string>()
/** Every answer that is not meant to hold a secret, by what was asked. */
const answers: Places = new Map()
/** What the commands have printed. */
const printed: string[] = []

async function startProcess(): Promise<Process> {
  const dataDir = join(root, 'data')
  const { DATASYNC_SECRET_KEYS: _, ...env } = process.env
  const child = spawn(process.execPath, ['--import', 'tsx', join(projectDir, 'supabase', 'tests', 'faults', 'stack-process.ts'), dataDir], {
    cwd: projectDir,
    env,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (said += data.toString()))
  const ended = new Promise((resolve) => child.once('close', resolve))
  const ready = await until(120_000, 'the stack', async () => {
    if (child.exitCode !== null) throw new Error(`the stack did not start:\n${said}`)
    const line = said.split('\n').slice(0, -1).find((text) => text.startsWith('{"ready"'))
    return line === undefined ? null : (JSON.parse(line) as { ready: ProvidedStack }).ready
  })
  return {
    child,
    stack: ready,
    dataDir,
    said: () => said.split('\n').filter((line) => !line.startsWith('{"ready"')).join('\n'),
    end: async () => {
      child.kill('SIGTERM')
      await ended
    },
  }
}

async function command(name: string, args: string[] = [], env: Record<string, string> = {}): Promise<number> {
  const { DATASYNC_SECRET_KEYS: _, ...inherited } = process.env
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--import', 'tsx', join(projectDir, 'supabase', 'embedded', 'cli.ts'), name, ...args], {
      cwd: projectDir,
      env: { ...inherited, DATASYNC_DATA_DIR: running.dataDir, ...env },
    })
    printed.push(stdout, stderr)
    return 0
  } catch (error) {
    const { stdout, stderr, code } = error as { stdout: string; stderr: string; code: number }
    printed.push(stdout, stderr)
    return code
  }
}

const kept = () => JSON.parse(readFileSync(join(running.dataDir, 'secrets.json'), 'utf8')) as Kept
const learn = (forms: [string, string][]) => forms.forEach(([name, text]) => needles.set(name, text))

interface Asked {
  method?: string
  body?: unknown
  headers?: Record<string, string>
  /** Its answer is one of those few that hold a secret. */
  gives?: boolean
}

/** Everything that a client could ask goes through here, and its answer, headers included, is looked through later. */
async function ask(path: string, { method = 'POST', body, headers = {}, gives = false }: Asked = {}): Promise<{ status: number; text: string }> {
  const response = await fetch(`${running.stack.api_url}${path}`, {
    method,
    headers: { 'content-type': 'application/json', apikey: running.stack.publishable_key, authorization: `Bearer ${me.token}`, ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  if (!gives) {
    const place = `${method} ${path.replace(/[?].*$/, '').replace(/[0-9a-f-]{36}/g, ':id')}`
    answers.set(place, [...(answers.get(place) ?? []), JSON.stringify([...response.headers]), text])
  }
  return { status: response.status, text }
}

const siteSecret = (body: object) => ask('/functions/v1/site-secret', { body })

/** A run to these sites; how it ended. */
async function run(siteIds: readonly string[]): Promise<string> {
  const { text } = await ask('/rest/v1/rpc/start_sync', { body: { site_ids: siteIds, options: { force: true } } })
  const { job_id } = JSON.parse(text) as { job_id: string }
  await ask('/functions/v1/sync', { body: { job_id } })
  return (await jobEnd(sql, job_id, 120_000)).status
}

/** The texts of a site's secrets, which the test may know: it has the keys. */
async function learnSecretsOf(siteId: string, name: string): Promise<void> {
  const ring = await parseKeyRing(JSON.stringify(kept().encryption_keys))
  if (!ring.ok) throw new Error(ring.error.message)
  for (const sealed of await databaseOf(sql).siteSecrets(siteId)) {
    const opened = await open(ring.value, siteId, sealed)
    if (opened.ok) learn(formsOfKey(`${name}'s secret ${sealed.version}`, opened.value))
  }
}

/**
 * Everything that an admin may ask: each table, and each verb with whatever arguments are to be had. Nothing comes after it that
 * what the verbs change could disturb, and what cannot be undone wants a confirmation that it does not get.
 */
async function askAll(ids: Record<string, string>): Promise<void> {
  const tables = await sql<{ name: string }[]>`
    select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'public' and c.relkind in ('r', 'v', 'm', 'p') order by 1`
  for (const { name } of tables) await ask(`/rest/v1/${name}?select=*`, { method: 'GET' })
  const verbs = await sql<{ name: string; parameters: string[]; types: string[] }[]>`
    select p.proname as name, coalesce(p.proargnames[1:p.pronargs], '{}') as parameters,
      coalesce((select array_agg(format_type(t, null) order by o) from unnest(p.proargtypes) with ordinality a(t, o)), '{}') as types
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where n.nspname = 'public' and p.prokind = 'f' and has_function_privilege('authenticated', p.oid, 'execute') order by 1`
  expect(verbs.length).toBeGreaterThan(30)
  for (const { name, parameters, types } of verbs) {
    const known = (parameter: string, type: string): unknown => {
      if (type === 'uuid') return ids[parameter.replace(/_id$/, '')] ?? ids['site']
      if (type === 'uuid[]') return [ids['site']]
      if (type === 'jsonb') return {}
      return ['integer', 'bigint'].includes(type) ? 1 : null
    }
    await ask(`/rest/v1/rpc/${name}`, { body: Object.fromEntries(parameters.map((parameter, n) => [parameter, known(parameter, types[n] ?? '')])) })
  }
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'datasync-leaks-'))
  running = await startProcess()
  sql = openDatabase(running.stack)
  me = await signUp(running.stack)
  // It sends back what it was sent, as a receiver does that somebody debugs.
  receiver = await openDestination((response, request) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(request.headers)))

  const secrets = kept()
  for (const name of ['database_password', 'jwt_secret', 'secret_key', 'tick_secret'] as const) learn(formsOf(name, secrets[name]))
  learn(formsOfKey('master key 1', secrets.encryption_keys['1'] ?? ''))

  // Made, by hand and by a first delivery; rotated, with an overlap and without; revealed.
  const { siteIds, itemId } = await publishTo(sql, me.organization, [null, receiver.url, receiver.url, receiver.url, receiver.url])
  const [builtIn = '', echoing = '', unreadable = '', orphaned = '', failing = ''] = siteIds
  for (const site_id of [builtIn, echoing, unreadable, orphaned]) expect((await siteSecret({ site_id })).status).toBe(200)
  await learnSecretsOf(echoing, 'a rotated site')
  expect((await siteSecret({ site_id: echoing, action: 'rotate' })).status).toBe(200)
  expect((await siteSecret({ site_id: builtIn, action: 'rotate', overlap_hours: 0 })).status).toBe(200)
  const revealed = await ask('/functions/v1/site-secret', { body: { site_id: echoing, action: 'reveal' }, gives: true })
  expect(revealed.status).toBe(200)
  learn(formsOfKey('the revealed secret', (JSON.parse(revealed.text) as { secret: string }).secret))
  expect(await run(siteIds)).toBe('success')
  // Tests, whose report holds the request and what came back: of one that echoes it, and of our own receiver.
  for (const site_id of [echoing, builtIn]) expect((await ask('/functions/v1/send-test', { body: { site_id } })).status).toBe(200)
  for (const [n, id] of siteIds.entries()) await learnSecretsOf(id, `site ${n}`)

  // Deliveries that fail: refused by the destination, unreachable, too slow; and secrets that do not open.
  receiver.behave((response, request) => response.writeHead(422, { 'content-type': 'text/plain' }).end(JSON.stringify(request.headers)))
  await sql`update private.site_secrets set ciphertext = ${randomBytes(66)} where site_id = ${unreadable}`
  await sql`update private.site_secrets set key_version = 9 where site_id = ${orphaned}`
  await sql`update public.sites set destination_url = 'http://127.0.0.1:1/', max_attempts = 1 where id = ${failing}`
  expect(await run(siteIds)).toMatch(/partial|failed/)
  for (const site_id of [unreadable, orphaned]) expect((await ask('/functions/v1/site-secret', { body: { site_id, action: 'reveal' } })).status).toBe(503)
  await siteSecret({ site_id: orphaned, action: 'end_overlap' })

  // A fault that nobody foresaw, while a secret is in hand: the verb that stores it has gone, and so has the connection.
  await sql`alter function public.rotate_site_secret(uuid, integer, integer, bytea, bytea, interval) rename to rotate_away`
  expect((await siteSecret({ site_id: echoing, action: 'rotate' })).status).toBe(500)
  await sql`alter function public.rotate_away(uuid, integer, integer, bytea, bytea, interval) rename to rotate_site_secret`
  await sql`alter function public.site_secret_event(uuid, text) rename to event_away`
  expect((await siteSecret({ site_id: echoing, action: 'reveal' })).status).toBe(500)
  await sql`alter function public.event_away(uuid, text) rename to site_secret_event`
  await sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'datasync-functions' and pid <> pg_backend_pid()`
  await siteSecret({ site_id: echoing })

  // Keys of the public API: made, used, wrong, revoked.
  const made = await ask('/rest/v1/rpc/create_api_key', { body: { name: 'Build server', scopes: ['content:read', 'sync:run'] }, gives: true })
  const apiKey = JSON.parse(made.text) as { id: string; key: string }
  learn(formsOf('the API key', apiKey.key))
  const [site] = await sql<{ slug: string }[]>`select slug from public.sites where id = ${builtIn}`
  const byKey = (key: string) => ({ authorization: `Bearer ${key}` })
  const content = await ask(`/functions/v1/api/content/${site?.slug}`, { method: 'GET', headers: byKey(apiKey.key) })
  expect(content.status).toBe(200)
  await ask('/functions/v1/api/syncs', { body: { sites: [site?.slug] }, headers: { ...byKey(apiKey.key), 'idempotency-key': 'once' } })
  await ask('/functions/v1/api/syncs', { body: '{', headers: byKey(apiKey.key) })
  await ask(`/functions/v1/api/content/${apiKey.key}`, { method: 'GET', headers: byKey(`${apiKey.key.slice(0, -1)}x`) })
  await ask('/rest/v1/rpc/revoke_api_key', { body: { key_id: apiKey.id } })
  expect((await ask(`/functions/v1/api/content/${site?.slug}`, { method: 'GET', headers: byKey(apiKey.key) })).status).toBe(401)

  // Alert rules: each secret is told once, and signs what goes out from then on; a receiver sends back what it was sent.
  const rule = JSON.parse((await ask('/rest/v1/rpc/save_alert_rule', { body: { rule: { kind: 'run', name: 'Runs', emails: ['ops@example.com'], webhook_url: receiver.url } } })).text) as string
  for (const from_version of [0, 1]) {
    const told = await ask('/functions/v1/alerts', { body: { rule_id: rule, action: 'secret', from_version }, gives: true })
    expect(told.status).toBe(200)
    learn(formsOfKey(`an alert rule's secret ${from_version + 1}`, (JSON.parse(told.text) as { secret: string }).secret))
    expect((await ask('/functions/v1/alerts', { body: { rule_id: rule, action: 'test' } })).text).toContain('422 from destination')
  }
  await ask('/functions/v1/alerts', { body: { rule_id: rule, action: 'secret', from_version: 0 } })
  await ask('/rest/v1/alert_secrets?select=*', { method: 'GET', headers: { 'accept-profile': 'private' } })

  // Answers of functions to those who hold a secret, to those who hold a wrong one, and to nonsense.
  const tick = { 'x-tick-secret': secrets.tick_secret }
  expect((await ask('/functions/v1/health', { method: 'GET', headers: tick })).text).toContain('"checks"')
  await ask('/functions/v1/health', { method: 'GET' })
  await ask('/functions/v1/health', { method: 'GET', headers: { 'x-tick-secret': `${secrets.tick_secret}x` } })
  await ask('/functions/v1/tick', { body: {}, headers: tick })
  await ask('/functions/v1/tick', { body: {}, headers: { 'x-tick-secret': 'a wrong one' } })
  await ask('/functions/v1/site-secret', { body: { site_id: echoing, action: 'reveal' }, headers: { apikey: secrets.secret_key, authorization: `Bearer ${secrets.secret_key}` } })
  await ask('/functions/v1/site-secret', { body: '{"site_id": ' })
  await ask('/functions/v1/site-secret', { body: { site_id: echoing, action: 'forget' } })
  await ask(`/functions/v1/destination/${echoing}`, { body: { version: 1 }, headers: { 'webhook-signature': 'v1,nonsense' } })
  await ask('/functions/v1/sync', { body: { job_id: 'none' } })
  await ask('/functions/v1/nothing', { body: {} })
  await ask('/rest/v1/site_secrets?select=*', { method: 'GET' })
  await ask('/rest/v1/site_secrets?select=*', { method: 'GET', headers: { 'accept-profile': 'private' } })
  await ask('/rest/v1/rpc/site_signing_secrets', { body: { p_site: echoing } })
  await ask('/rest/v1/sites?select=*', { method: 'GET', headers: { apikey: secrets.secret_key, authorization: `Bearer ${secrets.secret_key}` } })
  await ask('/auth/v1/user', { method: 'GET', headers: { authorization: 'Bearer nonsense' } })

  // The master key is changed, on the running stack; and commands that are given keys they cannot use.
  expect(await command('rotate-keys')).toBe(1)
  learn(formsOfKey('master key 2', kept().encryption_keys['2'] ?? ''))
  const malformed = JSON.stringify(kept().encryption_keys).slice(0, -1)
  expect(await command('rotate-keys', ['--db', running.stack.db_url], { DATASYNC_SECRET_KEYS: malformed })).toBe(1)
  expect(await command('rotate-keys', ['--db', running.stack.db_url.replace(/:\d+\//, ':1/')], { DATASYNC_SECRET_KEYS: JSON.stringify(kept().encryption_keys) })).toBe(1)
  await siteSecret({ site_id: echoing, action: 'rotate' })
  for (const [n, id] of siteIds.entries()) await learnSecretsOf(id, `site ${n}, afterwards`)

  // The app, built where the secrets are in the environment.
  bundle = join(root, 'dist')
  await promisify(execFile)(process.execPath, [join(projectDir, 'node_modules', 'vite', 'bin', 'vite.js'), 'build', '--outDir', bundle, '--logLevel', 'error'], {
    cwd: projectDir,
    env: {
      ...process.env,
      NODE_ENV: 'production',
      DATASYNC_SECRET_KEYS: JSON.stringify(kept().encryption_keys),
      DATASYNC_TICK_SECRET: secrets.tick_secret,
      SUPABASE_SECRET_KEYS: JSON.stringify({ default: secrets.secret_key }),
      SUPABASE_DB_URL: running.stack.db_url,
    },
  })

  const [delivery] = await sql<{ id: string; job_id: string }[]>`select id, job_id from public.sync_deliveries order by created_at desc limit 1`
  await askAll({ site: echoing, item: itemId, job: delivery?.job_id ?? '', delivery: delivery?.id ?? '', organization: me.organization.id, user: me.userId })
}, 600_000)
afterAll(async () => {
  await sql.end()
  await receiver.close()
  await running.end()
  await rm(root, { recursive: true, force: true })
})

/** Sessions belong to Auth's own tables, and hashes of passwords; what we look for does not, so those are looked through as well. */
const tables = () => tablesOf(sql, () => false)

/** The two files that secrets live in, readable by their owner alone, and PostgreSQL's own, which the tables stand for. */
const homes = (path: string) => /\/(secrets|instance)\.json$|\/postgres\/|\/deno-cache\//.test(path)

async function everything(): Promise<Places> {
  return new Map([
    ...[...(await tables())].map(([name, rows]) => [`table ${name}`, rows] as const),
    ...[...answers].map(([name, texts]) => [`answer to ${name}`, texts] as const),
    ...[...filesIn(running.dataDir, homes)].map(([name, texts]) => [`file ${name}`, texts] as const),
    ...[...filesIn(bundle)].map(([name, texts]) => [`app ${name}`, texts] as const),
    ['console of the stack and its functions', [running.said()]],
    ['what the commands printed', printed],
    ['statements', await statements()],
  ])
}

/** PostgreSQL remembers the texts of statements. */
async function statements(): Promise<string[]> {
  return (await sql<{ query: string }[]>`select query from extensions.pg_stat_statements`).map(({ query }) => query)
}

describe('looking for secrets', () => {
  it('finds each of them, in every form, wherever one is planted', () => {
    expect(needles.size).toBeGreaterThan(60)
    for (const [name, needle] of needles) {
      expect(needle.length, name).toBeGreaterThanOrEqual(16)
      expect(findings(new Map([['a copy', [`before "${needle}" after`]]]), new Map([[name, needle]]) as Needles)).toEqual([`a copy: ${name}`])
    }
  })

  it('finds one in every place, planted in a copy of it', async () => {
    const places = await everything()
    const [name = '', needle = ''] = [...needles].find(([form]) => form === 'the revealed secret') ?? []
    expect(needle).toMatch(/^whsec_/)
    for (const [place, texts] of places) {
      const copy = new Map([[place, [...texts, `{"message":"${needle}"}`]]])
      expect(findings(copy, new Map([[name, needle]]))).toEqual([`${place}: ${name}`])
    }
  })

  it('finds one in a row of a table, and a token of the service role', async () => {
    const [name = '', needle = ''] = [...needles].find(([form]) => form === 'the revealed secret') ?? []
    const planted = await sql.begin(async (transaction) => {
      await transaction`update public.job_logs set message = message || ${needle} where (job_id, seq) = (select job_id, seq from public.job_logs limit 1)`
      const found = findings(await tablesOf(transaction, (table) => table !== 'public.job_logs'), new Map([[name, needle]]))
      await transaction`rollback`
      return found
    })
    expect(planted).toEqual([`public.job_logs: ${name}`])
    const token = `${Buffer.from('{"alg":"HS256"}').toString('base64url')}.${Buffer.from('{"role":"service_role"}').toString('base64url')}.abc`
    expect(findings(new Map([['a copy', [`Bearer ${token}`]]]), new Map())).toEqual(['a copy: a token of the service role'])
  })

  it('looks where a run leaves something', async () => {
    const rows = await tables()
    for (const table of ['job_logs', 'delivery_attempts', 'sync_deliveries', 'audit_log', 'sync_jobs', 'api_keys']) {
      expect(rows.get(`public.${table}`)?.length, table).toBeGreaterThan(0)
    }
    for (const table of ['realtime.messages', 'private.site_secrets', 'private.alert_secrets', 'private.api_key_hashes']) expect(rows.get(table)?.length, table).toBeGreaterThan(0)
    const actions = await sql<{ action: string }[]>`select distinct action from public.audit_log where subject_kind = 'site_secrets'`
    expect(actions.map(({ action }) => action).sort()).toEqual(expect.arrayContaining(['made', 'resealed', 'revealed', 'rotated']))
    expect(running.said()).toContain('a signing secret was revealed')
    expect(running.said()).toContain('a request failed')
    expect(printed.join('')).toContain('could not be opened')
    expect([...filesIn(bundle).keys()].filter((file) => file.endsWith('.js')).length).toBeGreaterThan(10)
    expect([...answers.keys()]).toEqual(expect.arrayContaining(['GET /rest/v1/audit_log', 'POST /rest/v1/rpc/plan_sync', 'GET /functions/v1/health']))
  })
})

it('no session is in any log, and in no table but those of Auth', async () => {
  const { session } = (await me.client.auth.getSession()).data
  const tokens = new Map([...formsOf('the access token', me.token), ...formsOf('the refresh token', session?.refresh_token ?? '')])
  expect(Math.min(...[...tokens.values()].map(({ length }) => length))).toBeGreaterThanOrEqual(12)
  const places = await everything()
  for (const place of places.keys()) if (place.startsWith('table auth.')) places.delete(place)
  expect(findings(places, tokens)).toEqual([])
})

it('no secret is in any table, log, message, answer, file or bundle', async () => {
  expect(findings(await everything(), needles)).toEqual([])
})
