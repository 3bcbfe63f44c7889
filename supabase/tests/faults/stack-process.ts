import { untilAskedToStop } from '../../embedded/cli/signals.ts'
import { startTestStack } from '../support/start-test-stack.ts'

/** A stack in a process of its own, run as `npm start` runs it: what a test kills is then nobody else's. */
const [dataDir = ''] = process.argv.slice(2)
const stack = await startTestStack({ dataDir, port: 0, app: 'none' })
const { app_url, api_url, db_url, inbox_url, publishable_key, secret_key, tick_secret, jwt_secret } = stack
console.log(JSON.stringify({ ready: { app_url, api_url, db_url, inbox_url, publishable_key, secret_key, tick_secret, jwt_secret } }))
// A test that is killed itself cannot ask it to stop; the end of the pipe does.
const abandoned = new Promise<string>((resolve) => process.stdin.resume().once('end', () => resolve('')))
const reason = await Promise.race([untilAskedToStop(), abandoned, stack.broken])
if (reason) console.error(reason)
await stack.close()
process.exit(reason ? 1 : 0)
