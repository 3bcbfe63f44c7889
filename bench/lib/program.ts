import { spawn, type ChildProcess } from 'node:child_process'
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** A process of its own that does one step after the other when asked, so that what is measured shares no event loop with what measures. */
export interface Program {
  pid: number
  /** Sends one step with its argument and resolves with what the step returned. */
  ask<T>(step: string, argument?: unknown): Promise<T>
  close(): Promise<void>
}

export type Runtime = 'node' | 'deno'

interface Answer {
  ok?: unknown
  error?: string
}

/** `url` is the program's file; it answers through `serveSteps`. */
export function startProgram(url: URL, runtime: Runtime = 'node', environment: Record<string, string> = {}): Program {
  const file = fileURLToPath(url)
  const [command, args] =
    runtime === 'node'
      ? [process.execPath, ['--import', 'tsx', file]]
      : [denoBinary(), ['run', '--quiet', '--no-lock', '--node-modules-dir=manual', '--allow-all', file]]
  const child: ChildProcess = spawn(command, args, {
    env: { ...process.env, ...environment },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const waiting: { resolve: (value: unknown) => void; reject: (error: Error) => void }[] = []
  const ended = new Promise<void>((resolve) => {
    child.once('exit', (code, signal) => {
      for (const step of waiting.splice(0)) step.reject(new Error(`${file} ended (${signal ?? code ?? 'no code'}) before it had answered`))
      resolve()
    })
  })
  if (child.stdin === null || child.stdout === null || child.pid === undefined) throw new Error(`${file} did not start`)
  const { stdin, pid } = child
  stdin.on('error', () => undefined)
  createInterface({ input: child.stdout }).on('line', (line) => {
    const step = waiting.shift()
    const answer = JSON.parse(line) as Answer
    if (answer.error === undefined) step?.resolve(answer.ok)
    else step?.reject(new Error(answer.error))
  })
  return {
    pid,
    ask<T>(step: string, argument: unknown = null) {
      return new Promise<T>((resolve, reject) => {
        waiting.push({ resolve: resolve as (value: unknown) => void, reject })
        stdin.write(`${JSON.stringify({ step, argument })}\n`)
      })
    },
    async close() {
      stdin.end()
      await ended
    },
  }
}

export function denoBinary(): string {
  const require = createRequire(import.meta.url)
  const installer = require('deno/install_api.cjs') as { runInstall(): string }
  return installer.runInstall()
}
