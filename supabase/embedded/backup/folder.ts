import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { claimDataDir } from '../instance.ts'
import { Failure, messageOf } from '../lib/failure.ts'
import { writePrivateDurably } from '../lib/files.ts'
import { quietTerminal } from '../lib/log.ts'
import { bootstrap } from '../postgres/bootstrap.ts'
import { stopOrphan } from '../postgres/cluster.ts'
import { migrate, migrationVersions } from '../postgres/migrate.ts'
import { startPostgres } from '../postgres/server.ts'
import { ensureSecrets, writeSecrets } from '../secrets.ts'
import type { Keys } from './keys.ts'
import { load, type LoadOptions } from './load.ts'

/** Where a restore builds, within the data folder: what is there is nobody's data until it has moved up. */
export const workshopName = 'restore.partial'
/** What moves up at the end. The cluster goes last: a folder without one is empty, whatever else lies in it. */
const parts = ['bootstrap', 'secrets.json', 'postgres']
/** Says, in the workshop, that it is complete and has begun to move. */
const completeName = 'complete'

export interface FolderOptions extends LoadOptions {
  dataDir: string
  migrationsDir: string
  /** Undefined: new ones are made. */
  keys: Keys | undefined
}

/**
 * Builds a whole data folder beside the place where it will be, and moves it there when it is complete: a restore that is
 * killed leaves an empty folder. The schema is first the backup's; later migrations then run over the data.
 */
export async function restoreIntoFolder(options: FolderOptions): Promise<string[]> {
  const { dataDir, migrationsDir, manifest } = options
  const versions = new Set(manifest.migrations.map(({ version }) => version))
  const known = new Set(migrationVersions(migrationsDir))
  const unknown = [...versions].find((version) => !known.has(version))
  if (unknown !== undefined) {
    throw new Failure(`The backup was made by a later version of DataSync (${manifest.datasync_version}): it has the migration ${unknown}, which this one does not know. Update DataSync, then restore. Nothing was restored.`)
  }
  makeFolder(dataDir)
  const claim = await claimDataDir(dataDir)
  try {
    const workshop = join(dataDir, workshopName)
    await clearWorkshop(dataDir, workshop)
    mkdirSync(workshop, { mode: 0o700 })
    const warnings = await build(workshop, versions, options)
    moveUp(workshop, dataDir)
    return warnings
  } finally {
    claim.release()
  }
}

function makeFolder(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw new Failure(`The data folder ${dataDir} cannot be made (${messageOf(error)}). Choose another with DATASYNC_DATA_DIR.`)
  }
}

/** Refuses a folder with data, and clears away what a killed restore has left. */
async function clearWorkshop(dataDir: string, workshop: string): Promise<void> {
  const remedy = 'Choose an empty folder with DATASYNC_DATA_DIR, or empty this one with "npm run reset". Nothing was restored.'
  if (existsSync(join(dataDir, 'postgres'))) throw new Failure(`The data folder ${dataDir} holds data, and a backup is restored into an empty one only. ${remedy}`)
  if (existsSync(workshop)) {
    await stopOrphan(join(workshop, 'postgres'))
    // What had begun to move up is not the folder's own.
    const moved = existsSync(join(workshop, completeName)) ? parts.filter((part) => !existsSync(join(workshop, part))) : []
    for (const part of moved) rmSync(join(dataDir, part), { recursive: true, force: true })
    rmSync(workshop, { recursive: true })
  }
  if (existsSync(join(dataDir, 'secrets.json'))) throw new Failure(`The data folder ${dataDir} holds the keys of other data (secrets.json). ${remedy}`)
}

async function build(workshop: string, versions: ReadonlySet<string>, options: FolderOptions): Promise<string[]> {
  const made = ensureSecrets(workshop)
  const secrets = options.keys && Object.keys(options.keys).length > 0 ? { ...made, encryption_keys: options.keys } : made
  writeSecrets(workshop, secrets)
  const server = await startPostgres(workshop, secrets.database_password)
  try {
    await bootstrap(server, workshop, secrets.database_password)
    const url = server.url('postgres')
    await migrate(url, options.migrationsDir, quietTerminal, versions)
    const warnings = await load(url, options)
    await migrate(url, options.migrationsDir, quietTerminal)
    return warnings
  } finally {
    await server.close()
  }
}

function moveUp(workshop: string, dataDir: string): void {
  writePrivateDurably(join(workshop, completeName), '')
  for (const part of parts) {
    renameSync(join(workshop, part), join(dataDir, part))
    syncFolder(dataDir)
  }
  rmSync(workshop, { recursive: true, force: true })
}

/** So that after a power cut no later move is there without the earlier ones. */
function syncFolder(path: string): void {
  const folder = openSync(path, 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}
