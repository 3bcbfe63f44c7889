import { useState, type KeyboardEvent, type PointerEvent } from 'react'
import { useNavigate } from 'react-router-dom'
import type { RunDuration } from '@/features/dashboard/queries/outlook'
import { formatDuration } from '@/lib/format'
import { paths } from '@/lib/paths'
import { cn } from '@/ui/cn'

const BAR: Partial<Record<string, string>> = { failed: 'bg-failure', partial: 'bg-warning' }

const words = ({ number, ms, status }: RunDuration): string => `Run ${number}: ${formatDuration(ms)}, ${status}`

/**
 * How long the last runs took, a bar each. Under the pointer, and with the arrow keys, each says which run it is; a click or
 * Enter opens it. One stop of the Tab key, however many there are.
 */
export function RunDurations({ runs }: { runs: readonly RunDuration[] }) {
  const navigate = useNavigate()
  const [at, setAt] = useState<number | null>(null)
  const longest = Math.max(...runs.map(({ ms }) => ms), 1)
  const last = runs.length - 1
  const shown = at === null ? null : runs[Math.min(at, last)]

  const onKeyDown = (event: KeyboardEvent) => {
    const from = at ?? last
    const to = { ArrowLeft: from - 1, ArrowDown: from - 1, ArrowRight: from + 1, ArrowUp: from + 1, Home: 0, End: last }[event.key]
    if (event.key === 'Enter' && shown) void navigate(paths.job.getHref(shown.id))
    if (to === undefined) return
    event.preventDefault()
    setAt(Math.max(0, Math.min(last, to)))
  }
  const indexUnder = ({ clientX, currentTarget }: PointerEvent<HTMLElement>): number => {
    const { left, width } = currentTarget.getBoundingClientRect()
    return Math.max(0, Math.min(last, Math.floor(((clientX - left) / width) * runs.length)))
  }

  return (
    <div>
      <div
        role="slider"
        tabIndex={0}
        aria-label={`Duration of the last ${runs.length} runs`}
        aria-valuemin={1}
        aria-valuemax={runs.length}
        aria-valuenow={(at ?? last) + 1}
        aria-valuetext={words(runs[at ?? last] ?? { id: '', number: 0, status: '', ms: 0 })}
        className="flex h-8 cursor-pointer items-end rounded-sm"
        // Few runs are few bars, and no wide ones.
        style={{ maxWidth: runs.length * 18 }}
        onKeyDown={onKeyDown}
        onFocus={() => setAt((before) => before ?? last)}
        onBlur={() => setAt(null)}
        onPointerMove={(event) => setAt(indexUnder(event))}
        onPointerLeave={() => setAt(null)}
        onClick={() => shown && void navigate(paths.job.getHref(shown.id))}
      >
        {runs.map((run, index) => (
          <span key={run.id} className="flex h-full flex-1 items-end px-px">
            <span
              className={cn('min-h-0.5 w-full rounded-t-[2px]', BAR[run.status] ?? 'bg-accent', at !== null && at !== index && 'opacity-40')}
              style={{ height: `${Math.max(6, (run.ms / longest) * 100)}%` }}
            />
          </span>
        ))}
      </div>
      <p aria-hidden className="mt-0.5 truncate text-hint text-ink-3 tabular-nums">
        {shown ? words(shown) : `the last ${runs.length} runs`}
      </p>
    </div>
  )
}
