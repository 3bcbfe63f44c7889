import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TransactionSql } from 'postgres'
import { projectDir } from '../lib/paths.ts'
import type { ArchiveWriter } from './archive.ts'
import { quotedList, quotedTable, readMigrations, readSequences, readTables, type Table } from './catalogue.ts'
import { connect, databaseFailure, inTransaction, sessionSettings } from './connection.ts'
import { copyOut } from './copy.ts'
import { formatVersion, manifestName, partBytes, partName, type BackupTable, type Manifest } from './format.ts'
import { fingerprints, type Keys } from './keys.ts'

/**
 * Writes all tables as they are at one moment, whoever writes meanwhile, and the manifest after them. `keys` is asked before
 * and after: a rotation that goes on beside this may give up a key that rows of that moment still need.
 */
export async function dump(databaseUrl: string, archive: ArchiveWriter, keys: () => Keys, signal: AbortSignal): Promise<{ manifest: Manifest; keys: Keys }> {
  const keysBefore = keys()
  const sql = connect(databaseUrl, 'backup')
  const giveUp = (): void => void sql.end({ timeout: 0 })
  signal.addEventListener('abort', giveUp, { once: true })
  try {
    return await inTransaction(sql, 'isolation level repeatable read read only', async (transaction) => {
      await transaction.unsafe(sessionSettings)
      const tables = await readTables(transaction)
      // Nobody alters what the catalogue has just said while it is read.
      await transaction.unsafe(`lock table ${tables.map(quotedTable).join(', ')} in access share mode`)
      const migrations = await readMigrations(transaction)
      const written: BackupTable[] = []
      for (const table of tables) written.push(await writeTable(transaction, table, archive, signal))
      const sealed = tables.filter((table) => table.sealed)
      const needed = await Promise.all(sealed.map((table) => keyVersions(transaction, table)))
      const allKeys = { ...keysBefore, ...keys() }
      const manifest: Manifest = {
        format: 'datasync-backup',
        format_version: formatVersion,
        made_at: new Date().toISOString(),
        datasync_version: ownVersion(),
        migrations,
        tables: written,
        sequences: await readSequences(transaction),
        keys: { needed: [...new Set(needed.flat())].sort(), fingerprints: fingerprints(allKeys) },
      }
      await archive.add(manifestName, Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`))
      return { manifest, keys: allKeys }
    })
  } catch (error) {
    signal.throwIfAborted()
    throw databaseFailure(error, 'No backup was made.')
  } finally {
    signal.removeEventListener('abort', giveUp)
    await sql.end({ timeout: 5 })
  }
}

async function writeTable(transaction: TransactionSql, table: Table, archive: ArchiveWriter, signal: AbortSignal): Promise<BackupTable> {
  const { schema, name, columns } = table
  const hash = createHash('sha256')
  let rows = 0
  let bytes = 0
  let parts = 0
  let held: Buffer[] = []
  let heldBytes = 0
  const flush = async (): Promise<void> => {
    if (heldBytes === 0) return
    parts += 1
    const content = Buffer.concat(held)
    held = []
    heldBytes = 0
    await archive.add(partName(table, parts), content)
  }
  for await (const chunk of copyOut(transaction, `copy ${quotedTable(table)} (${quotedList(columns)}) to stdout`)) {
    signal.throwIfAborted()
    hash.update(chunk)
    rows += countLines(chunk)
    bytes += chunk.length
    held.push(chunk)
    heldBytes += chunk.length
    if (heldBytes >= partBytes) await flush()
  }
  await flush()
  return { schema, name, columns, rows, bytes, sha256: hash.digest('hex') }
}

/** A row is a line: within one, the text format writes a line's end as \n, two characters. */
export function countLines(bytes: Buffer): number {
  let count = 0
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) count += 1
  return count
}

async function keyVersions(transaction: TransactionSql, table: Table): Promise<string[]> {
  const rows = await transaction.unsafe<{ version: string }[]>(`select distinct key_version::text as version from ${quotedTable(table)}`)
  return rows.map((row) => row.version)
}

function ownVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(projectDir, 'package.json'), 'utf8'))
  return typeof manifest === 'object' && manifest && 'version' in manifest ? String(manifest.version) : 'unknown'
}
