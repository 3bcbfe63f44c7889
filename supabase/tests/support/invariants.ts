import type { Sql } from 'postgres'

interface Broken {
  rule: string
  what: string
}

/**
 * What must be true of every run at every moment, whoever does what at the same time. Each row of the answer is a
 * breach; [] is the only good answer.
 */
export async function breaches(sql: Sql): Promise<Broken[]> {
  return [...(await sql<Broken[]>`
    select 'one delivery waits and one is in flight per target' as rule, target_id::text as what
    from public.sync_deliveries group by target_id
    having count(*) filter (where status in ('queued', 'retrying')) > 1 or count(*) filter (where status = 'sending') > 1
    union all
    select 'what waits is newer than what is in flight', w.id::text
    from public.sync_deliveries w join public.sync_deliveries f on f.target_id = w.target_id and f.status = 'sending'
    where w.status in ('queued', 'retrying') and w.sequence <= f.sequence
    union all
    select 'a lease is held by what is in flight and by nothing else', d.id::text
    from public.sync_deliveries d where (d.status = 'sending') <> (d.lease_token is not null and d.lease_expires_at is not null)
    union all
    select 'what waits has a time, and nothing else has', d.id::text
    from public.sync_deliveries d where (d.status in ('queued', 'retrying')) <> (d.next_attempt_at is not null)
    union all
    select 'an ended delivery says when, an open one does not', d.id::text
    from public.sync_deliveries d where (d.status in ('queued', 'sending', 'retrying')) <> (d.finished_at is null)
    union all
    select 'a job is open while one of its deliveries is', j.id::text
    from public.sync_jobs j
    where (j.status in ('queued', 'running')) <> exists (
      select from public.sync_deliveries d where d.job_id = j.id and d.status in ('queued', 'sending', 'retrying'))
    union all
    select 'the counts of an ended job are those of its deliveries', j.id::text
    from public.sync_jobs j
    join lateral (select count(*) as total, count(*) filter (where d.status = 'success') as succeeded, count(*) filter (where d.status = 'failed') as failed,
        count(*) filter (where d.status = 'skipped') as skipped, count(*) filter (where d.status = 'superseded') as superseded,
        count(*) filter (where d.status = 'cancelled') as cancelled
      from public.sync_deliveries d where d.job_id = j.id) c on true
    where j.finished_at is not null
      and (j.total, j.succeeded, j.failed, j.skipped, j.superseded, j.cancelled) is distinct from (c.total, c.succeeded, c.failed, c.skipped, c.superseded, c.cancelled)
    union all
    select 'log lines count from 1 without gaps', j.id::text
    from public.sync_jobs j
    join lateral (select count(*) as lines, coalesce(min(l.seq), 1) as first, coalesce(max(l.seq), 0) as last from public.job_logs l where l.job_id = j.id) l on true
    where l.first <> 1 or l.last <> l.lines or l.last <> j.log_seq
    union all
    select 'attempts count from 1 without gaps, and not beyond those that were begun', d.id::text
    from public.sync_deliveries d
    join lateral (select count(*) as attempts, coalesce(max(a.number), 0) as last from public.delivery_attempts a where a.delivery_id = d.id) a on true
    where a.attempts <> a.last or a.last > d.attempts
    union all
    select 'the accepted delivery is the newest that succeeded', st.site_id::text
    from public.site_states st
    left join lateral (
      select s.id, s.sequence, s.body_hash from public.sync_deliveries s
      where s.target_id = st.site_id and s.status = 'success' order by s.sequence desc limit 1) d on true
    where (st.accepted_delivery_id, st.accepted_sequence, st.accepted_hash) is distinct from (d.id, d.sequence, d.body_hash)
    union all
    select 'jobs of an organization count from 1 without gaps', j.organization_id::text
    from public.sync_jobs j group by j.organization_id having min(j.number) <> 1 or max(j.number) <> count(*)`)]
}
