import type { TransactionSql } from 'postgres'
import { quoted, quotedList, quotedTable, type Table } from './catalogue.ts'
import type { BackupTable } from './format.ts'

/** The way into a table of Auth, whose columns differ from server to server: what both have is taken over. */
export interface Staging {
  name: string
  create: string
  move: string
}

export function stagingOf(source: BackupTable, target: Table): Staging {
  const name = quoted('pg_temp', `datasync_${source.name}`)
  const shared = source.columns.filter((column) => target.columns.includes(column))
  return {
    name,
    create: `create temporary table ${quoted(`datasync_${source.name}`)} (${source.columns.map((column) => `${quoted(column)} text`).join(', ')}) on commit drop`,
    move: `insert into ${quotedTable(target)} (${quotedList(shared)})
      select ${shared.map((column) => `${quoted(column)}::${target.types[column] ?? 'text'}`).join(', ')} from ${name}`,
  }
}

/**
 * Supabase Auth reads these as texts that are never null, and finds nobody whose row says otherwise
 * (https://github.com/supabase/auth/issues/1940); it knows one instance, the one of zeros. The embedded Auth API has none of this.
 */
export async function fillAuth(transaction: TransactionSql, table: Table): Promise<void> {
  if (table.name !== 'users' || !table.columns.includes('instance_id')) return
  const texts = Object.entries(table.types)
    .filter(([name, type]) => /_token(_new|_current)?$|^(email|phone)_change$/.test(name) && /^(text|character varying)/.test(type))
    .map(([name]) => `${quoted(name)} = coalesce(${quoted(name)}, '')`)
  await transaction.unsafe(`update ${quotedTable(table)} set ${[`instance_id = coalesce(instance_id, '00000000-0000-0000-0000-000000000000')`, ...texts].join(', ')}`)
}
