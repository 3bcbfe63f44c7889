/** An organization with something in every corner, and what a data folder holds, table by table. */
import { spawn, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres, { type Sql } from 'postgres'
import { quoted, quotedTable, readSequences, readTables } from '../../embedded/backup/catalogue.ts'
import { fullName } from '../../embedded/backup/format.ts'
import { projectDir } from '../../embedded/lib/paths.ts'
import { startPostgres } from '../../embedded/postgres/server.ts'
import { readSecrets } from '../../embedded/secrets.ts'
import { startStack, type Stack } from '../../embedded/stack.ts'
import { as, call, jobEnd, openDestination, type Destination, type Person as Caller } from '../functions/support.ts'
import { openWorld, rpc, type Member } from '../support/actors.ts'
import { mapItems, newItem, newSite, newType, only } from '../support/fixtures.ts'
import { layTemplate } from '../support/template.ts'

export const rootFolder = (): string => mkdtempSync(join(tmpdir(), 'datasync-backup-'))
export const removeFolder = (path: string): void => rmSync(path, { recursive: true, force: true })

/** A folder that is empty begins with the template. */
export function startOn(dataDir: string): Promise<Stack> {
  layTemplate(dataDir)
  return startStack({ dataDir, port: 0, app: 'none', quiet: true })
}

export interface Filled {
  admin: Member
  editor: Member
  sites: string[]
  items: string[]
  apiKey: string
  invitation: string
}

/** Members, content, three sites with secrets (one of them elsewhere), runs with attempts and logs, a schedule, an invitation, a key. */
export async function fill(stack: Stack, receiver: Destination): Promise<Filled> {
  const world = openWorld(stack)
  try {
    const admin = await world.newAdmin('Acme "Holdings" \t\\N — ünïcode 🦊')
    const editor = await world.newMember(admin.organization, 'editor')
    await rpc(admin, 'load_demo_data')
    const { sql } = world
    // As an operator may: settings of the deployment come back, too.
    await sql`delete from private.verb_limits where verb = 'start_sync'`
    const type = await newType(sql, admin.organization)
    const items = [
      await newItem(sql, admin.organization, type, { title: 'Lines', data: { headline: 'one\ntwo\ttabs \\. and \\N', text: 'x'.repeat(100_000), count: 0.1, tags: ['a', '{"'] } }),
      await newItem(sql, admin.organization, type, { title: 'Draft', status: 'draft', data: {} }),
    ]
    const sites = [await newSite(sql, admin.organization, { destination_url: receiver.url }), await newSite(sql, admin.organization), await newSite(sql, admin.organization)]
    await mapItems(sql, admin.organization, sites.map((site_id) => ({ site_id, item_id: items[0] ?? '' })))
    for (const site_id of sites) await call(stack, 'site-secret', { site_id }, await headers(stack, admin))
    await run(stack, admin, sql)
    const schedule = { kind: 'publish', name: 'Nightly', cron: '0 3 * * *', time_zone: 'Europe/Berlin', all_sites: false, site_ids: sites.slice(0, 2), enabled: true }
    await rpc(admin, 'save_schedule', { schedule })
    const { token } = await rpc<{ token: string }>(admin, 'create_invitation', { email: `${randomUUID()}@example.com`, role: 'viewer' })
    const { id, key } = await rpc<{ id: string; key: string }>(admin, 'create_api_key', { name: 'Static site', scopes: ['content:read'] })
    // What only time, other people or programs bring about.
    const organization = admin.organization.id
    await sql`insert into private.organization_tombstones (organization_id) values (gen_random_uuid())`
    await sql`insert into private.drift_questions (site_id, organization_id) values (${sites[0] ?? ''}, ${organization})`
    await sql`insert into private.idempotency_keys (key_id, organization_id, idempotency_key, request_hash) values (${id}, ${organization}, 'once', 'hash')`
    await sql`insert into private.audit_checkpoints (organization_id, seq, hash) values (${organization}, 0, private.audit_start())`
    return { admin, editor, sites, items, apiKey: key, invitation: token }
  } finally {
    await world.close()
  }
}

export async function headers(stack: Stack, person: Pick<Member, 'token' | 'client' | 'userId'>): Promise<Record<string, string>> {
  const caller: Caller = { client: person.client, userId: person.userId, token: await person.token() }
  return as(caller, stack)
}

/** A run through the function to its end; forced, so that every site is sent to. */
export async function run(stack: Stack, member: Member, sql: Sql): Promise<string> {
  const { job_id } = await rpc<{ job_id: string }>(member, 'start_sync', { site_ids: null, options: { force: true } })
  const answer = await call(stack, 'sync', { job_id }, await headers(stack, member))
  if (answer.status !== 202) throw new Error(`sync answered ${answer.status}: ${await answer.text()}`)
  await jobEnd(sql, job_id)
  return job_id
}

export const newReceiver = (): Promise<Destination> => openDestination()

/** Every table's rows as one hash, and every sequence: two folders with the same text hold the same. */
export async function fingerprint(sql: Sql): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  for (const table of await readTables(sql)) {
    // What a restore moves ahead on purpose.
    const columns = table.columns.filter((column) => !(table.name === 'site_states' && column === 'last_sequence'))
    const { rows, hash } = only(await sql.unsafe<{ rows: string; hash: string }[]>(`
      select count(*)::text as rows, md5(coalesce(string_agg(x::text, E'\\n' order by x::text), '')) as hash
      from (select ${columns.map((column) => quoted(column)).join(', ')} from ${quotedTable(table)}) x`))
    found[fullName(table)] = `${rows} ${hash}`
  }
  for (const { schema, name, last_value } of await readSequences(sql)) found[`sequence ${schema}.${name}`] = String(last_value)
  return found
}

/** The folder's database by itself: nothing of the stack changes what is looked at. */
export async function withDatabaseOf<T>(dataDir: string, work: (sql: Sql) => Promise<T>): Promise<T> {
  const server = await startPostgres(dataDir, readSecrets(dataDir)?.database_password ?? '')
  const sql = postgres(server.url('postgres'), { max: 1, onnotice: () => undefined })
  try {
    return await work(sql)
  } finally {
    await sql.end()
    await server.close()
  }
}

export interface Run {
  child: ChildProcess
  output(): string
  ended: Promise<{ code: number | null; output: string }>
}

/** The command as npm runs it, typed in `folder`. */
export function command(folder: string, dataDir: string, args: string[], env: Record<string, string> = {}): Run {
  const child = spawn(process.execPath, ['--import', 'tsx', 'supabase/embedded/cli.ts', ...args], {
    cwd: projectDir,
    timeout: 120_000,
    killSignal: 'SIGKILL',
    env: { ...process.env, INIT_CWD: folder, DATASYNC_DATA_DIR: dataDir, DATASYNC_SECRET_KEYS: '', ...env },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (output += data.toString()))
  const ended = new Promise<{ code: number | null; output: string }>((resolve) => child.once('close', (code) => resolve({ code, output })))
  return { child, output: () => output, ended }
}
