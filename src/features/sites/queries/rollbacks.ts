import { queryOptions, useQuery } from '@tanstack/react-query'
import { z } from 'zod/mini'
import { openRun } from '@/lib/runs'
import { supabase } from '@/lib/supabase'
import { toast } from '@/ui/toaster'

const rollback = z.object({
  delivery_id: z.string(),
  job_id: z.string(),
  job_number: z.number(),
  sequence: z.nullable(z.number()),
  accepted_at: z.string(),
  item_count: z.number(),
  body_bytes: z.number(),
  is_current: z.boolean(),
})

/** A delivery that the site accepted and whose body is still kept. */
export interface Rollback {
  deliveryId: string
  jobId: string
  jobNumber: number
  sequence: number | null
  acceptedAt: string
  itemCount: number
  bytes: number
  /** What it accepted last. */
  isCurrent: boolean
}

async function getRollbacks(siteId: string, signal: AbortSignal): Promise<Rollback[]> {
  const { data, error } = await supabase.rpc('site_rollbacks', { site_id: siteId }).abortSignal(signal)
  if (error) throw error
  return z.array(rollback).parse(data).map((row) => ({
    deliveryId: row.delivery_id,
    jobId: row.job_id,
    jobNumber: row.job_number,
    sequence: row.sequence,
    acceptedAt: row.accepted_at,
    itemCount: row.item_count,
    bytes: row.body_bytes,
    isCurrent: row.is_current,
  }))
}

/** What the site can go back to, newest first; at most 50. */
export function rollbacksQuery(siteId: string) {
  return queryOptions({
    queryKey: ['site_states', 'rollbacks', siteId],
    meta: { tables: ['sync_jobs'] },
    queryFn: ({ signal }) => getRollbacks(siteId, signal),
  })
}

export function useRollbacks(siteId: string) {
  return useQuery(rollbacksQuery(siteId))
}

/** Sends the body of an earlier delivery again, as a run of its own, and puts the site on hold. Returns the run's id. */
export async function rollBack(siteId: string, deliveryId: string): Promise<string> {
  const { data, error } = await supabase.rpc('rollback_site', { site_id: siteId, delivery_id: deliveryId })
  if (error) throw error
  return openRun(data, toast.message)
}
