import { useQueryClient } from '@tanstack/react-query'
import { deleteItem } from '@/features/content/queries/item'
import { errorLine } from '@/lib/errors'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { toast } from '@/ui/toaster'

interface DeleteItemDialogProps {
  open: boolean
  item: { id: string; title: string; status: string }
  onOpenChange: (open: boolean) => void
  onDeleted?: () => void
}

export function DeleteItemDialog({ open, item, onOpenChange, onDeleted }: DeleteItemDialogProps) {
  const queryClient = useQueryClient()
  return (
    <ConfirmDialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Delete "${item.title}"?`}
      description={
        <>
          Its revisions, mappings and overrides go with it, for good.
          {item.status === 'published' && ' Sites that have it lose it with the next run.'} To keep it out of sight instead, archive it.
        </>
      }
      confirmLabel="Delete item"
      describeFailure={errorLine}
      onConfirm={async () => {
        await deleteItem(item.id)
        toast.success(`"${item.title}" was deleted`)
        onDeleted?.()
        await queryClient.invalidateQueries({ predicate: ({ queryKey: [table] }) => table === 'content_items' || table === 'site_item_mappings' || table === 'content_types' })
      }}
    />
  )
}
