import { useTimeLeft } from '@/features/sites/use-time-left'
import { formatDuration, formatExact } from '@/lib/format'

interface TimeUntilProps {
  at: string
  /** Said once the time has come. */
  over: string
}

/** "in 24 s", counting down. */
export function TimeUntil({ at, over }: TimeUntilProps) {
  const left = useTimeLeft(at)
  if (left === 0) return <>{over}</>
  return (
    <time dateTime={at} title={formatExact(at)} className="tabular-nums">
      in {formatDuration(Math.max(1000, Math.round(left / 1000) * 1000))}
    </time>
  )
}
