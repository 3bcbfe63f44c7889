import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { pathToFileURL } from 'node:url'
import { Failure } from '../lib/failure.ts'
import type { Log } from '../lib/log.ts'
import { embeddedDir, projectDir } from '../lib/paths.ts'

export interface Worker {
  port: number
  alive(): boolean
  /** Resolves when the process has gone, for whatever reason. */
  ended: Promise<unknown>
  /** Counts a request, so that the process is not retired under it. */
  enter(): () => void
  /** No new requests come; it goes when those at work, and what they left in waitUntil, are done, at the latest after the grace. */
  retire(graceMilliseconds: number): Promise<void>
}

export interface WorkerOptions {
  name: string
  functionsDir: string
  denoDir: string
  env: Record<string, string>
  log: Log
}

const startMilliseconds = 30_000

export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const readyMark = `datasync-ready-${randomBytes(8).toString('hex')}:`
  const child = launch(options, readyMark)
  const port = await listening(child, options, readyMark)
  let inFlight = 0
  let idle: (() => void) | undefined
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const alive = (): boolean => child.exitCode === null && child.signalCode === null

  return {
    port,
    alive,
    ended,
    enter: () => {
      inFlight += 1
      let left = false
      return () => {
        if (left) return
        left = true
        inFlight -= 1
        if (inFlight === 0) idle?.()
      }
    },
    retire: async (grace) => {
      if (!alive()) return
      const timer = setTimeout(() => child.kill('SIGKILL'), grace)
      if (inFlight > 0) await Promise.race([ended, new Promise<void>((resolve) => (idle = resolve))])
      child.stdin?.write('finish\n')
      await ended
      clearTimeout(timer)
    },
  }
}

/** Deno with no more rights than a function has when hosted: the network, its environment, and reading its own files. */
function launch({ name, functionsDir, denoDir, env }: WorkerOptions, readyMark: string): ChildProcess {
  const config = join(functionsDir, name, 'deno.json')
  const runtime = join(embeddedDir, 'functions', 'runtime')
  const entry = join(functionsDir, name, 'index.ts')
  const modules = join(projectDir, 'node_modules')
  const child = spawn(
    denoBinary(),
    [
      'run', '--no-prompt', '--quiet', '--no-lock', '--node-modules-dir=manual',
      '--allow-net', '--allow-env', '--allow-sys', `--allow-read=${[functionsDir, runtime, modules, join(projectDir, 'package.json')].join(',')}`,
      // Memory as on hosted Supabase: what does not fit there should not fit here.
      '--v8-flags=--max-old-space-size=256',
      ...(existsSync(config) ? [`--config=${config}`] : []),
      join(runtime, 'main.ts'), pathToFileURL(entry).href, readyMark,
    ],
    {
      cwd: functionsDir,
      env: {
        ...inherited(),
        ...env,
        DENO_DIR: denoDir,
        DENO_NO_UPDATE_CHECK: '1',
        DENO_SERVE_ADDRESS: 'tcp:127.0.0.1:0',
        NO_COLOR: '1',
      },
      stdio: ['pipe', 'pipe', 'pipe'],
      // Ctrl-C in the terminal reaches us alone; the pipe's end ends it when we go.
      detached: true,
    },
  )
  child.stdin.on('error', () => undefined)
  return child
}

/** The little of our own environment that a program needs to run; the rest is none of a function's business. */
function inherited(): Record<string, string> {
  const names = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'TZ', 'SSL_CERT_FILE', 'DENO_CERT', 'NODE_EXTRA_CA_CERTS', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY']
  return Object.fromEntries(names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])))
}

function denoBinary(): string {
  const require = createRequire(import.meta.url)
  const installer = require('deno/install_api.cjs') as { runInstall(): string }
  return installer.runInstall()
}

function listening(child: ChildProcess, { name, log }: WorkerOptions, readyMark: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const said: string[] = []
    let started = false
    const fail = (reason: string): void => {
      clearTimeout(timer)
      child.kill('SIGKILL')
      if (!started) reject(new Failure(`The function ${name} did not start: ${reason}${said.length > 0 ? `\n${said.join('\n')}` : ''}`))
    }
    const timer = setTimeout(() => fail(`it served nothing within ${startMilliseconds / 1000} s; it has to call Deno.serve or export { fetch }`), startMilliseconds)
    const onLine = (line: string): void => {
      if (line.startsWith(readyMark)) {
        started = true
        clearTimeout(timer)
        resolve(Number(line.slice(readyMark.length)))
      } else if (line.trim() !== '' && !line.startsWith('Listening on http')) {
        if (started) log.info(`[${name}] ${line}`)
        else said.push(line)
      }
    }
    for (const stream of [child.stdout, child.stderr]) readLines(stream, onLine)
    child.once('error', (error) => fail(error.message))
    child.once('close', (code, signalName) => {
      if (!started) fail(`it ended with ${signalName ?? `exit code ${code}`}`)
    })
  })
}

function readLines(stream: Readable | null, onLine: (line: string) => void): void {
  if (stream) createInterface({ input: stream }).on('line', onLine)
}
