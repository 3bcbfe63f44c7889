import { parsePayload, type Payload } from '@core/payload'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { supabase } from '@/lib/supabase'

export interface Received {
  body: string
  payload: Payload | null
  /** Why it could not be read, when it could not. */
  problem: string | null
  sequence: number | null
  at: string
}

export function toReceived(body: string, sequence: number | null, at: string): Received {
  const parsed = parsePayload(body)
  return { body, sequence, at, payload: parsed.ok ? parsed.value : null, problem: parsed.ok ? null : parsed.error.message }
}

async function getSnapshot(siteId: string, signal: AbortSignal): Promise<Received | null> {
  const { data, error } = await supabase
    .from('destination_snapshots')
    .select('body, sequence, received_at')
    .eq('site_id', siteId)
    .abortSignal(signal)
    .maybeSingle()
  if (error) throw error
  return data === null ? null : toReceived(data.body, data.sequence, data.received_at)
}

/** What the built-in receiver last received for the site: its own record, and what the landing page shows. */
export function snapshotQuery(siteId: string) {
  return queryOptions({
    queryKey: ['destination_snapshots', 'of-site', siteId],
    queryFn: ({ signal }) => getSnapshot(siteId, signal),
  })
}

async function getAccepted(deliveryId: string, signal: AbortSignal): Promise<Received | null> {
  const { data, error } = await supabase
    .from('sync_deliveries')
    .select('body, sequence, finished_at, created_at')
    .eq('id', deliveryId)
    .abortSignal(signal)
    .maybeSingle()
  if (error) throw error
  if (data === null) return null
  if (data.body === null) throw Object.assign(new Error('The body of this delivery is no longer kept'), { code: 'DS005', hint: 'Its size and hash stay; how long bodies are kept is said in the settings.' })
  return toReceived(data.body, data.sequence, data.finished_at ?? data.created_at)
}

/** What a destination of somebody else's last accepted: what it made of it, only it knows. */
export function acceptedQuery(deliveryId: string) {
  return queryOptions({
    queryKey: ['sync_deliveries', 'accepted', deliveryId],
    queryFn: ({ signal }) => getAccepted(deliveryId, signal),
    // A delivery that was accepted never changes again.
    staleTime: Infinity,
  })
}

export function useReceived(site: { id: string; destinationUrl: string | null; state: { acceptedDeliveryId: string | null } }) {
  const builtIn = site.destinationUrl === null
  const snapshot = useQuery({ ...snapshotQuery(site.id), enabled: builtIn })
  const accepted = useQuery({ ...acceptedQuery(site.state.acceptedDeliveryId ?? ''), enabled: !builtIn && site.state.acceptedDeliveryId !== null })
  if (builtIn) return snapshot
  return site.state.acceptedDeliveryId === null ? { ...accepted, data: null, error: null } : accepted
}
