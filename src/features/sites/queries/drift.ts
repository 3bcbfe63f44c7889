import { z } from 'zod/mini'
import { functionError } from '@/lib/errors'
import { supabase } from '@/lib/supabase'

const checkedHere = z.object({ asked: z.number() })

/**
 * Compares what the site shows with what it accepted. The database does it at once for the built-in receiver; a site with
 * an address of its own is asked by a function. What came of it is in `site_states`.
 */
export async function checkDrift(siteId: string): Promise<void> {
  const { data, error } = await supabase.rpc('check_drift', { site_ids: [siteId] })
  if (error) throw error
  if (checkedHere.parse(data).asked === 0) return
  const answer = await supabase.functions.invoke<unknown>('drift', { body: { site_ids: [siteId] } })
  if (answer.error !== null) throw await functionError(answer.error)
}
