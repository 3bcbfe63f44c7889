import { useSyncExternalStore } from 'react'
import { formatExact, formatRelative } from '@/lib/format'

const TICK_MS = 10_000
let now = Date.now()
const listeners = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined

// One clock for all of them on a page, running only while there is one to turn.
function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  timer ??= setInterval(() => {
    now = Date.now()
    for (const notify of listeners) notify()
  }, TICK_MS)
  return () => {
    listeners.delete(listener)
    if (listeners.size === 0) {
      clearInterval(timer)
      timer = undefined
    }
  }
}

interface RelativeTimeProps {
  /** ISO text or a Date; null shows `empty`. */
  at: string | Date | null | undefined
  empty?: string
  className?: string
}

export function RelativeTime({ at, empty = 'never', className }: RelativeTimeProps) {
  const tick = useSyncExternalStore(subscribe, () => now)
  if (at === null || at === undefined) return <span className={className}>{empty}</span>
  const date = new Date(at)
  if (Number.isNaN(date.getTime())) return <span className={className}>{empty}</span>
  // A time that is newer than the clock's last turn is "just now", not in the future.
  return (
    <time dateTime={date.toISOString()} title={formatExact(date)} className={className}>
      {formatRelative(date, date.getTime() > tick && date.getTime() - tick < TICK_MS * 2 ? date.getTime() : tick)}
    </time>
  )
}
