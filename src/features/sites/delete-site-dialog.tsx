import { useQueryClient } from '@tanstack/react-query'
import { deleteSite } from '@/features/sites/queries/save-site'
import type { Site } from '@/features/sites/queries/sites'
import { errorLine } from '@/lib/errors'
import { count } from '@/lib/format'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { toast } from '@/ui/toaster'

interface DeleteSiteDialogProps {
  open: boolean
  site: Site
  onOpenChange: (open: boolean) => void
  onDeleted?: () => void
}

export function DeleteSiteDialog({ open, site, onOpenChange, onDeleted }: DeleteSiteDialogProps) {
  const queryClient = useQueryClient()
  return (
    <ConfirmDialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Delete the site "${site.name}"?`}
      description={
        <>
          <p>These go with it, for good:</p>
          <ul className="mt-1 list-disc pl-5">
            <li>its mappings ({count('item', site.itemCount)}) with their overrides</li>
            <li>its signing secret</li>
            {site.destinationUrl === null && <li>its landing page and everything that was received for it</li>}
          </ul>
          <p className="mt-1">Runs and deliveries of the past stay readable. To pause it instead, disable it.</p>
        </>
      }
      confirmLabel="Delete site"
      describeFailure={errorLine}
      onConfirm={async () => {
        await deleteSite(site.id)
        toast.success(`The site "${site.name}" was deleted`)
        onDeleted?.()
        await queryClient.invalidateQueries({ predicate: ({ queryKey: [table] }) => table === 'sites' || table === 'site_item_mappings' })
      }}
    />
  )
}
