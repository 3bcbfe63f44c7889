import { existsSync } from 'node:fs'
import { join } from 'node:path'
import postgres from 'postgres'
import { claimDataDir, runningInstance } from '../instance.ts'
import { Failure, messageOf } from '../lib/failure.ts'
import { terminal } from '../lib/log.ts'
import { dataDirFrom } from '../lib/paths.ts'
import { startPostgres } from '../postgres/server.ts'
import { readSecrets } from '../secrets.ts'

const SOUND = 0
const BROKEN = 1
/** Something that is in the way of looking must not be taken for a broken chain, nor for a sound one. */
const NOT_LOOKED = 2

interface Organization {
  id: string
  name: string
  slug: string
}

interface Portion {
  checked: number
  last_seq: number
  done: boolean
  problem: { seq: number; message: string } | null
}

/** `npm run audit:verify`: reckons the audit log of every organization again and names the first entry that is not as it was written. */
export async function auditVerify(db: string | undefined): Promise<number> {
  try {
    return await withDatabase(db ?? (process.env['DATASYNC_DB_URL'] || undefined), verifyAll)
  } catch (error) {
    terminal.error(error instanceof Failure ? error.message : `The audit log could not be read: ${messageOf(error)}`)
    return NOT_LOOKED
  }
}

async function verifyAll(sql: postgres.Sql): Promise<number> {
  const [known] = await sql<{ is: boolean }[]>`select to_regprocedure('private.verify_audit(uuid, bigint, integer)') is not null as is`
  if (known?.is !== true) throw new Failure('This database has no audit log yet. Bring its migrations up to date ("npm start" does so for the embedded one), then verify again.')
  // One whose deletion is under way is taken apart in portions; its chain means nothing any more.
  const organizations = await sql<Organization[]>`select id, name, slug from public.organizations where deleted_at is null order by name, slug`
  let broken = 0
  for (const organization of organizations) {
    const { checked, problem } = await verify(sql, organization.id)
    const name = `${organization.name} (${organization.slug})`
    if (problem === null) {
      terminal.info(`ok       ${name}: ${counted(checked)}`)
      continue
    }
    broken += 1
    terminal.info(`ALTERED  ${name}: ${problem.message} It is the first of organization ${organization.id} that is not as it was written.`)
  }
  if (organizations.length === 0) terminal.info('There is no organization, and so no audit log.')
  if (broken === 0) return SOUND
  terminal.error(`${broken} of ${organizations.length} audit logs ${broken === 1 ? 'is' : 'are'} not as written.`)
  return BROKEN
}

/** In portions, as SQL hands them out: a log of any length keeps no statement running for long. */
async function verify(sql: postgres.Sql, organization: string): Promise<Pick<Portion, 'checked' | 'problem'>> {
  let checked = 0
  let after = 0
  for (;;) {
    const [row] = await sql<{ portion: Portion }[]>`select private.verify_audit(${organization}, ${after}) as portion`
    if (row === undefined) throw new Error('the verification answered nothing')
    const { portion } = row
    checked += portion.checked
    if (portion.problem !== null || portion.done) return { checked, problem: portion.problem }
    if (portion.last_seq <= after) throw new Error(`the verification does not get beyond entry ${after}`)
    after = portion.last_seq
  }
}

function counted(entries: number): string {
  if (entries === 0) return 'no entries'
  return entries === 1 ? '1 entry, as it was written' : `${entries.toLocaleString('en')} entries, all as they were written`
}

/** The database that is named, the one of the instance that runs, or that of the data folder, for which PostgreSQL alone is started. */
async function withDatabase<T>(named: string | undefined, work: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  if (named !== undefined) return connected(named, work)
  const dataDir = dataDirFrom(process.env)
  const running = runningInstance(dataDir)
  if (running?.addresses) return connected(running.addresses.db_url, work)
  const secrets = existsSync(join(dataDir, 'postgres', 'PG_VERSION')) ? readSecrets(dataDir) : undefined
  if (secrets === undefined) {
    throw new Failure(`There is no data in ${dataDir}. Name its folder with DATASYNC_DATA_DIR, or the database with DATASYNC_DB_URL or "-- --db <url>".`)
  }
  // Says so when another start has the folder by now: two servers on the same files would destroy them.
  const claim = await claimDataDir(dataDir)
  try {
    const server = await startPostgres(dataDir, secrets.database_password, (message) => terminal.warn(message))
    try {
      return await connected(server.url('postgres'), work)
    } finally {
      await server.close()
    }
  } finally {
    claim.release()
  }
}

async function connected<T>(url: string, work: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  if (!URL.canParse(url)) throw new Failure('The address of the database cannot be read. It looks like postgresql://user:password@host:5432/postgres.')
  const sql = postgres(url, { max: 1, connect_timeout: 15, onnotice: () => undefined, connection: { application_name: 'datasync-audit-verify' } })
  try {
    return await work(sql)
  } finally {
    await sql.end({ timeout: 5 })
  }
}
