import { linkSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { codeOf, Failure } from './lib/failure.ts'
import { readIfPresent, writePrivate } from './lib/files.ts'
import { startOf } from './lib/process.ts'

const addressesSchema = z.object({
  app_url: z.string(),
  api_url: z.string(),
  db_url: z.string(),
  inbox_url: z.string(),
  publishable_key: z.string(),
  secret_key: z.string(),
})

/** The keys for site secrets that every function has which runs at this moment, none of them in plain. */
const keysSchema = z.object({
  /** secrets.json, which `npm run rotate:keys` writes, or DATASYNC_SECRET_KEYS in the environment of the start. */
  source: z.enum(['file', 'environment']),
  /** The version that encrypts. */
  sealing: z.number().int(),
  /** Version to check, as `parseKeyRing` gives it. */
  checks: z.record(z.string(), z.string()),
})

const schema = z.object({
  pid: z.number().int(),
  /** Tells this process from a later one with the same number. */
  process_start: z.string(),
  started_at: z.string(),
  /** The npm that started it: when that is killed, the instance notices and shuts down. */
  parent: z.object({ pid: z.number().int(), process_start: z.string() }).optional(),
  closing: z.boolean().optional(),
  /** Present once it is ready. */
  addresses: addressesSchema.optional(),
  keys: keysSchema.optional(),
})

export type Addresses = z.infer<typeof addressesSchema>
export type KeysInUse = z.infer<typeof keysSchema>
export type Instance = z.infer<typeof schema>

export interface Claim {
  ready(addresses: Addresses): void
  keys(keys: KeysInUse | undefined): void
  /** Tells a start that comes meanwhile that waiting is worth while. */
  closing(): void
  release(): void
}

const fileIn = (dataDir: string): string => join(dataDir, 'instance.json')

/** What runs on a data folder; a note whose process is gone counts as nothing. */
export function runningInstance(dataDir: string): Instance | undefined {
  const instance = readNote(fileIn(dataDir))
  return instance && startOf(instance.pid) === instance.process_start ? instance : undefined
}

/** One data folder, one instance: two servers on the same files would destroy them. */
export async function claimDataDir(dataDir: string): Promise<Claim> {
  const path = fileIn(dataDir)
  let instance: Instance = { pid: process.pid, process_start: startOf(process.pid) ?? '', started_at: new Date().toISOString(), ...startedByNpm() }
  const deadline = Date.now() + 15_000
  while (!tryClaim(path, instance)) {
    const other = runningInstance(dataDir)
    if (other && (!isEnding(other) || Date.now() > deadline)) {
      const where = other.addresses ? ` at ${other.addresses.app_url}` : ''
      throw new Failure(`DataSync already runs on ${dataDir}${where} (process ${other.pid}). Stop it, or choose another folder with DATASYNC_DATA_DIR.`)
    }
    if (other) await sleep(50)
    else discard(path)
  }
  const update = (more: Partial<Instance>): void => {
    instance = { ...instance, ...more }
    writePrivate(path, JSON.stringify(instance, null, 2))
  }
  return {
    ready: (addresses) => update({ addresses }),
    keys: (keys) => update({ keys }),
    closing: () => update({ closing: true }),
    release: () => {
      if (readNote(path)?.pid === process.pid) rmSync(path, { force: true })
    },
  }
}

function startedByNpm(): Pick<Instance, 'parent'> {
  const start = process.env['npm_lifecycle_event'] ? startOf(process.ppid) : undefined
  return start === undefined ? {} : { parent: { pid: process.ppid, process_start: start } }
}

function isEnding(instance: Instance): boolean {
  return instance.closing === true || (instance.parent !== undefined && startOf(instance.parent.pid) !== instance.parent.process_start)
}

/** A link appears complete or not at all, and only where nothing is. */
function tryClaim(path: string, instance: Instance): boolean {
  const temporary = `${path}.${randomBytes(4).toString('hex')}`
  writeFileSync(temporary, JSON.stringify(instance, null, 2), { mode: 0o600 })
  try {
    linkSync(temporary, path)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  } finally {
    rmSync(temporary, { force: true })
  }
}

function discard(path: string): void {
  const aside = `${path}.${randomBytes(4).toString('hex')}`
  try {
    renameSync(path, aside)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return
    throw error
  }
  rmSync(aside, { force: true })
}

function readNote(path: string): Instance | undefined {
  try {
    const text = readIfPresent(path)
    return text === undefined ? undefined : schema.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}
