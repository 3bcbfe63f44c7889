import { supabase } from '@/lib/supabase'

export async function setApprovalRule(required: boolean): Promise<void> {
  const { error } = await supabase.rpc('set_approval_rule', { required })
  if (error) throw error
}
