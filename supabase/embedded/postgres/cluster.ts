import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, chownSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Failure } from '../lib/failure.ts'
import { hasEnded, signal } from '../lib/process.ts'
import { serverUser } from './server-user.ts'

/** The superuser has the name that it has on hosted Supabase; `postgres` there, and here, is none. */
export const superuser = 'supabase_admin'

/**
 * The folder as the server names it. On Linux it is started *in* its data folder and told to use the current one through
 * /proc: that leads there without walking down from the root, so a server that runs as `nobody` can keep its data below
 * folders that only root may enter.
 */
export function dataArgument(folder: string): string {
  return process.platform === 'linux' ? '/proc/self/cwd' : folder
}

export function serverEnvironment(): NodeJS.ProcessEnv {
  return { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' }
}

/** Makes the cluster unless it is there. A folder appears under its name only when it is complete. */
export async function ensureCluster(home: string, folder: string, password: string): Promise<{ fresh: boolean }> {
  if (existsSync(join(folder, 'PG_VERSION'))) {
    assertSameMajor(home, folder)
    return { fresh: false }
  }
  const parent = dirname(folder)
  // What a start left that was killed in the middle of this.
  for (const name of readdirSync(parent)) if (name.startsWith('initdb.')) rmSync(join(parent, name), { recursive: true, force: true })
  const workspace = mkdtempSync(join(parent, 'initdb.'))
  const made = join(workspace, 'cluster')
  try {
    mkdirSync(made, { mode: 0o700 })
    await initialise(home, workspace, made, password)
    rmSync(folder, { recursive: true, force: true })
    renameSync(made, folder)
  } finally {
    rmSync(workspace, { recursive: true, force: true })
  }
  return { fresh: true }
}

async function initialise(home: string, workspace: string, folder: string, password: string): Promise<void> {
  const user = serverUser()
  const passwordFile = join(workspace, 'password')
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 })
  if (user) {
    chmodSync(workspace, 0o711)
    for (const path of [folder, passwordFile]) chownSync(path, user.uid, user.gid)
  }
  const child = spawn(
    join(home, 'bin', 'initdb'),
    [
      '-D', dataArgument(folder), '-U', superuser, '--pwfile=../password',
      '--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', '--locale-provider=icu', '--icu-locale=en-US',
      '--no-instructions',
    ],
    { cwd: folder, env: serverEnvironment(), stdio: ['ignore', 'pipe', 'pipe'], ...user },
  )
  let said = ''
  child.stdout.on('data', (data: Buffer) => (said += data.toString()))
  child.stderr.on('data', (data: Buffer) => (said += data.toString()))
  const code = await new Promise<number | string | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (exit, killedBy) => resolve(exit ?? killedBy))
  })
  if (code !== 0) throw new Failure(`PostgreSQL's initdb failed (${code}):\n${said.trim()}`)
}

function assertSameMajor(home: string, folder: string): void {
  const has = readFileSync(join(folder, 'PG_VERSION'), 'utf8').trim()
  const runs = execFileSync(join(home, 'bin', 'postgres'), ['--version'], { encoding: 'utf8' }).match(/(\d+)/)?.[1]
  if (runs === has) return
  throw new Failure(`The data in ${folder} was written by PostgreSQL ${has} and this version of DataSync runs PostgreSQL ${runs}. Start with the version that wrote it and export what you need, or run "npm run reset".`)
}

/**
 * Stops a server that a killed start has left behind on this folder, and removes the note of one that is gone.
 * It must be ours beyond doubt before it is signalled: the process has to be at work in this very folder.
 */
export async function stopOrphan(folder: string): Promise<void> {
  const note = join(folder, 'postmaster.pid')
  if (!existsSync(note)) return
  const pid = Number(readFileSync(note, 'utf8').split('\n')[0])
  if (Number.isInteger(pid) && pid > 1 && worksIn(pid, folder)) {
    for (const name of ['SIGINT', 'SIGQUIT'] as const) {
      signal(pid, name)
      if (await hasEnded(pid, 10_000)) break
    }
    if (!(await hasEnded(pid, 0))) throw new Failure(`An earlier PostgreSQL (process ${pid}) still holds ${folder} and does not stop.`)
  }
  rmSync(note, { force: true })
}

function worksIn(pid: number, folder: string): boolean {
  try {
    if (process.platform === 'linux') return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(folder)
    const command = execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' })
    return command.includes('postgres') && command.includes(folder)
  } catch {
    return false
  }
}

/** A file that the server's user may append to, emptied when it has grown. */
export function serverLog(path: string): string {
  const size = lstatSync(path, { throwIfNoEntry: false })?.size
  if (size === undefined || size > 5_000_000) writeFileSync(path, '', { mode: 0o600 })
  return path
}
