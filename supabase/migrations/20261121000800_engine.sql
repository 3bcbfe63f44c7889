-- The engine's verbs: claim, record, give back. For the service role and the functions' own connection only.
-- Locks are always taken in the order sites (key share), site_states, deliveries, jobs, and each kind in the order of its id:
-- the deletion of a site holds its row before anything else, and every line that names a site asks for that row.

create table private.engine_state (
  id boolean primary key default true check (id),
  last_tick_at timestamptz
);
alter table private.engine_state enable row level security;
insert into private.engine_state default values;

create function private.signing_secrets(p_site uuid) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object('version', s.version, 'key_version', s.key_version,
      'nonce', encode(s.nonce, 'base64'), 'ciphertext', replace(encode(s.ciphertext, 'base64'), e'\n', '')) order by s.version desc), '[]')
  from private.site_secrets s
  where s.site_id = p_site and (s.retired_at is null or s.retired_at > now())
$$;

create function public.claim_deliveries(p_worker text, p_limit integer, p_job uuid default null)
returns table (
  delivery_id uuid, organization_id uuid, job_id uuid, site_id uuid, target_slug text, webhook_id text, sequence bigint, body text,
  destination_url text, attempt integer, max_attempts integer, lease_token bigint, lease_expires_at timestamptz, secrets jsonb
)
language plpgsql set search_path = '' as $$
#variable_conflict use_column
declare
  c_lease constant interval := '30 seconds';
  c_leases_lost_max constant integer := 5;
  v_lines private.log_line[];
  v_jobs uuid[];
  v_gone_lines private.log_line[];
  v_gone_jobs uuid[];
  v_claimed uuid[];
begin
  -- A lost delivery that a newer full state already waits for is not worth repeating; one that keeps
  -- killing its workers ends instead of circling for ever.
  with gone as (
    select d.id, w.id as newer
    from public.sync_deliveries d
    join public.sites s on s.organization_id = d.organization_id and s.id = d.site_id
    left join public.sync_deliveries w
      on w.target_kind = d.target_kind and w.target_id = d.target_id and w.status in ('queued', 'retrying')
    where d.status = 'sending' and d.lease_expires_at <= clock_timestamp()
      and (w.id is not null or d.leases_lost + 1 >= c_leases_lost_max)
    for key share of s skip locked for update of d skip locked
  ), ended as (
    update public.sync_deliveries d set
      status = case when g.newer is null then 'failed' else 'superseded' end,
      reason = case when g.newer is null then format('lost %s times while it was being sent', c_leases_lost_max)
                    else 'superseded by a newer run' end,
      superseded_by = g.newer, lease_token = null, lease_expires_at = null, finished_at = clock_timestamp()
    from gone g where d.id = g.id
    returning d.id, d.job_id, d.site_id, d.status, d.reason
  )
  select array_agg(distinct e.job_id),
    array_agg(row(e.job_id, case e.status when 'failed' then 'error' else 'warn' end,
      upper(left(e.reason, 1)) || substr(e.reason, 2), e.site_id, null, e.id, null)::private.log_line)
  into v_gone_jobs, v_gone_lines from ended e;

  with due as (
    select d.id
    from public.sync_deliveries d
    join public.sites s on s.organization_id = d.organization_id and s.id = d.site_id
    where (p_job is null or d.job_id = p_job)
      and (d.status in ('queued', 'retrying') and d.next_attempt_at <= clock_timestamp()
        or d.status = 'sending' and d.lease_expires_at <= clock_timestamp())
      and not exists (
        select 1 from public.sync_deliveries o
        where o.target_kind = d.target_kind and o.target_id = d.target_id and o.status = 'sending' and o.id <> d.id)
    order by d.next_attempt_at nulls first, d.id
    limit greatest(p_limit, 0)
    for key share of s skip locked for update of d skip locked
  ), claimed as (
    update public.sync_deliveries d set
      status = 'sending',
      leases_lost = d.leases_lost + (d.status = 'sending')::integer,
      -- A lost lease left no attempt behind, so the number is used again.
      attempts = d.attempts + (d.status <> 'sending')::integer,
      lease_token = nextval('private.lease_tokens'), lease_worker = p_worker,
      lease_expires_at = clock_timestamp() + c_lease,
      started_at = coalesce(d.started_at, clock_timestamp()), next_attempt_at = null
    from due where d.id = due.id
    returning d.*
  )
  select array_agg(c.id), array_agg(distinct c.job_id),
    array_agg(row(c.job_id, case when c.leases_lost > 0 then 'warn' else 'info' end,
      case when c.leases_lost > 0 then 'Worker lost, sending again: ' else '' end
        || format('POST attempt %s of %s, signed', c.attempts, c.max_attempts),
      c.site_id, null, c.id, null)::private.log_line order by c.target_slug, c.id)
  into v_claimed, v_jobs, v_lines from claimed c;
  if v_claimed is null and v_gone_jobs is null then return; end if;

  -- All jobs at once, because locks taken in two rounds are in no order.
  perform 1 from public.sync_jobs j where j.id = any (v_gone_jobs || v_jobs) order by j.id for no key update;
  update public.sync_jobs j set status = 'running', started_at = clock_timestamp()
  where j.id = any (v_jobs) and j.status = 'queued';
  perform private.write_logs(v_gone_lines || v_lines);
  perform private.finish_jobs(v_gone_jobs);

  return query
    select d.id, d.organization_id, d.job_id, d.site_id, d.target_slug, d.webhook_id, d.sequence, d.body,
      s.destination_url, d.attempts, d.max_attempts, d.lease_token, d.lease_expires_at, private.signing_secrets(d.site_id)
    from public.sync_deliveries d
    left join public.sites s on s.organization_id = d.organization_id and s.id = d.site_id
    where d.id = any (v_claimed)
    order by d.target_slug, d.id;
end $$;
comment on function public.claim_deliveries(text, integer, uuid) is
  'Leases up to p_limit due deliveries (of one job, or of all) for 30 s, each with a fencing token; destination_url null is the built-in receiver.';

create function public.record_attempts(p_results jsonb) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_jobs uuid[];
  v_recorded uuid[];
  v_lines private.log_line[];
begin
  perform 1 from public.sites s
  where s.id in (
    select d.target_id from jsonb_to_recordset(p_results) r(delivery_id uuid)
    join public.sync_deliveries d on d.id = r.delivery_id)
  order by s.id for key share;
  perform 1 from public.site_states st
  where st.site_id in (
    select d.target_id from jsonb_to_recordset(p_results) r(delivery_id uuid, outcome text)
    join public.sync_deliveries d on d.id = r.delivery_id)
  order by st.site_id for update;
  perform 1 from public.sync_deliveries d
  where d.id in (select r.delivery_id from jsonb_to_recordset(p_results) r(delivery_id uuid))
  order by d.id for update;

  with result as (
    -- A result that stands twice in a batch counts once; it must not cost the others their record.
    select distinct on (r.delivery_id) r.*, d.organization_id, d.job_id, d.site_id, d.target_id, d.sequence, d.attempts, d.max_attempts, d.body_hash, d.item_count,
      j.cancel_requested_at is not null as cancelling, w.id as newer
    from jsonb_to_recordset(p_results) r(delivery_id uuid, lease_token bigint, worker text, started_at timestamptz, duration_ms integer,
      status_code integer, error text, request_headers jsonb, response_headers jsonb, response_body text,
      outcome text, retry_in_ms integer, reason text)
    join public.sync_deliveries d on d.id = r.delivery_id and d.lease_token = r.lease_token and d.status = 'sending'
    join public.sync_jobs j on j.id = d.job_id
    left join public.sync_deliveries w
      on w.target_kind = d.target_kind and w.target_id = d.target_id and w.status in ('queued', 'retrying')
  ), attempt as (
    insert into public.delivery_attempts (organization_id, delivery_id, number, worker, started_at, duration_ms, status_code, error,
      request_headers, response_headers, response_body)
    select r.organization_id, r.delivery_id, r.attempts, r.worker, r.started_at, r.duration_ms, r.status_code, r.error,
      coalesce(r.request_headers, '{}'), coalesce(r.response_headers, '{}'), r.response_body
    from result r
  ), verdict as (
    select r.*, case
      when r.outcome <> 'retry' then r.outcome
      when r.newer is not null then 'superseded'
      when r.cancelling then 'cancelled'
      else 'retrying' end as next_status
    from result r
  ), updated as (
    update public.sync_deliveries d set
      status = v.next_status, reason = v.reason, status_code = v.status_code, response_body = v.response_body, duration_ms = v.duration_ms,
      lease_token = null, lease_worker = null, lease_expires_at = null,
      superseded_by = case when v.next_status = 'superseded' then v.newer end,
      next_attempt_at = case when v.next_status = 'retrying' then clock_timestamp() + make_interval(secs => coalesce(v.retry_in_ms, 1000) / 1000.0) end,
      finished_at = case when v.next_status <> 'retrying' then clock_timestamp() end
    from verdict v where d.id = v.delivery_id
    returning d.id
  ), known as (
    update public.site_states st set
      last_status = v.next_status, last_error = case when v.outcome = 'success' then null else v.reason end, last_attempt_at = clock_timestamp(),
      accepted_delivery_id = case when v.takes then v.delivery_id else st.accepted_delivery_id end,
      accepted_sequence = case when v.takes then v.sequence else st.accepted_sequence end,
      accepted_hash = case when v.takes then v.body_hash else st.accepted_hash end,
      accepted_item_count = case when v.takes then v.item_count else st.accepted_item_count end,
      accepted_at = case when v.takes then clock_timestamp() else st.accepted_at end
    from (
      select v.*, v.outcome = 'success' and v.sequence > coalesce(s.accepted_sequence, 0) as takes
      from verdict v join public.site_states s on s.site_id = v.site_id
    ) v
    where st.site_id = v.site_id
  )
  select array_agg(distinct v.job_id), array_agg(v.delivery_id),
    array_agg(row(v.job_id,
      case v.next_status when 'success' then 'success' when 'failed' then 'error' else 'warn' end,
      v.reason || case v.next_status
        when 'success' then ', ' || private.duration_text(v.duration_ms)
        when 'retrying' then ', retry in ' || private.duration_text(v.retry_in_ms)
        when 'superseded' then ', not repeated: a newer run took over'
        when 'cancelled' then ', not repeated: the run was cancelled'
        else case when v.attempts >= v.max_attempts then format(', giving up after attempt %s of %s', v.attempts, v.max_attempts) else ', not repeated' end end,
      v.site_id, null, v.delivery_id,
      case when v.response_body is null or v.response_body = '' then null
           else jsonb_build_object('status', v.status_code, 'response', left(v.response_body, 2000)) end)::private.log_line
      order by v.started_at, v.delivery_id)
  into v_jobs, v_recorded, v_lines
  from verdict v join updated u on u.id = v.delivery_id;

  perform private.write_logs(coalesce(v_lines, '{}'));
  return jsonb_build_object(
    'jobs_finished', to_jsonb(private.finish_jobs(v_jobs)),
    'rejected', coalesce((
      select jsonb_agg(r.delivery_id) from jsonb_to_recordset(p_results) r(delivery_id uuid)
      where not r.delivery_id = any (coalesce(v_recorded, '{}'))), '[]'));
end $$;
comment on function public.record_attempts(jsonb) is
  'Records a batch of attempts and what follows from each in one transaction. A result whose lease token is no longer the delivery''s changes nothing and is named in rejected.';

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
    -- What waits by now is newer, and a cancelled run starts nothing any more: then this one ends instead of waiting again.
    select d.id, w.id as newer, case when w.id is not null then 'superseded'
      when j.cancel_requested_at is not null then 'cancelled' else 'queued' end as next_status
    from public.sync_deliveries d
    join public.sync_jobs j on j.id = d.job_id
    left join public.sync_deliveries w
      on w.target_kind = d.target_kind and w.target_id = d.target_id and w.status in ('queued', 'retrying')
    where d.lease_worker = p_worker and d.lease_token = any (p_tokens) and d.status = 'sending'
    order by d.id for update of d
  ), released as (
    update public.sync_deliveries d set
      status = h.next_status,
      superseded_by = h.newer,
      reason = case h.next_status when 'superseded' then 'superseded by a newer run' when 'cancelled' then 'cancelled by hand' else d.reason end,
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
  select min(case
    when exists (select 1 from public.sync_deliveries o
      where o.target_kind = d.target_kind and o.target_id = d.target_id and o.status = 'sending') then 100
    else greatest(0, ceil(extract(epoch from d.next_attempt_at - clock_timestamp()) * 1000))::integer end)
  from public.sync_deliveries d
  where d.status in ('queued', 'retrying') and (p_job is null or d.job_id = p_job)
$$;
comment on function public.next_wait_ms(uuid) is
  'Milliseconds until the next waiting delivery is due, 100 while its target is busy, null when none waits.';

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
  update public.site_states st set secret_set_at = clock_timestamp() where st.site_id = p_site;
  return true;
end $$;
comment on function public.store_site_secret(uuid, integer, integer, bytea, bytea) is
  'Stores a sealed secret; false when that version exists already (somebody else made it) or the site is gone.';

create function public.tick() returns jsonb
language plpgsql set search_path = '' as $$
begin
  update private.engine_state set last_tick_at = clock_timestamp() where id;
  return jsonb_build_object('open_jobs', coalesce((
    select jsonb_agg(distinct d.job_id) from public.sync_deliveries d
    where d.status in ('queued', 'retrying') and d.next_attempt_at <= clock_timestamp()
       or d.status = 'sending' and d.lease_expires_at <= clock_timestamp()), '[]'));
end $$;
comment on function public.tick() is 'Notes the tick and names the jobs with work that nobody does: {open_jobs: [uuid]}.';

create function public.engine_health() returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object(
    'queued', count(*) filter (where d.status in ('queued', 'retrying')),
    'in_flight', count(*) filter (where d.status = 'sending'),
    'oldest_waiting_s', round(extract(epoch from clock_timestamp() - min(d.next_attempt_at)
      filter (where d.status in ('queued', 'retrying') and d.next_attempt_at <= clock_timestamp()))),
    'expired_leases', count(*) filter (where d.status = 'sending' and d.lease_expires_at <= clock_timestamp()),
    'last_tick_at', (select e.last_tick_at from private.engine_state e))
  from public.sync_deliveries d
  where d.status in ('queued', 'retrying', 'sending')
$$;
comment on function public.engine_health() is 'Queue depth, deliveries in flight, seconds that the oldest due one waits, expired leases, last tick.';

grant execute on function public.claim_deliveries(text, integer, uuid), public.record_attempts(jsonb),
  public.release_deliveries(text, bigint[]), public.renew_leases(text, bigint[]), public.next_wait_ms(uuid),
  public.site_signing_secrets(uuid), public.store_site_secret(uuid, integer, integer, bytea, bytea), public.tick(), public.engine_health()
  to service_role;
grant all on all tables in schema private to service_role;
grant usage, select on all sequences in schema private to service_role;
grant execute on all functions in schema private to service_role;
