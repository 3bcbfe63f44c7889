import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { quietTerminal } from '../../embedded/lib/log.ts'
import { projectDir } from '../../embedded/lib/paths.ts'
import { bootstrap } from '../../embedded/postgres/bootstrap.ts'
import { migrate } from '../../embedded/postgres/migrate.ts'
import { startPostgres } from '../../embedded/postgres/server.ts'
import { ensureSecrets, readSecrets, writeSecrets } from '../../embedded/secrets.ts'

/**
 * A database with the migrations in it and nobody's data. Some forty stacks are started in a run of the tests, and making this
 * is most of what their start costs: it is made once, and copied. Workers and child processes find it through the environment.
 */
export async function makeTemplate(): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), 'datasync-template-'))
  const { database_password: password } = ensureSecrets(folder)
  const server = await startPostgres(folder, password)
  try {
    await bootstrap(server, folder, password)
    await migrate(server.url('postgres'), join(projectDir, 'supabase', 'migrations'), quietTerminal)
  } finally {
    await server.close()
  }
  process.env.DATASYNC_TEST_TEMPLATE = folder
  return () => {
    delete process.env.DATASYNC_TEST_TEMPLATE
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Lays a copy into a folder that is empty or not there; keys are its own. Without a template nothing happens. */
export function layTemplate(dataDir: string): void {
  const template = process.env.DATASYNC_TEST_TEMPLATE
  if (template === undefined || (existsSync(dataDir) && readdirSync(dataDir).length > 0)) return
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  // Owners and modes must stay as the server made them, which node:fs does not copy.
  for (const part of ['postgres', 'bootstrap']) execFileSync('cp', ['-a', join(template, part), join(dataDir, part)])
  const password = readSecrets(template)?.database_password
  const own = ensureSecrets(dataDir)
  if (password !== undefined) writeSecrets(dataDir, { ...own, database_password: password })
}
