import { infiniteQueryOptions, queryOptions, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { z } from 'zod/mini'
import { acceptedQuery, toReceived, type Received } from '@/features/sites/queries/received'
import { supabase } from '@/lib/supabase'

const counts = z.object({ added: z.number(), changed: z.number(), removed: z.number(), reordered: z.number(), unchanged: z.number() })

const page = z.object({
  more: z.boolean(),
  versions: z.array(
    z.object({
      sequence: z.number(), delivery_id: z.nullable(z.string()), job_id: z.nullable(z.string()), job_number: z.nullable(z.number()),
      trigger: z.nullable(z.string()), by: z.nullable(z.string()), at: z.string(), item_count: z.number(), bytes: z.number(), hash: z.string(),
      has_body: z.boolean(), is_received: z.boolean(), is_current: z.boolean(), is_shown: z.nullable(z.boolean()), can_roll_back: z.boolean(),
      is_first: z.boolean(), counts: z.nullable(counts),
    }),
  ),
})

export type VersionCounts = z.infer<typeof counts>

/** What a site has had: a delivery that it accepted, a payload that our receiver applied, or (mostly) both in one. */
export interface Version {
  sequence: number
  deliveryId: string | null
  jobId: string | null
  jobNumber: number | null
  trigger: string | null
  /** Who started the run; null: nobody did, or they are gone. */
  by: string | null
  at: string
  itemCount: number
  bytes: number
  hash: string
  /** It is still kept, and can be looked at. */
  hasBody: boolean
  /** Our own receiver has written it down. */
  isReceived: boolean
  /** What the site accepted last. */
  isCurrent: boolean
  /** What its landing page shows. */
  isShown: boolean
  canRollBack: boolean
  isFirst: boolean
  /** Against the version before it; null where one of the two is no longer kept. */
  counts: VersionCounts | null
}

const A_PAGE = 20

async function getVersions(siteId: string, before: number | null, signal: AbortSignal): Promise<{ more: boolean; versions: Version[] }> {
  const { data, error } = await supabase.rpc('site_versions', { site_id: siteId, most: A_PAGE, ...(before === null ? {} : { before_sequence: before }) }).abortSignal(signal)
  if (error) throw error
  const parsed = page.parse(data)
  return {
    more: parsed.more,
    versions: parsed.versions.map((row) => ({
      sequence: row.sequence, deliveryId: row.delivery_id, jobId: row.job_id, jobNumber: row.job_number, trigger: row.trigger, by: row.by, at: row.at,
      itemCount: row.item_count, bytes: row.bytes, hash: row.hash, hasBody: row.has_body, isReceived: row.is_received, isCurrent: row.is_current,
      isShown: row.is_shown === true, canRollBack: row.can_roll_back, isFirst: row.is_first, counts: row.counts,
    })),
  }
}

/** Newest first. */
export function versionsQuery(siteId: string) {
  return infiniteQueryOptions({
    queryKey: ['site_states', 'versions', siteId],
    meta: { tables: ['sync_jobs', 'destination_snapshots'] },
    queryFn: ({ pageParam, signal }) => getVersions(siteId, pageParam, signal),
    initialPageParam: null as number | null,
    getNextPageParam: ({ more, versions }) => (more ? (versions.at(-1)?.sequence ?? null) : null),
  })
}

export function useVersions(siteId: string) {
  return useInfiniteQuery(versionsQuery(siteId))
}

/** What our receiver applied at this sequence. It never changes. */
export function snapshotVersionQuery(siteId: string, sequence: number) {
  return queryOptions({
    queryKey: ['site-version', siteId, sequence],
    queryFn: async ({ signal }): Promise<Received | null> => {
      const { data, error } = await supabase
        .from('destination_snapshot_history')
        .select('body, sequence, received_at')
        .eq('site_id', siteId)
        .eq('sequence', sequence)
        .abortSignal(signal)
        .maybeSingle()
      if (error) throw error
      return data === null ? null : toReceived(data.body, data.sequence, data.received_at)
    },
    staleTime: Infinity,
  })
}

/** The content of a version; null data: it is no longer kept. */
export function useVersionContent(siteId: string, version: Version | undefined) {
  const received = useQuery({ ...snapshotVersionQuery(siteId, version?.sequence ?? 0), enabled: version?.isReceived === true })
  const accepted = useQuery({ ...acceptedQuery(version?.deliveryId ?? ''), enabled: version !== undefined && !version.isReceived && version.deliveryId !== null && version.hasBody })
  return version?.isReceived === true ? received : accepted
}
