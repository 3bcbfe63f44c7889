import { formatExact, formatRelative } from '@/lib/format'
import { TICK_MS, useNow } from '@/ui/use-now'

interface RelativeTimeProps {
  /** ISO text or a Date; null shows `empty`. */
  at: string | Date | null | undefined
  empty?: string
  className?: string
}

export function RelativeTime({ at, empty = 'never', className }: RelativeTimeProps) {
  const tick = useNow()
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
