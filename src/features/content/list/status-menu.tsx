import { ArchiveIcon } from '@phosphor-icons/react/Archive'
import { CheckCircleIcon } from '@phosphor-icons/react/CheckCircle'
import { CircleDashedIcon } from '@phosphor-icons/react/CircleDashed'
import type { ReactNode } from 'react'
import { ITEM_STATUSES, type ItemStatus } from '@/features/content/item-status'
import { itemCondition, windowHint } from '@/features/content/publish-window'
import type { ItemRow } from '@/features/content/queries/items'
import { DropdownMenu, MenuChoice } from '@/ui/dropdown-menu'
import { StatusChip } from '@/ui/status-chip'
import { useNow } from '@/ui/use-now'

const STATUS_LABEL: Record<ItemStatus, string> = { draft: 'Draft', published: 'Published', archived: 'Archived' }
export const STATUS_ICON: Record<ItemStatus, ReactNode> = {
  draft: <CircleDashedIcon aria-hidden />,
  published: <CheckCircleIcon aria-hidden />,
  archived: <ArchiveIcon aria-hidden />,
}

const OPTIONS = ITEM_STATUSES.map((status) => ({ value: status, label: STATUS_LABEL[status], icon: STATUS_ICON[status] }))

/** The chip says how it is; for editors it is also where that is changed. */
export function StatusCell({ item, onStatus }: { item: ItemRow; onStatus: ((status: ItemStatus) => void) | undefined }) {
  const now = useNow()
  const condition = itemCondition(item, now)
  const hint = windowHint(item, now)
  const chip = <StatusChip status={condition} />
  return (
    <span className="flex min-w-0 items-center gap-2">
      {onStatus === undefined ? chip : (
        <DropdownMenu
          align="start"
          trigger={
            <button type="button" aria-label={`Status of "${item.title}": ${condition}. Change it`} className="rounded-sm outline-offset-2 hover:brightness-95 dark:hover:brightness-125">
              {chip}
            </button>
          }
        >
          <MenuChoice value={item.status} onValueChange={onStatus} options={OPTIONS} />
        </DropdownMenu>
      )}
      {hint !== null && <span className="truncate text-xs whitespace-nowrap text-ink-3">{hint}</span>}
    </span>
  )
}
