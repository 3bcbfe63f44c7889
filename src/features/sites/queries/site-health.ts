import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { z } from 'zod/mini'
import { useOrganizationId } from '@/lib/session'
import { supabase } from '@/lib/supabase'

/** Whatever may put a site behind, or bring it up to date. */
const TABLES = ['sites', 'site_states', 'site_item_mappings', 'content_items', 'content_types'] as const

const answered = z.object({
  sites: z.array(z.object({ site_id: z.string(), differs: z.boolean(), behind_by: z.nullable(z.number()), item_count: z.number() })),
})

/** What a site should show against what it has accepted. */
export interface Lag {
  differs: boolean
  /** Items that differ; 0 with `differs`: only its name or slug does. null: what it accepted is no longer kept. */
  behindBy: number | null
  /** Items that it should show now. */
  itemCount: number
}

async function getHealth(siteIds: string[] | null): Promise<ReadonlyMap<string, Lag>> {
  const { data, error } = await supabase.rpc('site_health', siteIds === null ? {} : { site_ids: siteIds })
  if (error) throw error
  return new Map(answered.parse(data).sites.map((site) => [site.site_id, { differs: site.differs, behindBy: site.behind_by, itemCount: site.item_count }]))
}

/** By site. Merges every payload of the organization, which takes a second where there are a thousand sites: see `useSiteHealth`. */
export function siteHealthQuery(organizationId: string) {
  return queryOptions({
    // No table's name: a nudge would begin it anew every time, and while a run goes on it would never end.
    queryKey: ['site-health', organizationId],
    queryFn: () => getHealth(null),
    staleTime: 2_000,
  })
}

/** Of one site, which is quick. */
export function useSiteLag(siteId: string) {
  return useQuery({
    queryKey: ['sites', 'lag', siteId],
    meta: { tables: TABLES },
    queryFn: async () => (await getHealth([siteId])).get(siteId) ?? null,
  })
}

/** At least this much time between two answers that nudges asked for. */
const PAUSE_MS = 2_000

export function useSiteHealth() {
  const organizationId = useOrganizationId()
  const queryClient = useQueryClient()
  // Answers at once, and is asked again with every nudge that may have changed the figures.
  const { dataUpdatedAt: newsAt } = useQuery({
    queryKey: ['site-health-news', organizationId],
    meta: { tables: TABLES },
    queryFn: () => Date.now(),
  })
  const health = useQuery(siteHealthQuery(organizationId))
  const { dataUpdatedAt, isFetching } = health
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const begun = useRef(0)
  useEffect(() => {
    if (isFetching) begun.current = Date.now()
  }, [isFetching])
  useEffect(() => {
    // News that came after the question was asked are not in its answer.
    if (isFetching || dataUpdatedAt === 0 || newsAt <= begun.current) return
    timer.current = setTimeout(() => void queryClient.refetchQueries({ queryKey: ['site-health', organizationId] }), Math.max(0, dataUpdatedAt + PAUSE_MS - Date.now()))
    return () => clearTimeout(timer.current)
  }, [newsAt, dataUpdatedAt, isFetching, organizationId, queryClient])
  return health
}
