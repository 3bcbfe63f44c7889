import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import postgres, { type Sql } from 'postgres'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { createArchive, readArchive } from '../../embedded/backup/archive.ts'
import { checkBackup } from '../../embedded/backup/check.ts'
import { countLines } from '../../embedded/backup/dump.ts'
import { restoreIntoFolder } from '../../embedded/backup/folder.ts'
import { fullName, manifestName, tableOfPart, type Manifest } from '../../embedded/backup/format.ts'
import { load } from '../../embedded/backup/load.ts'
import { quietTerminal } from '../../embedded/lib/log.ts'
import { projectDir } from '../../embedded/lib/paths.ts'
import { bootstrap } from '../../embedded/postgres/bootstrap.ts'
import { migrate } from '../../embedded/postgres/migrate.ts'
import { startPostgres, superuser } from '../../embedded/postgres/server.ts'
import { ensureSecrets } from '../../embedded/secrets.ts'
import type { Destination } from '../functions/support.ts'
import { only } from '../support/fixtures.ts'
import { breaches } from '../support/invariants.ts'
import { layTemplate } from '../support/template.ts'
import { command, fill, fingerprint, newReceiver, removeFolder, rootFolder, startOn, withDatabaseOf, type Filled } from './support.ts'

/** Where a backup goes and where it does not: a Supabase project, refusals that change nothing, restores that are killed. */

const root = rootFolder()
const source = join(root, 'source')
const migrations = join(projectDir, 'supabase', 'migrations')
let receiver: Destination
let filled: Filled
let before: Record<string, string>

beforeAll(async () => {
  receiver = await newReceiver()
  const stack = await startOn(source)
  try {
    filled = await fill(stack, receiver)
  } finally {
    await stack.close()
  }
  // Enough that loading it can be caught in the act.
  await withDatabaseOf(source, async (sql) => {
    await sql`insert into private.organization_tombstones (organization_id) select gen_random_uuid() from generate_series(1, 200000)`
    before = await fingerprint(sql)
  })
  const made = await command(root, source, ['backup', '--out', 'whole.tar.gz']).ended
  if (made.code !== 0) throw new Error(made.output)
})
afterAll(async () => {
  await receiver.close()
  removeFolder(root)
})

let folders = 0
const newFolder = (): string => join(root, `folder-${(folders += 1)}`)
const restore = (dataDir: string, ...args: string[]) => command(root, dataDir, ['restore', ...args]).ended

interface Project {
  url: string
  sql: Sql
  /** The superuser, who shapes Auth as hosted Supabase has it. */
  admin: Sql
}

/** A project whose migrations have been pushed. */
async function newProject(): Promise<Project> {
  const dataDir = newFolder()
  layTemplate(dataDir)
  const { database_password: password } = ensureSecrets(dataDir)
  const server = await startPostgres(dataDir, password)
  const options = { max: 2, onnotice: () => undefined }
  const [sql, admin] = [postgres(server.url('postgres'), options), postgres(server.url(superuser), options)]
  onTestFinished(async () => {
    await Promise.all([sql.end(), admin.end()])
    await server.close()
  })
  await bootstrap(server, dataDir, password)
  await migrate(server.url('postgres'), migrations, quietTerminal)
  return { url: server.url('postgres'), sql, admin }
}

/** The same archive with some of its entries changed. */
async function forged(name: string, change: (entry: string, content: Buffer) => Buffer | undefined): Promise<string> {
  const path = join(root, name)
  const archive = await createArchive(path)
  for await (const entry of readArchive(join(root, 'whole.tar.gz'))) {
    const content = change(entry.name, entry.content)
    if (content) await archive.add(entry.name, content)
  }
  await archive.finish()
  await archive.publish()
  copyFileSync(join(root, 'whole.keys.json'), path.replace('.tar.gz', '.keys.json'))
  return name
}

const withManifest = (change: (manifest: Manifest) => unknown) => (entry: string, content: Buffer): Buffer =>
  entry === manifestName ? Buffer.from(JSON.stringify(change(JSON.parse(content.toString('utf8')) as Manifest))) : content

/** Another content of a table, and a manifest that says so: nothing but the database can see what is wrong with it. */
function rewritten(name: string, table: string, change: (content: Buffer) => Buffer): Promise<string> {
  const sums = { rows: 0, bytes: 0, sha256: createHash('sha256').digest('hex') }
  return forged(name, (entry, content) => {
    if (tableOfPart(entry) === table) {
      const changed = change(content)
      Object.assign(sums, { rows: countLines(changed), bytes: changed.length, sha256: createHash('sha256').update(changed).digest('hex') })
      return changed
    }
    return withManifest((manifest) => ({ ...manifest, tables: manifest.tables.map((one) => (fullName(one) === table ? { ...one, ...sums } : one)) }))(entry, content)
  })
}

async function loadInto(project: Project, name: string): Promise<string[]> {
  const path = join(root, name)
  return load(project.url, { path, manifest: await checkBackup(path), withoutSealed: false })
}

describe('a Supabase project', () => {
  it('takes a backup in as the role postgres, and Auth there knows the people', async () => {
    const project = await newProject()
    // Columns that GoTrue has and the embedded Auth API has not, and one the other way round.
    await project.admin.unsafe('alter table auth.users add column instance_id uuid, add column is_super_admin boolean; alter table auth.users drop column is_anonymous')
    const { code, output } = await restore(newFolder(), 'whole.tar.gz', '--db', project.url)
    expect(code, output).toBe(0)
    expect(output).toContain(`Set the functions' DATASYNC_SECRET_KEYS to the "encryption_keys" of ${join(root, 'whole.keys.json')}`)
    const { ['auth.users']: users, ...after } = await fingerprint(project.sql)
    expect(users).toMatch(/^2 /)
    expect(after).toEqual(Object.fromEntries(Object.entries(before).filter(([name]) => name !== 'auth.users')))
    const user = only(await project.sql`
      select instance_id, confirmation_token, recovery_token, email_change_token_new, email_change, encrypted_password ~ '^\\$2[aby]\\$' as password, is_super_admin
      from auth.users where id = ${filled.admin.userId}`)
    expect(user).toEqual({
      instance_id: '00000000-0000-0000-0000-000000000000', confirmation_token: '', recovery_token: '', email_change_token_new: '', email_change: '', password: true, is_super_admin: null,
    })
    expect(await breaches(project.sql)).toEqual([])

    const again = await restore(newFolder(), 'whole.tar.gz', '--db', project.url)
    expect(again).toMatchObject({ code: 1, output: expect.stringMatching(/auth\.identities of the target holds rows, and a backup is restored into empty tables only\. .* Nothing was restored\./) })
  })

  it('is as it was when the backup does not fit, or the restore is killed, and takes it in afterwards', async () => {
    const project = await newProject()
    const empty = await fingerprint(project.sql)
    const unchanged = async () => expect(await fingerprint(project.sql)).toEqual(empty)

    const last = only(await project.sql<{ version: string }[]>`select max(version) as version from supabase_migrations.schema_migrations`).version
    await project.sql`update supabase_migrations.schema_migrations set version = '29990101000000' where version = ${last}`
    expect((await restore(newFolder(), 'whole.tar.gz', '--db', project.url)).output).toContain(`The target lacks the migration ${last} that the backup was made with.`)
    await project.sql`update supabase_migrations.schema_migrations set version = ${last} where version = '29990101000000'`
    await unchanged()

    const twice = await rewritten('twice.tar.gz', 'public.organizations', (content) => Buffer.concat([content, content]))
    await expect(loadInto(project, twice)).rejects.toThrow(/^The rows of public\.organizations do not go into the target: duplicate key .*\. Nothing was restored\.$/)
    await unchanged()
    const orphans = await rewritten('orphans.tar.gz', 'public.sync_jobs', () => Buffer.alloc(0))
    await expect(loadInto(project, orphans)).rejects.toThrow(/^A row of public\.\w+ points to a row of public\.sync_jobs that is not in the backup \(\w+\)\. Nothing was restored\.$/)
    await unchanged()

    const copying = () => project.sql<{ pid: number }[]>`
      select pid from pg_stat_activity where application_name = 'datasync-restore' and query like 'copy "private"."organization_tombstones"%' and state <> 'idle'`
    const lost = expect(loadInto(project, 'whole.tar.gz')).rejects.toThrow(/Nothing was restored\./)
    await expect.poll(async () => (await copying()).length, { interval: 5 }).toBe(1)
    await project.admin`select pg_terminate_backend(${only(await copying()).pid})`
    await lost
    await unchanged()

    const killed = command(root, newFolder(), ['restore', 'whole.tar.gz', '--db', project.url])
    await expect.poll(async () => (await copying()).length, { interval: 5 }).toBe(1)
    killed.child.kill('SIGKILL')
    await killed.ended
    await expect.poll(async () => (await project.sql`select from pg_stat_activity where application_name = 'datasync-restore'`).length).toBe(0)
    await unchanged()

    expect((await restore(newFolder(), 'whole.tar.gz', '--db', project.url)).output).toMatch(/Restored [\d,]+ rows\. Everybody signs in again\./)
    expect(await fingerprint(project.sql)).toEqual(before)
  })
})

describe('a data folder', () => {
  it('is empty after a restore that was killed, whenever that was, and takes the backup in afterwards', async () => {
    const target = newFolder()
    for (const reached of ['restore.partial/secrets.json', 'restore.partial/bootstrap']) {
      const killed = command(root, target, ['restore', 'whole.tar.gz'])
      await expect.poll(() => existsSync(join(target, reached)), { interval: 5 }).toBe(true)
      killed.child.kill('SIGKILL')
      await killed.ended
      expect(existsSync(join(target, 'postgres'))).toBe(false)
    }
    const done = await restore(target, 'whole.tar.gz')
    expect(done.code, done.output).toBe(0)
    expect(await withDatabaseOf(target, fingerprint)).toEqual(before)

    // As one leaves it that is killed between the moves of its parts.
    mkdirSync(join(target, 'restore.partial'))
    writeFileSync(join(target, 'restore.partial', 'complete'), '')
    renameSync(join(target, 'postgres'), join(target, 'restore.partial', 'postgres'))
    expect(await restore(target, 'whole.tar.gz')).toMatchObject({ code: 0 })
    expect(readdirSync(target).sort()).toEqual(['bootstrap', 'postgres', 'postgres-port', 'postgres.log', 'secrets.json'].filter((name) => existsSync(join(target, name))))
    expect(await withDatabaseOf(target, fingerprint)).toEqual(before)
  })

  it('that holds data is refused, and so is one whose stack runs', async () => {
    const { code, output } = await restore(source, 'whole.tar.gz')
    expect(code).toBe(1)
    expect(output).toContain(`The data folder ${source} holds data, and a backup is restored into an empty one only.`)
    const stack = await startOn(source)
    try {
      expect(await restore(source, 'whole.tar.gz')).toMatchObject({ code: 1, output: expect.stringMatching(/DataSync already runs on .* Stop it, or choose another folder with DATASYNC_DATA_DIR\./) })
    } finally {
      await stack.close()
    }
  })

  it('gets later migrations after the data that was there before them', async () => {
    const migrationsDir = newFolder()
    mkdirSync(migrationsDir)
    for (const name of readdirSync(migrations)) copyFileSync(join(migrations, name), join(migrationsDir, name))
    writeFileSync(join(migrationsDir, '29990101000000_later.sql'), 'create table private.seen_later as select count(*) as sites from public.sites;')
    const path = join(root, 'whole.tar.gz')
    const target = newFolder()
    const { encryption_keys: keys } = JSON.parse(readFileSync(join(root, 'whole.keys.json'), 'utf8')) as { encryption_keys: Record<string, string> }
    await restoreIntoFolder({ path, manifest: await checkBackup(path), dataDir: target, migrationsDir, keys, withoutSealed: false })
    const sites = await withDatabaseOf(target, async (sql) => only(await sql<{ sites: string }[]>`select sites from private.seen_later`).sites)
    expect(Number(sites)).toBeGreaterThan(3)
  })
})

describe('a backup that cannot be restored', () => {
  it.each<[string, () => Promise<string>, RegExp]>([
    ['is cut off', async () => {
      writeFileSync(join(root, 'cut.tar.gz'), readFileSync(join(root, 'whole.tar.gz')).subarray(0, -2000))
      return 'cut.tar.gz'
    }, /cut\.tar\.gz is damaged or no backup of DataSync \(.+\)\. Use another backup\./],
    ['has no manifest', () => forged('headless.tar.gz', (entry, content) => (entry === manifestName ? undefined : content)), /headless\.tar\.gz is not whole: the manifest at its end is missing/],
    ['was changed', () => forged('changed.tar.gz', (entry, content) => (entry.startsWith('data/public.sites/') ? Buffer.from(content.toString('utf8').replace('site', 'sith')) : content)), /changed\.tar\.gz is damaged: the rows of public\.sites are not those of its manifest/],
    ['has a later format', () => forged('format.tar.gz', withManifest((manifest) => ({ ...manifest, format_version: 2 }))), /was written by a later version of DataSync \(backup format 2; this one reads 1\)\. Update DataSync/],
    ['has a later schema', () => forged('later.tar.gz', withManifest((manifest) => ({ ...manifest, migrations: [...manifest.migrations, { version: '29990101000000', name: 'later' }] }))), /made by a later version of DataSync .* migration 29990101000000, which this one does not know\. Update DataSync/],
    ['is no backup', async () => {
      writeFileSync(join(root, 'text.tar.gz'), 'nothing of the kind')
      return 'text.tar.gz'
    }, /text\.tar\.gz is damaged or no backup of DataSync/],
    ['is not there', async () => 'nowhere.tar.gz', /There is no file .*nowhere\.tar\.gz\./],
  ])('because it %s is refused with a sentence, and nothing is changed', async (_why, make, sentence) => {
    const target = newFolder()
    const { code, output } = await restore(target, await make())
    expect(code).toBe(1)
    expect(output).toMatch(sentence)
    expect(output.trim().split('\n').length, output).toBeLessThanOrEqual(2)
    expect(existsSync(join(target, 'postgres'))).toBe(false)
  })
})

describe('the keys of a backup', () => {
  it('are asked for, must be the right ones, and can be named or done without', async () => {
    const keys = JSON.parse(readFileSync(join(root, 'whole.keys.json'), 'utf8')) as { encryption_keys: Record<string, string> }
    copyFileSync(join(root, 'whole.tar.gz'), join(root, 'alone.tar.gz'))
    const target = newFolder()
    expect(await restore(target, 'alone.tar.gz')).toMatchObject({ code: 1, output: expect.stringMatching(/The keys of the backup are not at .*alone\.keys\.json\. Name their file with --keys\..*--no-keys/) })
    writeFileSync(join(root, 'wrong.json'), JSON.stringify({ ...keys, encryption_keys: { '1': Buffer.alloc(32).toString('base64') } }))
    expect(await restore(target, 'alone.tar.gz', '--keys', 'wrong.json')).toMatchObject({ code: 1, output: expect.stringMatching(/wrong\.json does not hold the key 1 that the secrets in .* were sealed with/) })
    expect(existsSync(join(target, 'postgres'))).toBe(false)

    const without = await restore(target, 'alone.tar.gz', '--no-keys')
    expect(without, without.output).toMatchObject({ code: 0, output: expect.stringMatching(/signing secrets were left out/) })
    await withDatabaseOf(target, async (sql) => {
      const { ['private.site_secrets']: secrets, ['public.site_states']: states, ...rest } = await fingerprint(sql)
      expect(secrets).toMatch(/^0 /)
      expect(states).toBe(before['public.site_states']?.replace(/ .*/, states?.replace(/^\d+/, '') ?? ''))
      expect(before).toMatchObject(rest)
      expect(only(await sql`select count(*)::integer as told from public.site_states where secret_set_at is not null or secret_version is not null`)).toEqual({ told: 0 })
    })
  })

  it('are no part of a backup that is made without them, and an existing file is not overwritten', async () => {
    const made = await command(root, source, ['backup', '--no-keys', '--out', 'keyless.tar.gz']).ended
    expect(made).toMatchObject({ code: 0, output: expect.stringMatching(/encryption keys are not in the backup/) })
    expect(existsSync(join(root, 'keyless.keys.json'))).toBe(false)
    expect(await command(root, source, ['backup', '--out', 'keyless.tar.gz']).ended).toMatchObject({ code: 1, output: expect.stringMatching(/is there already\. Name another file with --out\./) })
    expect(await command(root, newFolder(), ['backup']).ended).toMatchObject({ code: 1, output: expect.stringMatching(/There is no data in/) })
  })

  it('a backup that is interrupted leaves no file', async () => {
    const interrupted = command(root, source, ['backup', '--out', 'interrupted.tar.gz'])
    await expect.poll(() => readdirSync(root).some((name) => /^interrupted\.tar\.gz\..*partial$/.test(name)), { interval: 5 }).toBe(true)
    interrupted.child.kill('SIGTERM')
    expect(await interrupted.ended).toMatchObject({ code: 1, output: expect.stringMatching(/The backup was interrupted; no file was left\./) })
    expect(readdirSync(root).filter((name) => name.startsWith('interrupted'))).toEqual([])
  })
})
