import { queryOptions } from '@tanstack/react-query'
import { z } from 'zod/mini'
import { supabase } from '@/lib/supabase'

const fieldChange = z.object({ field: z.string(), before: z.optional(z.unknown()), after: z.optional(z.unknown()) })

const siteChange = z.object({ kind: z.literal('site'), fields: z.array(fieldChange) })
const itemChange = z.object({
  kind: z.enum(['added', 'removed', 'changed', 'moved']),
  item_id: z.string(),
  type: z.string(),
  title: z.string(),
  fields: z.array(fieldChange),
  from: z.nullable(z.number()),
  to: z.nullable(z.number()),
})

const planSite = z.object({
  site_id: z.string(),
  name: z.string(),
  slug: z.string(),
  /** `built-in`, or the URL. */
  destination: z.string(),
  item_count: z.number(),
  bytes: z.number(),
  hash: z.string(),
  accepted_hash: z.nullable(z.string()),
  accepted_at: z.nullable(z.string()),
  accepted_item_count: z.nullable(z.number()),
  unchanged: z.boolean(),
  on_hold: z.boolean(),
  warnings: z.array(z.object({ code: z.string(), message: z.string() })),
  changes: z.array(z.discriminatedUnion('kind', [siteChange, itemChange])),
  payload: z.unknown(),
})

const plan = z.object({ hash: z.string(), drafts: z.number(), sites: z.array(planSite) })

export type Plan = z.infer<typeof plan>
export type PlanSite = z.infer<typeof planSite>
export type SiteChange = z.infer<typeof siteChange>
export type ItemChange = z.infer<typeof itemChange>

/** What a run would send now, and what that changes. A plan is approved by its hash, so an old one is never shown again. */
export function planQuery(siteIds: readonly string[] | null) {
  return queryOptions({
    queryKey: ['plan', siteIds],
    meta: { tables: ['sites', 'site_states', 'site_item_mappings', 'content_items', 'content_types'] },
    staleTime: 0,
    gcTime: 0,
    queryFn: async ({ signal }): Promise<Plan> => {
      const { data, error } = await supabase.rpc('plan_sync', siteIds === null ? {} : { site_ids: [...siteIds] }).abortSignal(signal)
      if (error) throw error
      return plan.parse(data)
    },
  })
}
