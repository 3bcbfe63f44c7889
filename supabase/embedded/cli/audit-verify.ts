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

interface Entry {
  seq: number
  hash: string
}

/** What somebody noted of an earlier look, outside the database: whoever may rewrite everything can reckon the chain again, but not that. */
interface Expectation extends Entry {
  /** Its id or its short name. */
  organization: string
}

/**
 * `npm run audit:verify`: reckons the audit log of every organization again, names the first entry that is not as it was written, and
 * compares with what was noted elsewhere (`--expect`).
 */
export async function auditVerify(db: string | undefined, expected: readonly string[] = []): Promise<number> {
  try {
    const expectations = expected.map(readExpectation)
    return await withDatabase(db ?? (process.env['DATASYNC_DB_URL'] || undefined), (sql) => verifyAll(sql, expectations))
  } catch (error) {
    terminal.error(error instanceof Failure ? error.message : `The audit log could not be read: ${messageOf(error)}`)
    return NOT_LOOKED
  }
}

function readExpectation(text: string): Expectation {
  const [, organization, seq, hash] = /^([^:\s]+):(\d{1,15}):([0-9a-f]{64})$/i.exec(text.trim()) ?? []
  if (organization === undefined || seq === undefined || hash === undefined) {
    throw new Failure(`"${text}" cannot be read. --expect takes <organization>:<seq>:<hash>, as the line "last entry" of an earlier look shows it.`)
  }
  return { organization: organization.toLowerCase(), seq: Number(seq), hash: hash.toLowerCase() }
}

async function verifyAll(sql: postgres.Sql, expectations: readonly Expectation[]): Promise<number> {
  const [known] = await sql<{ is: boolean }[]>`select to_regprocedure('private.verify_audit(uuid, bigint, integer)') is not null as is`
  if (known?.is !== true) throw new Failure('This database has no audit log yet. Bring its migrations up to date ("npm start" does so for the embedded one), then verify again.')
  // One whose deletion is under way is taken apart in portions; its chain means nothing any more.
  const organizations = await sql<Organization[]>`select id, name, slug from public.organizations where deleted_at is null order by name, slug`
  let broken = 0
  for (const organization of organizations) {
    // Read first: what is noted has then been verified as well.
    const last = await lastEntry(sql, organization.id)
    const { checked, problem } = await verify(sql, organization.id)
    const name = `${organization.name} (${organization.slug})`
    if (problem === null) {
      terminal.info(`ok       ${name}: ${counted(checked)}`)
    } else {
      broken += 1
      terminal.info(`ALTERED  ${name}: ${problem.message} It is the first of organization ${organization.id} that is not as it was written.`)
    }
    if (last !== undefined) terminal.info(`         last entry ${organization.slug}:${last.seq}:${last.hash}`)
  }
  let unlike = 0
  for (const expectation of expectations) {
    const { asNoted, sentence } = await compare(sql, expectation, organizations)
    if (!asNoted) unlike += 1
    terminal.info(`${asNoted ? 'ok      ' : 'UNLIKE  '} ${expectation.organization}:${expectation.seq}: ${sentence}`)
  }
  if (organizations.length === 0) terminal.info('There is no organization, and so no audit log.')
  if (broken > 0) terminal.error(`${broken} of ${organizations.length} audit logs ${broken === 1 ? 'is' : 'are'} not as written.`)
  if (unlike > 0) terminal.error(`${unlike} of ${expectations.length} expected entries ${unlike === 1 ? 'is' : 'are'} not as noted.`)
  return broken + unlike === 0 ? SOUND : BROKEN
}

/** The newest that is kept; where none is left, the one that the chain goes on from. */
async function lastEntry(sql: postgres.Sql, organization: string): Promise<Entry | undefined> {
  const [entry] = await sql<Entry[]>`
    select seq::float8 as seq, hash from public.audit_log where organization_id = ${organization} order by audit_log.seq desc limit 1`
  return entry ?? checkpointOf(sql, organization)
}

/** The last entry that was removed because its time was over. */
async function checkpointOf(sql: postgres.Sql, organization: string): Promise<Entry | undefined> {
  const [checkpoint] = await sql<Entry[]>`select seq::float8 as seq, hash from private.audit_checkpoints where organization_id = ${organization}`
  return checkpoint
}

/** Whether the entry is the one that was noted, and why not. */
async function compare(sql: postgres.Sql, expected: Expectation, organizations: readonly Organization[]): Promise<{ asNoted: boolean; sentence: string }> {
  // A short name may look like another's id.
  const organization = organizations.find(({ id }) => id === expected.organization) ?? organizations.find(({ slug }) => slug === expected.organization)
  if (organization === undefined) return { asNoted: false, sentence: 'There is no such organization.' }
  const [entry] = await sql<{ hash: string }[]>`select hash from public.audit_log where organization_id = ${organization.id} and seq = ${expected.seq}`
  if (entry !== undefined) {
    return entry.hash === expected.hash
      ? { asNoted: true, sentence: 'The entry has the hash that was noted.' }
      : { asNoted: false, sentence: `The entry has the hash ${entry.hash}, and ${expected.hash} was noted: the log was written anew since.` }
  }
  const checkpoint = await checkpointOf(sql, organization.id)
  if (checkpoint === undefined || checkpoint.seq < expected.seq) return { asNoted: false, sentence: 'There is no such entry, and retention has not removed it.' }
  if (checkpoint.seq > expected.seq) {
    return { asNoted: true, sentence: `Retention has removed the entry, with all up to ${checkpoint.seq}: its hash can no longer be compared. Note a later one.` }
  }
  return checkpoint.hash === expected.hash
    ? { asNoted: true, sentence: 'Retention has removed the entry, and kept the hash that was noted.' }
    : { asNoted: false, sentence: `Retention has removed the entry and kept the hash ${checkpoint.hash}, and ${expected.hash} was noted: the log was written anew since.` }
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
