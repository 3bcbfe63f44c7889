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
    -- Retention takes the log and the attempts of older runs in parts.
    with kept as materialized (
      select j.id from public.sync_jobs j join public.organizations o on o.id = j.organization_id
      where j.finished_at is null or j.logs_removed_at is null and j.finished_at > now() - make_interval(days => o.retention_days)
    )
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
    select 'the attempts of an ended job are counted, and timed where there are any', j.id::text
    from public.sync_jobs j
    join kept k on k.id = j.id
    join lateral (
      select count(*) as attempts, min(a.duration_ms) as least, max(a.duration_ms) as most
      from public.sync_deliveries d join public.delivery_attempts a on a.delivery_id = d.id where d.job_id = j.id) c on true
    where j.finished_at is not null and (j.attempts <> c.attempts or (j.p50_ms is null) <> (c.attempts = 0)
      or not (j.p50_ms between c.least and j.p95_ms) or not (j.p95_ms between j.p50_ms and c.most))
    union all
    select 'log lines count from 1 without gaps', j.id::text
    from public.sync_jobs j
    join kept k on k.id = j.id
    join lateral (select count(*) as lines, coalesce(min(l.seq), 1) as first, coalesce(max(l.seq), 0) as last from public.job_logs l where l.job_id = j.id) l on true
    where l.first <> 1 or l.last <> l.lines or l.last <> j.log_seq
    union all
    select 'attempts count from 1 without gaps, and not beyond those that were begun', d.id::text
    from public.sync_deliveries d
    join kept k on k.id = d.job_id
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
    select 'what a site has accepted has its body', d.id::text
    from public.site_states st join public.sync_deliveries d on d.id = st.accepted_delivery_id where d.body is null
    union all
    select 'a sequence is given once for each target, to all that was to be sent and to nothing else', target_id::text
    from public.sync_deliveries group by target_id
    having count(sequence) <> count(distinct sequence) or count(*) filter (where (status = 'skipped') <> (sequence is null)) > 0
    union all
    select 'the last sequence of a site is no older than its deliveries', st.site_id::text
    from public.site_states st
    where st.last_sequence < (select coalesce(max(d.sequence), 0) from public.sync_deliveries d where d.target_id = st.site_id)
    union all
    select 'what repeats a delivery goes to the same target', d.id::text
    from public.sync_deliveries d join public.sync_deliveries o on o.id = d.retry_of where o.target_id <> d.target_id
    union all
    select 'nothing waits for a disabled site', d.id::text
    from public.sync_deliveries d join public.sites s on s.id = d.site_id where d.status in ('queued', 'retrying') and not s.enabled
    union all
    select 'what waits behind an open circuit waits for its probe', d.id::text
    from public.sync_deliveries d join public.site_states st on st.site_id = d.site_id
    where d.status in ('queued', 'retrying') and st.circuit = 'open' and d.next_attempt_at < st.not_before
    union all
    select 'a reason for being disabled or on hold stands only where that is so', st.site_id::text
    from public.site_states st join public.sites s on s.id = st.site_id
    where st.disabled_reason is not null and s.enabled or (st.hold_reason is not null or st.on_hold_since is not null) and not st.on_hold
    union all
    select 'jobs of an organization count from 1 without gaps', j.organization_id::text
    from public.sync_jobs j group by j.organization_id having min(j.number) <> 1 or max(j.number) <> count(*)`)]
}
