import { untilAskedToStop } from '../../embedded/cli/signals.ts'
import { startStack } from '../../embedded/stack.ts'

/** A stack in a process of its own, for tests that kill it. */
const [dataDir = '', supabaseDir = ''] = process.argv.slice(2)
const stack = await startStack({ dataDir, supabaseDir, port: 0, app: 'none', quiet: true })
console.log(JSON.stringify({ ready: true, url: stack.app_url, db: stack.db_url, key: stack.publishable_key }))
await untilAskedToStop()
await stack.close()
