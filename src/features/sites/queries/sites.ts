import { queryOptions, useQuery } from '@tanstack/react-query'
import { readChanges } from '@/features/sites/payload-changes'
import type { Database } from '@/lib/database.types'
import { everyRow } from '@/lib/queries/every-row'
import { useOrganizationId } from '@/lib/session'
import { supabase } from '@/lib/supabase'
import type { PayloadChange } from '@/ui/change-list'

type SiteRow = Database['public']['Tables']['sites']['Row']
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
  delivery: DeliveryPolicy
  /** Published or not, items mapped to it and not blocked. */
  itemCount: number
  state: SiteState
}

/** How often, how patiently and how fast it is sent to. */
export interface DeliveryPolicy {
  maxAttempts: number
  /** Before the second attempt; doubles with every further one, up to 5 minutes. */
  firstRetryMs: number
  timeoutSeconds: number
  /** null: no limit. */
  requestsPerMinute: number | null
  /** Where the site says what it shows; null: it does not. */
  stateUrl: string | null
}

export const CIRCUITS = ['closed', 'open', 'half_open'] as const
export type Circuit = (typeof CIRCUITS)[number]

export const DRIFTS = ['unknown', 'in_sync', 'drifted', 'unreachable'] as const
export type Drift = (typeof DRIFTS)[number]

export interface SiteState {
  /** Why the engine disabled it, when it did. */
  disabledReason: string | null
  circuit: Circuit
  circuitChangedAt: string | null
  /** The next request goes out no earlier than this. */
  notBefore: string | null
  secretVersion: number | null
  /** Until then the secret before signs too. */
  secretOverlapUntil: string | null
  secretSetAt: string | null
  acceptedDeliveryId: string | null
  acceptedSequence: number | null
  acceptedHash: string | null
  acceptedAt: string | null
  acceptedItemCount: number | null
  onHold: boolean
  onHoldSince: string | null
  holdReason: string | null
  /** `unknown` too when the site has accepted something since the check. */
  drift: Drift
  driftCheckedAt: string | null
  driftMessage: string | null
  /** Before: what the site shows; after: what it accepted. */
  driftChanges: PayloadChange[]
  lastStatus: string | null
  lastError: string | null
  lastAttemptAt: string | null
}

const COLUMNS = `id, name, slug, region, destination_url, enabled, failure_rate, fail_next, max_attempts, first_retry_ms, timeout_seconds,
  requests_per_minute, state_url, site_states(*), site_item_mappings(count)` as const

/** A thousand sites come again with every nudge: without what only a site's own page shows. */
const LIST_COLUMNS = `id, name, slug, region, destination_url, enabled, failure_rate, fail_next, max_attempts, first_retry_ms, timeout_seconds,
  requests_per_minute, state_url, site_states(disabled_reason, circuit, circuit_changed_at, not_before, secret_version, secret_overlap_until, secret_set_at,
    accepted_delivery_id, accepted_sequence, accepted_hash, accepted_at, accepted_item_count, on_hold, on_hold_since, hold_reason,
    drift, drift_checked_at, drift_message, last_status, last_error, last_attempt_at)` as const

type ListedState = Omit<StateRow, 'site_id' | 'organization_id' | 'last_sequence' | 'drift_changes'> & { drift_changes?: StateRow['drift_changes'] }

type SiteRecord = Pick<
  SiteRow,
  | 'id' | 'name' | 'slug' | 'region' | 'destination_url' | 'enabled' | 'failure_rate' | 'fail_next'
  | 'max_attempts' | 'first_retry_ms' | 'timeout_seconds' | 'requests_per_minute' | 'state_url'
> & { site_states: ListedState[]; site_item_mappings?: { count: number }[] }

function toSite(row: SiteRecord): Site {
  // One site has one state: told as a list of one, or, by a Data API that sees that there can be but one, as itself.
  const [state] = [row.site_states].flat()
  return {
    id: row.id,
    name: row.name,
    slug: row.slug,
    region: row.region,
    destinationUrl: row.destination_url,
    enabled: row.enabled,
    failureRate: row.failure_rate,
    failNext: row.fail_next,
    delivery: {
      maxAttempts: row.max_attempts,
      firstRetryMs: row.first_retry_ms,
      timeoutSeconds: row.timeout_seconds,
      requestsPerMinute: row.requests_per_minute,
      stateUrl: row.state_url,
    },
    itemCount: row.site_item_mappings?.[0]?.count ?? 0,
    state: {
      disabledReason: state?.disabled_reason ?? null,
      circuit: oneOf(CIRCUITS, state?.circuit, 'closed'),
      circuitChangedAt: state?.circuit_changed_at ?? null,
      notBefore: state?.not_before ?? null,
      secretVersion: state?.secret_version ?? null,
      secretOverlapUntil: state?.secret_overlap_until ?? null,
      secretSetAt: state?.secret_set_at ?? null,
      acceptedDeliveryId: state?.accepted_delivery_id ?? null,
      acceptedSequence: state?.accepted_sequence ?? null,
      acceptedHash: state?.accepted_hash ?? null,
      acceptedAt: state?.accepted_at ?? null,
      acceptedItemCount: state?.accepted_item_count ?? null,
      onHold: state?.on_hold ?? false,
      onHoldSince: state?.on_hold_since ?? null,
      holdReason: state?.hold_reason ?? null,
      ...toDrift(state),
      lastStatus: state?.last_status ?? null,
      lastError: state?.last_error ?? null,
      lastAttemptAt: state?.last_attempt_at ?? null,
    },
  }
}

function toDrift(state: ListedState | undefined): Pick<SiteState, 'drift' | 'driftCheckedAt' | 'driftMessage' | 'driftChanges'> {
  const checkedAt = state?.drift_checked_at ?? null
  const acceptedAt = state?.accepted_at ?? null
  // What it was compared with is no longer what it accepted.
  if (checkedAt === null || (acceptedAt !== null && Date.parse(acceptedAt) > Date.parse(checkedAt))) {
    return { drift: 'unknown', driftCheckedAt: null, driftMessage: null, driftChanges: [] }
  }
  return {
    drift: oneOf(DRIFTS, state?.drift, 'unknown'),
    driftCheckedAt: checkedAt,
    driftMessage: state?.drift_message ?? null,
    driftChanges: readChanges(state?.drift_changes),
  }
}

/** SQL keeps these words as checked text; a word that this version does not know is taken for `otherwise`. */
function oneOf<Word extends string>(words: readonly Word[], value: string | undefined, otherwise: Word): Word {
  return words.find((word) => word === value) ?? otherwise
}

const TABLES = ['site_states', 'site_item_mappings'] as const

async function getSites(signal: AbortSignal): Promise<Site[]> {
  const rows = await everyRow((from, to) =>
    supabase.from('sites').select(LIST_COLUMNS, { count: 'exact' }).order('name').order('id').range(from, to).abortSignal(signal),
  )
  return rows.map(toSite)
}

/** Every site of the organization, by name; how many items each shows is in `siteHealthQuery`. */
export function sitesQuery(organizationId: string) {
  return queryOptions({
    queryKey: ['sites', 'list', organizationId],
    meta: { tables: ['site_states'] },
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
