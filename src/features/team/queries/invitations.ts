import { queryOptions, useQuery } from '@tanstack/react-query'
import { isRole, type Role } from '@/lib/claims'
import { everyRow } from '@/lib/queries/every-row'
import { useOrganizationId } from '@/lib/session'
import { supabase } from '@/lib/supabase'

export interface PendingInvitation {
  id: string
  email: string
  role: Role
  /** Who has made it; null where that account is gone. */
  invitedBy: string | null
  sentAt: string
  expiresAt: string
}

/** As the database counts it: a token holds from when it is made, and a new one starts anew. */
const LIFETIME_MS = 7 * 86_400_000

async function getInvitations(organizationId: string, signal: AbortSignal): Promise<PendingInvitation[]> {
  const rows = await everyRow((from, to) =>
    supabase
      .from('invitations')
      .select('id, email, role, expires_at, inviter:profiles!invitations_invited_by_fkey(email, full_name)', { count: 'exact' })
      .eq('organization_id', organizationId)
      .is('accepted_at', null)
      .is('revoked_at', null)
      .order('expires_at', { ascending: false })
      .order('id')
      .range(from, to)
      .abortSignal(signal),
  )
  return rows.flatMap(({ id, email, role, expires_at, inviter }) =>
    isRole(role)
      ? [{
          id, email, role, expiresAt: expires_at,
          invitedBy: inviter === null ? null : (inviter.full_name ?? inviter.email),
          sentAt: new Date(Date.parse(expires_at) - LIFETIME_MS).toISOString(),
        }]
      : [],
  )
}

/** Invitations that nobody has accepted or revoked, the newest first; those that have expired are among them, to be sent again. */
export function invitationsQuery(organizationId: string) {
  return queryOptions({
    queryKey: ['invitations', 'pending', organizationId],
    meta: { tables: ['profiles'] },
    queryFn: ({ signal }) => getInvitations(organizationId, signal),
  })
}

export function useInvitations(enabled: boolean) {
  return useQuery({ ...invitationsQuery(useOrganizationId()), enabled })
}

export async function revokeInvitation(id: string): Promise<void> {
  const { error } = await supabase.rpc('revoke_invitation', { invitation_id: id })
  if (error) throw error
}
