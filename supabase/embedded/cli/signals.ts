import { startOf } from '../lib/process.ts'

/**
 * Settles at the first request to stop: Ctrl-C, a service manager's SIGTERM, a closed terminal, or the end of the npm that
 * started us (killed, it cannot pass a signal on). A second Ctrl-C ends the process at once; its children notice that.
 */
export function untilAskedToStop(): Promise<undefined> {
  return new Promise((resolve) => {
    const stop = (): void => {
      clearInterval(parentCheck)
      resolve(undefined)
    }
    const parent = process.ppid
    const parentStart = startOf(parent)
    const parentCheck = setInterval(() => {
      if (process.env['npm_lifecycle_event'] && parentStart !== undefined && process.ppid !== parent) stop()
    }, 500)
    let asked = false
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(name, () => {
        if (asked && name === 'SIGINT') process.exit(130)
        asked = true
        stop()
      })
    }
  })
}
