import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Failure, messageOf } from '../lib/failure.ts'
import { readIfPresent } from '../lib/files.ts'
import { terminal } from '../lib/log.ts'
import { projectDir } from '../lib/paths.ts'
import { supabaseCli, withThrowawayDatabase } from './throwaway-database.ts'

const target = join(projectDir, 'src', 'lib', 'database.types.ts')
const header = '// Made by "npm run types" from the migrations. Edits are lost.\n'

/** Writes the database's types, or with --check fails when they are not what the migrations say. */
export async function types(check: boolean): Promise<number> {
  await withThrowawayDatabase((databaseUrl) => (check ? checkTypes(databaseUrl) : writeTypes(databaseUrl)))
  return 0
}

export async function checkTypes(databaseUrl: string): Promise<void> {
  if (readIfPresent(target) !== (await generate(databaseUrl))) {
    throw new Failure('src/lib/database.types.ts is stale. Run "npm run types" and commit the result.')
  }
  terminal.info('src/lib/database.types.ts is up to date.')
}

async function writeTypes(databaseUrl: string): Promise<void> {
  writeFileSync(target, await generate(databaseUrl))
  terminal.info('src/lib/database.types.ts is written.')
}

async function generate(databaseUrl: string): Promise<string> {
  try {
    const stdout = await supabaseCli(['gen', 'types', 'typescript', '--schema', 'public', `--remote=${databaseUrl}`])
    // The CLI may print a notice first.
    const start = stdout.indexOf('export type Json')
    if (start < 0) throw new Error(`it printed no types:\n${stdout.slice(0, 2000)}`)
    return header + stdout.slice(start)
  } catch (error) {
    throw new Failure(`"supabase gen types" failed: ${messageOf(error)}`)
  }
}
