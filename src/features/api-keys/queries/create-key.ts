import type { KeyDraft } from '@/features/api-keys/key-schema'
import { supabase } from '@/lib/supabase'

/** The answer is the only place that ever holds the key's text. */
export interface NewKey {
  id: string
  key: string
  prefix: string
}

export async function createKey({ name, scopes, expiresAt }: KeyDraft): Promise<NewKey> {
  const { data, error } = await supabase.rpc('create_api_key', { name, scopes, ...(expiresAt === null ? {} : { expires_at: expiresAt }) })
  if (error) throw error
  if (!isNewKey(data)) throw new Error('The key was created, but the server did not show it. Revoke it and create another.')
  return data
}

function isNewKey(value: unknown): value is NewKey {
  return (
    typeof value === 'object' && value !== null && 'id' in value && 'key' in value && 'prefix' in value &&
    typeof value.id === 'string' && typeof value.key === 'string' && typeof value.prefix === 'string'
  )
}
