import { supabase } from '@/lib/supabase'

/** A run as lists show it: the home page's last five and the jobs page speak of it in the same words. */
export interface JobSummary {
  id: string
  number: number
  status: string
  startedBy: string
  /** Sites in the run. */
  sites: number
  /** Sites that were up to date already. */
  skipped: number
  /** Nothing had to be sent. */
  idle: boolean
  /** Why it did not end well, site by site; empty when there is nothing to explain. */
  reason: string
  /** null while it runs. */
  durationMs: number | null
  createdAt: string
}

/** How many refusals a row names; the run's own page tells them all. */
const REASONS_SHOWN = 2

const COLUMNS = `id, number, status, trigger, created_by, message, total, succeeded, failed, skipped, created_at, finished_at,
  profiles(full_name, email), sync_deliveries(target_name, reason)`

interface JobListOptions {
  /** Who reads: their own runs are theirs ("you"). */
  userId: string | undefined
  limit: number
  /** Keyset: only runs with a lower number than this. */
  before?: number | undefined
  status?: string | undefined
  signal: AbortSignal
}

/** The newest runs first. Numbers are given in order and never twice, so they serve as the key of a page. */
export async function fetchJobs({ userId, limit, before, status, signal }: JobListOptions): Promise<JobSummary[]> {
  let query = supabase.from('sync_jobs').select(COLUMNS).eq('sync_deliveries.status', 'failed')
  if (before !== undefined) query = query.lt('number', before)
  if (status !== undefined) query = query.eq('status', status)
  const { data, error } = await query
    .order('number', { ascending: false })
    .order('target_name', { referencedTable: 'sync_deliveries' })
    .limit(REASONS_SHOWN, { referencedTable: 'sync_deliveries' })
    .limit(limit)
    .abortSignal(signal)
  if (error) throw error
  return data.map((job) => ({
    id: job.id,
    number: job.number,
    status: job.status,
    startedBy: startedBy(job.trigger, job.created_by, job.profiles, userId),
    sites: job.total,
    skipped: job.skipped,
    idle: job.status === 'success' && job.succeeded + job.failed === 0,
    reason: reasonOf(job.status, job.message, job.failed, job.sync_deliveries),
    durationMs: job.finished_at === null ? null : Math.max(0, Date.parse(job.finished_at) - Date.parse(job.created_at)),
    createdAt: job.created_at,
  }))
}

interface Starter {
  full_name: string | null
  email: string
}

/** Who or what set a run going: "you", a colleague's name, "auto"; a replay or a rollback says so behind the name. */
export function startedBy(trigger: string, createdBy: string | null, profile: Starter | null, userId: string | undefined): string {
  if (trigger === 'schedule') return 'auto'
  if (trigger === 'api' && createdBy === null) return 'API'
  const name =
    createdBy !== null && createdBy === userId ? 'you' : (profile?.full_name ?? profile?.email ?? 'somebody who has left')
  return trigger === 'manual' ? name : `${name}, ${trigger === 'api' ? 'API' : trigger}`
}

function reasonOf(status: string, message: string, failed: number, refusals: readonly { target_name: string; reason: string }[]): string {
  if (status === 'cancelled') return message
  if (refusals.length === 0) return status === 'failed' || status === 'partial' ? message : ''
  const named = refusals.map(({ target_name, reason }) => `${target_name}: ${reason}`).join('; ')
  return failed > refusals.length ? `${named}; and ${failed - refusals.length} more` : named
}
