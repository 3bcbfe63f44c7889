import { ArchiveIcon } from '@phosphor-icons/react/Archive'
import { CircleDashedIcon } from '@phosphor-icons/react/CircleDashed'
import { DotsThreeIcon } from '@phosphor-icons/react/DotsThree'
import { TrashIcon } from '@phosphor-icons/react/Trash'
import { useState } from 'react'
import { useNavigate } from 'react-router-dom'
import { DeleteItemDialog } from '@/features/content/delete-item-dialog'
import type { Item } from '@/features/content/queries/item'
import type { ItemStatus } from '@/features/content/item-status'
import { itemCondition, windowSentence, type ItemCondition } from '@/features/content/publish-window'
import { usePageTitle } from '@/lib/page-title'
import { paths } from '@/lib/paths'
import { useHasRole } from '@/lib/session'
import { DropdownMenu, MenuItem, MenuSeparator } from '@/ui/dropdown-menu'
import { IconButton } from '@/ui/icon-button'
import { PageHeader } from '@/ui/page-header'
import { StatusChip } from '@/ui/status-chip'
import { useNow } from '@/ui/use-now'

interface ItemHeaderProps {
  item: Item | null
  typeTitle: string
  dirty: boolean
  /** Saves what is in the form under that status. */
  onStatus: (status: ItemStatus) => void
  onDeleted: () => void
}

const SUB: Record<ItemCondition, string> = {
  draft: 'A draft is yours to finish; it is never sent.',
  scheduled: 'It is published, and not out yet.',
  published: 'What you save here reaches its sites with the next run.',
  ended: 'It is published, and its time is over.',
  archived: 'Archived items are kept and never sent.',
}

export function ItemHeader({ item, typeTitle, dirty, onStatus, onDeleted }: ItemHeaderProps) {
  const navigate = useNavigate()
  const isEditor = useHasRole('editor')
  const now = useNow()
  const [deleting, setDeleting] = useState(false)
  usePageTitle({ label: 'Content', href: paths.content.getHref() }, item?.title ?? `New ${typeTitle}`)
  if (item === null) return <PageHeader title={`New ${typeTitle}`} sub="It stays a draft until you publish it." />
  const condition = itemCondition(item, now)
  const saves = dirty ? 'Save and ' : ''
  return (
    <>
      <PageHeader
        title={item.title}
        chip={<StatusChip status={condition} />}
        sub={[SUB[condition], item.status === 'published' ? windowSentence(item, now) : null].filter(Boolean).join(' ')}
        actions={
          isEditor && (
            <DropdownMenu trigger={<IconButton label="More actions" icon={<DotsThreeIcon weight="bold" aria-hidden />} />}>
              {item.status !== 'draft' && (
                <MenuItem icon={<CircleDashedIcon aria-hidden />} onSelect={() => onStatus('draft')}>
                  {saves === '' ? 'Back to draft' : `${saves}go back to draft`}
                </MenuItem>
              )}
              {item.status !== 'archived' && (
                <MenuItem icon={<ArchiveIcon aria-hidden />} onSelect={() => onStatus('archived')}>
                  {saves === '' ? 'Archive' : `${saves}archive`}
                </MenuItem>
              )}
              <MenuSeparator />
              <MenuItem tone="danger" icon={<TrashIcon aria-hidden />} onSelect={() => setDeleting(true)}>
                Delete
              </MenuItem>
            </DropdownMenu>
          )
        }
      />
      <DeleteItemDialog
        open={deleting}
        item={item}
        onOpenChange={setDeleting}
        onDeleted={() => {
          onDeleted()
          void navigate(paths.content.getHref())
        }}
      />
    </>
  )
}
