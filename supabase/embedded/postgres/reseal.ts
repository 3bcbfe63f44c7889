import { setTimeout as sleep } from 'node:timers/promises'
import type postgres from 'postgres'
import { nonceBytes, open, seal, type KeyRing } from '../../functions/_shared/encryption.ts'
import { codeOf } from '../lib/failure.ts'

/** Brings every secret under the key that seals, a batch at a time: whenever it ends, each one opens with a key of the ring. */

/** What is sealed: signing secrets of sites, and of the webhooks of alert rules. `owner` is authenticated along with each. */
export const sealedTables = [
  { table: 'private.site_secrets', owner: 'site_id', verb: 'private.reseal_site_secrets' },
  { table: 'private.alert_secrets', owner: 'rule_id', verb: 'private.reseal_alert_secrets' },
] as const

export type SealedTable = (typeof sealedTables)[number]

export interface ResealOptions {
  ring: KeyRing
  /** Told after every batch. */
  progress: (done: number, left: number) => void
  /** Told once when the rest is held by somebody else's transaction. */
  waiting: (left: number) => void
}

export interface Unreadable {
  table: SealedTable['table']
  /** The site or rule whose it is. */
  ownerId: string
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
  owner_id: string
  version: number
  key_version: number
  nonce: Buffer
  ciphertext: Buffer
}

const batchSize = 100
const pauseMilliseconds = 200

/** Somebody deletes one of these sites just now, or writes the same audit log: PostgreSQL's codes for a lock that did not come. */
const busy = new Set(['55P03', '40P01', '40001'])

export async function reseal(sql: postgres.Sql, options: ResealOptions): Promise<Resealed> {
  const unreadable: Unreadable[] = []
  let done = 0
  let hasWaited = false
  const left = async () => (await Promise.all(sealedTables.map((sealed) => countLeft(sql, sealed, options.ring, unreadable)))).reduce((sum, count) => sum + count, 0)
  for (const sealed of sealedTables) {
    for (;;) {
      const batch = await resealBatch(sql, sealed, options.ring, unreadable)
      if (batch !== null && batch.done + batch.unreadable.length > 0) {
        done += batch.done
        unreadable.push(...batch.unreadable)
        options.progress(done, await left())
        continue
      }
      const held = await countLeft(sql, sealed, options.ring, unreadable)
      if (held === 0) break
      if (!hasWaited) options.waiting(held)
      hasWaited = true
      await sleep(pauseMilliseconds)
    }
  }
  return { done, unreadable }
}

/** Of what is not sealed with the ring's key and has not been found unreadable. */
function outdated(sql: postgres.Sql | postgres.TransactionSql, { table, owner }: SealedTable, ring: KeyRing, unreadable: readonly Unreadable[]): postgres.PendingQuery<postgres.Row[]> {
  const known = unreadable.filter((one) => one.table === table)
  return sql`
    s.key_version <> ${ring.current} and not exists (
      select from unnest(${known.map(({ ownerId }) => ownerId)}::uuid[], ${known.map(({ version }) => version)}::integer[]) as u (owner_id, version)
      where u.owner_id = s.${sql(owner)} and u.version = s.version)`
}

async function countLeft(sql: postgres.Sql, sealed: SealedTable, ring: KeyRing, unreadable: readonly Unreadable[]): Promise<number> {
  const [row] = await sql<{ left: number }[]>`
    select count(*)::integer as left from ${sql(sealed.table)} s where ${outdated(sql, sealed, ring, unreadable)}`
  return row?.left ?? 0
}

/** One transaction. Null when somebody else was in the way; nothing is changed then. */
async function resealBatch(sql: postgres.Sql, sealed: SealedTable, ring: KeyRing, known: readonly Unreadable[]): Promise<Resealed | null> {
  const { table, owner, verb } = sealed
  try {
    return await sql.begin(async (transaction) => {
      // Shorter than PostgreSQL takes to call two that wait for each other a deadlock: it is we who step back.
      await transaction`set local lock_timeout = '500ms'`
      const rows = await transaction<SecretRow[]>`
        select s.${transaction(owner)} as owner_id, s.version, s.key_version, s.nonce, s.ciphertext from ${transaction(table)} s
        where ${outdated(transaction, sealed, ring, known)}
        order by s.${transaction(owner)}, s.version limit ${batchSize} for update skip locked`
      const anew: Record<string, string | number>[] = []
      const unreadable: Unreadable[] = []
      for (const row of rows) {
        const opened = await open(ring, row.owner_id, { keyVersion: row.key_version, nonce: new Uint8Array(row.nonce), ciphertext: new Uint8Array(row.ciphertext) })
        if (opened.ok) anew.push(await resealed(ring, owner, row, opened.value))
        else unreadable.push({ table, ownerId: row.owner_id, version: row.version, keyVersion: row.key_version, message: opened.error.message })
      }
      if (anew.length > 0) {
        const [answer] = await transaction<{ changed: number }[]>`
          select ${transaction(verb)}(${JSON.stringify(anew)}::text::jsonb) as changed`
        if (answer?.changed !== anew.length) throw new Error(`of ${anew.length} secrets ${answer?.changed ?? 0} were replaced, although all were locked`)
      }
      return { done: anew.length, unreadable }
    })
  } catch (error) {
    if (busy.has(codeOf(error) ?? '')) return null
    throw error
  }
}

async function resealed(ring: KeyRing, owner: SealedTable['owner'], row: SecretRow, text: string): Promise<Record<string, string | number>> {
  const { keyVersion, nonce, ciphertext } = await seal(ring, row.owner_id, text, crypto.getRandomValues(new Uint8Array(nonceBytes)))
  return {
    [owner]: row.owner_id,
    version: row.version,
    from_key_version: row.key_version,
    key_version: keyVersion,
    nonce: Buffer.from(nonce).toString('hex'),
    ciphertext: Buffer.from(ciphertext).toString('hex'),
  }
}
