import { queryOptions } from '@tanstack/react-query'
import { z } from 'zod/mini'
import { payloadPreviewQuery } from '@/lib/queries/payload-preview'
import { supabase } from '@/lib/supabase'

const fieldChange = z.object({ field: z.string(), before: z.optional(z.unknown()), after: z.optional(z.unknown()), own: z.optional(z.boolean()) })

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

export const planChanges = z.array(z.discriminatedUnion('kind', [siteChange, itemChange]))

const counts = z.object({ added: z.number(), changed: z.number(), removed: z.number(), reordered: z.number(), unchanged: z.number() })

const planSite = z.object({
  site_id: z.string(),
  name: z.string(),
  slug: z.string(),
  /** `built-in`, or the URL. */
  destination: z.string(),
  enabled: z.boolean(),
  item_count: z.number(),
  bytes: z.number(),
  hash: z.string(),
  accepted_hash: z.nullable(z.string()),
  accepted_at: z.nullable(z.string()),
  accepted_item_count: z.nullable(z.number()),
  unchanged: z.boolean(),
  on_hold: z.boolean(),
  counts,
  warnings: z.array(z.object({ code: z.string(), message: z.string() })),
  /** null in a plan without detail: `siteChangesQuery` brings them. */
  changes: z.nullable(planChanges),
})

const plan = z.object({
  hash: z.string(),
  drafts: z.number(),
  /** Published items whose time has not come yet. */
  scheduled_items: z.number(),
  sites: z.array(planSite),
})

export type Plan = z.infer<typeof plan>
export type PlanSite = z.infer<typeof planSite>
export type PlanCounts = z.infer<typeof counts>
export type PlanChanges = NonNullable<PlanSite['changes']>

/** Beyond this many sites the differences are asked for one site at a time, when somebody opens it. */
export const DETAIL_UP_TO = 50

export async function fetchPlan(siteIds: readonly string[] | null, detail: boolean, signal: AbortSignal): Promise<Plan> {
  const { data, error } = await supabase.rpc('plan_sync', { ...(siteIds === null ? {} : { site_ids: [...siteIds] }), detail }).abortSignal(signal)
  if (error) throw error
  return plan.parse(data)
}

async function countEnabledSites(signal: AbortSignal): Promise<number> {
  const { count, error } = await supabase.from('sites').select('id', { count: 'exact' }).eq('enabled', true).limit(1).abortSignal(signal)
  if (error) throw error
  return count ?? 0
}

/** What a run would send now, and what that changes. A plan is approved by its hash, so an old one is never shown again. */
export function planQuery(siteIds: readonly string[] | null) {
  return queryOptions({
    queryKey: ['plan', siteIds],
    meta: { tables: ['sites', 'site_states', 'site_item_mappings', 'content_items', 'content_types'] },
    staleTime: 0,
    gcTime: 0,
    queryFn: async ({ signal }): Promise<Plan> => {
      const sites = siteIds?.length ?? (await countEnabledSites(signal))
      return fetchPlan(siteIds, sites <= DETAIL_UP_TO, signal)
    },
  })
}

/**
 * The differences of one site of a plan without detail. Two hashes name what is compared, so an answer never grows old; that it
 * belongs to another pair (the content has moved on meanwhile) shows in its own `hash`.
 */
export function siteChangesQuery({ site_id, hash, accepted_hash }: Pick<PlanSite, 'site_id' | 'hash' | 'accepted_hash'>) {
  return queryOptions({
    queryKey: ['plan', 'site', site_id, hash, accepted_hash],
    staleTime: Infinity,
    queryFn: async ({ signal }): Promise<{ hash: string; acceptedHash: string | null; changes: PlanChanges }> => {
      const { sites } = await fetchPlan([site_id], true, signal)
      const [site] = sites
      if (site === undefined) throw new Error('The site is no longer part of the plan. Reload the page.')
      return { hash: site.hash, acceptedHash: site.accepted_hash, changes: site.changes ?? [] }
    },
  })
}

/** The payload of a site as the plan has it, under the plan's own name for it; its `hash` tells whether the content has moved on. */
export function sitePayloadQuery({ site_id, hash }: Pick<PlanSite, 'site_id' | 'hash'>) {
  return { ...payloadPreviewQuery(site_id), queryKey: ['plan', 'payload', site_id, hash], staleTime: Infinity, meta: {} }
}
