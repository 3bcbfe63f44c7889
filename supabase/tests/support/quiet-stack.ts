import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Stack } from '../../embedded/stack.ts'
import { startTestStack } from './start-test-stack.ts'

/**
 * A backend of the test file's own, without functions: no tick and no invocation drains a run behind the test's back,
 * so what waits keeps waiting until the test claims it.
 */
export async function startQuietStack(): Promise<Stack> {
  const folder = await mkdtemp(join(tmpdir(), 'datasync-quiet-'))
  const supabaseDir = join(folder, 'supabase')
  for (const part of ['config.toml', 'migrations']) {
    await cp(fileURLToPath(new URL(`../../${part}`, import.meta.url)), join(supabaseDir, part), { recursive: true })
  }
  const stack = await startTestStack({ dataDir: join(folder, 'data'), port: 0, app: 'none', quiet: true, supabaseDir })
  return {
    ...stack,
    async close() {
      await stack.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
