import { queryOptions } from '@tanstack/react-query'
import type { ActorKind } from '@/features/audit/entry'
import { supabase } from '@/lib/supabase'

export interface Actor {
  kind: ActorKind
  id: string
  name: string
}

/** Who can act in the organization today: its people, keys and schedules. Whoever is gone is found through one of their entries. */
export function actorsQuery(organizationId: string) {
  return queryOptions({
    queryKey: ['audit', 'actors', organizationId],
    meta: { tables: ['memberships', 'profiles', 'api_keys', 'schedules'] },
    queryFn: async ({ signal }): Promise<Actor[]> => {
      const [people, keys, schedules] = await Promise.all([
        supabase.from('memberships').select('user_id, profiles(email, full_name)').eq('organization_id', organizationId).abortSignal(signal),
        supabase.from('api_keys').select('id, name').abortSignal(signal),
        supabase.from('schedules').select('id, name').abortSignal(signal),
      ])
      for (const { error } of [people, keys, schedules]) if (error) throw error
      const named = (kind: ActorKind, all: Omit<Actor, 'kind'>[]) => all.map((one): Actor => ({ ...one, kind })).sort((a, b) => a.name.localeCompare(b.name))
      return [
        ...named('user', (people.data ?? []).map(({ user_id, profiles }) => ({ id: user_id, name: profiles.full_name ?? profiles.email }))),
        ...named('api_key', keys.data ?? []),
        ...named('schedule', schedules.data ?? []),
      ]
    },
  })
}
