/** `npm run audit:verify`, as an operator types it: with the stack running, without it, and over an address. */
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import postgres, { type TransactionSql } from 'postgres'
import { afterAll, describe, expect, it } from 'vitest'
import { startStack } from '../../embedded/stack.ts'
import { openWorld, read } from '../support/actors.ts'
import { entriesOf, lastSeq, type Entry } from '../support/audit.ts'
import { newSite } from '../support/fixtures.ts'

const checkout = fileURLToPath(new URL('../../../', import.meta.url))
const dataDir = await mkdtemp(join(tmpdir(), 'datasync-verify-'))
const start = () => startStack({ dataDir, port: 0, app: 'none', quiet: true })
let stack = await start()
const world = openWorld(stack)
const sound = await world.newAdmin('Sound & Co')
const altered = await world.newAdmin('Altered Ltd')
for (const { organization, client } of [sound, altered]) {
  const site = await newSite(world.sql, organization)
  for (let n = 0; n < 4; n += 1) await read(client.from('sites').update({ name: `Site ${n}` }).eq('id', site))
}
const entries = await lastSeq(world.sql, sound.organization.id)
const logs = { sound: await entriesOf(world.sql, sound.organization.id), altered: await entriesOf(world.sql, altered.organization.id) }
await world.close()
afterAll(async () => {
  await stack.close()
  await rm(dataDir, { recursive: true, force: true })
})

function verify(args: string[] = [], env: Record<string, string> = {}): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'supabase/embedded/cli.ts', 'audit-verify', ...args], {
    cwd: checkout,
    env: { ...process.env, DATASYNC_DATA_DIR: dataDir, DATASYNC_DB_URL: '', ...env },
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (said += data.toString()))
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, said })))
}

/** Behind the back of every trigger: only the superuser can. */
async function asSuperuser(work: (transaction: TransactionSql) => Promise<unknown>): Promise<void> {
  const url = new URL(stack.db_url)
  url.username = 'supabase_admin'
  const superuser = postgres(url.href, { max: 1, onnotice: () => undefined })
  await superuser.begin(async (transaction) => {
    await transaction`set local session_replication_role = replica`
    await work(transaction)
  })
  await superuser.end()
}

const setActor = (name: string | null) =>
  asSuperuser((transaction) => transaction`update public.audit_log set actor_name = ${name} where organization_id = ${altered.organization.id} and seq = 3`)

const ok = (name: string, slug: string) => `ok       ${name} (${slug}): ${entries} entries, all as they were written`
const lastLine = (slug: string, { seq, hash }: Pick<Entry, 'seq' | 'hash'>) => `         last entry ${slug}:${seq}:${hash}`

describe('a line for each organization', () => {
  it('says that all is as it was written: over the running stack, and over an address', async () => {
    const expected = [
      ok('Altered Ltd', altered.organization.slug), lastLine(altered.organization.slug, logs.altered.at(-1)!),
      ok('Sound & Co', sound.organization.slug), lastLine(sound.organization.slug, logs.sound.at(-1)!), '',
    ].join('\n')
    expect(await verify()).toEqual({ code: 0, said: expected })
    expect(await verify(['--db', stack.db_url], { DATASYNC_DATA_DIR: join(dataDir, 'elsewhere') })).toEqual({ code: 0, said: expected })
    expect(await verify([], { DATASYNC_DATA_DIR: join(dataDir, 'elsewhere'), DATASYNC_DB_URL: stack.db_url })).toEqual({ code: 0, said: expected })
  })

  it('names the first entry that was altered, with or without the stack, and leaves the data as they were', async () => {
    await setActor('somebody else')
    const lines = [
      `ALTERED  Altered Ltd (${altered.organization.slug}): Entry 3 is not as it was written. It is the first of organization ${altered.organization.id} that is not as it was written.`,
      ok('Sound & Co', sound.organization.slug),
    ]
    for (const running of [true, false]) {
      if (!running) await stack.close()
      const { code, said } = await verify()
      expect(code).toBe(1)
      for (const line of [...lines, '1 of 2 audit logs is not as written.']) expect(said).toContain(line)
    }
    stack = await start()
    // The third entry is the site, which the fixture made.
    await setActor(null)
    expect((await verify()).code).toBe(0)
  })
})

describe('what was noted elsewhere', () => {
  const noted = (organization: string, { seq, hash }: Pick<Entry, 'seq' | 'hash'>) => ['--expect', `${organization}:${seq}:${hash}`]
  const other = '0'.repeat(64)

  it('is compared, by short name or by id, as often as it is given', async () => {
    const { code, said } = await verify([
      ...noted(sound.organization.slug, logs.sound[1]!), ...noted(sound.organization.id.toUpperCase(), logs.sound.at(-1)!), ...noted(altered.organization.id, logs.altered[2]!),
    ])
    expect(said.match(/The entry has the hash that was noted\./g)).toHaveLength(3)
    expect(said).toContain(`ok       ${sound.organization.slug}:2: The entry has the hash that was noted.`)
    expect(code).toBe(0)
  })

  it('and is not there, is named', async () => {
    const last = logs.sound.at(-1)!
    const { code, said } = await verify([
      ...noted(sound.organization.slug, { seq: 2, hash: other }), ...noted(sound.organization.id, { ...last, seq: last.seq + 1 }),
      ...noted('nobody', last), ...noted(altered.organization.slug, logs.altered[0]!),
    ])
    expect(code).toBe(1)
    expect(said).toContain(`UNLIKE   ${sound.organization.slug}:2: The entry has the hash ${logs.sound[1]!.hash}, and ${other} was noted: the log was written anew since.`)
    expect(said).toContain(`UNLIKE   ${sound.organization.id}:${last.seq + 1}: There is no such entry, and retention has not removed it.`)
    expect(said).toContain(`UNLIKE   nobody:${last.seq}: There is no such organization.`)
    expect(said).toContain('3 of 4 expected entries are not as noted.')
    expect(said).not.toContain('ALTERED')
  })

  it('catches a log that was written anew from its beginning, whose chain is sound', async () => {
    await asSuperuser(async (transaction) => {
      await transaction`
        create temporary table kept on commit drop as select * from public.audit_log where organization_id = ${altered.organization.id}`
      await transaction`update public.audit_log set actor_name = 'somebody else' where organization_id = ${altered.organization.id} and seq = 3`
      await transaction`
        do $$
        declare v_entry public.audit_log; v_hash text := private.audit_start();
        begin
          for v_entry in select e.* from public.audit_log e where e.organization_id = (select k.organization_id from kept k limit 1) order by e.seq loop
            update public.audit_log e set previous_hash = v_hash, hash = private.audit_hash(v_hash, private.audit_digest(e))
            where e.organization_id = v_entry.organization_id and e.seq = v_entry.seq returning e.hash into v_hash;
          end loop;
          update private.audit_heads h set hash = v_hash where h.organization_id = v_entry.organization_id;
        end $$`.simple()
    })
    const last = logs.altered.at(-1)!
    expect((await verify()).code).toBe(0)
    const { code, said } = await verify([...noted(altered.organization.slug, last), ...noted(altered.organization.slug, logs.altered[1]!)])
    expect(code).toBe(1)
    expect(said).not.toContain('ALTERED')
    expect(said).toContain(`UNLIKE   ${altered.organization.slug}:${last.seq}: The entry has the hash`)
    expect(said).toContain(`ok       ${altered.organization.slug}:2: The entry has the hash that was noted.`)
  })

  it('and retention has removed, says so: the checkpoint keeps the hash of its own entry alone', async () => {
    const [first, second, third] = logs.sound
    await asSuperuser(async (transaction) => {
      await transaction`insert into private.audit_checkpoints (organization_id, seq, hash) values (${sound.organization.id}, ${second!.seq}, ${second!.hash})`
      await transaction`delete from public.audit_log where organization_id = ${sound.organization.id} and seq <= ${second!.seq}`
    })
    const slug = sound.organization.slug
    const accepted = await verify([...noted(slug, first!), ...noted(slug, second!), ...noted(slug, third!)])
    expect(accepted.said).toContain(`ok       ${slug}:1: Retention has removed the entry, with all up to 2: its hash can no longer be compared. Note a later one.`)
    expect(accepted.said).toContain(`ok       ${slug}:2: Retention has removed the entry, and kept the hash that was noted.`)
    expect(accepted.code).toBe(0)
    const refused = await verify(noted(slug, { seq: second!.seq, hash: other }))
    expect(refused.said).toContain(`UNLIKE   ${slug}:2: Retention has removed the entry and kept the hash ${second!.hash}, and ${other} was noted`)
    expect(refused.code).toBe(1)

    // All of it: what the chain goes on from is the last.
    const last = logs.sound.at(-1)!
    await asSuperuser(async (transaction) => {
      await transaction`update private.audit_checkpoints set seq = ${last.seq}, hash = ${last.hash} where organization_id = ${sound.organization.id}`
      await transaction`delete from public.audit_log where organization_id = ${sound.organization.id}`
    })
    const { code, said } = await verify(noted(slug, last))
    expect(said).toContain(lastLine(slug, last))
    expect(code).toBe(0)
  })

  it('and cannot be read, is no reason to call anything sound or altered', async () => {
    for (const text of ['acme', 'acme:1', `acme:x:${other}`, 'acme:1:abc', `:1:${other}`]) {
      expect(await verify(['--expect', text])).toMatchObject({ code: 2, said: expect.stringContaining(`"${text}" cannot be read.`) })
    }
  })
})

it('that cannot look says why, and neither calls the log sound nor altered', async () => {
  expect(await verify(['--db', 'postgresql://postgres:x@127.0.0.1:1/postgres'])).toMatchObject({ code: 2, said: expect.stringContaining('could not be read') })
  expect(await verify(['--db', 'nonsense'])).toMatchObject({ code: 2, said: expect.stringContaining('cannot be read') })
  const nowhere = join(dataDir, 'nowhere')
  expect(await verify([], { DATASYNC_DATA_DIR: nowhere })).toMatchObject({ code: 2, said: expect.stringContaining(`There is no data in ${nowhere}.`) })
  const url = new URL(stack.db_url)
  url.pathname = '/template1'
  expect(await verify(['--db', url.href])).toMatchObject({ code: 2, said: expect.stringContaining('no audit log yet') })
})
