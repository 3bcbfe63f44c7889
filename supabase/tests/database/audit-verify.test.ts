/** `npm run audit:verify`, as an operator types it: with the stack running, without it, and over an address. */
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import postgres from 'postgres'
import { afterAll, describe, expect, it } from 'vitest'
import { startStack } from '../../embedded/stack.ts'
import { openWorld, read } from '../support/actors.ts'
import { lastSeq } from '../support/audit.ts'
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
async function setActor(name: string | null): Promise<void> {
  const url = new URL(stack.db_url)
  url.username = 'supabase_admin'
  const superuser = postgres(url.href, { max: 1, onnotice: () => undefined })
  await superuser.begin(async (transaction) => {
    await transaction`set local session_replication_role = replica`
    await transaction`update public.audit_log set actor_name = ${name} where organization_id = ${altered.organization.id} and seq = 3`
  })
  await superuser.end()
}

const ok = (name: string, slug: string) => `ok       ${name} (${slug}): ${entries} entries, all as they were written`

describe('a line for each organization', () => {
  it('says that all is as it was written: over the running stack, and over an address', async () => {
    const expected = [ok('Altered Ltd', altered.organization.slug), ok('Sound & Co', sound.organization.slug), ''].join('\n')
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

it('that cannot look says why, and neither calls the log sound nor altered', async () => {
  expect(await verify(['--db', 'postgresql://postgres:x@127.0.0.1:1/postgres'])).toMatchObject({ code: 2, said: expect.stringContaining('could not be read') })
  expect(await verify(['--db', 'nonsense'])).toMatchObject({ code: 2, said: expect.stringContaining('cannot be read') })
  const nowhere = join(dataDir, 'nowhere')
  expect(await verify([], { DATASYNC_DATA_DIR: nowhere })).toMatchObject({ code: 2, said: expect.stringContaining(`There is no data in ${nowhere}.`) })
  const url = new URL(stack.db_url)
  url.pathname = '/template1'
  expect(await verify(['--db', url.href])).toMatchObject({ code: 2, said: expect.stringContaining('no audit log yet') })
})
