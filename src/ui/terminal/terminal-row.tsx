import { CaretRightIcon } from '@phosphor-icons/react/CaretRight'
import { memo } from 'react'
import { cn } from '@/ui/cn'
import { JsonView } from '@/ui/json-view'
import { formatDelta, type TerminalLine, type TerminalSite } from '@/ui/terminal/line'

interface TerminalRowProps {
  line: TerminalLine
  origin: number
  site: TerminalSite | undefined
  hue: string | undefined
  open: boolean
  selected: boolean
  /** The one that the address names. */
  marked: boolean
  /** Whether its number is a link to it. */
  linked: boolean
  onToggle: (seq: number) => void
}

const BADGE: Record<string, string> = {
  debug: 'text-term-dim', info: 'text-term-info', success: 'text-term-success', warn: 'text-term-warn', error: 'text-term-error',
}
const TINT: Record<string, string> = { warn: 'bg-term-warn/7', error: 'bg-term-error/10' }

// Built once: a row is drawn thousands of times while somebody scrolls, and joining classes each time is what costs.
const ROW =
  'grid grid-cols-[2.25rem_4.5rem_3.75rem_minmax(0,1fr)] items-start gap-x-3 px-3 py-0.75 font-mono text-hint leading-4.75 md:grid-cols-[3rem_4.5rem_3.75rem_6.5rem_minmax(0,1fr)] '
const TIME = 'cursor-pointer whitespace-nowrap text-term-dim tabular-nums select-none hover:text-term-ink'
const NUMBER = 'text-2xs leading-4.75 text-term-dim tabular-nums select-none md:text-right'
const MESSAGE = 'min-w-0 text-term-ink max-md:col-span-4'

/** Clicks on its number and its time are heard by the list (terminal-lines.tsx): a row has as few parts and functions as it can. */
export const TerminalRow = memo(function TerminalRow({ line, origin, site, hue, open, selected, marked, linked, onToggle }: TerminalRowProps) {
  const hasPayload = line.payload !== null && line.payload !== undefined
  const ground = marked ? 'bg-term-info/25 shadow-[inset_3px_0_0_currentColor] text-term-info' : selected ? 'bg-term-info/18' : (TINT[line.level] ?? 'hover:bg-term-bar')
  return (
    <div className={ROW + ground}>
      {linked ? (
        // One more stop of Tab for every line would be no help: the region has a key for it (l).
        <a href={`?line=${line.seq}`} data-part="number" tabIndex={-1} title="Copy a link to this line" className={`${NUMBER} hover:text-term-ink hover:underline`}>
          {line.seq}
        </a>
      ) : (
        <span className={NUMBER}>{line.seq}</span>
      )}
      <span data-part="time" className={TIME}>
        {formatDelta(line.at - origin)}
      </span>
      <span className={`text-2xs leading-4.75 font-semibold ${BADGE[line.level] ?? 'text-term-dim'}`}>{line.level}</span>
      <span className="truncate max-md:col-start-4" title={site?.name} style={hue === undefined ? undefined : { color: hue }}>
        {site?.slug}
      </span>
      <div className={site === undefined ? `${MESSAGE} max-md:col-start-1` : MESSAGE}>
        {hasPayload ? (
          <button
            type="button"
            aria-expanded={open}
            onClick={() => onToggle(line.seq)}
            className="-ml-1 flex max-w-full items-start gap-1 rounded-sm pl-1 text-left break-words whitespace-pre-wrap hover:text-white"
          >
            <span className="min-w-0">{line.message}</span>
            <CaretRightIcon aria-hidden className={cn('mt-1 size-3 shrink-0 text-term-dim transition-transform', open && 'rotate-90')} />
            <span className="sr-only">, payload</span>
          </button>
        ) : (
          <p className="break-words whitespace-pre-wrap">{line.message}</p>
        )}
        {open && hasPayload && (
          <JsonView value={line.payload} depth={3} tone="terminal" label={`payload of line ${line.seq}`} className="my-1.5 rounded-none border-0 border-l-2" />
        )}
      </div>
    </div>
  )
})
