import type { TransactionSql } from 'postgres'
import { Failure } from '../lib/failure.ts'
import { quotedTable, readMigrations, type Table } from './catalogue.ts'
import { fullName, type Manifest } from './format.ts'

const nothing = 'Nothing was restored.'

/** The target has the backup's schema and nobody's data, and stays so until the end of the transaction. */
export async function assertFits(transaction: TransactionSql, tables: readonly Table[], manifest: Manifest): Promise<void> {
  await assertSameMigrations(transaction, manifest)
  assertSameTables(tables, manifest)
  for (const table of tables) {
    await transaction.unsafe(`lock table ${quotedTable(table)} in ${table.auth ? 'share row exclusive' : 'exclusive'} mode`)
  }
  for (const table of tables) {
    if (table.settings) continue
    const [row] = await transaction.unsafe(`select 1 from ${quotedTable(table)} limit 1`)
    if (row) throw new Failure(`${fullName(table)} of the target holds rows, and a backup is restored into empty tables only. Choose a project that nobody has used yet, or delete what is in it. ${nothing}`)
  }
}

async function assertSameMigrations(transaction: TransactionSql, manifest: Manifest): Promise<void> {
  const here = new Set((await readMigrations(transaction)).map((migration) => migration.version))
  const missing = manifest.migrations.find((migration) => !here.delete(migration.version))
  if (missing) {
    throw new Failure(here.size === 0
      ? `The target has no migration. Run "npx supabase db push" first. ${nothing}`
      : `The target lacks the migration ${missing.version} that the backup was made with. Run "npx supabase db push" with the version of DataSync that made the backup. ${nothing}`)
  }
  const [later] = here
  if (later !== undefined) {
    throw new Failure(`The target has the migration ${later}, which is later than the backup. Restore into an empty data folder, where later migrations then run over the data, make a new backup of that, and restore it here. ${nothing}`)
  }
}

function assertSameTables(tables: readonly Table[], manifest: Manifest): void {
  const targets = new Map(tables.map((table) => [fullName(table), table]))
  for (const source of manifest.tables) {
    const target = targets.get(fullName(source))
    if (!target) throw new Failure(`The target has no table ${fullName(source)}, which the backup has. ${nothing}`)
    targets.delete(fullName(source))
    if (target.auth) continue
    const other = [...source.columns.filter((column) => !target.columns.includes(column)), ...target.columns.filter((column) => !source.columns.includes(column))]
    if (other.length > 0) throw new Failure(`${fullName(source)} has other columns in the target than in the backup (${other.join(', ')}). ${nothing}`)
  }
  const more = [...targets.values()].find((table) => !table.auth)
  if (more) throw new Failure(`The target has a table ${fullName(more)}, which the backup has not. ${nothing}`)
}
