import { useMemo } from 'react'
import { upcoming } from '@/features/schedules/upcoming'
import { formatRelative } from '@/lib/format'
import { browserTimeZone, formatMoment, zoneOffset } from '@/lib/zoned-time'
import { useNow } from '@/ui/use-now'

interface NextRunsProps {
  /** Empty while there is none to read. */
  cron: string
  timeZone: string
  enabled: boolean
  /** Whether the field already says what is wrong. */
  told: boolean
}

const SHOWN = 5
const MINUTE_MS = 60_000

/** What the expression means, as dates: the surest check of a schedule there is. */
export function NextRuns({ cron, timeZone, enabled, told }: NextRunsProps) {
  const now = useNow()
  // Cron knows no seconds: within one minute the answer is the same.
  const minute = Math.floor(now / MINUTE_MS)
  const coming = useMemo(() => (cron === '' ? null : upcoming(cron, timeZone, minute * MINUTE_MS, SHOWN)), [cron, timeZone, minute])
  const elsewhere = timeZone !== browserTimeZone()
  return (
    <section aria-label="Next five runs" className="rounded-md border border-line bg-ground px-3 py-2.5">
      <h3 className="text-hint font-semibold text-ink">{enabled ? 'Next five runs' : 'Next five runs, once it is enabled'}</h3>
      {coming?.ok === true ? (
        <ol className="mt-1.5 flex flex-col gap-1">
          {coming.value.map((at) => (
            <li key={at} className="flex flex-col gap-x-3 text-hint sm:flex-row sm:items-baseline sm:justify-between">
              <span className="text-ink tabular-nums">
                {formatMoment(at, { timeZone, weekday: true, now })} <span className="text-ink-3">{zoneOffset(timeZone, at)}</span>
              </span>
              <span className="text-ink-3 tabular-nums">{elsewhere ? `${formatMoment(at, { weekday: true, now })} here` : formatRelative(at, now)}</span>
            </li>
          ))}
        </ol>
      ) : (
        <p className="mt-1 text-hint text-ink-3">{coming === null ? 'Choose a time to see them.' : told ? 'Correct what is marked above to see them.' : coming.error.message}</p>
      )}
    </section>
  )
}
