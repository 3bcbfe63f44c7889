import { queryOptions } from '@tanstack/react-query'
import { supabase } from '@/lib/supabase'

/** The sites that have a page of ours, by id: those whose destination is the built-in receiver. */
export function landingSitesQuery() {
  return queryOptions({
    queryKey: ['sites', 'landing'],
    queryFn: async ({ signal }): Promise<Record<string, string>> => {
      const { data, error } = await supabase.from('sites').select('id, slug').is('destination_url', null).abortSignal(signal)
      if (error) throw error
      return Object.fromEntries(data.map(({ id, slug }) => [id, slug]))
    },
  })
}
