import { queryOptions } from '@tanstack/react-query'
import { z } from 'zod/mini'
import { planChanges, type PlanChanges } from '@/features/jobs/queries/plan'
import { fetchJobs, type JobSummary } from '@/lib/jobs'
import { everyRow } from '@/lib/queries/every-row'
import { supabase } from '@/lib/supabase'

export interface ComparedDelivery {
  id: string
  targetId: string
  name: string
  slug: string
  status: string
  reason: string
  attempts: number
  /** From its start to its end; null while it is open, or where nothing was sent. */
  durationMs: number | null
  itemCount: number
  bytes: number
  hash: string
}

export interface ComparedRun extends JobSummary {
  attempts: number
  p50Ms: number | null
  p95Ms: number | null
  planHash: string | null
  deliveries: ComparedDelivery[]
}

const DELIVERY = 'id, target_id, target_name, target_slug, status, reason, attempts, started_at, finished_at, item_count, body_bytes, body_hash' as const

/** One of two runs; null where there is none. `status` changes with the run, and asks again. */
export function comparedRunQuery(jobId: string, userId: string | undefined) {
  return queryOptions({
    queryKey: ['sync_jobs', 'compared', jobId, userId],
    queryFn: async ({ signal }): Promise<ComparedRun | null> => {
      const [job, rows] = await Promise.all([
        supabase.from('sync_jobs').select('number, attempts, p50_ms, p95_ms, plan_hash').eq('id', jobId).abortSignal(signal).maybeSingle(),
        everyRow((from, to) => supabase.from('sync_deliveries').select(DELIVERY, { count: 'exact' }).eq('job_id', jobId).order('id').range(from, to).abortSignal(signal)),
      ])
      if (job.error) throw job.error
      if (job.data === null) return null
      const [summary] = await fetchJobs({ userId, numbers: [job.data.number], limit: 1, signal })
      if (summary === undefined) return null
      return {
        ...summary,
        attempts: job.data.attempts,
        p50Ms: job.data.p50_ms,
        p95Ms: job.data.p95_ms,
        planHash: job.data.plan_hash,
        deliveries: rows.map((row) => ({
          id: row.id,
          targetId: row.target_id,
          name: row.target_name,
          slug: row.target_slug,
          status: row.status,
          reason: row.reason,
          attempts: row.attempts,
          durationMs: row.started_at === null || row.finished_at === null ? null : Math.max(0, Date.parse(row.finished_at) - Date.parse(row.started_at)),
          itemCount: row.item_count,
          bytes: row.body_bytes,
          hash: row.body_hash,
        })),
      }
    },
  })
}

const comparison = z.object({ before_kept: z.boolean(), after_kept: z.boolean(), changes: z.nullable(planChanges) })

export interface Comparison {
  beforeKept: boolean
  afterKept: boolean
  changes: PlanChanges | null
}

/** How what a site was sent by one run differs from what it was sent by the other. Bodies never change, so an answer stays. */
export function deliveryComparisonQuery(beforeId: string, afterId: string) {
  return queryOptions({
    queryKey: ['deliveries', 'compared', beforeId, afterId],
    staleTime: Infinity,
    queryFn: async ({ signal }): Promise<Comparison> => {
      const { data, error } = await supabase.rpc('compare_deliveries', { before_id: beforeId, after_id: afterId }).abortSignal(signal)
      if (error) throw error
      const { before_kept, after_kept, changes } = comparison.parse(data)
      return { beforeKept: before_kept, afterKept: after_kept, changes }
    },
  })
}

/** The run before this one; null where it is the first. */
export function previousRunQuery(number: number) {
  return queryOptions({
    queryKey: ['jobs', 'previous', number],
    staleTime: Infinity,
    queryFn: async ({ signal }): Promise<{ id: string; number: number } | null> => {
      const { data, error } = await supabase.from('sync_jobs').select('id, number').lt('number', number).order('number', { ascending: false }).limit(1).abortSignal(signal)
      if (error) throw error
      return data[0] ?? null
    },
  })
}
