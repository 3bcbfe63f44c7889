-- The engine's verbs: claim, record, give back. For the service role and the functions' own connection only.
-- Locks are always taken in the order sites (key share), site_states, deliveries, jobs, and each kind in the order of its id:
-- the deletion of a site holds its row before anything else, and every line that names a site asks for that row.

create table private.engine_state (
  id boolean primary key default true check (id),
  last_tick_at timestamptz,
  windows_checked_at timestamptz not null default now()
);
comment on column private.engine_state.windows_checked_at is 'Publish windows that open or close up to here have had their run.';
alter table private.engine_state enable row level security;
-- Counts leases that ran out because their worker was lost; a sequence, because nobody should wait for a counter.
create sequence private.lease_expiries;
insert into private.engine_state default values;

create function private.signing_secrets(p_site uuid) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object('version', s.version, 'key_version', s.key_version,
      'nonce', encode(s.nonce, 'base64'), 'ciphertext', replace(encode(s.ciphertext, 'base64'), e'\n', '')) order by s.version desc), '[]')
  from private.site_secrets s
  where s.site_id = p_site and (s.retired_at is null or s.retired_at > now())
$$;

-- Which due deliveries of a job may go out now: the oldest first, as far as the run and each host have room. What the same claim has
-- taken of other jobs already counts as under way.
-- Built for many: it reads as many rows as it takes, however many wait behind a host that is full.
create function private.due_deliveries(p_job uuid, p_limit integer, p_per_origin integer, p_taken uuid[]) returns uuid[]
language plpgsql stable set search_path = '' as $$
declare
  c_window constant integer := 4;
  v_seen integer;
  v_ids uuid[];
begin
  with busy as materialized (
    select d.target_kind, d.target_id, d.destination_origin from public.sync_deliveries d where d.status = 'sending'
    union all
    select d.target_kind, d.target_id, d.destination_origin from public.sync_deliveries d where d.id = any (p_taken)
  ), due as materialized (
    select d.id, d.destination_origin, d.next_attempt_at, d.target_kind, d.target_id
    from public.sync_deliveries d
    where d.job_id = p_job and d.next_attempt_at <= clock_timestamp()
    order by d.next_attempt_at limit c_window * p_limit
  ), ranked as (
    select f.id, f.next_attempt_at, f.destination_origin = '' or
      row_number() over (partition by f.destination_origin order by f.next_attempt_at, f.id)
        <= p_per_origin - (select count(*) from busy b where b.destination_origin = f.destination_origin) as fits
    from due f
    where not exists (select from busy b where b.target_kind = f.target_kind and b.target_id = f.target_id)
  )
  select (select count(*) from due), array(select r.id from ranked r where r.fits order by r.next_attempt_at, r.id limit p_limit)
  into v_seen, v_ids;
  if cardinality(v_ids) >= p_limit or v_seen < c_window * p_limit then return v_ids; end if;

  -- The oldest ones wait for a host that is full: then host by host, each from its own end of the index.
  return (
    with recursive busy as materialized (
      select d.target_kind, d.target_id, d.destination_origin from public.sync_deliveries d where d.status = 'sending'
      union all
      select d.target_kind, d.target_id, d.destination_origin from public.sync_deliveries d where d.id = any (p_taken)
    ), origin(name) as (
      (select d.destination_origin from public.sync_deliveries d
       where d.job_id = p_job and d.next_attempt_at is not null order by d.destination_origin limit 1)
      union all
      select n.name from origin o cross join lateral (
        select d.destination_origin as name from public.sync_deliveries d
        where d.job_id = p_job and d.next_attempt_at is not null and d.destination_origin > o.name
        order by d.destination_origin limit 1) n
    )
    select array(
      select x.id from origin o cross join lateral (
        select d.id from public.sync_deliveries d
        where d.job_id = p_job and d.next_attempt_at is not null and d.destination_origin = o.name
          and d.next_attempt_at <= clock_timestamp()
          and not exists (select from busy b where b.target_kind = d.target_kind and b.target_id = d.target_id)
        order by d.next_attempt_at
        limit case when o.name = '' then p_limit
          else greatest(0, p_per_origin - (select count(*) from busy b where b.destination_origin = o.name)) end) x
      limit p_limit));
end $$;

create function private.lost_text() returns text
language sql immutable set search_path = '' as $$ select 'the worker was lost' $$;

-- What was in flight when its worker was lost waits again, under the same id and attempt number. A newer full state makes it
-- pointless, a disabled site or a cancelled run unwanted, and one that keeps killing its workers ends instead of circling for ever.
create function private.lost_deliveries(p_job uuid, out jobs uuid[], out lines private.log_line[])
language plpgsql set search_path = '' as $$
declare
  c_leases_lost_max constant integer := 5;
  v_ids uuid[];
  v_lost integer;
begin
  -- With the site's state, as whoever starts a run or disables a site does: otherwise what waits there by now and this miss each other.
  select array_agg(x.id) into v_ids from (
    select d.id from public.sync_deliveries d
    join public.sites s on s.organization_id = d.organization_id and s.id = d.site_id
    join public.site_states st on st.site_id = s.id
    where d.status = 'sending' and d.lease_expires_at <= clock_timestamp() and (p_job is null or d.job_id = p_job)
    for key share of s skip locked for update of st, d skip locked
  ) x;
  if v_ids is null then return; end if;
  with lost as (
    select d.id, w.id as newer,
      case when w.id is not null then 'superseded' when not s.enabled or j.cancel_requested_at is not null then 'cancelled'
           when d.leases_lost + 1 >= c_leases_lost_max then 'failed' else 'retrying' end as next_status,
      case when w.id is not null then 'superseded by a newer run' when not s.enabled then 'the site was disabled'
           when j.cancel_requested_at is not null then 'cancelled by hand'
           when d.leases_lost + 1 >= c_leases_lost_max then format('lost %s times while it was being sent', c_leases_lost_max)
           else private.lost_text() end as reason,
      private.origin_of(s.destination_url) as origin
    from public.sync_deliveries d
    join public.sync_jobs j on j.id = d.job_id
    join public.sites s on s.organization_id = d.organization_id and s.id = d.site_id
    -- Lateral, so that it stays a look into the index, whatever the statistics of the moment say of what waits.
    left join lateral (
      select n.id from public.sync_deliveries n
      where n.target_kind = d.target_kind and n.target_id = d.target_id and n.status in ('queued', 'retrying') limit 1) w on true
    where d.id = any (v_ids) and d.status = 'sending' and d.lease_expires_at <= clock_timestamp()
  ), moved as (
    update public.sync_deliveries d set status = l.next_status, reason = l.reason, superseded_by = l.newer, leases_lost = d.leases_lost + 1,
      -- A lost lease left no attempt behind, so the number is used again.
      attempts = d.attempts - (l.next_status = 'retrying')::integer, destination_origin = l.origin,
      lease_token = null, lease_worker = null, lease_expires_at = null,
      next_attempt_at = case when l.next_status = 'retrying' then clock_timestamp() end,
      finished_at = case when l.next_status <> 'retrying' then clock_timestamp() end
    from lost l where d.id = l.id
    returning d.id, d.job_id, d.site_id, d.status, d.reason
  )
  select count(nextval('private.lease_expiries')), array_agg(distinct m.job_id) filter (where m.status <> 'retrying'),
    array_agg(row(m.job_id, case m.status when 'failed' then 'error' else 'warn' end,
      upper(left(m.reason, 1)) || substr(m.reason, 2), m.site_id, null, m.id, null)::private.log_line) filter (where m.status <> 'retrying')
  into v_lost, jobs, lines from moved m;
end $$;

-- One claim at a time: what two of them count as free, both would take. Nobody else waits for this lock.
create function private.begin_claim() returns void
language sql set search_path = '' as $$ select pg_advisory_xact_lock(hashtext('datasync.claim_deliveries')) $$;

create function public.claim_deliveries(
  p_worker text, p_limit integer, p_job uuid default null, p_per_origin integer default 4, p_per_job integer default 32,
  p_all_lost boolean default true
)
returns table (
  delivery_id uuid, organization_id uuid, job_id uuid, site_id uuid, target_slug text, webhook_id text, sequence bigint, body text,
  destination_url text, attempt integer, max_attempts integer, first_retry_ms integer, timeout_ms integer,
  lease_token bigint, lease_expires_at timestamptz, secrets jsonb
)
language plpgsql set search_path = '' set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
  c_lease constant interval := '30 seconds';
  c_read_along constant integer := 8;
  c_ahead constant integer := 4;
  v_lost record;
  v_job uuid;
  v_free integer;
  v_due uuid[] := '{}';
  v_taken uuid[];
  v_lines private.log_line[];
  v_jobs uuid[];
begin
  perform private.begin_claim();

  select * into v_lost from private.lost_deliveries(case when not p_all_lost then p_job end);
  for v_job in
    select j.id from public.sync_jobs j
    -- One look into the index per run; an exists would become a join over all that waits.
    cross join lateral (
      select d.next_attempt_at as at from public.sync_deliveries d
      where d.job_id = j.id and d.next_attempt_at is not null order by d.next_attempt_at limit 1) w
    where j.status in ('queued', 'running') and (p_job is null or j.id = p_job) and w.at <= clock_timestamp()
    -- In no order, so that none waits for another to end.
    order by random()
  loop
    -- A worker that has a run to itself may take more than it sends at once, so that its sending never waits for a claim.
    -- As soon as another holds a part of the run, what all of them hold is the cap.
    select least(p_limit - cardinality(v_due),
      p_per_job * case when count(*) filter (where d.lease_worker <> p_worker) = 0 then c_ahead else 1 end - count(*)::integer)
    into v_free
    from public.sync_deliveries d where d.status = 'sending' and d.job_id = v_job;
    if v_free > 0 then
      v_due := v_due || coalesce(private.due_deliveries(v_job, v_free, p_per_origin, v_due), '{}');
    end if;
    exit when cardinality(v_due) >= p_limit;
  end loop;
  -- A site that is being deleted or edited just now is left to the next claim instead of waited for.
  select array_agg(x.id) into v_taken from (
    select d.id from public.sync_deliveries d
    join public.sites s on s.organization_id = d.organization_id and s.id = d.site_id
    where d.id = any (v_due) and d.status in ('queued', 'retrying')
    for key share of s skip locked for update of d skip locked
  ) x;
  if v_taken is null and v_lost.jobs is null then return; end if;

  with claimed as (
    update public.sync_deliveries d set
      status = 'sending', attempts = d.attempts + 1,
      lease_token = nextval('private.lease_tokens'), lease_worker = p_worker,
      lease_expires_at = clock_timestamp() + c_lease,
      started_at = coalesce(d.started_at, clock_timestamp()), next_attempt_at = null
    where d.id = any (v_taken)
    returning d.id, d.job_id, d.site_id, d.target_slug, d.target_name, d.attempts, d.max_attempts, d.reason = private.lost_text() as again
  ), probe as (
    select c.site_id from claimed c join public.site_states st on st.site_id = c.site_id where st.circuit <> 'closed'
  ), probing as (
    update public.site_states st set circuit = 'half_open', circuit_changed_at = clock_timestamp()
    where st.site_id in (
      select o.site_id from public.site_states o where o.site_id in (select p.site_id from probe p) and o.circuit = 'open'
      for update skip locked)
  ), told as (
    -- A line for each site, as long as somebody can read along; of many that go out together for the first time one line tells.
    select c.*, p.site_id is not null as probing,
      c.attempts = 1 and not c.again and p.site_id is null and count(*) over (partition by c.job_id) > c_read_along as many
    from claimed c left join probe p on p.site_id = c.site_id
  )
  select array_agg(distinct l.job_id), array_agg(l.line order by l.slug, l.id)
  into v_jobs, v_lines
  from (
    select t.job_id, t.target_slug as slug, t.id, row(t.job_id, case when t.again then 'warn' else 'info' end,
      case when t.again then 'Worker lost, sending again: ' else '' end
        || case when t.probing then 'Circuit half-open, one probe: ' else '' end
        || format('POST attempt %s of %s, signed', t.attempts, t.max_attempts),
      t.site_id, null, t.id, null)::private.log_line as line
    from told t where not t.many
    union all
    select t.job_id, null, null, row(t.job_id, 'info',
      format('POST attempt 1 to %s sites, signed: %s and %s more', count(*),
        array_to_string((array_agg(t.target_name order by t.target_slug, t.id))[1:3], ', '), count(*) - 3),
      null, null, null, null)::private.log_line
    from told t where t.many group by t.job_id
  ) l;

  -- All jobs at once, because locks taken in two rounds are in no order.
  perform 1 from public.sync_jobs j where j.id = any (v_lost.jobs || v_jobs) order by j.id for no key update;
  update public.sync_jobs j set status = 'running', started_at = clock_timestamp()
  where j.id = any (v_jobs) and j.status = 'queued';
  perform private.write_logs(v_lost.lines || v_lines);
  perform private.finish_jobs(v_lost.jobs);

  return query
    select d.id, d.organization_id, d.job_id, d.site_id, d.target_slug, d.webhook_id, d.sequence, d.body,
      s.destination_url, d.attempts, d.max_attempts, s.first_retry_ms, s.timeout_seconds * 1000,
      d.lease_token, d.lease_expires_at, private.signing_secrets(d.site_id)
    from public.sync_deliveries d
    join public.sites s on s.organization_id = d.organization_id and s.id = d.site_id
    where d.id = any (v_taken)
    order by d.target_slug, d.id;
end $$;
comment on function public.claim_deliveries(text, integer, uuid, integer, integer, boolean) is
  'Leases up to p_limit due deliveries (of one job, or of all) for 30 s, each with a fencing token, so that no host has more than p_per_origin in flight, over all workers, and no job more than p_per_job. A worker that is alone with a job gets up to four times as many, and itself sends no more than p_per_job at once. destination_url null is the built-in receiver, which has no cap.';

-- After a batch of results: opens the circuit of sites that fail most of the time, closes it with a success.
create function private.judge_circuits(p_results jsonb) returns private.log_line[]
language plpgsql set search_path = '' as $$
declare
  c_window constant interval := '5 minutes';
  c_least constant integer := 10;
  c_share constant numeric := 0.7;
  c_pause constant interval := '30 seconds';
  v_lines private.log_line[];
begin
  with result as (
    select r.job_id, r.delivery_id, r.site_id, r.succeeded, st.organization_id, st.circuit, st.circuit_changed_at
    from jsonb_to_recordset(p_results) r(job_id uuid, delivery_id uuid, site_id uuid, succeeded boolean)
    join public.site_states st on st.site_id = r.site_id
    where not r.succeeded or st.circuit <> 'closed'
  ), counted as (
    select r.*, c.attempts, c.failures
    from result r left join lateral (
      select count(*) as attempts, count(*) filter (where a.status_code is null or a.status_code not between 200 and 299) as failures
      from public.delivery_attempts a
      where r.circuit = 'closed' and a.organization_id = r.organization_id and a.site_id = r.site_id
        and a.created_at > greatest(clock_timestamp() - c_window, r.circuit_changed_at)
    ) c on true
  ), verdict as (
    select c.*, case when c.succeeded then 'closed'
      when c.circuit <> 'closed' or c.attempts >= c_least and c.failures >= c_share * c.attempts then 'open' end as next
    from counted c
  ), changed as (
    update public.site_states st set circuit = v.next, circuit_changed_at = clock_timestamp(),
      not_before = case when v.next = 'open' then greatest(st.not_before, clock_timestamp() + c_pause) else st.not_before end
    from verdict v where st.site_id = v.site_id and v.next is not null
    returning st.site_id, st.circuit, st.not_before
  ), held as (
    update public.sync_deliveries d set next_attempt_at = greatest(d.next_attempt_at, c.not_before)
    from changed c where d.target_kind = 'site' and d.target_id = c.site_id and d.status in ('queued', 'retrying') and c.circuit = 'open'
  )
  select array_agg(row(v.job_id, case v.next when 'closed' then 'success' else 'warn' end,
    case when v.next = 'closed' then 'Circuit closed: the destination answers again'
         when v.circuit <> 'closed' then 'Circuit open again: the probe failed, next probe in ' || private.duration_text(extract(epoch from c_pause) * 1000)
         else format('Circuit open: %s of %s attempts in 5 minutes failed, one probe in %s', v.failures, v.attempts,
           private.duration_text(extract(epoch from c_pause) * 1000)) end,
    v.site_id, null, v.delivery_id, null)::private.log_line)
  into v_lines from verdict v where v.next is not null;
  return v_lines;
end $$;

create function public.record_attempts(p_results jsonb) returns jsonb
language plpgsql set search_path = '' set plan_cache_mode = force_generic_plan as $$
declare
  v_ids uuid[];
  v_sites uuid[];
  v_jobs uuid[];
  v_recorded uuid[];
  v_lines private.log_line[];
  v_judged jsonb;
  v_gone uuid[];
begin
  select array_agg(d.id), array_agg(d.site_id) into v_ids, v_sites
  from jsonb_to_recordset(p_results) r(delivery_id uuid) join public.sync_deliveries d on d.id = r.delivery_id;
  if exists (select from jsonb_to_recordset(p_results) r(status_code integer) where r.status_code = 410) then
    -- Such a site is disabled below; that lock has to come first as well.
    perform 1 from public.sites s where s.id = any (v_sites) order by s.id for no key update;
  else
    perform 1 from public.sites s where s.id = any (v_sites) order by s.id for key share;
  end if;
  perform 1 from public.site_states st where st.site_id = any (v_sites) order by st.site_id for update;
  perform 1 from public.sync_deliveries d where d.id = any (v_ids) order by d.id for update;

  with result as (
    -- A result that stands twice in a batch counts once; it must not cost the others their record.
    select distinct on (r.delivery_id) r.*, d.organization_id, d.job_id, d.site_id, d.target_id, d.sequence, d.attempts, d.max_attempts, d.body_hash, d.item_count,
      j.cancel_requested_at is not null as cancelling, w.id as newer, s.enabled, s.destination_url,
      -- Requests are a minute divided by the limit apart, counted from their starts.
      -- By this clock: a worker's own may be wrong.
      clock_timestamp() as at,
      clock_timestamp() - make_interval(secs => r.duration_ms / 1000.0) + interval '1 minute' / s.requests_per_minute as rate_allows_at
    from jsonb_to_recordset(p_results) r(delivery_id uuid, lease_token bigint, worker text, started_at timestamptz, duration_ms integer,
      connect_ms integer, first_byte_ms integer, status_code integer, error text, request_headers jsonb, response_headers jsonb, response_body text,
      outcome text, retry_in_ms integer, reason text)
    join public.sync_deliveries d on d.id = r.delivery_id and d.lease_token = r.lease_token and d.status = 'sending'
    join public.sync_jobs j on j.id = d.job_id
    left join public.sites s on s.organization_id = d.organization_id and s.id = d.site_id
    left join lateral (
      select n.id from public.sync_deliveries n
      where n.target_kind = d.target_kind and n.target_id = d.target_id and n.status in ('queued', 'retrying') limit 1) w on true
  ), attempt as (
    insert into public.delivery_attempts (organization_id, delivery_id, number, site_id, worker, started_at, duration_ms, connect_ms, first_byte_ms,
      status_code, error, request_headers, response_headers, response_body)
    select r.organization_id, r.delivery_id, r.attempts, r.site_id, r.worker, r.started_at, r.duration_ms, r.connect_ms, r.first_byte_ms,
      r.status_code, r.error, coalesce(r.request_headers, '{}'), coalesce(r.response_headers, '{}'), r.response_body
    from result r
  ), verdict as (
    select r.*, case
      when r.outcome <> 'retry' then r.outcome
      when r.newer is not null then 'superseded'
      when r.cancelling or not r.enabled then 'cancelled'
      else 'retrying' end as next_status,
      greatest(r.at + make_interval(secs => coalesce(r.retry_in_ms, 1000) / 1000.0), r.rate_allows_at) as retry_at
    from result r
  ), updated as (
    update public.sync_deliveries d set
      status = v.next_status, reason = v.reason, status_code = v.status_code, response_body = v.response_body, duration_ms = v.duration_ms,
      lease_token = null, lease_worker = null, lease_expires_at = null,
      superseded_by = case when v.next_status = 'superseded' then v.newer end,
      next_attempt_at = case when v.next_status = 'retrying' then v.retry_at end,
      -- The site may have moved while this one was under way to where it was.
      destination_origin = case when v.next_status = 'retrying' then private.origin_of(v.destination_url) else d.destination_origin end,
      finished_at = case when v.next_status <> 'retrying' then clock_timestamp() end
    from verdict v where d.id = v.delivery_id
    returning d.id
  ), known as (
    update public.site_states st set
      last_status = v.next_status, last_error = case when v.outcome = 'success' then null else v.reason end, last_attempt_at = clock_timestamp(),
      not_before = coalesce(v.rate_allows_at, st.not_before),
      disabled_reason = case when v.status_code = 410 then format('The destination answered 410 Gone at %s UTC.', to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD HH24:MI'))
        else st.disabled_reason end,
      accepted_delivery_id = case when v.takes then v.delivery_id else st.accepted_delivery_id end,
      accepted_sequence = case when v.takes then v.sequence else st.accepted_sequence end,
      accepted_hash = case when v.takes then v.body_hash else st.accepted_hash end,
      accepted_item_count = case when v.takes then v.item_count else st.accepted_item_count end,
      accepted_at = case when v.takes then clock_timestamp() else st.accepted_at end,
      -- What was found before is no longer about what it accepted.
      drift = case when v.takes then 'unknown' else st.drift end,
      drift_message = case when v.takes then null else st.drift_message end,
      drift_changes = case when v.takes then null else st.drift_changes end
    from (
      select v.*, v.outcome = 'success' and v.sequence > coalesce(s.accepted_sequence, 0) as takes
      from verdict v join public.site_states s on s.site_id = v.site_id
    ) v
    where st.site_id = v.site_id
  ), held as (
    -- What waits already was timed before this request was known.
    update public.sync_deliveries d set next_attempt_at = greatest(d.next_attempt_at, v.rate_allows_at)
    from verdict v where d.id = v.newer and v.rate_allows_at is not null
  )
  select array_agg(distinct v.job_id), array_agg(v.delivery_id),
    array_agg(row(v.job_id,
      case v.next_status when 'success' then 'success' when 'failed' then 'error' else 'warn' end,
      v.reason || case v.next_status
        when 'success' then ', ' || private.duration_text(v.duration_ms)
        when 'retrying' then ', retry in ' || private.duration_text(round(extract(epoch from v.retry_at - v.at) * 1000))
        when 'superseded' then ', not repeated: a newer run took over'
        when 'cancelled' then ', not repeated: ' || case when v.cancelling then 'the run was cancelled' else private.disabled_text() end
        else case when v.status_code = 410 then ', the site is disabled now'
          when v.attempts >= v.max_attempts then format(', giving up after attempt %s of %s', v.attempts, v.max_attempts) else ', not repeated' end end,
      v.site_id, null, v.delivery_id,
      case when v.response_body is null or v.response_body = '' then null
           else jsonb_build_object('status', v.status_code, 'response', left(v.response_body, 2000)) end)::private.log_line
      order by v.started_at, v.delivery_id),
    jsonb_agg(jsonb_build_object('job_id', v.job_id, 'delivery_id', v.delivery_id, 'site_id', v.site_id, 'succeeded', v.outcome = 'success'))
      filter (where v.site_id is not null and (v.outcome <> 'success' or exists (
        select from public.site_states st where st.site_id = v.site_id and st.circuit <> 'closed'))),
    array_agg(v.site_id order by v.site_id) filter (where v.status_code = 410)
  into v_jobs, v_recorded, v_lines, v_judged, v_gone
  from verdict v join updated u on u.id = v.delivery_id;

  if v_judged is not null then v_lines := v_lines || private.judge_circuits(v_judged); end if;
  if v_gone is not null then
    -- With the sites ends what waits for them, which may be other runs': all jobs at once, because locks taken in two rounds are in no order.
    perform 1 from public.sync_jobs j
    where j.id = any (v_jobs) or j.id in (
      select d.job_id from public.sync_deliveries d
      where d.target_kind = 'site' and d.target_id = any (v_gone) and d.status in ('queued', 'retrying'))
    order by j.id for no key update;
  end if;
  perform private.write_logs(coalesce(v_lines, '{}'));
  v_jobs := private.finish_jobs(v_jobs);
  -- A destination that is gone for good wants nothing more, and a person decides what comes next.
  update public.sites s set enabled = false where s.id = any (v_gone) and s.enabled;
  return jsonb_build_object(
    'jobs_finished', to_jsonb(v_jobs),
    'rejected', coalesce((
      select jsonb_agg(r.delivery_id) from jsonb_to_recordset(p_results) r(delivery_id uuid)
      where not r.delivery_id = any (coalesce(v_recorded, '{}'))), '[]'));
end $$;
comment on function public.record_attempts(jsonb) is
  'Records a batch of attempts and what follows from each in one transaction. A result whose lease token is no longer the delivery''s changes nothing and is named in rejected.';

-- A worker's step: what has ended is recorded, and what there is room for is taken, in one transaction. The statements of the hot
-- path are the same for any argument: planning them anew for each call costs a quarter of it.
create function public.exchange_deliveries(
  p_results jsonb, p_worker text, p_limit integer, p_job uuid default null, p_per_origin integer default 4, p_per_job integer default 32
)
returns table (
  recorded jsonb, delivery_id uuid, organization_id uuid, job_id uuid, site_id uuid, target_slug text, webhook_id text, sequence bigint, body text,
  destination_url text, attempt integer, max_attempts integer, first_retry_ms integer, timeout_ms integer,
  lease_token bigint, lease_expires_at timestamptz, secrets jsonb
)
language plpgsql set search_path = '' set plan_cache_mode = force_generic_plan as $$
declare
  v_recorded jsonb;
  v_job uuid;
  v_left integer := p_limit;
  v_taken integer;
begin
  -- Before any row, as everybody who claims does.
  if p_limit > 0 then perform private.begin_claim(); end if;
  if jsonb_array_length(p_results) > 0 then
    v_recorded := public.record_attempts(p_results);
    recorded := v_recorded;
    return next;
  end if;
  if p_limit <= 0 then return; end if;
  if v_recorded is null then
    return query select null::jsonb, c.* from public.claim_deliveries(p_worker, p_limit, p_job, p_per_origin, p_per_job) c;
    return;
  end if;
  -- Only of runs whose rows are locked by now, and have not just ended: to lock others would be a second round, in no order.
  for v_job in
    select p_job where p_job is not null and not v_recorded -> 'jobs_finished' ? p_job::text
    union
    select d.job_id from jsonb_to_recordset(p_results) r(delivery_id uuid) join public.sync_deliveries d on d.id = r.delivery_id
    where p_job is null and not v_recorded -> 'jobs_finished' ? d.job_id::text and not v_recorded -> 'rejected' ? r.delivery_id::text
  loop
    exit when v_left <= 0;
    return query select null::jsonb, c.* from public.claim_deliveries(p_worker, v_left, v_job, p_per_origin, p_per_job, false) c;
    get diagnostics v_taken = row_count;
    v_left := v_left - v_taken;
  end loop;
end $$;
comment on function public.exchange_deliveries(jsonb, text, integer, uuid, integer, integer) is
  'record_attempts (its answer is the first row, where there are results) and claim_deliveries (a row each), in one transaction.';

create function public.release_deliveries(p_worker text, p_tokens bigint[]) returns integer
language plpgsql set search_path = '' as $$
declare
  v_released integer;
  v_jobs uuid[];
begin
  perform 1 from public.site_states st
  where st.site_id in (select d.target_id from public.sync_deliveries d where d.lease_token = any (p_tokens) and d.status = 'sending')
  order by st.site_id for update;
  with held as (
    -- What waits by now is newer, and a cancelled run or a disabled site starts nothing any more: then this one ends instead of waiting.
    select d.id, w.id as newer, case when w.id is not null then 'superseded'
      when j.cancel_requested_at is not null or not s.enabled then 'cancelled' else 'queued' end as next_status,
      case when w.id is not null then 'superseded by a newer run'
        when j.cancel_requested_at is not null then 'cancelled by hand'
        when not s.enabled then 'the site was disabled' else d.reason end as reason,
      private.origin_of(s.destination_url) as origin
    from public.sync_deliveries d
    join public.sync_jobs j on j.id = d.job_id
    join public.sites s on s.organization_id = d.organization_id and s.id = d.site_id
    left join lateral (
      select n.id from public.sync_deliveries n
      where n.target_kind = d.target_kind and n.target_id = d.target_id and n.status in ('queued', 'retrying') limit 1) w on true
    where d.lease_worker = p_worker and d.lease_token = any (p_tokens) and d.status = 'sending'
    order by d.id for update of d
  ), released as (
    update public.sync_deliveries d set
      status = h.next_status,
      superseded_by = h.newer,
      reason = h.reason, destination_origin = h.origin,
      attempts = greatest(d.attempts - 1, 0),
      lease_token = null, lease_worker = null, lease_expires_at = null,
      next_attempt_at = case when h.next_status = 'queued' then clock_timestamp() end,
      finished_at = case when h.next_status <> 'queued' then clock_timestamp() end
    from held h where d.id = h.id
    returning d.job_id, d.status
  )
  select count(*), array_agg(distinct r.job_id) filter (where r.status <> 'queued') into v_released, v_jobs from released r;
  perform private.finish_jobs(v_jobs);
  return v_released;
end $$;
comment on function public.release_deliveries(text, bigint[]) is 'Gives claims back that were not sent; they do not count as attempts.';

create function public.renew_leases(p_worker text, p_tokens bigint[]) returns bigint[]
language sql set search_path = '' as $$
  with renewed as (
    update public.sync_deliveries d set lease_expires_at = clock_timestamp() + interval '30 seconds'
    where d.lease_worker = p_worker and d.lease_token = any (p_tokens) and d.status = 'sending'
    returning d.lease_token
  )
  select coalesce(array_agg(r.lease_token), '{}') from renewed r
$$;
comment on function public.renew_leases(text, bigint[]) is 'Extends leases by 30 s from now; returns the tokens that still hold.';

create function public.next_wait_ms(p_job uuid default null) returns integer
language sql stable set search_path = '' as $$
  -- greatest() passes over null, and none waiting is not the same as one that is due.
  select case when count(w.at) > 0 then greatest(0, ceil(extract(epoch from min(w.at) - clock_timestamp()) * 1000))::integer end
  from public.sync_jobs j
  cross join lateral (
    select d.next_attempt_at as at from public.sync_deliveries d
    where d.job_id = j.id and d.next_attempt_at is not null order by d.next_attempt_at limit 1) w
  where j.status in ('queued', 'running') and (p_job is null or j.id = p_job)
$$;
comment on function public.next_wait_ms(uuid) is
  'Milliseconds until the next waiting delivery is due (0 also while its site, host or run is busy), null when none waits.';

create function public.site_signing_secrets(p_site uuid) returns jsonb
language sql stable set search_path = '' as $$ select private.signing_secrets(p_site) $$;
comment on function public.site_signing_secrets(uuid) is 'The sealed secrets of a site, newest first: [{version, key_version, nonce, ciphertext}] (base64).';

create function public.store_site_secret(p_site uuid, p_version integer, p_key_version integer, p_nonce bytea, p_ciphertext bytea)
returns boolean
language plpgsql set search_path = '' as $$
begin
  insert into private.site_secrets (site_id, organization_id, version, key_version, nonce, ciphertext)
  select s.id, s.organization_id, p_version, p_key_version, p_nonce, p_ciphertext from public.sites s where s.id = p_site
  on conflict (site_id, version) do nothing;
  if not found then return false; end if;
  update public.site_states st set secret_set_at = clock_timestamp(), secret_version = p_version where st.site_id = p_site;
  return true;
end $$;
comment on function public.store_site_secret(uuid, integer, integer, bytea, bytea) is
  'Stores a sealed secret; false when that version exists already (somebody else made it) or the site is gone.';

create function public.rotate_site_secret(
  p_site uuid, p_version integer, p_key_version integer, p_nonce bytea, p_ciphertext bytea, p_overlap interval
) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_until timestamptz := clock_timestamp() + p_overlap;
begin
  -- Of two rotations at once the second finds its version taken.
  perform 1 from public.sites s where s.id = p_site for key share;
  perform 1 from public.site_states st where st.site_id = p_site for update;
  if not public.store_site_secret(p_site, p_version, p_key_version, p_nonce, p_ciphertext) then
    return '{"stored": false, "overlap_until": null}';
  end if;
  update private.site_secrets s set retired_at = least(s.retired_at, v_until)
  where s.site_id = p_site and s.version < p_version and (s.retired_at is null or s.retired_at > v_until);
  select max(s.retired_at) into v_until from private.site_secrets s where s.site_id = p_site and s.retired_at > clock_timestamp();
  update public.site_states st set secret_overlap_until = v_until where st.site_id = p_site;
  return jsonb_build_object('stored', true, 'overlap_until', v_until);
end $$;
comment on function public.rotate_site_secret(uuid, integer, integer, bytea, bytea, interval) is
  'A new secret; the older ones sign and verify beside it for the overlap, zero ends them at once. {stored, overlap_until}; stored is false when that version exists already.';

create function public.end_secret_overlap(p_site uuid) returns void
language plpgsql set search_path = '' as $$
begin
  update public.site_states st set secret_overlap_until = null where st.site_id = p_site;
  update private.site_secrets s set retired_at = clock_timestamp()
  where s.site_id = p_site and (s.retired_at is null or s.retired_at > clock_timestamp())
    and s.version < (select max(n.version) from private.site_secrets n where n.site_id = p_site);
end $$;
comment on function public.end_secret_overlap(uuid) is 'From now on only the newest secret signs and verifies.';

create function public.engine_health() returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object(
    'queued', (select count(*) from public.sync_deliveries d where d.status in ('queued', 'retrying')),
    'in_flight', (select count(*) from public.sync_deliveries d where d.status = 'sending'),
    'oldest_waiting_s', (
      select round(extract(epoch from clock_timestamp() - min(w.at)))
      from public.sync_jobs j
      cross join lateral (
        select d.next_attempt_at as at from public.sync_deliveries d
        where d.job_id = j.id and d.next_attempt_at is not null order by d.next_attempt_at limit 1) w
      where j.status in ('queued', 'running') and w.at <= clock_timestamp()),
    'expired_leases', (select count(*) from public.sync_deliveries d where d.status = 'sending' and d.lease_expires_at <= clock_timestamp()),
    'lease_expiries', (select case when c.is_called then c.last_value else 0 end from private.lease_expiries c),
    'last_tick_at', e.last_tick_at,
    'tick_age_s', round(extract(epoch from clock_timestamp() - e.last_tick_at)))
  from private.engine_state e
$$;
comment on function public.engine_health() is
  'Queue depth, deliveries in flight, seconds that the oldest due one waits, leases expired now and ever, last tick and its age in seconds.';

grant execute on function public.claim_deliveries(text, integer, uuid, integer, integer, boolean), public.record_attempts(jsonb),
  public.exchange_deliveries(jsonb, text, integer, uuid, integer, integer),
  public.release_deliveries(text, bigint[]), public.renew_leases(text, bigint[]), public.next_wait_ms(uuid),
  public.site_signing_secrets(uuid), public.store_site_secret(uuid, integer, integer, bytea, bytea),
  public.rotate_site_secret(uuid, integer, integer, bytea, bytea, interval), public.end_secret_overlap(uuid), public.engine_health()
  to service_role;
grant all on all tables in schema private to service_role;
grant usage, select on all sequences in schema private to service_role;
grant execute on all functions in schema private to service_role;
