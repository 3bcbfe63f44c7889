import { queryOptions } from '@tanstack/react-query'
import { requireEnv } from '@/lib/env'
import { supabase } from '@/lib/supabase'

/** Another delivery, with the run it is part of. */
export interface DeliveryLink {
  id: string
  jobId: string
  jobNumber: number
  /** When its destination answered, null while that is open. */
  finishedAt: string | null
}

export interface DeliveryRecord {
  /** The exact text that is signed and sent; null when there is none: it was skipped, or retention has removed it. */
  text: string | null
  hash: string
  webhookId: string
  sequence: number | null
  /** What it repeats. */
  retryOf: DeliveryLink | null
  supersededBy: DeliveryLink | null
  /** For a skipped one: the delivery by which the site had this content already. */
  sameAs: DeliveryLink | null
}

const LINK = 'id, job_id, finished_at, sync_jobs(number)'

interface LinkRow {
  id: string
  job_id: string
  finished_at: string | null
  sync_jobs: { number: number }
}

const toLink = (row: LinkRow): DeliveryLink => ({ id: row.id, jobId: row.job_id, jobNumber: row.sync_jobs.number, finishedAt: row.finished_at })

async function fetchLinks(ids: string[], signal: AbortSignal): Promise<DeliveryLink[]> {
  if (ids.length === 0) return []
  const { data, error } = await supabase.from('sync_deliveries').select(LINK).in('id', ids).abortSignal(signal)
  if (error) throw error
  return data.map(toLink)
}

/** The newest delivery before this moment by which the site accepted exactly this content. */
async function fetchAccepted(targetId: string, hash: string, before: string, signal: AbortSignal): Promise<DeliveryLink | null> {
  const { data, error } = await supabase
    .from('sync_deliveries')
    .select(LINK)
    .eq('site_id', targetId)
    .eq('status', 'success')
    .eq('body_hash', hash)
    .lte('finished_at', before)
    .order('finished_at', { ascending: false })
    .limit(1)
    .abortSignal(signal)
  if (error) throw error
  const [row] = data
  return row === undefined ? null : toLink(row)
}

/** What the run's own page does not keep of a delivery. `status`: a delivery that is superseded has a new link to show. */
export function deliveryRecordQuery(deliveryId: string, status: string) {
  return queryOptions({
    queryKey: ['sync_deliveries', 'record', deliveryId, status],
    staleTime: Infinity,
    queryFn: async ({ signal }): Promise<DeliveryRecord> => {
      const { data, error } = await supabase
        .from('sync_deliveries')
        .select('body, body_hash, webhook_id, sequence, status, target_id, created_at, retry_of, superseded_by')
        .eq('id', deliveryId)
        .abortSignal(signal)
        .single()
      if (error) throw error
      const [links, sameAs] = await Promise.all([
        fetchLinks([data.retry_of, data.superseded_by].filter((id) => id !== null), signal),
        data.status === 'skipped' ? fetchAccepted(data.target_id, data.body_hash, data.created_at, signal) : null,
      ])
      const link = (id: string | null) => links.find((candidate) => candidate.id === id) ?? null
      return {
        text: data.body,
        hash: data.body_hash,
        webhookId: data.webhook_id,
        sequence: data.sequence,
        retryOf: link(data.retry_of),
        supersededBy: link(data.superseded_by),
        sameAs,
      }
    },
  })
}

export interface Attempt {
  number: number
  worker: string
  startedAt: string
  durationMs: number
  /** From the start of the attempt; null on a connection that was kept from before, or when there was none. */
  connectMs: number | null
  /** From the start of the attempt; null without an answer. */
  firstByteMs: number | null
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
        .select('number, worker, started_at, duration_ms, connect_ms, first_byte_ms, status_code, error, request_headers, response_headers, response_body')
        .eq('delivery_id', deliveryId)
        .order('number')
        .abortSignal(signal)
      if (error) throw error
      return data.map((row) => ({
        number: row.number,
        worker: row.worker,
        startedAt: row.started_at,
        durationMs: row.duration_ms,
        connectMs: row.connect_ms,
        firstByteMs: row.first_byte_ms,
        statusCode: row.status_code,
        error: row.error,
        requestHeaders: row.request_headers,
        responseHeaders: row.response_headers,
        responseBody: row.response_body,
      }))
    },
  })
}

/** Where a site's deliveries go to by now: its address, or the built-in receiver's. null: the site is gone. */
export function destinationQuery(siteId: string) {
  return queryOptions({
    queryKey: ['sites', 'destination', siteId],
    queryFn: async ({ signal }): Promise<string | null> => {
      const { data, error } = await supabase.from('sites').select('destination_url').eq('id', siteId).abortSignal(signal).maybeSingle()
      if (error) throw error
      return data === null ? null : (data.destination_url ?? `${requireEnv().supabaseUrl}/functions/v1/destination/${siteId}`)
    },
  })
}
