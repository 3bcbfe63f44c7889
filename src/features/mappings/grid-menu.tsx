import { DropdownMenu as Radix } from 'radix-ui'
import { MODES, type Mode } from '@/features/mappings/mapping'
import type { GridMenuAt } from '@/features/mappings/mapping-grid'
import { formatNumber } from '@/lib/format'
import { MenuItem, MenuLabel, MenuSeparator } from '@/ui/menu-view'
import { StatusChip } from '@/ui/status-chip'

export interface GridMenuActions {
  onMode: (mode: Mode | null) => void
  onCopy: () => void
  onCut: () => void
  onPaste: () => void
  onFill: (way: 'down' | 'right') => void
  onWhole: (what: 'rows' | 'columns') => void
  onOpenItem: () => void
  onOpenSite: () => void
  onOrder: () => void
}

interface GridMenuProps {
  at: GridMenuAt
  item: string
  site: string
  /** Of what is selected. */
  cells: number
  readOnly: boolean
  actions: GridMenuActions
  /** The focus goes back to the cell. */
  onClose: () => void
}

/** Of a cell, a row or a column; what is selected when it opens is what it acts on. Loaded when one is asked for. */
export function GridMenu({ at, item, site, cells, readOnly, actions, onClose }: GridMenuProps) {
  const { kind } = at
  const name = kind === 'rows' ? `Row ${item}` : kind === 'columns' ? `Column ${site}` : cells === 1 ? `${item} on ${site}` : `${formatNumber(cells)} cells`
  return (
    <Radix.Root open modal={false} onOpenChange={(open) => !open && onClose()}>
      <Radix.Trigger asChild>
        {/* Radix measures its trigger; this one is where the pointer was. */}
        <span aria-hidden className="pointer-events-none fixed size-0" style={{ left: at.x, top: at.y }} />
      </Radix.Trigger>
      <Radix.Portal container={document.querySelector('main') ?? undefined}>
        <Radix.Content
          align="start"
          sideOffset={2}
          collisionPadding={8}
          aria-label={name}
          aria-labelledby={undefined}
          onCloseAutoFocus={(event) => event.preventDefault()}
          className="z-50 max-h-(--radix-dropdown-menu-content-available-height) w-60 overflow-y-auto rounded-md border border-line-strong bg-panel p-1 shadow-lift data-[state=open]:animate-pop-in"
        >
          <MenuLabel>{readOnly ? name : kind === 'cells' ? `Set ${cells === 1 ? 'this cell' : name} to` : `${name}: set all to`}</MenuLabel>
          {!readOnly && (
            <>
              {MODES.map((mode) => (
                <MenuItem key={mode} onSelect={() => actions.onMode(mode)}>
                  <StatusChip variant="bare" status={mode} />
                </MenuItem>
              ))}
              <MenuItem onSelect={() => actions.onMode(null)}>none: not sent</MenuItem>
              <MenuSeparator />
            </>
          )}
          <MenuItem onSelect={actions.onCopy}>Copy</MenuItem>
          {!readOnly && (
            <>
              <MenuItem onSelect={actions.onCut}>Cut</MenuItem>
              <MenuItem onSelect={actions.onPaste}>Paste</MenuItem>
              <MenuSeparator />
              {kind !== 'rows' && <MenuItem onSelect={() => actions.onFill('down')}>Fill down from the first row</MenuItem>}
              {kind !== 'columns' && <MenuItem onSelect={() => actions.onFill('right')}>Fill right from the first column</MenuItem>}
            </>
          )}
          <MenuSeparator />
          {kind === 'cells' && (
            <>
              <MenuItem onSelect={() => actions.onWhole('rows')}>Select whole rows</MenuItem>
              <MenuItem onSelect={() => actions.onWhole('columns')}>Select whole columns</MenuItem>
            </>
          )}
          {kind !== 'columns' && <MenuItem onSelect={actions.onOpenItem}>Open the item</MenuItem>}
          {kind !== 'rows' && (
            <>
              <MenuItem onSelect={actions.onOrder}>Order of its items</MenuItem>
              <MenuItem onSelect={actions.onOpenSite}>Open the site</MenuItem>
            </>
          )}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
