import { createHash, type Hash } from 'node:crypto'
import type { TransactionSql } from 'postgres'
import { codeOf, Failure, messageOf } from '../lib/failure.ts'
import { readArchive } from './archive.ts'
import { fillAuth, stagingOf, type Staging } from './auth-tables.ts'
import { quotedList, quotedTable, readTables, type Table } from './catalogue.ts'
import { connect, databaseFailure, inTransaction, sessionSettings } from './connection.ts'
import { copyIn, type CopyIn } from './copy.ts'
import { fullName, tableOfPart, type BackupTable, type Manifest } from './format.ts'
import { correctSites } from './sites.ts'
import { assertFits } from './target.ts'
import { verify } from './verify.ts'

export interface LoadOptions {
  path: string
  manifest: Manifest
  /** Leave out what was sealed: its keys are not there. */
  withoutSealed: boolean
}

/**
 * Fills empty tables from a backup that has been checked, as the role `postgres` may on hosted Supabase, in one transaction:
 * whatever goes wrong, and whoever is killed, the target is as it was.
 * Returns what whoever restores should know.
 */
export async function load(databaseUrl: string, options: LoadOptions): Promise<string[]> {
  const { manifest } = options
  const sql = connect(databaseUrl, 'restore')
  try {
    const warnings = await inTransaction(sql, '', async (transaction) => {
      await transaction.unsafe(sessionSettings)
      const tables = await readTables(transaction)
      await assertFits(transaction, tables, manifest)
      await withoutTriggers(transaction)
      for (const table of tables) if (table.settings) await transaction.unsafe(`delete from ${quotedTable(table)}`)
      const skipped = new Set(options.withoutSealed ? tables.filter((table) => table.sealed).map(fullName) : [])
      await loadTables(transaction, tables, options, skipped)
      const problems = await verify(transaction, tables, manifest, skipped)
      await correctSites(transaction, tables, options.withoutSealed)
      await setSequences(transaction, manifest)
      return problems
    })
    await sql.unsafe(`analyze ${manifest.tables.filter((table) => table.schema !== 'auth').map(quotedTable).join(', ')}`)
    return warnings
  } catch (error) {
    throw databaseFailure(error, 'Nothing was restored.')
  } finally {
    await sql.end({ timeout: 5 })
  }
}

/** They have done their work when the rows were made: what they would write is in the backup, what they would announce is old. */
async function withoutTriggers(transaction: TransactionSql): Promise<void> {
  try {
    // A statement and not set_config(): hosted Supabase lets the role postgres do the one and not the other.
    await transaction.unsafe('set local session_replication_role = replica')
  } catch (error) {
    if (codeOf(error) !== '42501') throw error
    throw new Failure('The role of the database address may not switch triggers off (session_replication_role). Use the role postgres of a Supabase project; on a server of your own, "grant set on parameter session_replication_role to postgres". Nothing was restored.')
  }
}

async function loadTables(transaction: TransactionSql, tables: readonly Table[], { path, manifest }: LoadOptions, skipped: ReadonlySet<string>): Promise<void> {
  const targets = new Map(tables.map((table) => [fullName(table), table]))
  const sources = new Map(manifest.tables.map((table) => [fullName(table), table]))
  let open: Loading | undefined
  for await (const { name, content } of readArchive(path)) {
    const table = tableOfPart(name)
    const source = sources.get(table ?? '')
    const target = targets.get(table ?? '')
    if (!source || !target || skipped.has(fullName(source))) continue
    if (open?.source !== source) {
      await open?.finish()
      open = await startLoading(transaction, source, target)
    }
    await open.write(content)
  }
  await open?.finish()
}

interface Loading {
  source: BackupTable
  write(content: Buffer): Promise<void>
  finish(): Promise<void>
}

async function startLoading(transaction: TransactionSql, source: BackupTable, target: Table): Promise<Loading> {
  const staging: Staging | undefined = target.auth ? stagingOf(source, target) : undefined
  if (staging) await transaction.unsafe(staging.create)
  const into: CopyIn = await copyIn(transaction, `copy ${staging?.name ?? quotedTable(source)} (${quotedList(source.columns)}) from stdin`)
  const hash: Hash = createHash('sha256')
  const sentence = (error: unknown): Failure => error instanceof Failure
    ? error
    : new Failure(`The rows of ${fullName(source)} do not go into the target: ${messageOf(error)}. Nothing was restored.`)
  return {
    source,
    write: async (content) => {
      hash.update(content)
      await into.write(content).catch((error: unknown) => Promise.reject(sentence(error)))
    },
    finish: async () => {
      try {
        // Somebody may have written to the file since it was checked.
        if (hash.digest('hex') !== source.sha256) {
          const changed = new Failure('The backup has changed while it was read. Nothing was restored.')
          into.abandon(changed)
          throw changed
        }
        await into.end()
        if (staging) {
          await transaction.unsafe(staging.move)
          await fillAuth(transaction, target)
        }
      } catch (error) {
        throw sentence(error)
      }
    },
  }
}

/** Last, because setting a sequence is the one thing that a rollback leaves. */
async function setSequences(transaction: TransactionSql, manifest: Manifest): Promise<void> {
  for (const sequence of manifest.sequences) {
    if (sequence.last_value !== null) await transaction`select pg_catalog.setval(${quotedTable(sequence)}::regclass, ${sequence.last_value}::bigint)`
  }
}
