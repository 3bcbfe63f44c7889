import { supabase } from '@/lib/supabase'

/** The document as text, as a file holds it. */
export async function exportOrganization(): Promise<string> {
  const { data, error } = await supabase.rpc('export_organization')
  if (error) throw error
  return `${JSON.stringify(data, null, 2)}\n`
}
