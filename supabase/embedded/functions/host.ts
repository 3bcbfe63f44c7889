import { existsSync, readdirSync, watch, type FSWatcher } from 'node:fs'
import { join, sep } from 'node:path'
import { messageOf } from '../lib/failure.ts'
import type { Log } from '../lib/log.ts'
import type { Settings } from '../settings.ts'
import { startWorker, type Worker } from './worker.ts'

export interface FunctionHost {
  has(name: string): boolean
  /** A process that serves the function. Rejects with the reason when its code does not start. */
  worker(name: string): Promise<Worker>
  /** Starts what is not yet running, one after the other, so that nobody's first click waits for it. */
  warm(): Promise<void>
  /** From now on functions run with these variables changed. Resolves when the last process that has the old ones has gone. */
  renew(changes: Readonly<Record<string, string>>): Promise<void>
  close(): Promise<void>
}

export interface FunctionHostOptions {
  functionsDir: string
  denoDir: string
  env: Record<string, string>
  settings: Settings
  log: Log
}

/** As long as the hosted runtime lets a request or its background work take. */
const reloadGrace = 150_000
const closeGrace = 4_000

export function createFunctionHost(options: FunctionHostOptions): FunctionHost {
  const { functionsDir, settings, log } = options
  const running = new Map<string, Promise<Worker>>()
  const retiring = new Set<Promise<void>>()
  let env = options.env
  let closed = false

  const has = (name: string): boolean =>
    /^[A-Za-z0-9][\w-]*$/.test(name) && settings.function(name).enabled && existsSync(join(functionsDir, name, 'index.ts'))

  const start = (name: string): Promise<Worker> => {
    const started = startWorker({ ...options, env, name })
    running.set(name, started)
    started.catch((error: unknown) => {
      log.error(messageOf(error))
      if (running.get(name) === started) running.delete(name)
    })
    return started
  }

  const worker = async (name: string): Promise<Worker> => {
    if (closed) throw new Error('the functions are being shut down')
    const current = running.get(name)
    if (!current) return start(name)
    const found = await current
    if (found.alive()) return found
    // It has crashed since. Somebody else may have noticed first.
    if (running.get(name) === current) {
      log.warn(`The function ${name} had ended; it is started again.`)
      return start(name)
    }
    return worker(name)
  }

  const retire = (name: string, grace: number): void => {
    const current = running.get(name)
    running.delete(name)
    const gone = current?.then((found) => found.retire(grace)).catch(() => undefined)
    if (!gone) return
    retiring.add(gone)
    void gone.then(() => retiring.delete(gone))
  }

  const watcher = watchSources(functionsDir, log, (changed) => {
    for (const name of [...running.keys()]) {
      if (!changed.has('*') && !changed.has(name)) continue
      log.info(`The function ${name} has changed and is loaded again.`)
      retire(name, reloadGrace)
      start(name).catch(() => undefined)
    }
  })

  return {
    has,
    worker,
    warm: async () => {
      const names = existsSync(functionsDir) ? readdirSync(functionsDir).filter(has) : []
      // The log has said why one did not start.
      for (const name of names) if (!closed) await worker(name).catch(() => undefined)
    },
    renew: async (changes) => {
      env = { ...env, ...changes }
      for (const name of [...running.keys()]) {
        retire(name, reloadGrace)
        if (!closed) start(name).catch(() => undefined)
      }
      await Promise.all(retiring)
    },
    close: async () => {
      closed = true
      watcher?.close()
      for (const name of [...running.keys()]) retire(name, closeGrace)
      await Promise.race([Promise.all(retiring), new Promise((resolve) => setTimeout(resolve, closeGrace + 1_000).unref())])
    },
  }
}

/** Calls back with the names of changed functions, or `*` when what they share has changed; several writes are one call. */
function watchSources(folder: string, log: Log, changed: (names: Set<string>) => void): FSWatcher | undefined {
  if (!existsSync(folder)) return undefined
  let pending = new Set<string>()
  let timer: NodeJS.Timeout | undefined
  const watcher = watch(folder, { recursive: true }, (_event, file) => {
    if (!file || !/\.(ts|js|mjs|json)$/.test(file) || /\.test\.ts$/.test(file)) return
    const top = file.split(sep)[0] ?? ''
    pending.add(top.startsWith('_') || !file.includes(sep) ? '*' : top)
    clearTimeout(timer)
    timer = setTimeout(() => {
      const names = pending
      pending = new Set()
      changed(names)
    }, 150)
  })
  watcher.on('error', (error) => log.warn(`Changes in ${folder} are not noticed: ${messageOf(error)}`))
  watcher.on('close', () => clearTimeout(timer))
  return watcher
}
