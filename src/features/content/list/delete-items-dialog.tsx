import { useQuery } from '@tanstack/react-query'
import { deletionSentence } from '@/features/content/list/bulk-words'
import { planDeletion } from '@/features/content/queries/bulk'
import { errorLine } from '@/lib/errors'
import { formatNumber } from '@/lib/format'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { Skeleton } from '@/ui/skeleton'

interface DeleteItemsDialogProps {
  open: boolean
  ids: readonly string[]
  /** Of the only one. */
  title: string | undefined
  onOpenChange: (open: boolean) => void
  onConfirm: () => Promise<void>
}

export function DeleteItemsDialog({ open, ids, title, onOpenChange, onConfirm }: DeleteItemsDialogProps) {
  const n = ids.length
  const plan = useQuery({
    queryKey: ['content_items', 'deletion', ids],
    queryFn: () => planDeletion(ids),
    enabled: open && n > 0,
    // What it says must hold now.
    gcTime: 0,
  })
  return (
    <ConfirmDialog
      open={open}
      onOpenChange={onOpenChange}
      title={n === 1 ? `Delete ${title === undefined ? '1 item' : `"${title}"`}?` : `Delete ${formatNumber(n)} items?`}
      description={
        <>
          {plan.data === undefined ? plan.isError ? <span>What goes along could not be counted.</span> : <span className="my-1 flex flex-col gap-2"><Skeleton className="w-full" /><Skeleton className="w-2/3" /></span> : <span>{deletionSentence(plan.data)}</span>}{' '}
          <span>You can undo it from the message that follows, for an hour at most. To keep {n === 1 ? 'it' : 'them'} out of sight instead, archive {n === 1 ? 'it' : 'them'}.</span>
        </>
      }
      confirmLabel={n === 1 ? 'Delete item' : `Delete ${formatNumber(n)} items`}
      describeFailure={errorLine}
      onConfirm={onConfirm}
    />
  )
}
