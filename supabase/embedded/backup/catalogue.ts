import type { Sql, TransactionSql } from 'postgres'
import type { BackupSequence, Named } from './format.ts'

type Db = Sql | TransactionSql

/** Ours, whole: whatever table a migration adds is in the next backup. */
const ownSchemas = ['public', 'private']

/**
 * Of Auth, who people are. Sessions, refresh tokens and one-time tokens are left out: whoever finds a backup must not be able
 * to go on where somebody else was, and everybody can sign in again.
 */
const authTables = ['users', 'identities', 'mfa_factors']
/** The one-time tokens that stand in auth.users itself, and the changes of address that wait for one. */
const oneTimeColumn = /_token|^(email|phone)_change/

export interface Table extends Named {
  columns: string[]
  /** Column to type, as SQL writes it. */
  types: Record<string, string>
  /** Of the Auth API, whose tables differ between servers. */
  auth: boolean
  /** Settings of the deployment, which migrations begin and which belong to no organization and to nobody. */
  settings: boolean
  /** Holds what was sealed with an encryption key. */
  sealed: boolean
}

interface FoundTable extends Named {
  columns: { name: string; type: string; generated: boolean }[]
  linked: boolean
}

/** Every table that a backup covers, by schema and name, with the columns that hold something of their own. */
export async function readTables(sql: Db): Promise<Table[]> {
  const found = await sql<FoundTable[]>`
    select n.nspname as schema, c.relname as name,
      (select json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod), 'generated', a.attgenerated <> '') order by a.attnum)
       from pg_catalog.pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns,
      exists (select from pg_catalog.pg_constraint k where k.contype = 'f' and c.oid in (k.conrelid, k.confrelid)) as linked
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    -- What is unlogged does not outlive a crash either.
    where c.relkind = 'r' and c.relpersistence = 'p'
      and (n.nspname in ${sql(ownSchemas)} or n.nspname = 'auth' and c.relname in ${sql(authTables)})
      -- What an extension keeps is the extension's to bring along.
      and not exists (select from pg_catalog.pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
    order by n.nspname, c.relname`
  return found.map(({ schema, name, columns, linked }) => {
    const auth = schema === 'auth'
    const kept = columns.filter((column) => !column.generated && !(auth && oneTimeColumn.test(column.name)))
    const names = new Set(kept.map((column) => column.name))
    return {
      schema,
      name,
      columns: [...names],
      types: Object.fromEntries(columns.map((column) => [column.name, column.type])),
      auth,
      settings: !linked && !names.has('organization_id'),
      sealed: ['ciphertext', 'nonce', 'key_version'].every((column) => names.has(column)),
    }
  })
}

/** Read last: numbers that are given out meanwhile are beyond what the rows use, and a gap does no harm. */
export async function readSequences(sql: Db): Promise<BackupSequence[]> {
  return [...(await sql<BackupSequence[]>`
    select schemaname as schema, sequencename as name, last_value::text as last_value
    from pg_catalog.pg_sequences where schemaname in ${sql(ownSchemas)} order by 1, 2`)]
}

export async function readMigrations(sql: Db): Promise<{ version: string; name: string | null }[]> {
  return [...(await sql<{ version: string; name: string | null }[]>`
    select version, name from supabase_migrations.schema_migrations order by version`)]
}

export interface ForeignKey extends Named {
  constraint: string
  columns: string[]
  parent: Named
  parent_columns: string[]
}

/** The foreign keys of these tables, wherever they point. */
export async function readForeignKeys(sql: Db, tables: readonly Named[]): Promise<ForeignKey[]> {
  const names = tables.map((table) => `${table.schema}.${table.name}`)
  return [...(await sql<ForeignKey[]>`
    select n.nspname as schema, c.relname as name, k.conname as constraint,
      (select json_agg(a.attname order by x.position) from unnest(k.conkey) with ordinality x(number, position)
       join pg_catalog.pg_attribute a on a.attrelid = k.conrelid and a.attnum = x.number) as columns,
      json_build_object('schema', pn.nspname, 'name', p.relname) as parent,
      (select json_agg(a.attname order by x.position) from unnest(k.confkey) with ordinality x(number, position)
       join pg_catalog.pg_attribute a on a.attrelid = k.confrelid and a.attnum = x.number) as parent_columns
    from pg_catalog.pg_constraint k
    join pg_catalog.pg_class c on c.oid = k.conrelid
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    join pg_catalog.pg_class p on p.oid = k.confrelid
    join pg_catalog.pg_namespace pn on pn.oid = p.relnamespace
    where k.contype = 'f' and n.nspname || '.' || c.relname in ${sql(names)}
    order by 1, 2, 3`)]
}

export function quoted(...names: string[]): string {
  return names.map((name) => `"${name.replaceAll('"', '""')}"`).join('.')
}

export function quotedTable({ schema, name }: Named): string {
  return quoted(schema, name)
}

export function quotedList(columns: readonly string[]): string {
  return columns.map((column) => quoted(column)).join(', ')
}
