import { queryOptions, useQuery } from '@tanstack/react-query'
import { supabase } from '@/lib/supabase'

export interface SiteDelivery {
  id: string
  jobId: string
  jobNumber: number
  trigger: string
  status: string
  reason: string
  statusCode: number | null
  attempts: number
  itemCount: number
  bytes: number
  durationMs: number | null
  createdAt: string
}

const SHOWN = 10

async function getDeliveries(siteId: string, signal: AbortSignal): Promise<SiteDelivery[]> {
  const { data, error } = await supabase
    .from('sync_deliveries')
    .select('id, job_id, status, reason, status_code, attempts, item_count, body_bytes, duration_ms, created_at, sync_jobs(number, trigger)')
    .eq('site_id', siteId)
    .order('created_at', { ascending: false })
    .limit(SHOWN)
    .abortSignal(signal)
  if (error) throw error
  return data.map((row) => ({
    id: row.id,
    jobId: row.job_id,
    jobNumber: row.sync_jobs.number,
    trigger: row.sync_jobs.trigger,
    status: row.status,
    reason: row.reason,
    statusCode: row.status_code,
    attempts: row.attempts,
    itemCount: row.item_count,
    bytes: row.body_bytes,
    durationMs: row.duration_ms,
    createdAt: row.created_at,
  }))
}

/** The last ten of a site, newest first. */
export function siteDeliveriesQuery(siteId: string) {
  return queryOptions({
    queryKey: ['sync_deliveries', 'of-site', siteId],
    // Deliveries send no nudges to the whole organization; what they change does.
    meta: { tables: ['site_states', 'sync_jobs'] },
    queryFn: ({ signal }) => getDeliveries(siteId, signal),
  })
}

export function useSiteDeliveries(siteId: string) {
  return useQuery(siteDeliveriesQuery(siteId))
}
