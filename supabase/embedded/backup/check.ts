import { createHash, type Hash } from 'node:crypto'
import { z } from 'zod'
import { codeOf, Failure, messageOf } from '../lib/failure.ts'
import { readArchive } from './archive.ts'
import { countLines } from './dump.ts'
import { formatVersion, fullName, manifestName, manifestSchema, tableOfPart, type Manifest } from './format.ts'

interface Seen {
  hash: Hash
  rows: number
  bytes: number
}

/** Reads the file to its end and holds it against its manifest, before anybody writes anything. */
export async function checkBackup(path: string): Promise<Manifest> {
  const seen = new Map<string, Seen>()
  let manifest: Manifest | undefined
  try {
    for await (const { name, content } of readArchive(path)) {
      if (manifest !== undefined) throw new Failure(`${path} is damaged: something follows its manifest. Use another backup.`)
      if (name === manifestName) {
        manifest = parseManifest(path, content)
        continue
      }
      const table = tableOfPart(name)
      if (table === undefined) throw new Failure(`${path} is no backup of DataSync: it holds ${name}.`)
      const sum = seen.get(table) ?? { hash: createHash('sha256'), rows: 0, bytes: 0 }
      seen.set(table, sum)
      sum.hash.update(content)
      sum.rows += countLines(content)
      sum.bytes += content.length
    }
  } catch (error) {
    if (error instanceof Failure) throw error
    if (codeOf(error) === 'ENOENT') throw new Failure(`There is no file ${path}.`)
    if (codeOf(error) === 'EISDIR') throw new Failure(`${path} is a folder and no backup.`)
    throw new Failure(`${path} is damaged or no backup of DataSync (${messageOf(error)}). Use another backup.`)
  }
  if (manifest === undefined) throw new Failure(`${path} is not whole: the manifest at its end is missing. Use another backup.`)
  compare(path, manifest, seen)
  return manifest
}

function compare(path: string, manifest: Manifest, seen: ReadonlyMap<string, Seen>): void {
  const none = createHash('sha256').digest('hex')
  const known = new Set(manifest.tables.map(fullName))
  for (const table of manifest.tables) {
    const sum = seen.get(fullName(table))
    const same = table.sha256 === (sum?.hash.digest('hex') ?? none) && table.rows === (sum?.rows ?? 0) && table.bytes === (sum?.bytes ?? 0)
    if (!same) throw new Failure(`${path} is damaged: the rows of ${fullName(table)} are not those of its manifest. Use another backup.`)
  }
  for (const name of seen.keys()) if (!known.has(name)) throw new Failure(`${path} is damaged: its manifest does not know ${name}. Use another backup.`)
}

function parseManifest(path: string, content: Buffer): Manifest {
  let parsed: unknown
  try {
    parsed = JSON.parse(content.toString('utf8'))
  } catch (error) {
    throw new Failure(`${path} is damaged: its manifest is no JSON (${messageOf(error)}). Use another backup.`)
  }
  const version = z.object({ format: z.literal('datasync-backup'), format_version: z.number() }).safeParse(parsed)
  if (version.success && version.data.format_version > formatVersion) {
    throw new Failure(`${path} was written by a later version of DataSync (backup format ${version.data.format_version}; this one reads ${formatVersion}). Update DataSync, then restore.`)
  }
  const manifest = manifestSchema.safeParse(parsed)
  if (!manifest.success) throw new Failure(`${path} is no backup of DataSync: its manifest cannot be used.\n${z.prettifyError(manifest.error)}`)
  return manifest.data
}
