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

const COLUMNS = `id, number, status, trigger, created_by, api_key_name, message, total, succeeded, failed, skipped, created_at, finished_at,
  profiles!sync_jobs_created_by_fkey(full_name, email), schedule:schedules!sync_jobs_organization_id_schedule_id_fkey(name), sync_deliveries(target_name, reason)` as const

interface JobListOptions {
  /** Who reads: their own runs are theirs ("you"). */
  userId: string | undefined
  limit: number
  /** Keyset: only runs with a lower number than this. */
  before?: number | undefined
  status?: string | undefined
  trigger?: string | undefined
  /** Only these. */
  numbers?: readonly number[] | undefined
  signal: AbortSignal
}

/** The newest runs first. Numbers are given in order and never twice, so they serve as the key of a page. */
export async function fetchJobs({ userId, limit, before, status, trigger, numbers, signal }: JobListOptions): Promise<JobSummary[]> {
  let query = supabase.from('sync_jobs').select(COLUMNS).eq('sync_deliveries.status', 'failed')
  if (before !== undefined) query = query.lt('number', before)
  if (status !== undefined) query = query.eq('status', status)
  if (trigger !== undefined) query = query.eq('trigger', trigger)
  if (numbers !== undefined) query = query.in('number', [...numbers])
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
    startedBy: startedBy({ trigger: job.trigger, createdBy: job.created_by, apiKey: job.api_key_name, schedule: job.schedule?.name ?? null }, job.profiles, userId),
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

/** Behind the name of whoever set it going: a run by hand is the usual one and says nothing. */
const BY_WAY_OF: Readonly<Record<string, string>> = { api: 'API', replay: 'replay', rollback: 'rollback' }

interface Origin {
  trigger: string
  createdBy: string | null
  /** The name of the key that started it. */
  apiKey: string | null
  /** Its name; null without one: an item's own publishing time, or a schedule that has been deleted. */
  schedule: string | null
}

/** Who or what set a run going: "you", a colleague's name, "auto"; a replay or a rollback says so behind the name. */
export function startedBy({ trigger, createdBy, apiKey, schedule }: Origin, profile: Starter | null, userId: string | undefined): string {
  if (trigger === 'schedule') return schedule === null ? 'auto' : `auto, ${schedule}`
  if (trigger === 'api' && createdBy === null) return apiKey === null ? 'API' : `API, ${apiKey}`
  const way = BY_WAY_OF[trigger]
  const name = starterName(createdBy, profile, userId)
  return way === undefined ? name : `${name}, ${way}`
}

const ACTS: Readonly<Record<string, string>> = { replay: 'replayed', rollback: 'rolled back' }

/** The same in a sentence: "started by you", "replayed by Ana", "auto, by the schedule “Hourly”". */
export function startedWords(origin: Origin, profile: Starter | null, userId: string | undefined): string {
  const { trigger, createdBy, apiKey, schedule } = origin
  if (trigger === 'schedule') return schedule === null ? 'auto' : `auto, by the schedule “${schedule}”`
  if (trigger === 'api' && apiKey !== null) return `started by the API key “${apiKey}”`
  if (trigger === 'api') return `started by ${startedBy(origin, profile, userId)}`
  return `${ACTS[trigger] ?? 'started'} by ${starterName(createdBy, profile, userId)}`
}

function starterName(createdBy: string | null, profile: Starter | null, userId: string | undefined): string {
  return createdBy !== null && createdBy === userId ? 'you' : (profile?.full_name ?? profile?.email ?? 'somebody who has left')
}

function reasonOf(status: string, message: string, failed: number, refusals: readonly { target_name: string; reason: string }[]): string {
  if (status === 'cancelled') return message
  if (refusals.length === 0) return status === 'failed' || status === 'partial' ? message : ''
  const named = refusals.map(({ target_name, reason }) => `${target_name}: ${reason}`).join('; ')
  return failed > refusals.length ? `${named}; and ${failed - refusals.length} more` : named
}
