import { fileURLToPath } from 'node:url'
import { join, resolve } from 'node:path'

/** The checkout: everything that the stack reads lies below it, wherever the command was typed. */
export const projectDir = fileURLToPath(new URL('../../../', import.meta.url))
export const embeddedDir = join(projectDir, 'supabase', 'embedded')

/** `DATASYNC_DATA_DIR`, or `.datasync` in the checkout. */
export function dataDirFrom(env: NodeJS.ProcessEnv): string {
  return resolve(env['DATASYNC_DATA_DIR'] || join(projectDir, '.datasync'))
}
