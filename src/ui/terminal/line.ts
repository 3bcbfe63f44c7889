/** A line as the terminal shows it. `seq` counts from 1 without gaps and is its identity. */
export interface TerminalLine {
  seq: number
  /** Milliseconds since the epoch. */
  at: number
  level: string
  message: string
  siteId: string | null
  payload: unknown
}

export interface TerminalSite {
  id: string
  name: string
  slug: string
}

export const LEVELS = ['debug', 'info', 'success', 'warn', 'error'] as const

/** "+58 ms", "+1.24 s", "+2:05.3": the distance from the start, as fine as still says something. */
export function formatDelta(milliseconds: number): string {
  const ms = Math.max(0, Math.round(milliseconds))
  if (ms < 1000) return `+${ms} ms`
  if (ms < 60_000) return `+${(Math.floor(ms / 10) / 100).toFixed(2)} s`
  const tenths = Math.floor(ms / 100)
  const minutes = Math.floor(tenths / 600)
  const seconds = ((tenths % 600) / 10).toFixed(1).padStart(4, '0')
  if (minutes < 60) return `+${minutes}:${seconds}`
  return `+${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}:${seconds.slice(0, 2)}`
}
