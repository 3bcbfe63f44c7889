import type { TransactionSql } from 'postgres'
import { quotedTable, type Table } from './catalogue.ts'
import { fullName } from './format.ts'

/**
 * Receivers drop what is older than what they have. Since the backup was made they may have been sent more, so what is sent
 * from now on must be newer than that: the next number of every site leaves room for more runs than there can have been.
 */
const roomForRuns = 1_000_000

/** What does not stay as it was: what the engine knows of a site counts in a world that has gone on, and secrets that were left out are none. */
export async function correctSites(transaction: TransactionSql, tables: readonly Table[], withoutSecrets: boolean): Promise<void> {
  const states = tables.find((table) => fullName(table) === 'public.site_states')
  if (!states) return
  await transaction.unsafe(`update ${quotedTable(states)} set last_sequence = last_sequence + ${roomForRuns} where last_sequence > 0`)
  if (!withoutSecrets) return
  for (const table of [states, tables.find((other) => fullName(other) === 'public.alert_rules')]) {
    const gone = ['secret_set_at', 'secret_version', 'secret_overlap_until'].filter((column) => table?.columns.includes(column))
    if (table && gone.length > 0) await transaction.unsafe(`update ${quotedTable(table)} set ${gone.map((column) => `${column} = null`).join(', ')}`)
  }
}
