import { queryOptions, useQuery } from '@tanstack/react-query'
import type { Database } from '@/lib/database.types'
import { useOrganizationId } from '@/lib/session'
import { supabase } from '@/lib/supabase'

type StateRow = Database['public']['Tables']['site_states']['Row']

export interface Site {
  id: string
  name: string
  slug: string
  region: string | null
  /** null: the built-in receiver. */
  destinationUrl: string | null
  enabled: boolean
  failureRate: number
  failNext: number
  /** Published or not, items mapped to it and not blocked. */
  itemCount: number
  state: SiteState
}

export interface SiteState {
  secretSetAt: string | null
  acceptedDeliveryId: string | null
  acceptedSequence: number | null
  acceptedHash: string | null
  acceptedAt: string | null
  acceptedItemCount: number | null
  onHold: boolean
  lastStatus: string | null
  lastError: string | null
  lastAttemptAt: string | null
}

const COLUMNS = 'id, name, slug, region, destination_url, enabled, failure_rate, fail_next, site_states(*), site_item_mappings(count)'

interface SiteRecord {
  id: string
  name: string
  slug: string
  region: string | null
  destination_url: string | null
  enabled: boolean
  failure_rate: number
  fail_next: number
  site_states: StateRow[]
  site_item_mappings: { count: number }[]
}

function toSite(row: SiteRecord): Site {
  const [state] = row.site_states
  return {
    id: row.id,
    name: row.name,
    slug: row.slug,
    region: row.region,
    destinationUrl: row.destination_url,
    enabled: row.enabled,
    failureRate: row.failure_rate,
    failNext: row.fail_next,
    itemCount: row.site_item_mappings[0]?.count ?? 0,
    state: {
      secretSetAt: state?.secret_set_at ?? null,
      acceptedDeliveryId: state?.accepted_delivery_id ?? null,
      acceptedSequence: state?.accepted_sequence ?? null,
      acceptedHash: state?.accepted_hash ?? null,
      acceptedAt: state?.accepted_at ?? null,
      acceptedItemCount: state?.accepted_item_count ?? null,
      onHold: state?.on_hold ?? false,
      lastStatus: state?.last_status ?? null,
      lastError: state?.last_error ?? null,
      lastAttemptAt: state?.last_attempt_at ?? null,
    },
  }
}

const TABLES = ['site_states', 'site_item_mappings'] as const

async function getSites(signal: AbortSignal): Promise<Site[]> {
  const { data, error } = await supabase
    .from('sites')
    .select(COLUMNS)
    .neq('site_item_mappings.mode', 'block')
    .order('name')
    .order('id')
    .abortSignal(signal)
  if (error) throw error
  return data.map(toSite)
}

/** Every site of the organization, by name. */
export function sitesQuery(organizationId: string) {
  return queryOptions({
    queryKey: ['sites', 'list', organizationId],
    meta: { tables: TABLES },
    queryFn: ({ signal }) => getSites(signal),
  })
}

export function useSites() {
  return useQuery(sitesQuery(useOrganizationId()))
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

async function getSite(id: string, signal: AbortSignal): Promise<Site | null> {
  if (!UUID.test(id)) return null
  const { data, error } = await supabase
    .from('sites')
    .select(COLUMNS)
    .eq('id', id)
    .neq('site_item_mappings.mode', 'block')
    .abortSignal(signal)
    .maybeSingle()
  if (error) throw error
  return data === null ? null : toSite(data)
}

/** null: there is no such site (any more), or it is another organization's. */
export function siteQuery(id: string) {
  return queryOptions({
    queryKey: ['sites', 'one', id],
    meta: { tables: TABLES },
    queryFn: ({ signal }) => getSite(id, signal),
  })
}

export function useSite(id: string) {
  return useQuery(siteQuery(id))
}
