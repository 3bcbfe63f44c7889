import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { z } from 'zod'
import { Failure } from '../lib/failure.ts'
import { readIfPresent } from '../lib/files.ts'
import type { Manifest } from './format.ts'

/** Version to 32 bytes in base64, as DATASYNC_SECRET_KEYS has them. */
export type Keys = Record<string, string>

const keysSchema = z.record(z.string().regex(/^[1-9]\d{0,8}$/), z.base64())
const fileSchema = z.object({ format: z.literal('datasync-keys'), backup: z.string(), encryption_keys: keysSchema })

/** The keys lie beside the backup, under its name, until somebody takes them elsewhere. */
export function keysFileOf(backup: string): string {
  return `${backup.replace(/\.tar\.gz$/, '')}.keys.json`
}

/** What the functions seal with: what the environment says, as for `npm start`, or what the data folder has. */
export function readKeys(dataDir: string, env: NodeJS.ProcessEnv): Keys {
  const path = join(dataDir, 'secrets.json')
  const fromEnvironment = env['DATASYNC_SECRET_KEYS']
  const [source, text] = fromEnvironment ? ['DATASYNC_SECRET_KEYS', fromEnvironment] : [path, readIfPresent(path) ?? '']
  try {
    const parsed: unknown = JSON.parse(text)
    return fromEnvironment ? keysSchema.parse(parsed) : z.object({ encryption_keys: keysSchema }).parse(parsed).encryption_keys
  } catch {
    throw new Failure(`${source} does not hold the encryption keys. Put it right, or leave the keys out with --no-keys.`)
  }
}

export function fingerprints(keys: Keys): Record<string, string> {
  return Object.fromEntries(Object.entries(keys).map(([version, key]) => [version, createHash('sha256').update(Buffer.from(key, 'base64')).digest('hex')]))
}

export function keysFileText(backup: string, keys: Keys): string {
  return `${JSON.stringify({ format: 'datasync-keys', backup, encryption_keys: keys }, null, 2)}\n`
}

/** The keys of a backup, known by their fingerprints to be the right ones. */
export function readKeysFile(path: string, backup: string, manifest: Manifest): Keys {
  const without = 'Without its keys a backup can be restored with --no-keys: then each site\'s signing secret is made anew, and its destination must be told.'
  const text = readIfPresent(path)
  if (text === undefined) throw new Failure(`The keys of the backup are not at ${path}. Name their file with --keys. ${without}`)
  let keys: Keys
  try {
    keys = fileSchema.parse(JSON.parse(text)).encryption_keys
  } catch {
    throw new Failure(`${path} holds no keys of a DataSync backup. Name the right file with --keys. ${without}`)
  }
  const found = fingerprints(keys)
  const wrong = manifest.keys.needed.find((version) => found[version] === undefined || found[version] !== manifest.keys.fingerprints[version])
  if (wrong !== undefined) throw new Failure(`${path} does not hold the key ${wrong} that the secrets in ${backup} were sealed with. Name the right file with --keys. ${without}`)
  return keys
}
