import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import postgres from 'postgres'
import { readIfPresent, writePrivate } from '../lib/files.ts'
import { embeddedDir, projectDir } from '../lib/paths.ts'
import { superuser, type Postgres } from './server.ts'

const loginRoles = ['postgres', 'authenticator', 'supabase_auth_admin']

/**
 * Brings an empty cluster, or one of an earlier version, to the state of a new hosted project. Recorded in the data
 * folder by content, so that a start which has nothing to do asks the database nothing.
 */
export async function bootstrap(server: Postgres, dataDir: string, password: string): Promise<void> {
  const roles = readFileSync(join(embeddedDir, 'postgres', 'roles.sql'), 'utf8')
  const system = readFileSync(join(embeddedDir, 'postgres', 'system.sql'), 'utf8')
  const realtime = readFileSync(join(embeddedDir, 'realtime', 'schema.sql'), 'utf8')
  const lite = readFileSync(join(projectDir, 'node_modules', '@supabase', 'lite', 'package.json'), 'utf8')
  const wanted = createHash('sha256').update(roles).update(system).update(realtime).update(lite).digest('hex')
  const note = join(dataDir, 'bootstrap')
  if (!server.fresh && readIfPresent(note) === wanted) return

  const sql = postgres(server.url(superuser), { max: 1, onnotice: () => undefined, connection: { application_name: 'datasync-bootstrap' } })
  try {
    await sql.begin(async (transaction) => {
      await transaction.unsafe(roles)
      // Statements are remembered, and those that fail are logged; a password must be neither.
      await transaction.unsafe('set local pg_stat_statements.track_utility = off; set local log_min_error_statement = panic')
      for (const role of loginRoles) await transaction.unsafe(`alter role ${role} password '${password.replaceAll("'", "''")}'`)
    })
    await createAuthTables(server)
    await sql.begin(async (transaction) => {
      await transaction.unsafe(system)
      await transaction.unsafe(realtime)
    })
  } finally {
    await sql.end()
  }
  writePrivate(note, wanted)
}

/** The Auth API makes its tables itself, as the role that owns them on hosted Supabase. */
async function createAuthTables(server: Postgres): Promise<void> {
  // A second's work to load, and most commands that may need it do not.
  const [{ App }, { createPostgresConnection }] = await Promise.all([import('@supabase/lite'), import('@supabase/lite/postgres')])
  const connection = createPostgresConnection({
    url: server.url('supabase_auth_admin'),
    postgresOptions: { max: 1, onnotice: () => undefined },
  })
  try {
    const app = new App({ connection, auth: { enabled: true, jwt_secret: 'only-to-make-tables-nothing-is-signed' }, db: { migrations: { enabled: false } } })
    await app.ensureSystemSchema()
  } finally {
    await connection.close()
  }
}
