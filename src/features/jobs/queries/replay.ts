import { queryOptions } from '@tanstack/react-query'
import { z } from 'zod/mini'
import { openRun } from '@/lib/runs'
import { supabase } from '@/lib/supabase'
import { toast } from '@/ui/toaster'

/** Of a delivery that is sent again: the bytes it held, or what its site should show now. */
export type ReplayContent = 'original' | 'current'

/** Which deliveries: of each site the newest one that matches. What is left out does not narrow. */
export interface ReplayFilter {
  site_ids?: string[]
  statuses?: string[]
  /** ISO instants, of when the delivery was made. */
  from?: string
  to?: string
}

/** Sends one delivery again. Returns the id of the run that does it. */
export async function replayDelivery(deliveryId: string, content: ReplayContent): Promise<string> {
  const { data, error } = await supabase.rpc('replay_delivery', { delivery_id: deliveryId, content })
  if (error) throw error
  return openRun(data, toast.message)
}

/** Sends again what failed of a run, and nothing else of it. */
export async function retryFailed(jobId: string, content: ReplayContent): Promise<string> {
  const { data, error } = await supabase.rpc('retry_failed', { job_id: jobId, content })
  if (error) throw error
  return openRun(data, toast.message)
}

export async function replayDeliveries(filter: ReplayFilter, content: ReplayContent): Promise<string> {
  const { data, error } = await supabase.rpc('replay_deliveries', { filter: { ...filter }, content })
  if (error) throw error
  return openRun(data, toast.message)
}

const replayPlan = z.object({
  count: z.number(),
  deliveries: z.array(
    z.object({
      delivery_id: z.string(),
      site_id: z.string(),
      site_name: z.string(),
      job_number: z.number(),
      status: z.string(),
      created_at: z.string(),
      item_count: z.number(),
      body_bytes: z.number(),
      sequence: z.nullable(z.number()),
      /** false: only current content can be sent in its place. */
      has_body: z.boolean(),
      /** Of the site: a disabled one is passed by. */
      enabled: z.boolean(),
      /** The site shows exactly this now. */
      is_accepted: z.boolean(),
    }),
  ),
})

export type ReplayPlan = z.infer<typeof replayPlan>

/** What `replayDeliveries` with the same filter would send, before it does. */
export function replayPlanQuery(filter: ReplayFilter) {
  return queryOptions({
    queryKey: ['replay-plan', filter],
    meta: { tables: ['sync_jobs', 'sites'] },
    staleTime: 0,
    gcTime: 0,
    queryFn: async ({ signal }): Promise<ReplayPlan> => {
      const { data, error } = await supabase.rpc('plan_replay', { filter: { ...filter } }).abortSignal(signal)
      if (error) throw error
      return replayPlan.parse(data)
    },
  })
}
