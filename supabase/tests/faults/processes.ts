/** A stack whose processes a test may kill, stop and continue, by their ids. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { projectDir } from '../../embedded/lib/paths.ts'
import type { ProvidedStack } from '../support/throwaway-stack.ts'

export interface FaultStack extends ProvidedStack {
  /** Of the stack's own process; PostgreSQL and the functions are its children. */
  pid: number
  /** The processes that serve these functions at this moment. */
  functions: (...names: string[]) => number[]
  /** PostgreSQL's first process; undefined while there is none. */
  postmaster: () => number | undefined
  /** All that the stack and its functions have said. */
  said: () => string
  close: () => Promise<void>
}

const startMs = 60_000

export async function startFaultStack(env: Record<string, string> = {}): Promise<FaultStack> {
  const root = await mkdtemp(join(tmpdir(), 'datasync-faults-'))
  const child = spawn(process.execPath, ['--import', 'tsx', join(projectDir, 'supabase', 'tests', 'faults', 'stack-process.ts'), join(root, 'data')], {
    cwd: projectDir,
    env: { ...process.env, DATASYNC_SECRET_KEYS: JSON.stringify({ '1': randomBytes(32).toString('base64') }), ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let said = ''
  let asked = false
  // A test that meets a stack that is gone says nothing of the reason; this does.
  child.once('exit', (code, signal) => {
    if (!asked) console.error(`The stack under test ended by itself (${code ?? signal}):\n${said.slice(-4_000)}`)
  })
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (said += data.toString()))
  const close = async () => {
    asked = true
    await ended(child)
    await rm(root, { recursive: true, force: true })
  }
  try {
    const addresses = await ready(child, () => said)
    const pid = child.pid ?? 0
    return {
      ...addresses,
      pid,
      functions: (...names) =>
        childrenOf(pid)
          .filter(({ command }) => names.some((name) => command.includes(`/functions/${name}/index.ts`)))
          .map((process) => process.pid),
      postmaster: () => childrenOf(pid).find(({ command }) => /\/bin\/postgres /.test(command))?.pid,
      said: () => said,
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

async function ready(child: ChildProcess, said: () => string): Promise<ProvidedStack> {
  const deadline = Date.now() + startMs
  for (;;) {
    const line = said().split('\n').find((text) => text.startsWith('{"ready"'))
    if (line?.endsWith('}}')) return (JSON.parse(line) as { ready: ProvidedStack }).ready
    if (child.exitCode !== null || Date.now() > deadline) throw new Error(`the stack did not start:\n${said()}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve()
    const impatient = setTimeout(() => child.kill('SIGKILL'), 30_000)
    child.once('exit', () => {
      clearTimeout(impatient)
      resolve()
    })
    child.kill('SIGTERM')
  })
}

interface Process {
  pid: number
  command: string
}

function childrenOf(parent: number): Process[] {
  if (process.platform !== 'linux') {
    const rows = execFileSync('ps', ['-A', '-ww', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' }).split('\n')
    return rows.flatMap((row) => {
      const [, pid, ppid, command] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(row) ?? []
      return Number(ppid) === parent ? [{ pid: Number(pid), command: `${command ?? ''} ` }] : []
    })
  }
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return []
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
      const [state, ppid] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      if (Number(ppid) !== parent || state === 'Z') return []
      return [{ pid: Number(name), command: readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ') }]
    } catch {
      // It has ended since the folder was read.
      return []
    }
  })
}
