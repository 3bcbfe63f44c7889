/** The signing secrets of rules are sealed with the master key, and go along when it is changed. */
import { randomBytes } from 'node:crypto'
import { afterAll, expect, it } from 'vitest'
import { reseal } from '../../embedded/postgres/reseal.ts'
import { createDatabase, type SealedSecret } from '../../functions/_shared/database.ts'
import { open, parseKeyRing, seal, type KeyRing } from '../../functions/_shared/encryption.ts'
import { openWorld } from '../support/actors.ts'
import { newRule } from '../support/alerts.ts'
import { newSite, only } from '../support/fixtures.ts'
import { startQuietStack } from '../support/quiet-stack.ts'

const stack = await startQuietStack()
const world = openWorld(stack)
const { sql } = world
afterAll(async () => {
  await world.close()
  await stack.close()
})

const keys = { '1': randomBytes(32).toString('base64'), '2': randomBytes(32).toString('base64') }
async function ringOf(versions: readonly ('1' | '2')[], sealing?: number): Promise<KeyRing> {
  const ring = await parseKeyRing(JSON.stringify(Object.fromEntries(versions.map((version) => [version, keys[version]]))), sealing)
  if (!ring.ok) throw new Error(ring.error.message)
  return ring.value
}
const sealedFor = async (owner: string, version: number, text: string, ring: KeyRing): Promise<SealedSecret> => ({ version, ...(await seal(ring, owner, text, new Uint8Array(randomBytes(12)))) })

it('rules’ and sites’ secrets alike open with the new key alone, and what does not open is named with whose it is', async () => {
  const admin = await world.newAdmin()
  const old = await ringOf(['1', '2'], 1)
  const database = createDatabase(sql)
  const [rule, broken, site] = [await newRule(admin, { kind: 'run' }), await newRule(admin, { kind: 'site', threshold_minutes: 5 }), await newSite(sql, admin.organization)]
  expect(await database.storeAlertSecret(rule, await sealedFor(rule, 1, 'whsec_rule', old), 0)).toBe(true)
  expect(await database.storeAlertSecret(broken, await sealedFor(rule, 1, 'of another rule', old), 0)).toBe(true)
  expect(await database.storeSiteSecret(site, await sealedFor(site, 1, 'whsec_site', old))).toBe(true)
  // The next in line, and no other; whoever comes second is told.
  expect(await database.storeAlertSecret(rule, await sealedFor(rule, 1, 'again', old), 0)).toBe(false)
  expect(await database.storeAlertSecret(rule, await sealedFor(rule, 3, 'skipped one', old), 0)).toBe(false)

  const report = await reseal(sql, { ring: await ringOf(['1', '2']), progress: () => undefined, waiting: () => undefined })
  expect(report).toMatchObject({ done: 2, unreadable: [{ table: 'private.alert_secrets', ownerId: broken, version: 1, keyVersion: 1 }] })
  const fresh = await ringOf(['2'])
  for (const [table, owner, id, text] of [['private.alert_secrets', 'rule_id', rule, 'whsec_rule'], ['private.site_secrets', 'site_id', site, 'whsec_site']] as const) {
    const row = only(await sql<{ key_version: number; nonce: Buffer; ciphertext: Buffer }[]>`select key_version, nonce, ciphertext from ${sql(table)} where ${sql(owner)} = ${id}`)
    expect(await open(fresh, id, { keyVersion: row.key_version, nonce: new Uint8Array(row.nonce), ciphertext: new Uint8Array(row.ciphertext) })).toEqual({ ok: true, value: text })
  }
})
