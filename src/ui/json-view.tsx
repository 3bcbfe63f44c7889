import { CaretRightIcon } from '@phosphor-icons/react/CaretRight'
import { useState } from 'react'
import { cn } from '@/ui/cn'
import { CopyButton } from '@/ui/copy-button'

interface JsonViewProps {
  value: unknown
  /** The exact text to copy (a signed body is bytes, not a value); default: the value, indented. */
  text?: string
  /** Levels that are open at first. */
  depth?: number
  label?: string
  /** `terminal` for the near-black ground. */
  tone?: 'panel' | 'terminal'
  className?: string
}

/** Children are rendered only when their parent is opened, and in steps of this many: 1 MB of JSON opens at once. */
const STEP = 100

export function JsonView({ value, text, depth = 2, label = 'JSON', tone = 'panel', className }: JsonViewProps) {
  return (
    <div
      className={cn(
        'group/json relative rounded-md border font-mono text-xs leading-5',
        tone === 'terminal' ? 'border-term-line bg-term-ground text-term-ink' : 'border-line bg-sunk text-ink',
        className,
      )}
    >
      <CopyButton
        className={cn('absolute top-1.5 right-1.5 z-10', tone === 'terminal' && 'text-term-dim hover:bg-term-line hover:text-term-ink')}
        label={`Copy ${label}`}
        text={() => text ?? JSON.stringify(value, null, 2)}
      />
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a region that scrolls must be reachable by keyboard */}
      <div role="region" aria-label={label} tabIndex={0} className="max-h-120 overflow-auto p-3 pr-10">
        <Node name={undefined} value={value} depth={depth} last />
      </div>
    </div>
  )
}

interface NodeProps {
  name: string | undefined
  value: unknown
  depth: number
  last: boolean
}

function Node({ name, value, depth, last }: NodeProps) {
  const entries = entriesOf(value)
  if (entries === null || entries.length === 0) {
    return (
      <div className="pl-4 break-words whitespace-pre-wrap">
        <Name name={name} />
        {entries === null ? <Scalar value={value} /> : Array.isArray(value) ? '[]' : '{}'}
        {!last && ','}
      </div>
    )
  }
  return <Branch name={name} value={value} entries={entries} depth={depth} last={last} />
}

function Branch({ name, value, entries, depth, last }: NodeProps & { entries: [string, unknown][] }) {
  const [open, setOpen] = useState(depth > 0)
  const [shown, setShown] = useState(STEP)
  const isArray = Array.isArray(value)
  const [start, end] = isArray ? ['[', ']'] : ['{', '}']
  const summary = isArray ? `${entries.length} ${entries.length === 1 ? 'entry' : 'entries'}` : `${entries.length} ${entries.length === 1 ? 'field' : 'fields'}`
  return (
    <div>
      <button type="button" aria-expanded={open} onClick={() => setOpen(!open)} className="flex items-start rounded-sm text-left hover:bg-current/6">
        <CaretRightIcon aria-hidden className={cn('mt-1 mr-1 size-3 shrink-0 opacity-70 transition-transform', open && 'rotate-90')} />
        <span>
          <Name name={name} />
          {start}
          {!open && <span className="opacity-70"> {summary} </span>}
          {!open && end}
          {!open && !last && ','}
        </span>
      </button>
      {open && (
        <>
          <div className="pl-4">
            {entries.slice(0, shown).map(([key, child], index) => (
              <Node key={key} name={isArray ? undefined : key} value={child} depth={depth - 1} last={index === entries.length - 1} />
            ))}
            {entries.length > shown && (
              <button type="button" onClick={() => setShown(shown + STEP)} className="ml-4 underline underline-offset-2">
                {Math.min(STEP, entries.length - shown)} more of {entries.length}
              </button>
            )}
          </div>
          <div className="pl-4">
            {end}
            {!last && ','}
          </div>
        </>
      )}
    </div>
  )
}

function Name({ name }: { name: string | undefined }) {
  if (name === undefined) return null
  return <span className="opacity-75">{JSON.stringify(name)}: </span>
}

function Scalar({ value }: { value: unknown }) {
  return <span className={typeof value === 'string' ? undefined : 'font-semibold'}>{value === undefined ? 'undefined' : JSON.stringify(value)}</span>
}

function entriesOf(value: unknown): [string, unknown][] | null {
  return typeof value === 'object' && value !== null ? Object.entries(value) : null
}
