import { infiniteQueryOptions, useInfiniteQuery } from '@tanstack/react-query'
import { useOrganizationId } from '@/lib/session'
import { supabase } from '@/lib/supabase'

export interface ScheduleRun {
  id: string
  ranAt: string
  /** null: somebody ran it by hand. */
  plannedFor: string | null
  /** Who ran it by hand; null for the clock, and for somebody who is gone. */
  startedBy: string | null
  /** started, nothing to do, "1 of 3 sites drifted", or why it could not start. */
  outcome: string
  job: { id: string; number: number; status: string; total: number; succeeded: number; failed: number; skipped: number } | null
}

const PAGE = 25
const COLUMNS = `id, ran_at, planned_for, outcome, started_by:profiles!schedule_runs_started_by_fkey(full_name, email),
  job:sync_jobs!schedule_runs_organization_id_job_id_fkey(id, number, status, total, succeeded, failed, skipped)` as const

async function getRuns(scheduleId: string, before: string | null, signal: AbortSignal): Promise<ScheduleRun[]> {
  let query = supabase.from('schedule_runs').select(COLUMNS).eq('schedule_id', scheduleId).order('ran_at', { ascending: false }).limit(PAGE)
  if (before !== null) query = query.lt('ran_at', before)
  const { data, error } = await query.abortSignal(signal)
  if (error) throw error
  return data.map((row) => ({
    id: row.id,
    ranAt: row.ran_at,
    plannedFor: row.planned_for,
    startedBy: row.started_by === null ? null : (row.started_by.full_name ?? row.started_by.email),
    outcome: row.outcome,
    job: row.job,
  }))
}

/** What a schedule has done, the latest first. */
export function scheduleRunsQuery(organizationId: string, scheduleId: string) {
  return infiniteQueryOptions({
    queryKey: ['schedule_runs', organizationId, scheduleId],
    // A run of a schedule changes the schedule too, and that is what is told.
    meta: { tables: ['schedules', 'sync_jobs'] },
    queryFn: ({ pageParam, signal }) => getRuns(scheduleId, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => (last.length < PAGE ? undefined : (last.at(-1)?.ranAt ?? undefined)),
  })
}

export function useScheduleRuns(scheduleId: string) {
  return useInfiniteQuery(scheduleRunsQuery(useOrganizationId(), scheduleId))
}
