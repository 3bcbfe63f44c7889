import { useState } from 'react'
import { useNavigate } from 'react-router-dom'
import { deleteOrganization } from '@/features/settings/queries/delete-organization'
import { useOwner } from '@/features/settings/queries/owner'
import { errorLine } from '@/lib/errors'
import { countInWords } from '@/lib/format'
import { useActiveOrganization } from '@/lib/organizations'
import { paths } from '@/lib/paths'
import { withRecentSignIn } from '@/lib/reauthenticate'
import { refreshSession, useHasRole } from '@/lib/session'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { toast } from '@/ui/toaster'

export function DeleteOrganizationCard() {
  const navigate = useNavigate()
  const organization = useActiveOrganization()
  const { owner, mine } = useOwner()
  const isAdmin = useHasRole('admin')
  const [open, setOpen] = useState(false)
  if (organization === undefined || owner === undefined || !isAdmin) return null
  const others = owner.members - 1
  return (
    <Card title="Delete the organization" className="lg:col-span-2">
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-3">
        <p className="max-w-160 text-ink-2">
          Everything in it goes for good: content, sites with their secrets, mappings, schedules, runs with their logs, keys and the audit log. Its landing pages end.
          {!mine && ` Only the owner, ${owner.name ?? 'who is not known'}, can do this.`}
        </p>
        {mine && (
          <Button variant="danger" onClick={() => setOpen(true)}>
            Delete organization
          </Button>
        )}
      </div>
      <ConfirmDialog
        open={open}
        onOpenChange={setOpen}
        title={`Delete ${organization.name}?`}
        description={
          <>
            <p>This cannot be undone, and an export made before is all that can bring its content back.</p>
            {others > 0 && <p className="mt-1">{`The ${countInWords('other member', others)} ${others === 1 ? 'loses' : 'lose'} access at once.`}</p>}
          </>
        }
        typed={{ label: `Type ${organization.slug} to confirm`, expected: organization.slug }}
        confirmLabel="Delete organization"
        describeFailure={errorLine}
        onConfirm={async () => {
          await withRecentSignIn(() => deleteOrganization(organization.slug))
          toast.success(`${organization.name} is deleted`)
          // Another of the person's organizations is the active one now, or none: the guard leads on.
          await refreshSession()
          await navigate(paths.home.getHref(), { replace: true })
        }}
      />
    </Card>
  )
}
