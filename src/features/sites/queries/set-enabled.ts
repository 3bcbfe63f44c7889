import { z } from 'zod/mini'
import { supabase } from '@/lib/supabase'

const answered = z.object({ changed: z.array(z.string()), unchanged: z.number() })

/** All of them or none. Returns those that were not so already: what an undo has to put back. */
export async function setSitesEnabled(siteIds: readonly string[], enabled: boolean): Promise<{ changed: string[]; unchanged: number }> {
  const { data, error } = await supabase.rpc('set_sites_enabled', { site_ids: [...siteIds], enabled })
  if (error) throw error
  return answered.parse(data)
}
