import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../embedded/lib/ports.ts'
import type { Stack } from '../../embedded/stack.ts'
import { createDatabase, type Database } from '../../functions/_shared/database.ts'
import { parseKeyRing, seal, type KeyRing } from '../../functions/_shared/encryption.ts'
import { secretFromBytes } from '../../functions/_shared/core/signing.ts'
import { startTestStack } from '../support/start-test-stack.ts'
import type { Sql } from './support.ts'

/** A stack whose encryption keys the test knows: without them nobody could sign, or read what signs. */
export interface OwnStack {
  stack: Stack
  ring: KeyRing
  close(): Promise<void>
}

export async function startOwnStack(): Promise<OwnStack> {
  const keys = JSON.stringify({ '1': randomBytes(32).toString('base64') })
  process.env.DATASYNC_SECRET_KEYS = keys
  const ring = await parseKeyRing(keys)
  if (!ring.ok) throw new Error(ring.error.message)
  const dataDir = await mkdtemp(join(tmpdir(), 'datasync-functions-'))
  const stack = await startTestStack({ dataDir, port: await freePort(), app: 'none', quiet: true })
  return {
    stack,
    ring: ring.value,
    close: async () => {
      await stack.close()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/** Gives a site a secret of a known text. */
export async function giveSecret(sql: Sql, ring: KeyRing, siteId: string, version = 1): Promise<string> {
  const secret = secretFromBytes(randomBytes(32))
  const sealed = await seal(ring, siteId, secret, new Uint8Array(randomBytes(12)))
  const stored = await databaseOf(sql).storeSiteSecret(siteId, { version, ...sealed })
  if (!stored) throw new Error(`site ${siteId} has a secret ${version} already`)
  return secret
}

export function databaseOf(sql: Sql): Database {
  return createDatabase(sql)
}
