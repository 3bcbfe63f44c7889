import { queryOptions, useQuery } from '@tanstack/react-query'
import * as z from 'zod/mini'
import { useSession } from '@/lib/session'
import { supabase } from '@/lib/supabase'

const answer = z.array(
  z.object({
    id: z.string(),
    created_at: z.string(),
    last_seen_at: z.nullable(z.string()),
    user_agent: z.nullable(z.string()),
    ip: z.nullable(z.string()),
    current: z.nullable(z.boolean()),
  }),
)

export interface AccountSession {
  id: string
  since: string
  lastSeen: string
  userAgent: string | null
  ip: string | null
  /** The one that asks. */
  current: boolean
}

/** Where the person is signed in, this session first. */
export function sessionsQuery(userId: string) {
  return queryOptions({
    queryKey: ['sessions', userId],
    queryFn: async ({ signal }): Promise<AccountSession[]> => {
      const { data, error } = await supabase.rpc('my_sessions').abortSignal(signal)
      if (error) throw error
      return answer.parse(data).map(({ id, created_at, last_seen_at, user_agent, ip, current }) => ({
        id, since: created_at, lastSeen: last_seen_at ?? created_at, userAgent: user_agent, ip, current: current === true,
      }))
    },
  })
}

export function useSessions() {
  return useQuery(sessionsQuery(useSession((state) => state.user?.id ?? '')))
}
