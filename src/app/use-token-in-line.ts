import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import type { Role } from '@/lib/claims'
import { errorLine } from '@/lib/errors'
import { refreshSession, useSession } from '@/lib/session'
import { toast } from '@/ui/toaster'

/**
 * The token says who one was when it was made. Where the list of memberships says otherwise by now (removed, or another
 * role), a new token brings the app in line: to another organization, to none, or to the role that holds.
 * @param role What the list says of the active organization. null: no longer a member; undefined: not known.
 * @param saidAt When it said so. Each list is believed once: one older than the token would ask for ever.
 */
export function useTokenInLine(role: Role | null | undefined, saidAt: number): void {
  const queryClient = useQueryClient()
  const inToken = useSession((state) => state.role)
  useEffect(() => {
    // Whoever leaves, joins or switches is about to ask for the new token themselves.
    if (role === undefined || role === inToken || queryClient.isMutating() > 0) return
    const { organizationId: before } = useSession.getState()
    refreshSession().then(
      () => {
        if (useSession.getState().organizationId !== before) toast.info('You are no longer a member of the organization that was open here')
      },
      (error: unknown) => toast.error(errorLine(error)),
    )
  }, [role, inToken, saidAt, queryClient])
}
