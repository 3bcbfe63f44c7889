import { parsePayload, type Payload } from '@core/payload'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { supabase } from '@/lib/supabase'

export interface PayloadPreview {
  /** The exact text that would be signed and sent. */
  body: string
  /** sha-256 of its bytes; equal to `site_states.accepted_hash` when the site has exactly this. */
  hash: string
  itemCount: number
  bytes: number
  /** null when it is none that a receiver would take; `problem` then says why. */
  payload: Payload | null
  problem: string | null
}

async function previewPayload(siteId: string, signal: AbortSignal): Promise<PayloadPreview> {
  const { data, error } = await supabase.rpc('preview_payload', { site_id: siteId }).abortSignal(signal)
  if (error) throw error
  if (!isAnswer(data)) throw new Error('The preview came back in a form that this version does not know')
  const parsed = parsePayload(data.body)
  return {
    body: data.body,
    hash: data.hash,
    itemCount: data.item_count,
    bytes: data.bytes,
    payload: parsed.ok ? parsed.value : null,
    problem: parsed.ok ? null : parsed.error.message,
  }
}

interface Answer {
  body: string
  hash: string
  item_count: number
  bytes: number
}

function isAnswer(value: unknown): value is Answer {
  return (
    typeof value === 'object' && value !== null && 'body' in value && 'hash' in value && 'item_count' in value && 'bytes' in value &&
    typeof value.body === 'string' && typeof value.hash === 'string' && typeof value.item_count === 'number' && typeof value.bytes === 'number'
  )
}

/** What a run would send to the site now: merged in SQL, as runs do it. */
export function payloadPreviewQuery(siteId: string) {
  return queryOptions({
    queryKey: ['sites', 'payload-preview', siteId],
    meta: { tables: ['content_items', 'content_types', 'site_item_mappings'] },
    queryFn: ({ signal }) => previewPayload(siteId, signal),
  })
}

export function usePayloadPreview(siteId: string) {
  return useQuery(payloadPreviewQuery(siteId))
}
