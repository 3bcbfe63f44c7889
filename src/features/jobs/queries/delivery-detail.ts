import { queryOptions } from '@tanstack/react-query'
import { supabase } from '@/lib/supabase'

export interface DeliveryBody {
  /** The exact text that was signed and sent. */
  text: string
  hash: string
  webhookId: string
  sequence: number | null
}

/** The body never changes: it is frozen when the run starts. */
export function deliveryBodyQuery(deliveryId: string) {
  return queryOptions({
    queryKey: ['sync_deliveries', 'body', deliveryId],
    staleTime: Infinity,
    queryFn: async ({ signal }): Promise<DeliveryBody> => {
      const { data, error } = await supabase
        .from('sync_deliveries')
        .select('body, body_hash, webhook_id, sequence')
        .eq('id', deliveryId)
        .abortSignal(signal)
        .single()
      if (error) throw error
      return { text: data.body, hash: data.body_hash, webhookId: data.webhook_id, sequence: data.sequence }
    },
  })
}

export interface Attempt {
  number: number
  worker: string
  startedAt: string
  durationMs: number
  statusCode: number | null
  error: string | null
  requestHeaders: unknown
  responseHeaders: unknown
  responseBody: string | null
}

/** `stage` changes with every attempt of a delivery that is still open, and asks again. */
export function attemptsQuery(deliveryId: string, stage: string) {
  return queryOptions({
    queryKey: ['delivery_attempts', deliveryId, stage],
    queryFn: async ({ signal }): Promise<Attempt[]> => {
      const { data, error } = await supabase
        .from('delivery_attempts')
        .select('number, worker, started_at, duration_ms, status_code, error, request_headers, response_headers, response_body')
        .eq('delivery_id', deliveryId)
        .order('number')
        .abortSignal(signal)
      if (error) throw error
      return data.map((row) => ({
        number: row.number,
        worker: row.worker,
        startedAt: row.started_at,
        durationMs: row.duration_ms,
        statusCode: row.status_code,
        error: row.error,
        requestHeaders: row.request_headers,
        responseHeaders: row.response_headers,
        responseBody: row.response_body,
      }))
    },
  })
}
