import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { quietTerminal } from '../lib/log.ts'
import { projectDir } from '../lib/paths.ts'
import { bootstrap } from '../postgres/bootstrap.ts'
import { migrate } from '../postgres/migrate.ts'
import { startPostgres } from '../postgres/server.ts'

/** A database with nothing but the migrations in it: whatever else runs, or was tried out by hand, has no say. */
export async function withThrowawayDatabase<T>(work: (databaseUrl: string) => Promise<T>): Promise<T> {
  const dataDir = mkdtempSync(join(tmpdir(), 'datasync-throwaway-'))
  const password = 'only-for-this-throwaway-database'
  try {
    const server = await startPostgres(dataDir, password)
    try {
      await bootstrap(server, dataDir, password)
      await migrate(server.url('postgres'), join(projectDir, 'supabase', 'migrations'), quietTerminal)
      return await work(`${server.url('postgres')}?sslmode=disable`)
    } finally {
      await server.close()
    }
  } finally {
    rmSync(dataDir, { recursive: true, force: true })
  }
}

/** Runs the Supabase CLI of the checkout. A rejection carries what it printed as `stdout` and `stderr`. */
export async function supabaseCli(args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(join(projectDir, 'node_modules', '.bin', 'supabase'), args, {
    cwd: projectDir,
    maxBuffer: 16 * 1024 * 1024,
  })
  return stdout
}
