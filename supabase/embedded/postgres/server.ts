import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Failure, messageOf } from '../lib/failure.ts'
import { readIfPresent, writePrivate } from '../lib/files.ts'
import { freePort, isFree } from '../lib/ports.ts'
import { postgresHome } from './binaries.ts'
import { dataArgument, ensureCluster, serverEnvironment, serverLog, stopOrphan, superuser } from './cluster.ts'
import { serverUser } from './server-user.ts'

export interface Postgres {
  port: number
  /** Made by this start, so nothing is in it yet. */
  fresh: boolean
  url(role: string): string
  /** Settles, with the reason, when the server has ended without having been asked to and cannot be brought back. */
  ended: Promise<string>
  close(): Promise<void>
}

const settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  wal_level: 'logical',
  // A slot whose reader has gone must not fill the disk.
  max_slot_wal_keep_size: '1GB',
  max_connections: '100',
  jit: 'off',
  timezone: 'UTC',
  shared_preload_libraries: 'pg_stat_statements',
  log_line_prefix: '%m [%p] %u ',
}

/** A server that ends more often than this without staying for a minute has a reason that starting it once more does not remove. */
const maxCrashes = 5
const stayMilliseconds = 60_000
/** Processes of a server that was killed hold its memory until they notice, and a new one does not start before. */
const restartMilliseconds = 30_000

/**
 * Starts PostgreSQL on a free loopback port; the one of last time when it is free, so that saved connections keep working.
 * When it ends without having been asked to, it is started again on the same files and port: whoever was connected finds it
 * where it was, and what was committed is there.
 */
export async function startPostgres(dataDir: string, password: string, warn: (message: string) => void = () => undefined): Promise<Postgres> {
  const home = postgresHome()
  const folder = join(dataDir, 'postgres')
  await stopOrphan(folder)
  const { fresh } = await ensureCluster(home, folder, password)
  const portFile = join(dataDir, 'postgres-port')
  const remembered = Number(readIfPresent(portFile))
  let port = remembered > 0 && (await isFree(remembered)) ? remembered : await freePort()
  const log = serverLog(join(dataDir, 'postgres.log'))
  for (let attempt = 1; ; attempt += 1) {
    const server = await launch(home, folder, port, log)
    if (server) {
      writePrivate(portFile, String(port))
      return {
        port,
        fresh,
        url: (role) => `postgresql://${role}:${encodeURIComponent(password)}@127.0.0.1:${port}/postgres`,
        ...keepRunning(server, { folder, log, warn, launch: () => launch(home, folder, port, log) }),
      }
    }
    const tail = readFileSync(log, 'utf8').trimEnd().split('\n').slice(-8).join('\n')
    const portTaken = tail.includes('could not bind') || tail.includes('could not create any TCP/IP sockets')
    if (!portTaken || attempt === 3) throw new Failure(`PostgreSQL did not start. The end of ${log}:\n${tail}`)
    port = await freePort()
  }
}

interface Upkeep {
  folder: string
  log: string
  warn: (message: string) => void
  launch: () => Promise<ChildProcess | undefined>
}

function keepRunning(first: ChildProcess, { folder, log, warn, launch }: Upkeep): Pick<Postgres, 'ended' | 'close'> {
  let server = first
  let closeWatch: () => void = () => undefined
  let asked = false
  let restarting: Promise<void> = Promise.resolve()
  let crashes = 0
  let readyAt = 0
  let giveUp: (reason: string) => void = () => undefined
  const ended = new Promise<string>((resolve) => (giveUp = resolve))

  const restart = async (): Promise<void> => {
    closeWatch()
    const endedAt = performance.now()
    crashes = endedAt - readyAt > stayMilliseconds ? 1 : crashes + 1
    if (crashes > maxCrashes) return giveUp(`PostgreSQL has ended unexpectedly ${crashes} times in a row, each within a minute of its start; ${log} says why.`)
    warn(`PostgreSQL has ended unexpectedly and is started again; ${log} says why.`)
    while (!asked) {
      const next = await launch()
      if (next) return follow(next)
      if (performance.now() > endedAt + restartMilliseconds) return giveUp(`PostgreSQL has ended unexpectedly and does not start again; ${log} says why.`)
      await sleep(100)
    }
  }
  const follow = (running: ChildProcess): void => {
    server = running
    readyAt = performance.now()
    closeWatch = watch(running, folder)
    const onExit = (): void => {
      if (!asked) restarting = restart().catch((error: unknown) => giveUp(`PostgreSQL has ended unexpectedly and cannot be started again: ${messageOf(error)}`))
    }
    if (hasExited(running)) onExit()
    else running.once('exit', onExit)
  }
  follow(first)

  return {
    ended,
    close: async () => {
      asked = true
      await restarting
      await stop(server)
      closeWatch()
    },
  }
}

/** The running server, or undefined when it gave up. It says in its pid file when it takes connections, as pg_ctl reads it. */
async function launch(home: string, folder: string, port: number, log: string): Promise<ChildProcess | undefined> {
  const output = openSync(log, 'a')
  const options = Object.entries({ ...settings, port }).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const server = spawn(join(home, 'bin', 'postgres'), ['-D', dataArgument(folder), ...options], {
    cwd: folder,
    env: serverEnvironment(),
    stdio: ['ignore', output, output],
    // Its own process group: Ctrl-C in the terminal reaches us alone, and we end it after its clients.
    detached: true,
    ...serverUser(folder),
  })
  closeSync(output)
  const life = { ended: false }
  server.once('exit', () => (life.ended = true))
  server.once('error', () => (life.ended = true))
  const deadline = Date.now() + 60_000
  while (!life.ended) {
    const lines = readIfPresent(join(folder, 'postmaster.pid'))?.split('\n') ?? []
    if (Number(lines[0]) === server.pid && lines[7]?.trim() === 'ready') return server
    if (Date.now() > deadline) {
      server.kill('SIGQUIT')
      return undefined
    }
    await sleep(8)
  }
  return undefined
}

/**
 * A shell that waits on a pipe from us and stops the server when the pipe closes, which it does whatever ends us, SIGKILL
 * included. It looks whether the server is still the one that it was told of, since process ids are used again.
 */
function watch(server: ChildProcess, folder: string): () => void {
  const script = 'read -r _; [ "$(head -n 1 postmaster.pid 2>/dev/null)" = "$1" ] && kill -INT "$1"'
  const watcher = spawn('/bin/sh', ['-c', script, 'datasync-postgres-watch', String(server.pid)], {
    cwd: folder,
    env: serverEnvironment(),
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    ...serverUser(folder),
  })
  watcher.unref()
  return () => {
    watcher.stdin.destroy()
    watcher.kill('SIGTERM')
  }
}

async function stop(server: ChildProcess): Promise<void> {
  if (hasExited(server)) return
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()))
  server.kill('SIGINT')
  const impatient = setTimeout(() => server.kill('SIGQUIT'), 10_000)
  await ended
  clearTimeout(impatient)
}

function hasExited(server: ChildProcess): boolean {
  return server.exitCode !== null || server.signalCode !== null
}

/** Seconds before a pool tries to connect again. The driver's own pauses grow to 20 s, long after a restarted server is back. */
export function connectPause(attempt: number): number {
  return Math.min(0.05 * 2 ** attempt, 1)
}

export { superuser }
