import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import postgres from 'postgres'
import { codeOf, Failure, messageOf } from '../lib/failure.ts'
import type { Log } from '../lib/log.ts'
import { splitStatements, type Statement } from './statements.ts'

const fileName = /^(\d+)_(.*)\.sql$/

interface Migration {
  version: string
  name: string
  path: string
}

/**
 * Applies what is new in the folder, each file in a transaction of its own, and records it where the Supabase CLI looks.
 * `only` stops at a schema of the past: the migrations that a backup was made with.
 */
export async function migrate(databaseUrl: string, folder: string, log: Log, only?: ReadonlySet<string>): Promise<number> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => undefined, connection: { application_name: 'datasync-migrate' } })
  try {
    const recorded = await sql<{ version: string; statements: string[] | null }[]>`
      select version, statements from supabase_migrations.schema_migrations`
    const applied = new Map(recorded.map((row) => [row.version, row.statements]))
    const migrations = list(folder).filter(({ version }) => only?.has(version) ?? true)
    let count = 0
    for (const migration of migrations) {
      const statements = splitStatements(readFileSync(migration.path, 'utf8'))
      if (!applied.has(migration.version)) {
        await apply(sql, migration, statements)
        count += 1
      } else if (isEdited(applied.get(migration.version), statements)) {
        log.warn(`${migration.path} was edited after it had been applied; the database still has the earlier text. Add a new migration, or run "npm run reset".`)
      }
      applied.delete(migration.version)
    }
    for (const version of applied.keys()) log.warn(`The database has a migration ${version} that is not in ${folder}.`)
    return count
  } finally {
    await sql.end()
  }
}

/** The versions in the folder, from the oldest to the newest. */
export function migrationVersions(folder: string): string[] {
  return list(folder).map(({ version }) => version)
}

function list(folder: string): Migration[] {
  let names: string[]
  try {
    names = readdirSync(folder)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  }
  return names.sort().flatMap((file) => {
    const [, version, name] = fileName.exec(file) ?? []
    return version === undefined ? [] : [{ version, name: name ?? '', path: join(folder, file) }]
  })
}

function isEdited(recorded: string[] | null | undefined, statements: Statement[]): boolean {
  if (!recorded || recorded.length !== statements.length) return recorded !== null
  return statements.some((statement, index) => statement.text !== recorded[index])
}

async function apply(sql: postgres.Sql, migration: Migration, statements: Statement[]): Promise<void> {
  await sql.begin(async (transaction) => {
    for (const statement of statements) {
      try {
        await transaction.unsafe(statement.text)
      } catch (error) {
        throw failureOf(migration, statement, error)
      }
    }
    await transaction`
      insert into supabase_migrations.schema_migrations (version, name, statements)
      values (${migration.version}, ${migration.name}, ${statements.map((statement) => statement.text)})`
  })
}

function failureOf(migration: Migration, statement: Statement, error: unknown): Failure {
  const source = readFileSync(migration.path, 'utf8')
  const details = error instanceof postgres.PostgresError ? error : undefined
  // PostgreSQL counts characters from 1, JavaScript counts UTF-16 units from 0.
  const within = details?.position ? Array.from(statement.text).slice(0, Number(details.position) - 1).join('').length : 0
  const before = source.slice(0, statement.offset + within).split('\n')
  const column = (before.at(-1)?.length ?? 0) + 1
  const more = [details?.detail, details?.hint, details?.where].filter(Boolean).join('\n  ')
  return new Failure(
    `The migration ${migration.path}:${before.length}:${column} failed and was undone: ${messageOf(error)}${more ? `\n  ${more}` : ''}`,
  )
}
