import { useQueryClient } from '@tanstack/react-query'
import type { ApiKey } from '@/features/api-keys/key-words'
import { revokeKey } from '@/features/api-keys/queries/revoke-key'
import { errorLine } from '@/lib/errors'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { RelativeTime } from '@/ui/relative-time'
import { toast } from '@/ui/toaster'

interface RevokeKeyDialogProps {
  open: boolean
  onOpenChange: (open: boolean) => void
  apiKey: ApiKey
}

export function RevokeKeyDialog({ open, onOpenChange, apiKey }: RevokeKeyDialogProps) {
  const queryClient = useQueryClient()
  return (
    <ConfirmDialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Revoke the key "${apiKey.name}"?`}
      description={
        <>
          Every request with it is refused from now on, and it cannot be brought back.{' '}
          {apiKey.lastUsedAt === null ? (
            'Nothing has used it yet.'
          ) : (
            <>
              It was last used <RelativeTime at={apiKey.lastUsedAt} />.
            </>
          )}
        </>
      }
      confirmLabel="Revoke key"
      describeFailure={errorLine}
      onConfirm={async () => {
        await revokeKey(apiKey.id)
        toast.success(`The key "${apiKey.name}" was revoked`)
        await queryClient.invalidateQueries({ queryKey: ['api_keys'] })
      }}
    />
  )
}
