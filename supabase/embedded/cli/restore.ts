import { join, resolve } from 'node:path'
import { checkBackup } from '../backup/check.ts'
import { restoreIntoFolder } from '../backup/folder.ts'
import { keysFileOf, readKeysFile } from '../backup/keys.ts'
import { load } from '../backup/load.ts'
import { Failure } from '../lib/failure.ts'
import { terminal } from '../lib/log.ts'
import { dataDirFrom, projectDir } from '../lib/paths.ts'
import { count } from './backup.ts'

export interface RestoreArguments {
  file: string | undefined
  /** A Supabase project's database instead of the data folder. */
  db: string | undefined
  keys: string | undefined
  withKeys: boolean
}

/** `npm run restore -- <file>`: into an empty data folder, or with --db into a Supabase project that nobody has used yet. */
export async function restore({ file, db, keys, withKeys }: RestoreArguments): Promise<number> {
  if (file === undefined) throw new Failure('Name the backup: npm run restore -- <file>')
  const from = process.env['INIT_CWD'] ?? process.cwd()
  const path = resolve(from, file)
  const keysPath = keys === undefined ? keysFileOf(path) : resolve(from, keys)
  const manifest = await checkBackup(path)
  const sealed = manifest.keys.needed.length > 0
  // Where nothing is sealed there is nothing to open: keys are then made as for any new folder.
  const found = sealed && withKeys ? readKeysFile(keysPath, path, manifest) : undefined
  const options = { path, manifest, withoutSealed: sealed && found === undefined }

  terminal.info(`${path} is whole: ${count(manifest.tables.length, 'table')}, made ${manifest.made_at} by DataSync ${manifest.datasync_version}. Restoring…`)
  const dataDir = dataDirFrom(process.env)
  const warnings = db === undefined
    ? await restoreIntoFolder({ ...options, dataDir, keys: found, migrationsDir: join(projectDir, 'supabase', 'migrations') })
    : await load(db, options)
  const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0)
  terminal.info(`Restored ${count(rows, 'row')}${db === undefined ? ` into ${dataDir}. "npm start" goes on from there` : ''}. Everybody signs in again.`)
  if (db !== undefined && found) terminal.info(`Set the functions' DATASYNC_SECRET_KEYS to the "encryption_keys" of ${keysPath}: npx supabase secrets set DATASYNC_SECRET_KEYS='…'`)
  if (options.withoutSealed) terminal.warn('The sites\' signing secrets were left out: each is made anew with its site\'s next run. Tell the new ones to the destinations.')
  for (const warning of warnings) terminal.warn(warning)
  return 0
}
