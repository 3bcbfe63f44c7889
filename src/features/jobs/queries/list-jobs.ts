import { findFilter, type JobFilters } from '@/features/jobs/list/job-filters'
import { fetchJobs, type JobSummary } from '@/lib/jobs'
import { supabase } from '@/lib/supabase'

export const PAGE = 50

interface PageOptions {
  userId: string | undefined
  filters: JobFilters
  /** Keyset: only runs with a lower number than this. */
  before?: number | undefined
  limit?: number
  signal: AbortSignal
}

/** A page of runs, newest first. Every filter is answered from an index; which runs have a site or a text among them, the database finds. */
export async function fetchJobPage({ userId, filters, before, limit = PAGE, signal }: PageOptions): Promise<JobSummary[]> {
  const filter = findFilter(filters)
  if (filter === null) {
    return fetchJobs({ userId, status: filters.status ?? undefined, trigger: filters.trigger ?? undefined, before, limit, signal })
  }
  const { data: numbers, error } = await supabase.rpc('find_jobs', { filter, ...(before === undefined ? {} : { before }), count: limit }).abortSignal(signal)
  if (error) throw error
  return numbers.length === 0 ? [] : fetchJobs({ userId, numbers, limit, signal })
}
