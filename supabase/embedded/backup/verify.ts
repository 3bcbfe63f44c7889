import type { TransactionSql } from 'postgres'
import { Failure } from '../lib/failure.ts'
import { quoted, quotedTable, readForeignKeys, type ForeignKey, type Table } from './catalogue.ts'
import { fullName, type Manifest } from './format.ts'

/**
 * What the database did not check by itself: counts, foreign keys (their triggers were off), and the audit log's chain. The rows
 * are those of the backup beyond doubt, so a chain that is broken now was broken then: a restore says so and goes on.
 */
export async function verify(transaction: TransactionSql, tables: readonly Table[], manifest: Manifest, skipped: ReadonlySet<string>): Promise<string[]> {
  await verifyCounts(transaction, manifest, skipped)
  for (const key of await readForeignKeys(transaction, tables)) await verifyForeignKey(transaction, key)
  return auditProblems(transaction)
}

async function verifyCounts(transaction: TransactionSql, manifest: Manifest, skipped: ReadonlySet<string>): Promise<void> {
  for (const table of manifest.tables) {
    const [row] = await transaction.unsafe<{ rows: string }[]>(`select count(*) as rows from ${quotedTable(table)}`)
    const wanted = skipped.has(fullName(table)) ? 0 : table.rows
    if (Number(row?.rows) !== wanted) throw new Failure(`${fullName(table)} has ${row?.rows ?? 'no'} rows after loading and should have ${wanted}. Nothing was restored.`)
  }
}

async function verifyForeignKey(transaction: TransactionSql, key: ForeignKey): Promise<void> {
  const named = key.columns.map((column) => `c.${quoted(column)} is not null`).join(' and ')
  const same = key.columns.map((column, index) => `p.${quoted(key.parent_columns[index] ?? '')} = c.${quoted(column)}`).join(' and ')
  const [orphan] = await transaction.unsafe(
    `select 1 from ${quotedTable(key)} c where ${named} and not exists (select from ${quotedTable(key.parent)} p where ${same}) limit 1`)
  if (orphan) throw new Failure(`A row of ${fullName(key)} points to a row of ${fullName(key.parent)} that is not in the backup (${key.constraint}). Nothing was restored.`)
}

interface Verdict {
  last_seq: number
  done: boolean
  problem: { message: string } | null
}

async function auditProblems(transaction: TransactionSql): Promise<string[]> {
  const [there] = await transaction`select from pg_catalog.pg_proc where oid = to_regprocedure('private.verify_audit(uuid, bigint, integer)')`
  if (!there) return []
  const problems: string[] = []
  for (const { id, name } of await transaction<{ id: string; name: string }[]>`select id, name from public.organizations order by name, id`) {
    for (let after = 0, done = false; !done; ) {
      const [row] = await transaction<{ verdict: Verdict }[]>`select private.verify_audit(${id}, ${after}) as verdict`
      if (!row) break
      if (row.verdict.problem) problems.push(`The audit log of ${name} was not whole when the backup was made: ${row.verdict.problem.message}`)
      after = row.verdict.last_seq
      done = row.verdict.done
    }
  }
  return problems
}
