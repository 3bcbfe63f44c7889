import { supabase } from '@/lib/supabase'

export async function renameOrganization(organizationId: string, name: string): Promise<void> {
  const { data, error } = await supabase.from('organizations').update({ name }).eq('id', organizationId).select('id')
  if (error) throw error
  // RLS leaves out a row that may not be changed, without an error.
  if (data.length === 0) throw Object.assign(new Error('Only admins may rename the organization'), { code: 'DS002' })
}
