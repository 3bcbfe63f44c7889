import { PAGE, type JobFeed } from '@/features/jobs/live/job-log-store'
import { readDeliveries, readJob, readLines, type LogLine } from '@/features/jobs/live/shapes'
import { everyRow } from '@/lib/queries/every-row'
import { subscribeTopic } from '@/lib/realtime'
import { supabase } from '@/lib/supabase'

const JOB = `id, number, status, trigger, created_by, api_key_name, plan_hash, message, total, log_seq, created_at, finished_at, cancel_requested_at, attempts, p50_ms, p95_ms, logs_removed_at,
  profiles!sync_jobs_created_by_fkey(full_name, email), schedule:schedules!sync_jobs_organization_id_schedule_id_fkey(name)` as const
// Without the bodies: they are fetched one at a time, when somebody asks to see one.
const DELIVERY = `id, site_id, target_id, target_name, target_slug, status, reason, attempts, max_attempts, next_attempt_at, status_code,
  duration_ms, item_count, body_bytes, finished_at`
const LINE = 'seq, at, level, message, site_id, payload'

/** A run, from the Data API and its private topic. */
export function jobFeed(jobId: string): JobFeed {
  return {
    subscribe: (listener) => subscribeTopic(`job:${jobId}`, listener),
    fetchSnapshot: async (signal) => {
      const [job, deliveries] = await Promise.all([
        supabase.from('sync_jobs').select(JOB).eq('id', jobId).abortSignal(signal).maybeSingle(),
        everyRow((from, to) =>
          supabase.from('sync_deliveries').select(DELIVERY, { count: 'exact' }).eq('job_id', jobId).order('id').range(from, to).abortSignal(signal),
        ),
      ])
      if (job.error) throw job.error
      const row = readJob(job.data)
      if (row === null) return null
      return { job: row, deliveries: readDeliveries(deliveries), starter: job.data?.profiles ?? null, schedule: job.data?.schedule?.name ?? null }
    },
    fetchLines: async (after, upTo, signal) => {
      let query = supabase.from('job_logs').select(LINE).eq('job_id', jobId).gt('seq', after)
      if (upTo !== null) query = query.lte('seq', upTo)
      const { data, error } = await query.order('seq').limit(PAGE).abortSignal(signal)
      if (error) throw error
      return readLines(data)
    },
  }
}

/** Every line of a log, in order, page by page: those that are here already, and then what the database has beyond them. */
export async function* everyLine(feed: Pick<JobFeed, 'fetchLines'>, here: readonly LogLine[]): AsyncGenerator<readonly LogLine[]> {
  const { signal } = new AbortController()
  let contiguous = 0
  while (here[contiguous]?.seq === contiguous + 1) contiguous += 1
  for (let from = 0; from < contiguous; from += PAGE) yield here.slice(from, Math.min(from + PAGE, contiguous))
  for (let after = contiguous; ; ) {
    const page = await feed.fetchLines(after, null, signal)
    const last = page.at(-1)
    if (last === undefined) return
    yield page
    after = last.seq
  }
}
