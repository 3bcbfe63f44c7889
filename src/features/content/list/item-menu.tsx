import { ArchiveIcon } from '@phosphor-icons/react/Archive'
import { CheckCircleIcon } from '@phosphor-icons/react/CheckCircle'
import { CircleDashedIcon } from '@phosphor-icons/react/CircleDashed'
import { CopySimpleIcon } from '@phosphor-icons/react/CopySimple'
import { DotsThreeIcon } from '@phosphor-icons/react/DotsThree'
import { EyeIcon } from '@phosphor-icons/react/Eye'
import { PencilSimpleIcon } from '@phosphor-icons/react/PencilSimple'
import { TrashIcon } from '@phosphor-icons/react/Trash'
import { useNavigate } from 'react-router-dom'
import type { ItemStatus } from '@/features/content/item-status'
import type { ItemRow } from '@/features/content/queries/items'
import { paths } from '@/lib/paths'
import { DropdownMenu, MenuItem, MenuSeparator } from '@/ui/dropdown-menu'
import { IconButton } from '@/ui/icon-button'

interface ItemMenuProps {
  item: ItemRow
  isEditor: boolean
  onPreview: () => void
  onStatus: (status: ItemStatus) => void
  onDuplicate: () => void
  onDelete: () => void
}

export function ItemMenu({ item, isEditor, onPreview, onStatus, onDuplicate, onDelete }: ItemMenuProps) {
  const navigate = useNavigate()
  return (
    <DropdownMenu trigger={<IconButton label={`Actions for "${item.title}"`} size="sm" icon={<DotsThreeIcon weight="bold" aria-hidden />} />}>
      <MenuItem icon={<EyeIcon aria-hidden />} onSelect={onPreview}>
        Quick preview
      </MenuItem>
      <MenuItem icon={<PencilSimpleIcon aria-hidden />} onSelect={() => void navigate(paths.contentItem.getHref(item.id))}>
        {isEditor ? 'Edit' : 'Open'}
      </MenuItem>
      {isEditor && (
        <>
          <MenuItem icon={<CopySimpleIcon aria-hidden />} onSelect={onDuplicate}>
            Duplicate
          </MenuItem>
          <MenuSeparator />
          {item.status !== 'published' && (
            <MenuItem icon={<CheckCircleIcon aria-hidden />} onSelect={() => onStatus('published')}>
              Publish
            </MenuItem>
          )}
          {item.status !== 'draft' && (
            <MenuItem icon={<CircleDashedIcon aria-hidden />} onSelect={() => onStatus('draft')}>
              Back to draft
            </MenuItem>
          )}
          {item.status !== 'archived' && (
            <MenuItem icon={<ArchiveIcon aria-hidden />} onSelect={() => onStatus('archived')}>
              Archive
            </MenuItem>
          )}
          <MenuSeparator />
          <MenuItem tone="danger" icon={<TrashIcon aria-hidden />} onSelect={onDelete}>
            Delete
          </MenuItem>
        </>
      )}
    </DropdownMenu>
  )
}
