import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runningInstance } from '../../embedded/instance.ts'
import { projectDir } from '../../embedded/lib/paths.ts'
import { startStack, type Stack } from '../../embedded/stack.ts'
import { open, parseKeyRing, type KeyRing } from '../../functions/_shared/encryption.ts'
import { databaseOf, giveSecret } from './own-stack.ts'
import {
  as,
  call,
  jobEnd,
  openDatabase,
  openDestination,
  publishTo,
  signUp,
  startSync,
  until,
  type Destination,
  type Organization,
  type Person,
  type Sql,
} from './support.ts'

/** `npm run rotate:keys`: while sites are being delivered to, killed on its way, on a stopped stack, and for somebody else's database. */

const sitesInAll = 250
/** Of which so many are held by another transaction, so that a rotation stops before its end and can be killed there. */
const held = 60

let dataDir: string
let stack: Stack
let sql: Sql
let me: Person & { organization: Organization }
let receiver: Destination
let siteIds: string[]
/** By site, what its receiver knows. */
const secrets = new Map<string, string>()

beforeAll(async () => {
  // The keys are to be the data folder's own, which the command may change.
  delete process.env.DATASYNC_SECRET_KEYS
  dataDir = await mkdtemp(join(tmpdir(), 'datasync-keys-'))
  stack = await startStack({ dataDir, port: 0, app: 'none', quiet: true })
  sql = openDatabase(stack)
  me = await signUp(stack)
  receiver = await openDestination((response) => setTimeout(() => response.writeHead(200).end(), 20))
  ;({ siteIds } = await publishTo(sql, me.organization, Array.from({ length: sitesInAll }, () => receiver.url)))
  const ring = await ringKept()
  for (const id of siteIds) secrets.set(id, await giveSecret(sql, ring, id))
})
afterAll(async () => {
  await sql.end()
  await receiver.close()
  await stack.close()
  await rm(dataDir, { recursive: true, force: true })
})

interface Kept {
  encryption_keys: Record<string, string>
  sealing_key?: number
}

const secretsFile = () => join(dataDir, 'secrets.json')
const kept = () => JSON.parse(readFileSync(secretsFile(), 'utf8')) as Kept

async function ringOf(keys: Record<string, string>): Promise<KeyRing> {
  const ring = await parseKeyRing(JSON.stringify(keys))
  if (!ring.ok) throw new Error(ring.error.message)
  return ring.value
}
const ringKept = () => ringOf(kept().encryption_keys)

interface Command {
  child: ChildProcess
  said: () => string
  code: Promise<number | null>
}

/** The command in a process of its own, as npm runs it. */
function rotate(args: string[] = [], env: Record<string, string> = {}): Command {
  const child = spawn(process.execPath, ['--import', 'tsx', join(projectDir, 'supabase', 'embedded', 'cli.ts'), 'rotate-keys', ...args], {
    cwd: projectDir,
    env: { ...process.env, DATASYNC_DATA_DIR: dataDir, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (said += data.toString()))
  return { child, said: () => said, code: new Promise((resolve) => child.once('close', resolve)) }
}

async function rotated(args: string[] = [], env: Record<string, string> = {}): Promise<{ code: number | null; said: string }> {
  const command = rotate(args, env)
  return { code: await command.code, said: command.said() }
}

async function kill({ child, code }: Command): Promise<void> {
  child.kill('SIGKILL')
  await code
}

/** How many secrets are sealed with each key. */
async function sealedWith(): Promise<Record<string, number>> {
  const rows = await sql<{ key_version: number; secrets: number }[]>`
    select key_version, count(*)::int as secrets from private.site_secrets group by key_version`
  return Object.fromEntries(rows.map(({ key_version, secrets: count }) => [key_version, count]))
}

/** Every secret opens with the ring, and is the one that its receiver knows. */
async function expectAllOpen(ring: KeyRing): Promise<void> {
  for (const [id, secret] of secrets) {
    const [newest] = await databaseOf(sql).siteSecrets(id)
    expect(newest && (await open(ring, id, newest))).toEqual({ ok: true, value: secret })
  }
}

/** What the receiver of a site is told after its secret was rotated. */
async function learn(siteId: string): Promise<void> {
  const [newest] = await databaseOf(sql).siteSecrets(siteId)
  const opened = newest && (await open(await ringKept(), siteId, newest))
  if (!opened?.ok) throw new Error('the new secret does not open')
  secrets.set(siteId, opened.value)
}

/** A run to these sites, whose content has changed. */
async function deliver(to: readonly string[]): Promise<void> {
  await sql`update public.content_items set data = jsonb_build_object('text', gen_random_uuid()::text)
    where id in (select item_id from public.site_item_mappings where site_id = any (${[...to]}))`
  const { job_id } = await startSync(me, to)
  await call(stack, 'sync', { job_id }, as(me, stack))
  const { status, deliveries } = await jobEnd(sql, job_id, 120_000)
  expect({ status, reasons: deliveries.filter((one) => one.status !== 'success').map((one) => one.reason) }).toEqual({ status: 'success', reasons: [] })
}

/** Delivers again and again until told to stop; the number of runs. */
function deliverAllAlong(): () => Promise<number> {
  const stop = new AbortController()
  const done = (async () => {
    let runs = 0
    for (; !stop.signal.aborted; runs++) await deliver(siteIds.slice((runs * 20) % 240, ((runs * 20) % 240) + 20))
    return runs
  })()
  // Awaited at the end; until then a failure must not end the process.
  done.catch(() => undefined)
  return () => {
    stop.abort()
    return done
  }
}

describe('on a stack that runs', () => {
  it('a rotation that is killed twice comes to its end at the third go, and no delivery notices', async () => {
    const before = kept()
    const stopDelivering = deliverAllAlong()

    const first = rotate()
    await until(60_000, 'the new key', async () => (kept().encryption_keys['2'] === undefined ? null : true))
    await kill(first)
    expect(kept()).toMatchObject({ encryption_keys: { '1': before.encryption_keys['1'] } })
    expect(kept().sealing_key).toBeDefined()
    const second = kept().encryption_keys['2']

    const holder = await sql.reserve()
    try {
      await holder`begin`
      await holder`select from private.site_secrets where site_id = any (${siteIds.toSorted().slice(-held)}) for update`
      const stuck = rotate()
      await until(120_000, 'the rotation to wait for the rest', async () => (/in use by another transaction/.test(stuck.said()) ? true : null))
      expect(stuck.said()).toContain('The rotation to key 2 was begun before; it goes on.')
      expect(await sealedWith()).toEqual({ '1': held, '2': sitesInAll - held })
      await kill(stuck)
    } finally {
      await holder`rollback`
      holder.release()
    }
    await expectAllOpen(await ringKept())
    // Somebody who rotates just now gets a secret under the new key; every function knows it by now.
    const site = siteIds[0] ?? ''
    expect((await call(stack, 'site-secret', { site_id: site, action: 'rotate', overlap_hours: 0 }, as(me, stack))).status).toBe(200)
    expect((await databaseOf(sql).siteSecrets(site))[0]).toMatchObject({ version: 2, keyVersion: 2 })
    await learn(site)

    const { code, said } = await rotated()
    expect([code, said]).toEqual([0, expect.stringMatching(/60 secrets to seal with key 2\.\n +60 done, 0 left\n[^]*Every secret is sealed with key 2\./) as string])
    expect(await stopDelivering()).toBeGreaterThan(1)
    expect(kept()).toMatchObject({ encryption_keys: { '1': before.encryption_keys['1'], '2': second } })
    expect(kept()).not.toHaveProperty('sealing_key')
    expect(statSync(secretsFile()).mode & 0o077).toBe(0)
    expect(await sealedWith()).toEqual({ '2': sitesInAll + 1 })
    await expectAllOpen(await ringOf({ '2': second ?? '' }))
    await deliver(siteIds.slice(0, 8))
    const request = receiver.requests.at(-1)
    const known = [...secrets.values()].some((secret) => {
      try {
        new Webhook(secret).verify(request?.body ?? '', request?.headers as Record<string, string>)
        return true
      } catch {
        return false
      }
    })
    expect(known).toBe(true)
  })

  it('is in the audit log, once for every secret, as the system\'s', async () => {
    const [log] = await sql<{ entries: number; sites: number; actors: string[]; changes: unknown[] }[]>`
      select count(*)::int as entries, count(distinct subject_id)::int as sites, array_agg(distinct actor_kind) as actors, jsonb_agg(distinct changes) as changes
      from public.audit_log where action = 'resealed' and organization_id = ${me.organization.id}`
    expect(log).toEqual({ entries: sitesInAll, sites: sitesInAll, actors: ['system'], changes: [[{ field: 'key_version', before: 1, after: 2 }]] })
  })

  it('seals with a new nonce', async () => {
    const [row] = await sql<{ nonces: number }[]>`select count(distinct nonce)::int as nonces from private.site_secrets`
    expect(row?.nonces).toBe(sitesInAll + 1)
  })

  it('is one at a time', async () => {
    const holder = await sql.reserve()
    try {
      await holder`select pg_advisory_lock(hashtextextended('datasync rotate-keys', 0))`
      const { code, said } = await rotated()
      expect([code, said]).toEqual([1, expect.stringContaining('Another rotation of the keys is under way') as string])
    } finally {
      await holder`select pg_advisory_unlock_all()`
      holder.release()
    }
  })

  it('drops old keys when nothing is sealed with them, and not before', async () => {
    const site = siteIds[1] ?? ''
    await sql`update private.site_secrets set key_version = 1 where site_id = ${site}`
    const refused = await rotated(['--drop-old'])
    expect([refused.code, refused.said]).toEqual([1, expect.stringContaining('No key is dropped, because some are in use: 1 secret with key 1 sealed.') as string])
    expect(Object.keys(kept().encryption_keys)).toEqual(['1', '2'])
    // One that has ended needs no key.
    await sql`update private.site_secrets set key_version = 2 where site_id = ${site}`
    await sql`update private.site_secrets set key_version = 1 where site_id = ${siteIds[0] ?? ''} and version = 1`
    const dropped = await rotated(['--drop-old'])
    expect([dropped.code, dropped.said]).toEqual([0, expect.stringContaining('Key 1 is removed; key 2 is left.') as string])
    expect(Object.keys(kept().encryption_keys)).toEqual(['2'])
    expect(Object.keys(runningInstance(dataDir)?.keys?.checks ?? {})).toEqual(['2'])
    await deliver(siteIds.slice(0, 8))
    const again = await rotated(['--drop-old'])
    expect([again.code, again.said]).toEqual([0, 'Key 2 is the only one; there is nothing to drop.\n'])
  })

  it('leaves what does not open as it is, and says whose it is', async () => {
    const site = siteIds[2] ?? ''
    const [healthy] = await sql<{ ciphertext: Buffer }[]>`select ciphertext from private.site_secrets where site_id = ${site}`
    const damaged = randomBytes(60)
    await sql`update private.site_secrets set ciphertext = ${damaged} where site_id = ${site}`
    const { code, said } = await rotated()
    expect([code, said]).toEqual([1, expect.stringMatching(
      new RegExp(`1 secret could not be opened and stays as before; all others are sealed anew\\.[^]*"Site 2" \\(${site}\\), version 1: the secret does not open with key 2`),
    ) as string])
    const [row] = await sql<{ key_version: number; ciphertext: Buffer }[]>`select key_version, ciphertext from private.site_secrets where site_id = ${site}`
    expect(row).toEqual({ key_version: 2, ciphertext: damaged })
    expect(kept()).not.toHaveProperty('sealing_key')
    await sql`update private.site_secrets set ciphertext = ${healthy?.ciphertext ?? null} where site_id = ${site}`
    // The next one makes another key, and gets them all.
    expect((await rotated()).code).toBe(0)
    expect(await sealedWith()).toEqual({ '1': 1, '4': sitesInAll })
    await sql`delete from private.site_secrets where key_version = 1`
    await expectAllOpen(await ringKept())
    await deliver(siteIds.slice(0, 8))
  })

  it('waits for what is being sent before anything is sealed with a key that its sender does not know', async () => {
    const before = await sealedWith()
    const site = siteIds[3] ?? ''
    const answers: (() => void)[] = []
    receiver.behave((response) => void answers.push(() => response.writeHead(200).end()))
    try {
      await sql`update public.sites set timeout_seconds = 30 where id = ${site}`
      const delivered = deliver([site])
      delivered.catch(() => undefined)
      await until(60_000, 'the request', () => Promise.resolve(answers.length > 0 ? true : null))
      const command = rotate()
      await until(60_000, 'the rotation to wait', () => Promise.resolve(/what is being sent is finished first/.test(command.said()) ? true : null))
      // Every function that is asked by now has the new key, but none seals with it yet.
      const other = siteIds[4] ?? ''
      expect(kept().sealing_key).toBe(4)
      const made = await call(stack, 'site-secret', { site_id: other, action: 'rotate', overlap_hours: 0 }, as(me, stack))
      expect(made.status).toBe(200)
      await learn(other)
      expect((await databaseOf(sql).siteSecrets(other))[0]).toMatchObject({ keyVersion: 4 })
      expect(await sealedWith()).toEqual({ ...before, '4': (before['4'] ?? 0) + 1 })
      for (const answer of answers) answer()
      await delivered
      expect(await command.code).toBe(0)
      expect(Object.keys(await sealedWith())).toEqual(['5'])
    } finally {
      receiver.behave((response) => response.writeHead(200).end())
    }
  })

  it('is refused where its keys would not be the functions\' keys', async () => {
    const { code, said } = await rotated([], { DATASYNC_SECRET_KEYS: JSON.stringify({ '9': randomBytes(32).toString('base64') }) })
    expect([code, said]).toEqual([1, expect.stringContaining('has its keys from secrets.json, not from DATASYNC_SECRET_KEYS') as string])
  })
})

describe('for a Supabase whose keys somebody else keeps', () => {
  const url = () => ['--db', stack.db_url]
  const functions = () => [...url(), '--url', stack.api_url]
  const given = (keys: Record<string, string>) => ({ DATASYNC_SECRET_KEYS: JSON.stringify(keys), DATASYNC_TICK_SECRET: stack.tick_secret })

  it('wants the keys, as the functions have them', async () => {
    const none = await rotated(url())
    expect([none.code, none.said]).toEqual([1, expect.stringContaining('Put DATASYNC_SECRET_KEYS into the environment') as string])
    const malformed = await rotated(url(), { DATASYNC_SECRET_KEYS: '{"1": "c2VjcmV0"}' })
    expect([malformed.code, malformed.said]).toEqual([1, 'error key 1 of DATASYNC_SECRET_KEYS is not base64 of 32 bytes.\n'])
    const away = await rotated(['--db', 'postgresql://postgres:x@127.0.0.1:1/postgres'], given(kept().encryption_keys))
    expect([away.code, away.said]).toEqual([1, expect.stringContaining('The database does not answer') as string])
  })

  it('says that there is nothing to rotate to with one key, and what to do', async () => {
    const { encryption_keys: keys } = kept()
    const { code, said } = await rotated(url(), given({ '5': keys['5'] ?? '' }))
    expect([code, said]).toEqual([1, expect.stringContaining('Add a new key as version 6, give both to the functions first') as string])
  })

  it('seals with the new key, says when the old ones are not needed, and makes or drops none itself', async () => {
    const keys = { '5': kept().encryption_keys['5'] ?? '', '6': randomBytes(32).toString('base64') }
    const total = await sealedWith()
    const first = await rotated(url(), given(keys))
    expect([first.code, first.said]).toEqual([0, expect.stringContaining('Every secret is sealed with key 6.') as string])
    expect(first.said).toContain('The functions are not asked which keys they hold')
    expect(await sealedWith()).toEqual({ '6': total['5'] })
    const drop = await rotated([...url(), '--drop-old'], given(keys))
    expect([drop.code, drop.said]).toEqual([0, expect.stringContaining('Nothing in use is sealed with key 5 any more') as string])
    // And back, for the stack beneath.
    const back = await rotated(url(), { ...given(keys), DATASYNC_SEALING_KEY: '5' })
    expect(back.code).toBe(0)
    expect(await sealedWith()).toEqual(total)
  })

  it('goes on when the functions hold these keys, by what they say of them', async () => {
    const { encryption_keys: keys } = kept()
    const { code, said } = await rotated(functions(), given(keys))
    expect([code, said]).toEqual([0, expect.stringContaining('Every secret is sealed with key 5.') as string])
    const other = { ...keys, '5': randomBytes(32).toString('base64') }
    const refused = rotate(functions(), given(other))
    await until(60_000, 'the command to find other keys', () => Promise.resolve(/Waiting until the functions have these keys/.test(refused.said()) ? true : null))
    await kill(refused)
    expect(Object.keys(await sealedWith())).toEqual(['5'])
    const blind = await rotated(functions(), { DATASYNC_SECRET_KEYS: JSON.stringify(keys) })
    expect([blind.code, blind.said]).toEqual([1, expect.stringContaining('Put DATASYNC_TICK_SECRET into the environment') as string])
  })
})

describe('on a stack that is stopped', () => {
  it('a rotation goes on where another was killed, with the database alone', async () => {
    await sql.end()
    await stack.close()
    const interrupted = kept()
    // As a rotation leaves it that ends before any function knows of the new key.
    writeFileSync(secretsFile(), JSON.stringify({ ...interrupted, encryption_keys: { ...interrupted.encryption_keys, '6': randomBytes(32).toString('base64') }, sealing_key: 5 }))
    const { code, said } = await rotated()
    expect([code, said]).toEqual([0, expect.stringMatching(/The rotation to key 6 was begun before; it goes on\.\n\d+ secrets to seal with key 6\.[^]*Every secret is sealed with key 6/) as string])
    expect((await rotated(['--drop-old'])).code).toBe(0)
    expect(Object.keys(kept().encryption_keys)).toEqual(['6'])

    stack = await startStack({ dataDir, port: 0, app: 'none', quiet: true })
    sql = openDatabase(stack)
    await expectAllOpen(await ringKept())
  })

  it('says where there is nothing to rotate', async () => {
    const empty = await mkdtemp(join(tmpdir(), 'datasync-keys-'))
    const { code, said } = await rotated([], { DATASYNC_DATA_DIR: empty })
    expect([code, said]).toEqual([1, expect.stringContaining(`There is no DataSync data in ${empty}.`) as string])
    await rm(empty, { recursive: true })
  })
})
