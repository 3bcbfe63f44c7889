import type { Role } from '@/lib/claims'
import { supabase } from '@/lib/supabase'

export async function changeRole(userId: string, role: Role): Promise<void> {
  const { error } = await supabase.rpc('change_member_role', { user_id: userId, role })
  if (error) throw error
}

export async function removeMember(userId: string): Promise<void> {
  const { error } = await supabase.rpc('remove_member', { user_id: userId })
  if (error) throw error
}

/** Wants a recent sign-in: DS050 else. */
export async function transferOwnership(userId: string): Promise<void> {
  const { error } = await supabase.rpc('transfer_ownership', { user_id: userId })
  if (error) throw error
}

/** Another of the person's organizations becomes the active one, or none; the caller then refreshes the session. */
export async function leaveOrganization(): Promise<void> {
  const { error } = await supabase.rpc('leave_organization')
  if (error) throw error
}
