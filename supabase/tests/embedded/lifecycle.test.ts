import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import postgres from 'postgres'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { runningInstance } from '../../embedded/instance.ts'
import { startOf } from '../../embedded/lib/process.ts'
import { config, hookMigration, throwawayProject } from './support.ts'

const checkout = fileURLToPath(new URL('../../../', import.meta.url))
const host = fileURLToPath(new URL('./stack-process.ts', import.meta.url))

let root: string
let children: ChildProcess[]
let removals: (() => void)[]
beforeEach(() => {
  removals = []
  root = mkdtempSync(join(tmpdir(), 'datasync-life-'))
  children = []
})
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL')
  // The server's files go once its watcher has stopped it.
  await vi.waitFor(() => expect(existsSync(join(root, 'data/postgres/postmaster.pid'))).toBe(false), { timeout: 60_000 })
  rmSync(root, { recursive: true, force: true })
  for (const remove of removals) remove()
})

interface Run {
  child: ChildProcess
  output(): string
  ended: Promise<{ code: number | null; output: string }>
}

function run(args: string[], env: Record<string, string> = {}): Run {
  const child = spawn(process.execPath, ['--import', 'tsx', ...args], {
    cwd: checkout,
    env: { ...process.env, DATASYNC_DATA_DIR: join(root, 'data'), PORT: '0', VITE_SUPABASE_URL: '', VITE_SUPABASE_PUBLISHABLE_KEY: '', VITE_SUPABASE_ANON_KEY: '', ...env },
  })
  children.push(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (output += data.toString()))
  const ended = new Promise<{ code: number | null; output: string }>((resolve) => child.once('close', (code) => resolve({ code, output })))
  return { child, output: () => output, ended }
}

const cli = (command: string, env: Record<string, string> = {}): Run => run(['supabase/embedded/cli.ts', ...command.split(' ')], env)

function serverPid(): number {
  return Number(readFileSync(join(root, 'data/postgres/postmaster.pid'), 'utf8').split('\n')[0])
}

function throwawaySupabaseDir(): string {
  const project = throwawayProject({
    'config.toml': config,
    'migrations/20260101000000_hook.sql': hookMigration,
    'migrations/20260101000001_kept.sql': 'create table public.kept (id int);',
    'functions/pid/index.ts': 'Deno.serve(() => new Response(String(Deno.pid)))',
  })
  removals.push(() => project.remove())
  return project.supabaseDir
}

async function started(supabaseDir: string): Promise<{ run: Run; url: string; db: string; functionPid: number; key: string }> {
  const running = run([host, join(root, 'data'), supabaseDir])
  await vi.waitFor(() => expect(running.output()).toContain('"ready"'), { timeout: 90_000, interval: 30 })
  const { url, db, key } = JSON.parse(running.output().split('\n').find((line) => line.includes('"ready"')) ?? '{}') as { url: string; db: string; key: string }
  const answer = await fetch(`${url}/functions/v1/pid`, { headers: { apikey: key } })
  return { run: running, url, db, key, functionPid: Number(await answer.text()) }
}

describe('an instance', () => {
  test('keeps its data over a restart, and leaves no process behind after SIGTERM', async () => {
    const supabaseDir = throwawaySupabaseDir()
    const first = await started(supabaseDir)
    const sql = postgres(first.db, { max: 1, onnotice: () => undefined })
    await sql`insert into public.kept values (7)`
    await sql.end()
    const pids = [first.functionPid, serverPid(), first.run.child.pid ?? 0]
    first.run.child.kill('SIGTERM')
    await first.run.ended
    for (const pid of pids) await vi.waitFor(() => expect(startOf(pid)).toBeUndefined(), { timeout: 30_000, interval: 50 })
    expect(runningInstance(join(root, 'data'))).toBeUndefined()

    const second = await started(supabaseDir)
    const again = postgres(second.db, { max: 1 })
    expect(await again`select id from public.kept`).toEqual([{ id: 7 }])
    await again.end()
    expect(second.key).toBe(first.key)
  })

  test('recovers after SIGKILL: its children end by themselves, and what is committed is there', async () => {
    const supabaseDir = throwawaySupabaseDir()
    const first = await started(supabaseDir)
    const sql = postgres(first.db, { max: 1 })
    await sql`insert into public.kept values (8)`
    const server = serverPid()
    first.run.child.kill('SIGKILL')
    await first.run.ended
    await sql.end({ timeout: 0 })
    // The next start does not wait for the old server to notice.
    const second = await started(supabaseDir)
    for (const pid of [server, first.functionPid]) {
      await vi.waitFor(() => expect(startOf(pid)).toBeUndefined(), { timeout: 30_000, interval: 50 })
    }
    const again = postgres(second.db, { max: 1 })
    expect(await again`select id from public.kept`).toEqual([{ id: 8 }])
    await again.end()
  })

  test('two on one data folder are refused, by name', async () => {
    const first = await started(throwawaySupabaseDir())
    const { code, output } = await cli('start').ended
    expect(code).toBe(1)
    expect(output).toContain(`DataSync already runs on ${join(root, 'data')} at ${first.url}`)
    const status = await cli('status --json').ended
    expect(status.code).toBe(0)
    expect(JSON.parse(status.output)).toMatchObject({ app_url: first.url, db_url: first.db, publishable_key: first.key, inbox_url: `${first.url}/inbox` })
    const reset = await cli('reset --yes').ended
    expect(reset.code).toBe(1)
    expect(existsSync(join(root, 'data/postgres/PG_VERSION'))).toBe(true)
  })
})

describe('the command line', () => {
  test('a port in use is one sentence, and nothing is left', async () => {
    const blocker = createServer()
    const port = await new Promise<number>((resolve) => blocker.listen(0, '127.0.0.1', () => {
      const address = blocker.address()
      resolve(address && typeof address === 'object' ? address.port : 0)
    }))
    const { code, output } = await cli('start', { PORT: String(port) }).ended
    blocker.close()
    expect(code).toBe(1)
    expect(output.trim()).toBe(`error Port ${port} is in use. Stop the program that uses it, or choose another port: PORT=${port + 1} npm start`)
    expect(existsSync(join(root, 'data/postgres'))).toBe(false)
  })

  test('a data folder that cannot be made is one sentence', async () => {
    writeFileSync(join(root, 'file'), '')
    const { code, output } = await cli('start', { DATASYNC_DATA_DIR: join(root, 'file/below') }).ended
    expect(code).toBe(1)
    expect(output).toMatch(/^error The data folder .* cannot be written .* choose another with DATASYNC_DATA_DIR\.\n$/)
  })

  test.each([
    [{ VITE_SUPABASE_URL: 'https://x.supabase.co' }, 'VITE_SUPABASE_PUBLISHABLE_KEY (or VITE_SUPABASE_ANON_KEY) is missing'],
    [{ VITE_SUPABASE_ANON_KEY: 'key' }, 'VITE_SUPABASE_URL is missing'],
  ])('half a backend in the environment names what is missing: %o', async (env, sentence) => {
    const { code, output } = await cli('start', env).ended
    expect(code).toBe(1)
    expect(output).toContain(sentence)
  })

  test('reset deletes what is ours and leaves the rest of the folder', async () => {
    const first = await started(throwawaySupabaseDir())
    first.run.child.kill('SIGTERM')
    await first.run.ended
    writeFileSync(join(root, 'data/mine.txt'), 'keep')
    expect((await cli('reset').ended).output).toContain('--yes')
    expect((await cli('reset --yes').ended).code).toBe(0)
    expect(existsSync(join(root, 'data/postgres'))).toBe(false)
    expect(existsSync(join(root, 'data/secrets.json'))).toBe(false)
    expect(readFileSync(join(root, 'data/mine.txt'), 'utf8')).toBe('keep')
    expect((await cli('status').ended).code).toBe(1)
  })
})
