import { CaretRightIcon } from '@phosphor-icons/react/CaretRight'
import { memo, type MouseEvent } from 'react'
import { cn } from '@/ui/cn'
import { stableHue } from '@/ui/hue'
import { JsonView } from '@/ui/json-view'
import { formatDelta, type TerminalLine, type TerminalSite } from '@/ui/terminal/line'

interface TerminalRowProps {
  line: TerminalLine
  origin: number
  site: TerminalSite | undefined
  open: boolean
  selected: boolean
  onToggle: (seq: number) => void
  onSelect: (seq: number, extend: boolean) => void
}

const BADGE: Record<string, string> = {
  debug: 'text-term-dim', info: 'text-term-info', success: 'text-term-success', warn: 'text-term-warn', error: 'text-term-error',
}
const TINT: Record<string, string> = { warn: 'bg-term-warn/7', error: 'bg-term-error/10' }

export const TerminalRow = memo(function TerminalRow({ line, origin, site, open, selected, onToggle, onSelect }: TerminalRowProps) {
  const hasPayload = line.payload !== null && line.payload !== undefined
  return (
    <div
      className={cn(
        'grid grid-cols-[4.5rem_3.75rem_minmax(0,1fr)] items-start gap-x-3 px-3 py-0.75 font-mono text-hint leading-4.75 md:grid-cols-[4.5rem_3.75rem_6.5rem_minmax(0,1fr)]',
        selected ? 'bg-term-info/18' : (TINT[line.level] ?? 'hover:bg-term-bar'),
      )}
    >
      {/* A pointer's way to choose lines; the keyboard has Ctrl-A and Ctrl-C on the region, so this adds no tab stop per line. */}
      {/* eslint-disable-next-line jsx-a11y/no-static-element-interactions, jsx-a11y/click-events-have-key-events -- see above */}
      <span
        title={new Date(line.at).toISOString()}
        className="cursor-pointer whitespace-nowrap text-term-dim tabular-nums select-none hover:text-term-ink"
        onClick={(event: MouseEvent) => onSelect(line.seq, event.shiftKey)}
      >
        {formatDelta(line.at - origin)}
      </span>
      <span className={cn('text-2xs leading-4.75 font-semibold', BADGE[line.level] ?? 'text-term-dim')}>{line.level}</span>
      <span
        className="truncate max-md:col-start-3"
        title={site?.name}
        {...(site === undefined ? {} : { style: { color: stableHue(site.slug) } })}
      >
        {site?.slug}
      </span>
      <div className={cn('min-w-0 text-term-ink max-md:col-span-3', site === undefined && 'max-md:col-start-1')}>
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
