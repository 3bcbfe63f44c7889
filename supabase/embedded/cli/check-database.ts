import { Failure, messageOf } from '../lib/failure.ts'
import { terminal } from '../lib/log.ts'
import { supabaseCli, withThrowawayDatabase } from './throwaway-database.ts'
import { checkTypes } from './types.ts'

/** What CI asks of the migrations beyond their tests: the types are theirs, and Supabase's advisors have nothing to say. */
export async function checkDatabase(): Promise<number> {
  await withThrowawayDatabase(async (databaseUrl) => {
    await checkTypes(databaseUrl)
    await askAdvisors(databaseUrl)
  })
  return 0
}

async function askAdvisors(databaseUrl: string): Promise<void> {
  try {
    await supabaseCli(['db', 'advisors', `--remote=${databaseUrl}`, '--fail-on', 'warn'])
  } catch (error) {
    const said = typeof error === 'object' && error !== null && 'stdout' in error ? String(error.stdout).trim() : ''
    throw new Failure(`"supabase db advisors" objects:\n${said || messageOf(error)}`)
  }
  terminal.info('Supabase\'s database advisors have no warning.')
}
