import { ArrowUUpLeftIcon } from '@phosphor-icons/react/ArrowUUpLeft'
import { ArrowUUpRightIcon } from '@phosphor-icons/react/ArrowUUpRight'
import { ClipboardIcon } from '@phosphor-icons/react/Clipboard'
import { CopyIcon } from '@phosphor-icons/react/Copy'
import { KeyboardIcon } from '@phosphor-icons/react/Keyboard'
import { SelectionAllIcon } from '@phosphor-icons/react/SelectionAll'
import { memo, useMemo, useState } from 'react'
import { addressOf } from '@/features/mappings/edit-cells'
import { GRID_KEYS } from '@/features/mappings/grid-keys'
import type { Mode } from '@/features/mappings/mapping'
import { useColumns, type MatrixItem, type MatrixSite } from '@/features/mappings/queries/matrix'
import { cellCount, cellsOf, columnsOf, isOneCell, lastRange, type Selection } from '@/features/mappings/selection'
import type { Pending, Progress } from '@/features/mappings/use-mapping-writes'
import { count, formatNumber } from '@/lib/format'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { IconButton } from '@/ui/icon-button'
import { Keys } from '@/ui/keys'

export interface StatusBarHandlers {
  onMode: (mode: Mode | null) => void
  onCopy: () => void
  onPaste: () => void
  onUndo: () => void
  onRedo: () => void
  onSelectMode: () => void
}

interface StatusBarProps {
  items: readonly MatrixItem[]
  sites: readonly MatrixSite[]
  selection: Selection
  pending: Pending
  progress: Progress | null
  canUndo: boolean
  canRedo: boolean
  readOnly: boolean
  /** A finger has no Shift: a mode in which taps select a range. */
  selectMode: boolean
  handlers: StatusBarHandlers
}

const MODES: readonly { mode: Mode | null; label: string }[] = [
  { mode: 'full', label: 'Full' },
  { mode: 'override', label: 'Override' },
  { mode: 'block', label: 'Block' },
  { mode: null, label: 'None' },
]

/** Under the matrix: what is selected, in figures, and what can be done with it without a keyboard. */
export const StatusBar = memo(function StatusBar({ items, sites, selection, pending, progress, canUndo, canRedo, readOnly, selectMode, handlers }: StatusBarProps) {
  const [helpOpen, setHelpOpen] = useState(false)
  const { columns } = useColumns(columnsOf(selection).flatMap((column) => sites[column]?.id ?? []))
  const one = isOneCell(selection)
  const counts = useMemo(() => {
    if (one) return null
    const found = { full: 0, override: 0, block: 0, none: 0, unread: 0 }
    for (const place of cellsOf(selection)) {
      const address = addressOf({ items, sites }, place)
      if (address === null) continue
      const written = pending.get(address.siteId)?.get(address.itemId)
      const known = columns[address.siteId]
      if (written === undefined && known === undefined) found.unread++
      else found[(written === undefined ? known?.[address.itemId] : written.mapping)?.mode ?? 'none']++
    }
    return found
  }, [one, selection, items, sites, pending, columns])

  const { top, bottom, left, right } = lastRange(selection)
  const size = selection.ranges.length > 1 ? `${count('cell', cellCount(selection))} in ${count('range', selection.ranges.length)}` : `${formatNumber(bottom - top + 1)} × ${formatNumber(right - left + 1)} = ${count('cell', cellCount(selection))}`
  const figures = counts === null ? '' : (['full', 'override', 'block', 'none'] as const).filter((mode) => counts[mode] > 0).map((mode) => `${formatNumber(counts[mode])} ${mode}`).join(', ')
  return (
    <div role="toolbar" aria-label="Selection" className="flex min-h-10 flex-wrap items-center gap-x-3 gap-y-1.5 rounded-b-lg border border-t-0 border-line bg-sunk px-3 py-1.5 text-hint text-ink-2">
      <p role="status" className="min-w-0 tabular-nums">
        {progress !== null ? (
          <span className="inline-flex items-center gap-2">
            <progress className="h-1.5 w-28 accent-(--accent)" value={progress.written} max={progress.total} aria-label="Writing" />
            {formatNumber(progress.written)} of {formatNumber(progress.total)} cells written
          </span>
        ) : counts === null ? (
          <span className="text-ink-3">
            {count('item', items.length)}, {count('site', sites.length)}
          </span>
        ) : (
          <>
            <span className="font-semibold text-ink">{size}</span>
            <span className="sr-only"> selected</span>
            {figures !== '' && `: ${figures}`}
            {counts.unread > 0 && `, ${formatNumber(counts.unread)} being read`}
          </>
        )}
      </p>
      {!one && !readOnly && (
        <div role="group" aria-label="Set what is selected to" className="flex flex-wrap gap-1">
          {MODES.map(({ mode, label }) => (
            <Button key={label} size="sm" onClick={() => handlers.onMode(mode)}>
              {label}
            </Button>
          ))}
        </div>
      )}
      <div className="ml-auto flex items-center gap-0.5">
        <span className={selectMode ? 'inline-flex' : 'hidden any-pointer-coarse:inline-flex'}>
          <IconButton
            label="Select a range by tapping"
            size="sm"
            aria-pressed={selectMode}
            className={selectMode ? 'bg-accent-ground text-accent-ink' : undefined}
            icon={<SelectionAllIcon aria-hidden />}
            onClick={handlers.onSelectMode}
          />
        </span>
        <IconButton label="Copy" size="sm" icon={<CopyIcon aria-hidden />} onClick={handlers.onCopy} />
        {!readOnly && (
          <>
            <IconButton label="Paste" size="sm" icon={<ClipboardIcon aria-hidden />} onClick={handlers.onPaste} />
            <IconButton label="Undo" size="sm" disabled={!canUndo} icon={<ArrowUUpLeftIcon aria-hidden />} onClick={handlers.onUndo} />
            <IconButton label="Redo" size="sm" disabled={!canRedo} icon={<ArrowUUpRightIcon aria-hidden />} onClick={handlers.onRedo} />
          </>
        )}
        <IconButton label="Keys of the matrix" size="sm" className="max-md:hidden" icon={<KeyboardIcon aria-hidden />} onClick={() => setHelpOpen(true)} />
      </div>
      <Dialog open={helpOpen} onOpenChange={setHelpOpen} title="Keys of the matrix" description="As in a spreadsheet. They work while a cell has the focus." size="md">
        {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- where it is longer than the dialog, keys must be able to scroll it */}
        <dl tabIndex={0} aria-label="Keys" className="gap-x-8 text-sm sm:columns-2">
          {GRID_KEYS.filter(({ writes }) => writes !== true || !readOnly).map(({ keys, label }) => (
            <div key={keys} className="flex min-h-8 break-inside-avoid items-center justify-between gap-4 border-t border-line py-1">
              <dt>{label}</dt>
              <dd>
                <Keys keys={keys} />
              </dd>
            </div>
          ))}
        </dl>
      </Dialog>
    </div>
  )
})
