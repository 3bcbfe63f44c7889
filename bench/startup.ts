import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from '../supabase/embedded/lib/ports.ts'
import { median, print } from './lib/figures.ts'

const checkout = dirname(dirname(fileURLToPath(import.meta.url)))

/** `npm start`, from the command to its "ready" line, and its orderly end. */
async function startOnce(cwd: string, dataDir: string): Promise<number> {
  const started = performance.now()
  const child = spawn('npm', ['start'], {
    cwd,
    env: { ...process.env, PORT: String(await freePort()), DATASYNC_DATA_DIR: dataDir },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  let output = ''
  const ready = new Promise<number>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      output += chunk.toString()
      if (output.includes('DataSync is ready')) resolve(performance.now() - started)
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    child.once('exit', (code) => reject(new Error(`npm start ended with ${code ?? 'a signal'} before it was ready:\n${output}`)))
  })
  const ended = once(child, 'exit')
  try {
    return await ready
  } finally {
    // npm hands the signal on to its child only when both are in one group.
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGTERM')
    await ended.catch(() => undefined)
  }
}

/** A copy of what git would clone, without what a clone does not have. */
async function freshCopy(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'datasync-clone-'))
  const git = spawn('git', ['ls-files', '-z'], { cwd: checkout, stdio: ['ignore', 'pipe', 'inherit'] })
  const chunks: Buffer[] = []
  for await (const chunk of git.stdout) chunks.push(chunk as Buffer)
  const files = Buffer.concat(chunks).toString().split('\0').filter(Boolean)
  for (const file of files) await cp(join(checkout, file), join(folder, file))
  return folder
}

export async function benchStartup(): Promise<void> {
  const folder = await freshCopy()
  try {
    const dataDir = join(folder, '.datasync')
    print({ name: 'install_to_ready', value: await startOnce(folder, dataDir), unit: 'ms', detail: 'npm start in a fresh copy, warm package cache' })
    const again: number[] = []
    for (let run = 0; run < 3; run++) again.push(await startOnce(folder, dataDir))
    print({ name: 'start_to_ready', value: median(again), unit: 'ms', detail: 'npm start afterwards, median of 3' })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
