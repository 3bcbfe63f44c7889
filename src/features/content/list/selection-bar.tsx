import { CopySimpleIcon } from '@phosphor-icons/react/CopySimple'
import { ExportIcon } from '@phosphor-icons/react/Export'
import { TrashIcon } from '@phosphor-icons/react/Trash'
import { XIcon } from '@phosphor-icons/react/X'
import type { ItemStatus } from '@/features/content/item-status'
import type { ExportFormat } from '@/features/content/list/export-items'
import { STATUS_ICON } from '@/features/content/list/status-menu'
import { count, formatNumber } from '@/lib/format'
import { Button } from '@/ui/button'
import { DropdownMenu, MenuItem } from '@/ui/dropdown-menu'
import { IconButton } from '@/ui/icon-button'

interface SelectionBarProps {
  selected: number
  /** All that match the filters. */
  total: number
  isEditor: boolean
  /** null: all are selected already. */
  onSelectAll: (() => void) | null
  selectingAll: boolean
  onStatus: (status: ItemStatus) => void
  onDuplicate: () => void
  onDelete: () => void
  onExport: (format: ExportFormat) => void
  onClear: () => void
}

/** What can be done with what is selected; stays in sight however far one scrolls. */
export function SelectionBar({ selected, total, isEditor, onSelectAll, selectingAll, onStatus, onDuplicate, onDelete, onExport, onClear }: SelectionBarProps) {
  return (
    // Toasts keep clear of what is marked so (toaster-view.tsx).
    <div data-foot role="toolbar" aria-label="Selected items" className="sticky bottom-3 z-30 mt-3 flex animate-fade-in flex-wrap items-center max-md:bottom-16 gap-1.5 rounded-lg border border-line-strong bg-panel px-3 py-2 shadow-lift">
      <span role="status" className="mr-1 text-sm font-semibold text-ink tabular-nums">
        {formatNumber(selected)} selected
      </span>
      {onSelectAll !== null && (
        <Button size="sm" variant="ghost" busy={selectingAll} onClick={onSelectAll}>
          Select all {formatNumber(total)}
        </Button>
      )}
      <div className="flex items-center gap-1.5 max-sm:order-last max-sm:-mx-1 max-sm:w-full max-sm:overflow-x-auto max-sm:p-1 sm:ml-auto sm:flex-wrap">
        {isEditor && (
          <>
            <Button size="sm" icon={STATUS_ICON.published} onClick={() => onStatus('published')}>Publish</Button>
            <Button size="sm" icon={STATUS_ICON.draft} onClick={() => onStatus('draft')}>To draft</Button>
            <Button size="sm" icon={STATUS_ICON.archived} onClick={() => onStatus('archived')}>Archive</Button>
            <Button size="sm" icon={<CopySimpleIcon aria-hidden />} onClick={onDuplicate}>Duplicate</Button>
          </>
        )}
        <ExportMenu of={count('selected item', selected)} size="sm" onExport={onExport} />
        {isEditor && (
          <Button size="sm" className="text-failure" icon={<TrashIcon aria-hidden />} onClick={onDelete}>Delete</Button>
        )}
      </div>
      <IconButton size="sm" className="max-sm:ml-auto" label="Clear the selection" icon={<XIcon aria-hidden />} onClick={onClear} />
    </div>
  )
}

interface ExportMenuProps {
  /** What is exported, for those who hear it. */
  of: string
  size?: 'sm' | 'md'
  disabled?: boolean
  onExport: (format: ExportFormat) => void
}

export function ExportMenu({ of, size = 'md', disabled = false, onExport }: ExportMenuProps) {
  return (
    <DropdownMenu trigger={<Button size={size} disabled={disabled} aria-label={`Export ${of}`} icon={<ExportIcon aria-hidden />}>Export</Button>}>
      <MenuItem onSelect={() => onExport('csv')}>As a table (CSV)</MenuItem>
      <MenuItem onSelect={() => onExport('json')}>As JSON</MenuItem>
    </DropdownMenu>
  )
}
