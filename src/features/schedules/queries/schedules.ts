import { queryOptions, useQuery } from '@tanstack/react-query'
import { useOrganizationId } from '@/lib/session'
import { supabase } from '@/lib/supabase'

export type ScheduleKind = 'publish' | 'drift'

export interface Schedule {
  id: string
  kind: ScheduleKind
  name: string
  cron: string
  timeZone: string
  allSites: boolean
  /** Chosen ones; empty when it is for all. */
  siteIds: string[]
  enabled: boolean
  /** null: the next tick plans it, or it is off. */
  nextRunAt: string | null
  lastRunAt: string | null
  /** '', 'started', 'nothing to do', or an error in words. */
  lastOutcome: string
  lastJob: { id: string; number: number; status: string } | null
  /** Why it cannot be planned; empty when it can. */
  problem: string
}

// Jobs name their schedule too, so the way to the last one has to be named.
const COLUMNS = `id, kind, name, cron, time_zone, all_sites, enabled, next_run_at, last_run_at, last_outcome, problem, schedule_sites(site_id),
  last_job:sync_jobs!schedules_organization_id_last_job_id_fkey(id, number, status)` as const

async function getSchedules(signal: AbortSignal): Promise<Schedule[]> {
  const { data, error } = await supabase.from('schedules').select(COLUMNS).order('created_at').order('id').abortSignal(signal)
  if (error) throw error
  return data.map((row) => ({
    id: row.id,
    kind: row.kind === 'drift' ? 'drift' : 'publish',
    name: row.name,
    cron: row.cron,
    timeZone: row.time_zone,
    allSites: row.all_sites,
    siteIds: row.schedule_sites.map(({ site_id }) => site_id),
    enabled: row.enabled,
    nextRunAt: row.next_run_at,
    lastRunAt: row.last_run_at,
    lastOutcome: row.last_outcome,
    lastJob: row.last_job,
    problem: row.problem ?? '',
  }))
}

/** Every schedule of the organization, the oldest first, so that the list does not jump. */
export function schedulesQuery(organizationId: string) {
  return queryOptions({
    queryKey: ['schedules', 'list', organizationId],
    meta: { tables: ['schedule_sites', 'sync_jobs', 'sites'] },
    queryFn: ({ signal }) => getSchedules(signal),
  })
}

export function useSchedules() {
  return useQuery(schedulesQuery(useOrganizationId()))
}
