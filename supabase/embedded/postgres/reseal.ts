import { setTimeout as sleep } from 'node:timers/promises'
import type postgres from 'postgres'
import { nonceBytes, open, seal, type KeyRing } from '../../functions/_shared/encryption.ts'
import { codeOf } from '../lib/failure.ts'

/** Brings every site secret under the key that seals, a batch at a time: whenever it ends, each one opens with a key of the ring. */

export interface ResealOptions {
  ring: KeyRing
  /** Told after every batch. */
  progress: (done: number, left: number) => void
  /** Told once when the rest is held by somebody else's transaction. */
  waiting: (left: number) => void
}

export interface Unreadable {
  siteId: string
  version: number
  keyVersion: number
  message: string
}

export interface Resealed {
  done: number
  /** What does not open with the key that it names; it stays as it is. */
  unreadable: Unreadable[]
}

interface SecretRow {
  site_id: string
  version: number
  key_version: number
  nonce: Buffer
  ciphertext: Buffer
}

const batchSize = 100
const pauseMilliseconds = 200

/** Somebody deletes one of these sites just now, or writes the same audit log: PostgreSQL's codes for a lock that did not come. */
const busy = new Set(['55P03', '40P01', '40001'])

export async function reseal(sql: postgres.Sql, { ring, progress, waiting }: ResealOptions): Promise<Resealed> {
  const unreadable: Unreadable[] = []
  let done = 0
  let hasWaited = false
  for (;;) {
    const batch = await resealBatch(sql, ring, unreadable)
    if (batch !== null && batch.done + batch.unreadable.length > 0) {
      done += batch.done
      unreadable.push(...batch.unreadable)
      progress(done, await countLeft(sql, ring, unreadable))
      continue
    }
    const left = await countLeft(sql, ring, unreadable)
    if (left === 0) return { done, unreadable }
    if (!hasWaited) waiting(left)
    hasWaited = true
    await sleep(pauseMilliseconds)
  }
}

/** Of what is not sealed with the ring's key and has not been found unreadable. */
function outdated(sql: postgres.Sql | postgres.TransactionSql, ring: KeyRing, unreadable: readonly Unreadable[]): postgres.PendingQuery<postgres.Row[]> {
  return sql`
    s.key_version <> ${ring.current} and not exists (
      select from unnest(${unreadable.map(({ siteId }) => siteId)}::uuid[], ${unreadable.map(({ version }) => version)}::integer[]) as u (site_id, version)
      where u.site_id = s.site_id and u.version = s.version)`
}

async function countLeft(sql: postgres.Sql, ring: KeyRing, unreadable: readonly Unreadable[]): Promise<number> {
  const [row] = await sql<{ left: number }[]>`
    select count(*)::integer as left from private.site_secrets s where ${outdated(sql, ring, unreadable)}`
  return row?.left ?? 0
}

/** One transaction. Null when somebody else was in the way; nothing is changed then. */
async function resealBatch(sql: postgres.Sql, ring: KeyRing, known: readonly Unreadable[]): Promise<Resealed | null> {
  try {
    return await sql.begin(async (transaction) => {
      // Shorter than PostgreSQL takes to call two that wait for each other a deadlock: it is we who step back.
      await transaction`set local lock_timeout = '500ms'`
      const rows = await transaction<SecretRow[]>`
        select s.site_id, s.version, s.key_version, s.nonce, s.ciphertext from private.site_secrets s
        where ${outdated(transaction, ring, known)}
        order by s.site_id, s.version limit ${batchSize} for update skip locked`
      const sealed: Record<string, string | number>[] = []
      const unreadable: Unreadable[] = []
      for (const row of rows) {
        const opened = await open(ring, row.site_id, { keyVersion: row.key_version, nonce: new Uint8Array(row.nonce), ciphertext: new Uint8Array(row.ciphertext) })
        if (opened.ok) sealed.push(await resealed(ring, row, opened.value))
        else unreadable.push({ siteId: row.site_id, version: row.version, keyVersion: row.key_version, message: opened.error.message })
      }
      if (sealed.length > 0) {
        const [answer] = await transaction<{ changed: number }[]>`
          select private.reseal_site_secrets(${JSON.stringify(sealed)}::text::jsonb) as changed`
        if (answer?.changed !== sealed.length) throw new Error(`of ${sealed.length} secrets ${answer?.changed ?? 0} were replaced, although all were locked`)
      }
      return { done: sealed.length, unreadable }
    })
  } catch (error) {
    if (busy.has(codeOf(error) ?? '')) return null
    throw error
  }
}

async function resealed(ring: KeyRing, row: SecretRow, text: string): Promise<Record<string, string | number>> {
  const { keyVersion, nonce, ciphertext } = await seal(ring, row.site_id, text, crypto.getRandomValues(new Uint8Array(nonceBytes)))
  return {
    site_id: row.site_id,
    version: row.version,
    from_key_version: row.key_version,
    key_version: keyVersion,
    nonce: Buffer.from(nonce).toString('hex'),
    ciphertext: Buffer.from(ciphertext).toString('hex'),
  }
}
