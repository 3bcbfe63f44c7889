import { queryOptions } from '@tanstack/react-query'
import { fetchPlan, type Plan } from '@/features/jobs/queries/plan'
import { planText } from '@/features/jobs/review/choice'

/**
 * The hash of a part of a plan, as `start_sync` would find it for these sites. Counted here, so that choosing among a thousand
 * sites asks for nothing; the database has the last word when the run starts.
 */
export function planHashQuery(plan: Plan, chosen: ReadonlySet<string>, whole: boolean) {
  const sites = plan.sites.filter(({ site_id }) => chosen.has(site_id))
  const text = planText(sites)
  return queryOptions({
    queryKey: ['plan', 'hash', whole ? plan.hash : text],
    staleTime: Infinity,
    gcTime: 0,
    queryFn: async ({ signal }): Promise<string | null> => {
      if (whole) return plan.hash
      if (sites.length === 0) return null
      // Only a secure context has it (https, localhost); elsewhere the database counts.
      if (!('subtle' in crypto)) return (await fetchPlan(sites.map(({ site_id }) => site_id), false, signal)).hash
      const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
      return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
    },
  })
}
