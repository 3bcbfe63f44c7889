import { queryOptions, useQuery } from '@tanstack/react-query'
import { useHasRole, useOrganizationId, useSession } from '@/lib/session'
import { supabase } from '@/lib/supabase'

interface Owner {
  /** null: the owner's account is gone, and any admin counts as one. */
  id: string | null
  name: string | null
  members: number
}

export function ownerQuery(organizationId: string) {
  return queryOptions({
    queryKey: ['memberships', 'owner', organizationId],
    meta: { tables: ['profiles'] },
    queryFn: async ({ signal }): Promise<Owner> => {
      const { data, error, count } = await supabase
        .from('memberships')
        .select('user_id, is_owner, profiles(email, full_name)', { count: 'exact' })
        .eq('organization_id', organizationId)
        .order('is_owner', { ascending: false })
        .limit(1)
        .abortSignal(signal)
      if (error) throw error
      const [first] = data
      const owner = first?.is_owner === true ? first : undefined
      return { id: owner?.user_id ?? null, name: owner === undefined ? null : (owner.profiles.full_name ?? owner.profiles.email), members: count ?? data.length }
    },
  })
}

/** Whose organization this is, and whether that is the person who asks. */
export function useOwner() {
  const { data, ...query } = useQuery(ownerQuery(useOrganizationId()))
  const userId = useSession((state) => state.user?.id)
  const isAdmin = useHasRole('admin')
  return { ...query, owner: data, mine: data !== undefined && (data.id === null ? isAdmin : data.id === userId) }
}
