import { queryOptions } from '@tanstack/react-query'
import { everyRow } from '@/lib/queries/every-row'
import { supabase } from '@/lib/supabase'

export interface Person {
  id: string
  name: string
  email: string
}

/** Members, by name: who may get a mail. */
export function peopleQuery(organizationId: string) {
  return queryOptions({
    queryKey: ['memberships', 'alert-people', organizationId],
    meta: { tables: ['profiles'] },
    queryFn: async ({ signal }): Promise<Person[]> => {
      const rows = await everyRow((from, to) =>
        supabase.from('memberships').select('user_id, profiles(email, full_name)', { count: 'exact' }).eq('organization_id', organizationId).order('user_id').range(from, to).abortSignal(signal),
      )
      return rows
        .map(({ user_id, profiles }) => ({ id: user_id, name: profiles.full_name ?? profiles.email, email: profiles.email }))
        .sort((a, b) => a.name.localeCompare(b.name))
    },
  })
}
