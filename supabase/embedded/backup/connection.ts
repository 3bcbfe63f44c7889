import postgres from 'postgres'
import { codeOf, Failure, messageOf } from '../lib/failure.ts'

const loopback = new Set(['localhost', '127.0.0.1', '[::1]', '::1'])

/** One connection; what happens on it is one transaction. No prepared statements: a pooler may stand in between. */
export function connect(databaseUrl: string, purpose: 'backup' | 'restore'): postgres.Sql {
  const url = parse(databaseUrl)
  // Passwords and people's data do not cross a network in the clear unless somebody says so with sslmode=disable.
  const encrypted = !loopback.has(url.hostname) && !url.searchParams.has('sslmode')
  return postgres(databaseUrl, {
    max: 1,
    prepare: false,
    fetch_types: false,
    connect_timeout: 30,
    onnotice: () => undefined,
    connection: { application_name: `datasync-${purpose}` },
    ...(encrypted ? { ssl: 'require' as const } : {}),
  })
}

function parse(databaseUrl: string): URL {
  const url = URL.canParse(databaseUrl) ? new URL(databaseUrl) : undefined
  if (url === undefined || !/^postgres(ql)?:$/.test(url.protocol)) {
    throw new Failure('The address of the database must read postgresql://postgres@<host>:5432/postgres; PGPASSWORD may hold its password.')
  }
  return url
}

/** The same text for the same value on every server, as pg_dump asks for it; and no limit of time on what takes long. */
export const sessionSettings = `
  set local client_encoding = 'UTF8';
  set local datestyle = 'ISO, YMD';
  set local intervalstyle = 'postgres';
  set local timezone = 'UTC';
  set local bytea_output = 'hex';
  set local extra_float_digits = 3;
  set local search_path = '';
  set local statement_timeout = 0;
  set local idle_in_transaction_session_timeout = 0;
  set local lock_timeout = '10s';
  -- Rows that a policy would hide are an error and not missing.
  set local row_security = off`

/**
 * `sql.begin`, for what streams. A copy that is broken off leaves its connection in the middle of the stream, where no rollback
 * is heard; so the connection is ended, which rolls back, too, and the first error is the one that is told.
 */
export async function inTransaction<T>(sql: postgres.Sql, options: string, work: (transaction: postgres.TransactionSql) => Promise<T>): Promise<T> {
  const failures: unknown[] = []
  try {
    return (await sql.begin(options, async (transaction) => {
      try {
        return await work(transaction)
      } catch (error) {
        failures.push(error)
        await sql.end({ timeout: 0 })
        throw error
      }
    })) as T
  } catch (error) {
    throw failures.length > 0 ? failures[0] : error
  }
}

/** What went wrong between us and the database, as one sentence where a person can do something about it. */
export function databaseFailure(error: unknown, act: string): unknown {
  if (error instanceof Failure) return error
  const code = codeOf(error) ?? ''
  if (/^(ECONN|ENOTFOUND|EAI_|ETIMEDOUT|EHOST|CONNECT|CONNECTION_)/.test(code)) {
    return new Failure(`The connection to the database failed (${messageOf(error)}). ${act} Look after the address and the server, then try again.`)
  }
  if (code === '28P01' || code === '28000') return new Failure(`The database refuses the sign-in (${messageOf(error)}). ${act}`)
  if (code === '55P03') return new Failure(`Somebody else holds a lock in the database (${messageOf(error)}). ${act} Stop what uses it, then try again.`)
  return error
}
