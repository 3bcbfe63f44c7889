import { existsSync } from 'node:fs'
import { join } from 'node:path'
import postgres from 'postgres'
import { parseKeyRing, type KeyRing } from '../../functions/_shared/encryption.ts'
import { highestKey, keyEnvironment } from '../functions/keys.ts'
import { claimDataDir, runningInstance } from '../instance.ts'
import { codeOf, Failure, messageOf } from '../lib/failure.ts'
import { terminal } from '../lib/log.ts'
import { dataDirFrom, projectDir } from '../lib/paths.ts'
import { bootstrap } from '../postgres/bootstrap.ts'
import { migrate } from '../postgres/migrate.ts'
import { reseal, type Unreadable } from '../postgres/reseal.ts'
import { startPostgres } from '../postgres/server.ts'
import { newEncryptionKey, readSecrets, writeSecrets, type Secrets } from '../secrets.ts'
import { functionsAtUrl, functionsOfInstance, noFunctions, type RunningFunctions } from './running-functions.ts'

export interface RotateKeysOptions {
  /** Removes the keys that seal nothing any more, instead of making a new one. */
  dropOld: boolean
  /** The database of another Supabase than the embedded one. */
  db: string | undefined
  /** Its address, to ask its functions which keys they hold. */
  url: string | undefined
}

interface Backend {
  sql: postgres.Sql
  functions: RunningFunctions
}

/**
 * `npm run rotate:keys`: another master key for the signing secrets of sites and of alert rules. In the order in which nothing ever meets a
 * secret that it cannot open: every function learns the new key, then every function seals with it, then what is sealed
 * with older ones is sealed anew. Where it stands is in secrets.json and in each row, so that it may end at any moment and
 * goes on when it is run again.
 */
export async function rotateKeys(options: RotateKeysOptions): Promise<number> {
  try {
    return await rotate(options)
  } catch (error) {
    if (!lostDatabase.has(codeOf(error) ?? '')) throw error
    throw new Failure(`The database does not answer (${messageOf(error)}). What was done stays done: run this again when it does.`)
  }
}

/** As the driver, the system and PostgreSQL say that there is no connection, or none for us. */
const lostDatabase = new Set([
  'CONNECTION_CLOSED', 'CONNECTION_ENDED', 'CONNECTION_DESTROYED', 'CONNECT_TIMEOUT',
  'ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EHOSTUNREACH', 'ETIMEDOUT', '57P01', '57P02', '57P03', '28P01', '28000', '3D000',
])

async function rotate({ dropOld, db, url }: RotateKeysOptions): Promise<number> {
  const given = await ringFrom(process.env)
  if (db !== undefined) {
    if (given === undefined) throw new Failure('Put DATASYNC_SECRET_KEYS into the environment, with the old and the new key as the functions have them: {"1": "<old>", "2": "<new>"}.')
    const sql = connect(db)
    try {
      await assertMigrated(sql)
      const functions = url === undefined ? undefined : functionsAtUrl(url, process.env['DATASYNC_TICK_SECRET'])
      if (functions === undefined) terminal.warn('The functions are not asked which keys they hold: give -- --url <project url>, and DATASYNC_TICK_SECRET, to have it checked.')
      return await withGivenKeys(given, { sql, functions: functions ?? noFunctions }, dropOld)
    } finally {
      await sql.end({ timeout: 5 })
    }
  }
  if (url !== undefined) throw new Failure('-- --url goes with -- --db <url>; the embedded backend needs neither.')
  const dataDir = dataDirFrom(process.env)
  const secrets = readSecrets(dataDir)
  if (secrets === undefined || !existsSync(join(dataDir, 'postgres', 'PG_VERSION'))) {
    throw new Failure(`There is no DataSync data in ${dataDir}. DATASYNC_DATA_DIR chooses another folder; for another Supabase give -- --db <url>.`)
  }
  return withEmbedded(dataDir, secrets, async (backend) => {
    await assertMigrated(backend.sql)
    await onlyOne(backend.sql)
    if (given !== undefined) return withGivenKeys(given, backend, dropOld)
    return dropOld ? dropOldKeys(dataDir, backend) : rotateKeptKeys(dataDir, backend)
  })
}

async function ringFrom(env: NodeJS.ProcessEnv): Promise<KeyRing | undefined> {
  if (!env['DATASYNC_SECRET_KEYS']) return undefined
  const ring = await parseKeyRing(env['DATASYNC_SECRET_KEYS'], Number(env['DATASYNC_SEALING_KEY']) || undefined)
  if (!ring.ok) throw new Failure(`${ring.error.message}.`)
  return ring.value
}

function connect(url: string): postgres.Sql {
  if (!URL.canParse(url)) throw new Failure('-- --db wants the address of a database: postgresql://postgres@<host>:5432/postgres; PGPASSWORD may hold its password')
  const { hostname, port, searchParams } = new URL(url)
  const isNear = ['localhost', '127.0.0.1', '[::1]'].includes(hostname)
  return postgres(url, {
    // One connection, one after the other: the lock that keeps a second rotation away is this connection's.
    max: 1,
    // A pooler in transaction mode knows nothing of statements prepared on another connection.
    prepare: port !== '6543',
    onnotice: () => undefined,
    connection: { application_name: 'datasync-rotate-keys' },
    ...(isNear || searchParams.has('sslmode') ? {} : { ssl: 'prefer' }),
  })
}

/** On the stack that runs on this folder; or else on its PostgreSQL alone, for as long as this takes. */
async function withEmbedded(dataDir: string, secrets: Secrets, work: (backend: Backend) => Promise<number>): Promise<number> {
  const instance = runningInstance(dataDir)
  if (instance !== undefined && !instance.closing) {
    if (instance.addresses === undefined) throw new Failure(`DataSync is just starting on ${dataDir} (process ${instance.pid}). Run this again when it is ready.`)
    const sql = connect(instance.addresses.db_url)
    try {
      return await work({ sql, functions: functionsOfInstance(dataDir) })
    } finally {
      await sql.end({ timeout: 5 })
    }
  }
  const claim = await claimDataDir(dataDir)
  try {
    const server = await startPostgres(dataDir, secrets.database_password)
    try {
      await bootstrap(server, dataDir, secrets.database_password)
      await migrate(server.url('postgres'), join(projectDir, 'supabase', 'migrations'), terminal)
      const sql = connect(server.url('postgres'))
      try {
        return await work({ sql, functions: noFunctions })
      } finally {
        await sql.end({ timeout: 5 })
      }
    } finally {
      await server.close()
    }
  } finally {
    claim.release()
  }
}

async function assertMigrated(sql: postgres.Sql): Promise<void> {
  const [row] = await sql<{ there: boolean }[]>`select to_regprocedure('private.reseal_alert_secrets(jsonb)') is not null as there`
  if (!row?.there) throw new Failure('The database is not of this version: its migrations come first ("npx supabase db push"; the embedded backend applies them at its start).')
}

/** Two at once would each make a key and write the file, and one key would be lost with what is sealed under it. */
async function onlyOne(sql: postgres.Sql): Promise<void> {
  const [row] = await sql<{ locked: boolean }[]>`select pg_try_advisory_lock(hashtextextended('datasync rotate-keys', 0)) as locked`
  if (!row?.locked) throw new Failure('Another rotation of the keys is under way on this data. Let it end, or end it and run this again.')
}

async function rotateKeptKeys(dataDir: string, { sql, functions }: Backend): Promise<number> {
  // Read again: until the lock was ours, somebody else might have written it.
  let secrets = kept(dataDir)
  await functions.haveKeysFrom('file')
  if (secrets.sealing_key === undefined) {
    const sealing = highestKey(secrets)
    secrets = { ...secrets, encryption_keys: { ...secrets.encryption_keys, [sealing + 1]: newEncryptionKey() }, sealing_key: sealing }
    writeSecrets(dataDir, secrets)
    terminal.info(`Key ${sealing + 1} is made and kept in ${join(dataDir, 'secrets.json')}.`)
  } else {
    terminal.info(`The rotation to key ${highestKey(secrets)} was begun before; it goes on.`)
  }
  const target = highestKey(secrets)
  if (secrets.sealing_key !== target) {
    await functions.untilTaken(await ringOf(secrets))
    // The database may have been away meanwhile, and the lock with it.
    await onlyOne(sql)
    secrets = { ...secrets, sealing_key: target }
    writeSecrets(dataDir, secrets)
  }
  const ring = await ringOf(secrets)
  await functions.untilTaken(ring)
  const unreadable = await resealAll(sql, ring)
  const { sealing_key: _, ...finished } = secrets
  writeSecrets(dataDir, finished)
  await report(sql, unreadable)
  terminal.info(`Every secret is sealed with key ${target}. The older keys stay for backups of before; "npm run rotate:keys -- --drop-old" removes them.`)
  return 0
}

function kept(dataDir: string): Secrets {
  const secrets = readSecrets(dataDir)
  if (secrets === undefined) throw new Failure(`${join(dataDir, 'secrets.json')} has gone. Put it back from a backup: without its keys nothing opens.`)
  return secrets
}

async function ringOf(secrets: Secrets): Promise<KeyRing> {
  const ring = await ringFrom(keyEnvironment(secrets, {}))
  if (ring === undefined) throw new Failure('secrets.json holds no encryption key. Put it back from a backup.')
  return ring
}

/** Somebody else keeps the keys, and has given the new one to the functions before. */
async function withGivenKeys(ring: KeyRing, { sql, functions }: Backend, dropOld: boolean): Promise<number> {
  await functions.haveKeysFrom('environment')
  const others = [...ring.keys.keys()].filter((version) => version !== ring.current)
  if (dropOld) {
    await assertUnused(sql, others)
    terminal.info(others.length === 0
      ? `Key ${ring.current} is the only one; there is nothing to drop.`
      : `Nothing in use is sealed with ${keyList(others)} any more: take ${others.length === 1 ? 'it' : 'them'} out of DATASYNC_SECRET_KEYS, where the functions have it from ("npx supabase secrets set", or the environment of "npm start").`)
    return 0
  }
  await functions.untilTaken(ring)
  if (others.length === 0 && (await countUnder(sql, ring.current)).others === 0) {
    throw new Failure(`DATASYNC_SECRET_KEYS holds key ${ring.current} alone, and every secret is sealed with it. Add a new key as version ${ring.current + 1}, give both to the functions first, and run this again.`)
  }
  await report(sql, await resealAll(sql, ring))
  terminal.info(`Every secret is sealed with key ${ring.current}. The older keys stay for backups of before; "-- --drop-old" says when nothing needs them.`)
  return 0
}

async function resealAll(sql: postgres.Sql, ring: KeyRing): Promise<Unreadable[]> {
  const { others } = await countUnder(sql, ring.current)
  if (others > 0) terminal.info(`${secretsIn(others)} to seal with key ${ring.current}.`)
  const { unreadable } = await reseal(sql, {
    ring,
    progress: (done, left) => terminal.info(`  ${done} done, ${left} left`),
    waiting: (left) => terminal.info(`  ${secretsIn(left)} in use by another transaction; waiting for it ...`),
  })
  return unreadable
}

async function countUnder(sql: postgres.Sql, version: number): Promise<{ others: number }> {
  const [row] = await sql<{ others: number }[]>`
    select count(*) filter (where key_version <> ${version})::integer as others
    from (select key_version from private.site_secrets union all select key_version from private.alert_secrets) x`
  return row ?? { others: 0 }
}

/** What does not open stays, for a key may yet turn up; but nobody should believe that all is well. */
async function report(sql: postgres.Sql, unreadable: readonly Unreadable[]): Promise<void> {
  // One that has ended signs and verifies nothing any more, and nobody misses it.
  const inUse = await sql<{ owner_id: string; version: number; name: string }[]>`
    select x.owner_id, x.version, x.name from (
      select s.site_id as owner_id, s.version, s.retired_at, o.name from private.site_secrets s join public.sites o on o.id = s.site_id
      union all
      select s.rule_id, s.version, s.retired_at, o.name from private.alert_secrets s join public.alert_rules o on o.id = s.rule_id) x
    where (x.owner_id, x.version) in (
        select * from unnest(${unreadable.map(({ ownerId }) => ownerId)}::uuid[], ${unreadable.map(({ version }) => version)}::integer[]))
      and (x.retired_at is null or x.retired_at > now())
    order by x.name, x.version`
  if (inUse.length === 0) return
  const reasonOf = new Map(unreadable.map(({ ownerId, version, message }) => [`${ownerId} ${version}`, message]))
  const lines = inUse.slice(0, 20).map(({ owner_id, version, name }) => `  "${name}" (${owner_id}), version ${version}: ${reasonOf.get(`${owner_id} ${version}`) ?? ''}`)
  if (inUse.length > lines.length) lines.push(`  and ${inUse.length - lines.length} more`)
  throw new Failure(`${secretsIn(inUse.length)} could not be opened and ${inUse.length === 1 ? 'stays' : 'stay'} as before; all others are sealed anew. Nothing can be signed with what does not open: rotate it on the page of its site, or of its alert rule.\n${lines.join('\n')}`)
}

async function dropOldKeys(dataDir: string, { sql, functions }: Backend): Promise<number> {
  const secrets = kept(dataDir)
  await functions.haveKeysFrom('file')
  if (secrets.sealing_key !== undefined) throw new Failure(`The rotation to key ${highestKey(secrets)} has not come to its end. Run "npm run rotate:keys" first.`)
  const current = highestKey(secrets)
  const old = Object.keys(secrets.encryption_keys).map(Number).filter((version) => version !== current)
  if (old.length === 0) {
    terminal.info(`Key ${current} is the only one; there is nothing to drop.`)
    return 0
  }
  // Until every function seals with the newest, one of them might yet seal with what is dropped.
  await functions.untilTaken(await ringOf(secrets))
  await assertUnused(sql, old)
  const left: Secrets = { ...secrets, encryption_keys: { [current]: secrets.encryption_keys[current] ?? '' } }
  writeSecrets(dataDir, left)
  await functions.untilTaken(await ringOf(left))
  terminal.info(`${capitalized(keyList(old))} ${old.length === 1 ? 'is' : 'are'} removed; key ${current} is left. Backups of before ${old.length === 1 ? 'it was' : 'they were'} replaced do not open with it.`)
  return 0
}

/** A secret that has ended signs and verifies nothing any more; it needs no key. */
async function assertUnused(sql: postgres.Sql, versions: readonly number[]): Promise<void> {
  const used = await sql<{ key_version: number; secrets: number }[]>`
    select key_version, count(*)::integer as secrets
    from (select key_version, retired_at from private.site_secrets union all select key_version, retired_at from private.alert_secrets) x
    where key_version = any (${[...versions]}::integer[]) and (retired_at is null or retired_at > now())
    group by key_version order by key_version`
  if (used.length === 0) return
  const list = used.map(({ key_version, secrets }) => `${secretsIn(secrets)} with key ${key_version}`).join(', ')
  throw new Failure(`No key is dropped, because some are in use: ${list} sealed. Run "npm run rotate:keys" first; what it cannot open has to be rotated on the pages of the sites and of the alert rules.`)
}

function secretsIn(count: number): string {
  return count === 1 ? '1 secret' : `${count} secrets`
}

function keyList(versions: readonly number[]): string {
  return `${versions.length === 1 ? 'key' : 'keys'} ${versions.join(', ')}`
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
