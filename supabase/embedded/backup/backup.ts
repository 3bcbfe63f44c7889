import { existsSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { claimDataDir, runningInstance } from '../instance.ts'
import { Failure } from '../lib/failure.ts'
import { writePrivateDurably } from '../lib/files.ts'
import { startPostgres } from '../postgres/server.ts'
import { readSecrets } from '../secrets.ts'
import { createArchive } from './archive.ts'
import { dump } from './dump.ts'
import type { Manifest } from './format.ts'
import { keysFileOf, keysFileText, readKeys, type Keys } from './keys.ts'

export interface BackupOptions {
  dataDir: string
  path: string
  withKeys: boolean
  env: NodeJS.ProcessEnv
  signal: AbortSignal
}

export interface Backup {
  manifest: Manifest
  bytes: number
  /** Where the keys are; undefined when none were asked for. */
  keysPath: string | undefined
  /** Versions of keys that sealed secrets need and that are not at hand. */
  missingKeys: string[]
}

/** Backs the data folder up, whether its stack runs or not. */
export async function makeBackup(options: BackupOptions): Promise<Backup> {
  const { dataDir, path, withKeys, env, signal } = options
  const keysPath = withKeys ? keysFileOf(path) : undefined
  for (const file of [path, keysPath]) if (file !== undefined && existsSync(file)) throw new Failure(`${file} is there already. Name another file with --out.`)
  if (!statSync(dirname(path), { throwIfNoEntry: false })?.isDirectory()) throw new Failure(`There is no folder ${dirname(path)}. Make it, or name another file with --out.`)
  return withDatabase(dataDir, async (databaseUrl) => {
    const archive = await createArchive(path)
    try {
      const { manifest, keys } = await dump(databaseUrl, archive, () => keysAtHand(dataDir, env, withKeys), signal)
      const { bytes } = await archive.finish()
      signal.throwIfAborted()
      // First the keys: a backup that is there has its keys beside it.
      if (keysPath !== undefined) writePrivateDurably(keysPath, keysFileText(basename(path), keys))
      await archive.publish()
      const missingKeys = manifest.keys.needed.filter((version) => manifest.keys.fingerprints[version] === undefined)
      return { manifest, bytes, keysPath, missingKeys }
    } finally {
      await archive.discard()
    }
  })
}

/** Without keys, those that cannot be read are no obstacle; their fingerprints are then left out. */
function keysAtHand(dataDir: string, env: NodeJS.ProcessEnv, needed: boolean): Keys {
  try {
    return readKeys(dataDir, env)
  } catch (error) {
    if (needed) throw error
    return {}
  }
}

async function withDatabase<T>(dataDir: string, work: (databaseUrl: string) => Promise<T>): Promise<T> {
  const running = runningInstance(dataDir)
  if (running?.addresses && running.closing !== true) return work(running.addresses.db_url)
  if (!existsSync(join(dataDir, 'postgres', 'PG_VERSION'))) throw new Failure(`There is no data in ${dataDir}. Choose a data folder with DATASYNC_DATA_DIR.`)
  // Waits for one that is stopping, and refuses with a sentence one that is starting.
  const claim = await claimDataDir(dataDir)
  try {
    const secrets = readSecrets(dataDir)
    if (secrets === undefined) throw new Failure(`${join(dataDir, 'secrets.json')} is missing, and with it the password of the database in ${dataDir}. Put it back, then try again.`)
    const server = await startPostgres(dataDir, secrets.database_password)
    try {
      return await work(server.url('postgres'))
    } finally {
      await server.close()
    }
  } finally {
    claim.release()
  }
}
