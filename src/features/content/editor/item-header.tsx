import { ArchiveIcon } from '@phosphor-icons/react/Archive'
import { ClockCounterClockwiseIcon } from '@phosphor-icons/react/ClockCounterClockwise'
import { CopyIcon } from '@phosphor-icons/react/Copy'
import { CircleDashedIcon } from '@phosphor-icons/react/CircleDashed'
import { DotsThreeIcon } from '@phosphor-icons/react/DotsThree'
import { EyeIcon } from '@phosphor-icons/react/Eye'
import { TrashIcon } from '@phosphor-icons/react/Trash'
import { lazy, Suspense, useState } from 'react'
import { useNavigate } from 'react-router-dom'
import { useBulk } from '@/features/content/list/use-bulk'
import { Company } from '@/features/content/editor/company'
import type { Companion } from '@/features/content/editor/use-company'
import { useDuplicate } from '@/features/content/editor/use-duplicate'
import { listHref } from '@/features/content/last-list'
import type { Item } from '@/features/content/queries/item'
import type { ItemStatus } from '@/features/content/item-status'
import { itemCondition, windowSentence, type ItemCondition } from '@/features/content/publish-window'
import { usePageTitle } from '@/lib/page-title'
import { paths } from '@/lib/paths'
import { useHasRole, useOrganizationId } from '@/lib/session'
import { Button } from '@/ui/button'
import { DropdownMenu, MenuItem, MenuSeparator } from '@/ui/dropdown-menu'
import { IconButton } from '@/ui/icon-button'
import { PageHeader } from '@/ui/page-header'
import { StatusChip } from '@/ui/status-chip'
import { useNow } from '@/ui/use-now'

// The question comes with the menu that asks it.
const loadDelete = () => import('@/features/content/list/delete-items-dialog').then(({ DeleteItemsDialog: View }) => ({ default: View }))
const DeleteItemsDialog = lazy(loadDelete)

interface ItemHeaderProps {
  item: Item | null
  typeTitle: string
  dirty: boolean
  /** Who else is editing. */
  companions: readonly Companion[]
  isPreviewing: boolean
  onPreview: () => void
  onHistory: () => void
  /** Saves what is in the form under that status. */
  onStatus: (status: ItemStatus) => void
}

const SUB: Record<ItemCondition, string> = {
  draft: 'A draft is never sent; saving it makes a revision that everybody sees.',
  scheduled: 'It is published, and not out yet.',
  published: 'What you save here reaches its sites with the next run.',
  ended: 'It is published, and its time is over.',
  archived: 'Archived items are kept and never sent.',
}

export function ItemHeader({ item, typeTitle, dirty, companions, isPreviewing, onPreview, onHistory, onStatus }: ItemHeaderProps) {
  const navigate = useNavigate()
  const organizationId = useOrganizationId()
  const isEditor = useHasRole('editor')
  const now = useNow()
  const [deleting, setDeleting] = useState(false)
  const [asked, setAsked] = useState(false)
  if (deleting && !asked) setAsked(true)
  usePageTitle({ label: 'Content', href: paths.content.getHref() }, item?.title ?? `New ${typeTitle}`)
  const duplicate = useDuplicate()
  const { remove } = useBulk(undefined)
  const preview = (
    <Button icon={<EyeIcon aria-hidden />} aria-pressed={isPreviewing} onClick={onPreview}>
      {isPreviewing ? 'Close preview' : 'Preview'}
    </Button>
  )
  if (item === null) return <PageHeader title={`New ${typeTitle}`} sub="What you type is kept as your draft; nobody else sees it until you save." actions={preview} />
  const condition = itemCondition(item, now)
  const saves = dirty ? 'Save and ' : ''
  return (
    <>
      <PageHeader
        title={item.title}
        chip={
          <>
            <StatusChip status={condition} />
            <Company companions={companions} />
          </>
        }
        sub={[SUB[condition], item.status === 'published' ? windowSentence(item, now) : null].filter(Boolean).join(' ')}
        actions={
          <>
            {preview}
            <Button icon={<ClockCounterClockwiseIcon aria-hidden />} onClick={onHistory}>
              History
            </Button>
            {isEditor && (
            <DropdownMenu trigger={<IconButton label="More actions" icon={<DotsThreeIcon weight="bold" aria-hidden />} />}>
              <MenuItem icon={<CopyIcon aria-hidden />} onSelect={() => duplicate(item)}>
                Duplicate
              </MenuItem>
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
            )}
          </>
        }
      />
      {asked && (
        <Suspense>
          <DeleteItemsDialog
            open={deleting}
            ids={[item.id]}
            title={item.title}
            onOpenChange={setDeleting}
            onConfirm={() => remove([item.id], item.title, () => navigate(listHref(organizationId), { replace: true }))}
          />
        </Suspense>
      )}
    </>
  )
}
