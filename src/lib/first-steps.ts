import { supabase } from '@/lib/supabase'

/** What data cannot show of somebody's first steps. */
export type FirstStep = 'review' | 'landing' | 'dismiss' | 'resume'

/** Noted for this person alone. A note that is lost costs a tick in a list, so nobody is told of a failure here. */
export async function noteFirstStep(step: FirstStep): Promise<boolean> {
  const { error } = await supabase.rpc('note_first_step', { step })
  return error === null
}
