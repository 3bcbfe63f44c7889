import { queryOptions, useQuery } from '@tanstack/react-query'
import { isRole, type Role } from '@/lib/claims'
import { forgetEndedSession, refreshSession, useSession } from '@/lib/session'
import { supabase } from '@/lib/supabase'

export interface MyOrganization {
  id: string
  name: string
  slug: string
  role: Role
}

/** Every organization that the person belongs to, by name. */
export function myOrganizationsQuery(userId: string) {
  return queryOptions({
    queryKey: ['memberships', 'mine', userId],
    meta: { tables: ['organizations'] },
    queryFn: async ({ signal }): Promise<MyOrganization[]> => {
      const { data, error } = await supabase
        .from('memberships')
        .select('role, organizations(id, name, slug)')
        .eq('user_id', userId)
        .abortSignal(signal)
      if (error) throw error
      // The token names an organization and the database knows of none: the membership has ended, or the whole session.
      if (data.length === 0 && useSession.getState().organizationId !== null) void forgetEndedSession()
      return data
        .flatMap(({ role, organizations }) => (isRole(role) ? [{ ...organizations, role }] : []))
        .sort((a, b) => a.name.localeCompare(b.name))
    },
  })
}

/** The one that the session is in; undefined until the list has come. */
export function useActiveOrganization(): MyOrganization | undefined {
  const userId = useSession((state) => state.user?.id)
  const organizationId = useSession((state) => state.organizationId)
  const { data } = useQuery({ ...myOrganizationsQuery(userId ?? ''), enabled: userId !== undefined })
  return data?.find(({ id }) => id === organizationId)
}

/** Makes an organization with the caller as its admin, and active; `refreshSession()` then brings it into the token. */
export async function createOrganization(name: string): Promise<void> {
  const { error } = await supabase.rpc('create_organization', { name })
  if (error) throw error
}

/** The token names the active organization, so a switch ends with a new token; the cache is emptied by the session itself. */
export async function switchOrganization(organizationId: string): Promise<void> {
  const { error } = await supabase.rpc('switch_organization', { organization_id: organizationId })
  if (error) throw error
  await refreshSession()
}

export async function loadDemoData(): Promise<void> {
  const { error } = await supabase.rpc('load_demo_data')
  if (error) throw error
}
