import { queryOptions, useQuery } from '@tanstack/react-query'
import { isRole, type Role } from '@/lib/claims'
import { everyRow } from '@/lib/queries/every-row'
import { useOrganizationId } from '@/lib/session'
import { supabase } from '@/lib/supabase'

export interface Member {
  id: string
  email: string
  fullName: string | null
  role: Role
  isOwner: boolean
  since: string
}

async function getMembers(organizationId: string, signal: AbortSignal): Promise<Member[]> {
  const rows = await everyRow((from, to) =>
    supabase
      .from('memberships')
      .select('user_id, role, is_owner, created_at, profiles(email, full_name)', { count: 'exact' })
      .eq('organization_id', organizationId)
      // The alphabet puts admins before editors and viewers.
      .order('is_owner', { ascending: false })
      .order('role')
      .order('created_at')
      .order('user_id')
      .range(from, to)
      .abortSignal(signal),
  )
  return rows.flatMap(({ user_id, role, is_owner, created_at, profiles }) =>
    isRole(role) ? [{ id: user_id, email: profiles.email, fullName: profiles.full_name, role, isOwner: is_owner, since: created_at }] : [],
  )
}

/** Everybody in the organization: its owner, then admins, editors and viewers, whoever is longest in it first. */
export function membersQuery(organizationId: string) {
  return queryOptions({
    queryKey: ['memberships', 'members', organizationId],
    meta: { tables: ['profiles'] },
    queryFn: ({ signal }) => getMembers(organizationId, signal),
  })
}

export function useMembers() {
  return useQuery(membersQuery(useOrganizationId()))
}

/** Who it is, in a sentence: the name where there is one. */
export const nameOf = ({ fullName, email }: Pick<Member, 'fullName' | 'email'>): string => fullName ?? email
