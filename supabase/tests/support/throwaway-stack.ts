import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Stack } from '../../embedded/stack.ts'
import { startTestStack } from './start-test-stack.ts'

/** What tests may know of a backend: all but the handles that cannot leave its process. */
export type ProvidedStack = Omit<Stack, 'close' | 'broken'>

/** A backend on a free port and in a folder of its own, for as long as a project's tests run. */
export async function startThrowawayStack(app: 'dist' | 'none'): Promise<{ stack: ProvidedStack; stop: () => Promise<void> }> {
  const dataDir = await mkdtemp(join(tmpdir(), 'datasync-test-'))
  const started = await startTestStack({ dataDir, port: 0, app, quiet: true })
  // A test that hangs because its server died says nothing; this does.
  void started.broken.then((reason) => console.error(`The backend under test ended: ${reason}`))
  const { app_url, api_url, db_url, inbox_url, publishable_key, secret_key, tick_secret, jwt_secret } = started
  return {
    stack: { app_url, api_url, db_url, inbox_url, publishable_key, secret_key, tick_secret, jwt_secret },
    stop: async () => {
      await started.close()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}
