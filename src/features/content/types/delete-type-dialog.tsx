import { deleteType } from '@/features/content/queries/types'
import { errorLine } from '@/lib/errors'
import { capitalize, countInWords } from '@/lib/format'
import type { ContentType } from '@/lib/queries/content-types'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { toast } from '@/ui/toaster'

interface DeleteTypeDialogProps {
  type: ContentType
  open: boolean
  onOpenChange: (open: boolean) => void
  onDeleted: () => Promise<void>
}

export function DeleteTypeDialog({ type, open, onOpenChange, onDeleted }: DeleteTypeDialogProps) {
  return (
    <ConfirmDialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Delete the type "${type.title}"?`}
      description={
        type.itemCount === 0
          ? 'Its fields and their history go with it, for good.'
          : `${capitalize(countInWords('item', type.itemCount))} ${type.itemCount === 1 ? 'is' : 'are'} written in it. A type can be deleted only when there are none, archived ones included.`
      }
      confirmLabel="Delete type"
      describeFailure={errorLine}
      onConfirm={async () => {
        await deleteType(type.id)
        toast.success(`The type "${type.title}" was deleted`)
        await onDeleted()
      }}
    />
  )
}
