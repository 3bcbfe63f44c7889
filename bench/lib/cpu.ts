import { readFileSync, readdirSync } from 'node:fs'

/** Processor time of processes, from /proc: where there is none, there are no figures. */

/** Linux counts in hundredths of a second, whatever its own clock does. */
const tickMs = 10

interface ProcessTimes {
  parent: number
  own: number
  /** Of children that have ended and were waited for. */
  ended: number
}

function timesOf(pid: number | string): ProcessTimes | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name, in brackets, may hold anything. After it: state, parent, … utime, stime, cutime, cstime.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ').map(Number)
    const [parent = 0] = fields.slice(1)
    const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = fields.slice(11)
    return { parent, own: (user + system) * tickMs, ended: (endedUser + endedSystem) * tickMs }
  } catch {
    return null
  }
}

export const cpuMs = (pid: number): number => timesOf(pid)?.own ?? 0

/** Of a server and all of its processes, those included that have ended. */
export function cpuWithChildrenMs(pid: number): number {
  const server = timesOf(pid)
  if (server === null) return 0
  return children(pid).reduce((sum, child) => sum + cpuMs(child), server.own + server.ended)
}

/** The child whose command line holds `text`. */
export function childPid(parent: number, text: string): number | null {
  return children(parent).find((pid) => commandOf(pid).includes(text)) ?? null
}

export function children(parent: number): number[] {
  try {
    const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number)
    return pids.filter((pid) => timesOf(pid)?.parent === parent)
  } catch {
    return []
  }
}

export function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
  } catch {
    return ''
  }
}
