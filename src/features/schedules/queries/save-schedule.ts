import type { Schedule, ScheduleKind } from '@/features/schedules/queries/schedules'
import { supabase } from '@/lib/supabase'

export interface ScheduleDraft {
  kind: ScheduleKind
  name: string
  cron: string
  timeZone: string
  allSites: boolean
  siteIds: string[]
  enabled: boolean
}

/** A new one without an id; else everything of the one that has it is replaced. */
export async function saveSchedule(id: string | null, draft: ScheduleDraft): Promise<string> {
  const { data, error } = await supabase.rpc('save_schedule', {
    schedule: {
      ...(id === null ? {} : { id }),
      kind: draft.kind,
      name: draft.name,
      cron: draft.cron,
      time_zone: draft.timeZone,
      all_sites: draft.allSites,
      site_ids: draft.allSites ? [] : draft.siteIds,
      enabled: draft.enabled,
    },
  })
  if (error) throw error
  return data
}

export async function setScheduleEnabled(id: string, enabled: boolean): Promise<void> {
  const { data, error } = await supabase.from('schedules').update({ enabled }).eq('id', id).select('id')
  if (error) throw error
  if (data.length === 0) throw refused('change')
}

export async function deleteSchedule(id: string): Promise<void> {
  const { data, error } = await supabase.from('schedules').delete().eq('id', id).select('id')
  if (error) throw error
  if (data.length === 0) throw refused('delete')
}

/** Row security leaves out a row that may not be touched, without an error. */
function refused(act: string): Error {
  return Object.assign(new Error(`This schedule is gone already, or your role does not allow you to ${act} it`), { code: 'DS002' })
}

/** The same again, as a new one: what "Undo" after a deletion writes. */
export function draftOf({ kind, name, cron, timeZone, allSites, siteIds, enabled }: Schedule): ScheduleDraft {
  return { kind, name, cron, timeZone, allSites, siteIds, enabled }
}
