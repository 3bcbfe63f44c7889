import { queryOptions, useQuery } from '@tanstack/react-query'
import type { ApiKey } from '@/features/api-keys/key-words'
import { everyRow } from '@/lib/queries/every-row'
import { useOrganizationId } from '@/lib/session'
import { supabase } from '@/lib/supabase'

// People are named twice: who made it, who revoked it.
const COLUMNS = `id, name, prefix, scopes, expires_at, created_at, last_used_at, revoked_at,
  creator:profiles!api_keys_created_by_fkey(id, full_name, email), revoker:profiles!api_keys_revoked_by_fkey(id, full_name, email)` as const

interface Person {
  id: string
  full_name: string | null
  email: string
}

const person = (row: Person | null) => (row === null ? null : { id: row.id, name: row.full_name ?? row.email })

/** Every key of the organization, the newest first; those that have ended too. Never a key's text, which nobody has. */
export function apiKeysQuery(organizationId: string) {
  return queryOptions({
    queryKey: ['api_keys', 'list', organizationId],
    queryFn: async ({ signal }): Promise<ApiKey[]> => {
      const rows = await everyRow((from, to) =>
        supabase
          .from('api_keys')
          .select(COLUMNS, { count: 'exact' })
          .order('created_at', { ascending: false })
          .order('id')
          .range(from, to)
          .abortSignal(signal),
      )
      return rows.map((row) => ({
        id: row.id,
        name: row.name,
        prefix: row.prefix,
        scopes: row.scopes,
        createdAt: row.created_at,
        createdBy: person(row.creator),
        lastUsedAt: row.last_used_at,
        expiresAt: row.expires_at,
        revokedAt: row.revoked_at,
        revokedBy: person(row.revoker),
      }))
    },
  })
}

export function useApiKeys() {
  return useQuery(apiKeysQuery(useOrganizationId()))
}
