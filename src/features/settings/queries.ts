import { queryOptions } from '@tanstack/react-query'
import { isRole, type Role } from '@/lib/claims'
import { supabase } from '@/lib/supabase'

export interface Member {
  id: string
  email: string
  fullName: string | null
  role: Role
  since: string
}

/** Everybody in the organization, admins first. */
export function membersQuery(organizationId: string) {
  return queryOptions({
    queryKey: ['memberships', 'members', organizationId],
    meta: { tables: ['profiles'] },
    queryFn: async ({ signal }): Promise<Member[]> => {
      const { data, error } = await supabase
        .from('memberships')
        .select('user_id, role, created_at, profiles(email, full_name)')
        .eq('organization_id', organizationId)
        .order('role')
        .order('created_at')
        .abortSignal(signal)
      if (error) throw error
      return data.flatMap(({ user_id, role, created_at, profiles }) =>
        isRole(role) ? [{ id: user_id, email: profiles.email, fullName: profiles.full_name, role, since: created_at }] : [],
      )
    },
  })
}

export async function renameOrganization(organizationId: string, name: string): Promise<void> {
  const { data, error } = await supabase.from('organizations').update({ name }).eq('id', organizationId).select('id')
  if (error) throw error
  // RLS leaves out a row that may not be changed, without an error.
  if (data.length === 0) throw Object.assign(new Error('Only admins may rename the organization'), { code: 'DS002' })
}
