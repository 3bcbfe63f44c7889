import { resolve } from 'node:path'
import { makeBackup } from '../backup/backup.ts'
import { Failure } from '../lib/failure.ts'
import { terminal } from '../lib/log.ts'
import { dataDirFrom } from '../lib/paths.ts'
import { untilAskedToStop } from './signals.ts'

export interface BackupArguments {
  out: string | undefined
  withKeys: boolean
}

/** `npm run backup`: one file with everything but sessions, and the keys beside it. */
export async function backup({ out, withKeys }: BackupArguments): Promise<number> {
  const interruption = new AbortController()
  void untilAskedToStop().then(() => interruption.abort(new Failure('The backup was interrupted; no file was left.')))
  // npm runs scripts in the checkout, and means by a relative name one in the folder where somebody typed it.
  const path = resolve(process.env['INIT_CWD'] ?? process.cwd(), out ?? defaultName(new Date()))
  const { manifest, bytes, keysPath, missingKeys } = await makeBackup({
    dataDir: dataDirFrom(process.env), path, withKeys, env: process.env, signal: interruption.signal,
  })
  const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0)
  terminal.info(`Backup: ${path} (${count(manifest.tables.length, 'table')}, ${count(rows, 'row')}, ${bytes.toLocaleString('en')} bytes)`)
  if (keysPath !== undefined) {
    terminal.info(`Keys:   ${keysPath}`)
    terminal.info('Keep the two apart: with both anybody can send in your sites\' names. Without the keys, the sites\' signing secrets must be made anew.')
  } else {
    terminal.warn('The encryption keys are not in the backup. Without them, the sites\' signing secrets must be made anew.')
  }
  if (missingKeys.length > 0) {
    terminal.warn(`Some signing secrets are sealed with key ${missingKeys.join(', ')}, which was not found. Does DataSync run with a DATASYNC_SECRET_KEYS of its own? Then set it here, too, and back up again.`)
  }
  return 0
}

function defaultName(now: Date): string {
  return `datasync-backup-${now.toISOString().slice(0, 19).replaceAll(':', '')}Z.tar.gz`
}

export function count(number: number, noun: string): string {
  return `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`
}
