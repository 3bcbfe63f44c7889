import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../supabase/embedded/lib/ports.ts'

export interface Redis {
  pid: number
  port: number
  version: string
  close(): Promise<void>
}

/**
 * A Redis of our own, or null where it is not installed. It writes every command to disk before it answers, as
 * PostgreSQL does with its commits: otherwise the two would not promise the same.
 */
export async function startRedis(): Promise<Redis | null> {
  let version: string
  try {
    version = /v=([\d.]+)/.exec(execFileSync('redis-server', ['--version'], { encoding: 'utf8' }))?.[1] ?? 'unknown'
  } catch {
    return null
  }
  const folder = await mkdtemp(join(tmpdir(), 'datasync-redis-'))
  const port = await freePort()
  const server = spawn(
    'redis-server',
    ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--appendonly', 'yes', '--appendfsync', 'always', '--save', '', '--maxmemory-policy', 'noeviction'],
    { stdio: 'ignore' },
  )
  const ended = once(server, 'exit')
  const close = async (): Promise<void> => {
    server.kill('SIGTERM')
    await ended
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await listening(port)
  } catch (error) {
    await close()
    throw error
  }
  return { pid: server.pid ?? 0, port, version, close }
}

async function listening(port: number): Promise<void> {
  const deadline = performance.now() + 10_000
  for (;;) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false))
      socket.once('connect', () => socket.end())
    })
    if (open) return
    if (performance.now() > deadline) throw new Error(`redis-server did not listen on port ${port} within 10 s`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
