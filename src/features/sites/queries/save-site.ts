import { supabase } from '@/lib/supabase'

export interface SiteDraft {
  name: string
  slug: string
  region: string | null
  destination_url: string | null
  enabled: boolean
  failure_rate: number
  fail_next: number
  max_attempts: number
  first_retry_ms: number
  timeout_seconds: number
  requests_per_minute: number | null
  state_url: string | null
}

export async function createSite(draft: SiteDraft): Promise<string> {
  const { data, error } = await supabase.from('sites').insert(draft).select('id').single()
  if (error) throw error
  return data.id
}

export async function updateSite(id: string, draft: Partial<SiteDraft>): Promise<void> {
  const { data, error } = await supabase.from('sites').update(draft).eq('id', id).select('id')
  if (error) throw error
  if (data.length === 0) throw refused('change')
}

export async function deleteSite(id: string): Promise<void> {
  const { data, error } = await supabase.from('sites').delete().eq('id', id).select('id')
  if (error) throw error
  if (data.length === 0) throw refused('delete')
}

/** Row security leaves out a row that may not be touched, without an error. */
function refused(act: string): Error {
  return Object.assign(new Error(`This site is gone already, or your role does not allow you to ${act} it`), { code: 'DS002' })
}
