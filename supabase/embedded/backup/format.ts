import { z } from 'zod'

/**
 * A backup is a gzipped tar, so that any tar opens it:
 *
 *   data/<schema>.<table>/000001.copy …   what `COPY … TO STDOUT` gave of a table, cut into parts; joined they are its text format
 *   manifest.json                         the last entry: a file without it is not whole
 *
 * https://www.postgresql.org/docs/current/sql-copy.html describes the text format. An empty table has no part.
 */
export const formatVersion = 1
export const manifestName = 'manifest.json'
/** What is held in memory of a table at a time, on either way. */
export const partBytes = 1024 * 1024

const tableSchema = z.object({
  schema: z.string(),
  name: z.string(),
  /** As they stand in the parts; generated ones are not among them. */
  columns: z.array(z.string()),
  rows: z.number().int().nonnegative(),
  bytes: z.number().int().nonnegative(),
  /** Of all parts, joined. */
  sha256: z.string().length(64),
})

const sequenceSchema = z.object({
  schema: z.string(),
  name: z.string(),
  /** The last number given out; null when none has been. A text, because it may be larger than a double holds. */
  last_value: z.string().nullable(),
})

const keysSchema = z.object({
  /** Versions of the keys that the backup's sealed secrets need. */
  needed: z.array(z.string()),
  /** Version to SHA-256 of the key, by which a file of keys is known to be the right one. A key has 256 random bits: its hash gives nothing away. */
  fingerprints: z.record(z.string(), z.string()),
})

export const manifestSchema = z.object({
  format: z.literal('datasync-backup'),
  format_version: z.literal(formatVersion),
  made_at: z.iso.datetime(),
  datasync_version: z.string(),
  migrations: z.array(z.object({ version: z.string(), name: z.string().nullable() })),
  tables: z.array(tableSchema),
  sequences: z.array(sequenceSchema),
  keys: keysSchema,
})

export type Manifest = z.infer<typeof manifestSchema>
export type BackupTable = z.infer<typeof tableSchema>
export type BackupSequence = z.infer<typeof sequenceSchema>

export interface Named {
  schema: string
  name: string
}

export function fullName({ schema, name }: Named): string {
  return `${schema}.${name}`
}

export function partName(table: Named, number: number): string {
  return `data/${encodeURIComponent(fullName(table))}/${String(number).padStart(6, '0')}.copy`
}

/** The table that a part belongs to, as `schema.name`; undefined for an entry that is no part. */
export function tableOfPart(entry: string): string | undefined {
  const name = /^data\/([^/]+)\/\d{6,}\.copy$/.exec(entry)?.[1]
  return name === undefined ? undefined : decodeURIComponent(name)
}
