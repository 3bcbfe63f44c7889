import type { ItemStatus } from '@/features/content/item-status'
import type { ItemRow } from '@/features/content/queries/items'
import { useShortcut } from '@/lib/shortcuts'

interface ItemKeys {
  rows: readonly ItemRow[]
  selected: ReadonlySet<string>
  isEditor: boolean
  onSelect: (ids: ReadonlySet<string>) => void
  onOpen: (id: string) => void
  onPreview: (id: string) => void
  onStatus: (ids: readonly string[], status: ItemStatus) => void
  onDuplicate: (ids: readonly string[]) => void
  onDelete: (ids: readonly string[]) => void
}

/** The row that holds the focus (ui/long-table.tsx marks it). */
function focused(rows: readonly ItemRow[]): ItemRow | undefined {
  const index = document.activeElement?.closest<HTMLElement>('[data-index]')?.dataset['index']
  return index === undefined ? undefined : rows[Number(index)]
}

/** Keys for the list: they mean what is selected, or else the row in focus. */
export function useItemKeys({ rows, selected, isEditor, onSelect, onOpen, onPreview, onStatus, onDuplicate, onDelete }: ItemKeys): void {
  const group = 'Content items'
  const meant = (): string[] => {
    const row = focused(rows)
    return selected.size > 0 ? [...selected] : row === undefined ? [] : [row.id]
  }
  const one = (act: (id: string) => void) => () => {
    const row = focused(rows)
    if (row !== undefined) act(row.id)
  }
  useShortcut('e', isEditor ? 'Edit the item in focus' : 'Open the item in focus', one(onOpen), { group })
  useShortcut('v', 'Quick preview (or Space)', one(onPreview), { group })
  useShortcut('$mod+a', 'Select all that are loaded', () => onSelect(new Set(rows.map(({ id }) => id))), { group, enabled: rows.length > 0 })
  useShortcut('Escape', 'Clear the selection', () => onSelect(new Set()), { group, enabled: selected.size > 0 })
  useShortcut('p', 'Publish', () => onStatus(meant(), 'published'), { group, enabled: isEditor })
  useShortcut('u', 'Back to draft', () => onStatus(meant(), 'draft'), { group, enabled: isEditor })
  useShortcut('a', 'Archive', () => onStatus(meant(), 'archived'), { group, enabled: isEditor })
  useShortcut('d', 'Duplicate', () => onDuplicate(meant()), { group, enabled: isEditor })
  useShortcut('Delete', 'Delete', () => onDelete(meant()), { group, enabled: isEditor })
}
